// Compiles test/*.test.ts and runs them on node:test.
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const output = path.resolve(here, "../../build/web-tests");
const names = readdirSync(path.join(here, "test")).filter((name) => name.endsWith(".test.ts"));

rmSync(output, { recursive: true, force: true });
await esbuild.build({
  entryPoints: names.map((name) => path.join(here, "test", name)),
  outdir: output,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node18",
  sourcemap: "inline",
  jsx: "automatic",
  jsxImportSource: "preact",
  logLevel: "warning",
});
const compiled = names.map((name) => path.join(output, name.replace(/\.ts$/, ".mjs")));
const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...compiled], { stdio: "inherit" });
process.exit(run.status ?? 1);
