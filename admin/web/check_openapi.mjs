// Lints admin/openapi.json, the description of the API: prints what is wrong; the status is 1 if anything is.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createConfig, lint } from "@redocly/openapi-core";

const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../openapi.json");
const config = await createConfig({
  extends: ["recommended-strict"],
  rules: {
    // nginx's configuration decides who may ask, by means that this file can't know.
    "security-defined": "off",
    // The root of the API is a folder.
    "no-path-trailing-slash": "off",
    "no-unused-components": "error",
  },
});
const problems = await lint({ ref: file, config });
for (const { severity, ruleId, message, location } of problems) {
  console.error(`openapi.json${location[0]?.pointer ?? ""}: ${severity}: ${message} (${ruleId})`);
}
process.exitCode = problems.length === 0 ? 0 : 1;
