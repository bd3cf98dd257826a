// Writes src/generated/openapi.d.ts, the TypeScript of admin/openapi.json, where it is not there or not up to date.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.join(here, "src/generated/openapi.d.ts");
const source = JSON.parse(readFileSync(path.resolve(here, "../openapi.json"), "utf8"));
const types = `// Made of admin/openapi.json by make_types.mjs.\n${astToString(await openapiTS(source))}`;

let present = "";
try {
  present = readFileSync(target, "utf8");
} catch {
  // Not there yet.
}
if (present !== types) {
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, types);
}
