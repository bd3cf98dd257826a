// Bundles the script for the agent's pages into build/client/: as it is and gzipped, plus script.inc, which
// client_script.cpp includes, and the types. The build fails when the script outgrows its budget, or when its types
// don't fit.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const output = path.resolve(here, "../../build/client");
const gzipBudget = 3_000;

const tools = createRequire(path.resolve(here, "../../admin/web/package.json"));
const esbuild = tools("esbuild");
const compiler = tools.resolve("typescript/bin/tsc");

const checked = spawnSync(process.execPath, [compiler, "--project", here], { stdio: "inherit" });
if (checked.status !== 0) {
  process.exit(1);
}

const { outputFiles } = await esbuild.build({
  entryPoints: [path.join(here, "main.ts")],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: ["chrome109", "firefox115", "safari16"],
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
});
const script = Buffer.from(outputFiles[0].contents);
const gzip = gzipSync(script, { level: 9 });
console.log(`agent-sessions.js: ${script.length} bytes, ${gzip.length} gzipped`);
if (gzip.length > gzipBudget) {
  console.error(`Over the budget of ${gzipBudget} bytes gzipped`);
  process.exit(1);
}

const etag = createHash("sha256").update(script).digest("hex").slice(0, 12);
await mkdir(output, { recursive: true });
await writeFile(path.join(output, "agent-sessions.js"), script);
await writeFile(path.join(output, "agent-sessions.js.gz"), gzip);
await copyFile(path.join(here, "agent-sessions.d.ts"), path.join(output, "agent-sessions.d.ts"));
await writeFile(
  path.join(output, "script.inc"),
  `// Written by ngx_module/client/build.mjs. Fields: ETag, bytes, gzipped bytes.\n` +
    `AGENT_SESSIONS_CLIENT_SCRIPT("W/\\"${etag}\\"", ${script.length}, ${gzip.length})\n`,
);
