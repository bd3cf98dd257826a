// Bundles the page into build/web/: every file as it is and gzipped, plus assets.inc, which admin/assets.cpp includes.
// The build fails when the page outgrows its budget.
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, "src");
const output = path.resolve(here, "../../build/web");
// Of all files of a kind together.
const gzipBudget = { js: 40_000, css: 4_000 };

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);

async function bundle(entry) {
  const result = await esbuild.build({
    entryPoints: [path.join(source, entry)],
    absWorkingDir: source,
    outdir: output,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: ["chrome109", "firefox115", "safari16"],
    entryNames: "app-[hash]",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    charset: "utf8",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
  return result.outputFiles.map(({ path: file, contents }) => ({
    name: path.basename(file),
    bytes: Buffer.from(contents),
    immutable: true,
  }));
}

function inc(assets) {
  const lines = assets.map(
    ({ symbol, name, type, bytes, gzip, immutable }) =>
      `AGENT_SESSIONS_ASSET(${symbol}, "${name}", "${plainName(name)}", "${type}", "W/\\"${digest(bytes)}\\"", ` +
      `${bytes.length}, ${gzip.length}, ${immutable})`,
  );
  return `// Written by admin/web/build.mjs. Fields: symbol, path, name, content type, ETag, bytes, gzipped bytes, immutable.\n${lines.join("\n")}\n`;
}

const plainName = (name) => name.replace(/-[A-Z0-9]{8}(?=\.)/, "");
const types = { html: "text/html", js: "text/javascript", css: "text/css" };
const typeOf = (name) => {
  const type = types[name.split(".").pop()];
  return type ? `${type}; charset=utf-8` : name.endsWith(".svg") ? "image/svg+xml" : "application/json";
};

const bundled = (await Promise.all([bundle("main.tsx"), bundle("app.css")])).flat();
const linked = (name) => `"${bundled.find((asset) => plainName(asset.name) === name).name}"`;
const template = await readFile(path.join(source, "index.html"), "utf8");
const assets = [
  {
    name: "index.html",
    bytes: Buffer.from(template.replace('"app.js"', linked("app.js")).replace('"app.css"', linked("app.css"))),
  },
  ...bundled,
  { name: "favicon.svg", bytes: await readFile(path.join(source, "favicon.svg")) },
  { name: "api/1/openapi.json", bytes: await readFile(path.resolve(here, "../openapi.json")) },
].map((asset) => ({
  immutable: false,
  ...asset,
  symbol: plainName(asset.name).replace(/\W/g, "_"),
  type: typeOf(asset.name),
  gzip: gzipSync(asset.bytes, { level: 9 }),
}));

const gzipped = (kind) =>
  assets.filter(({ name }) => name.endsWith(`.${kind}`)).reduce((sum, { gzip }) => sum + gzip.length, 0);
const overBudget = Object.keys(gzipBudget).filter((kind) => gzipped(kind) > gzipBudget[kind]);
for (const { name, bytes, gzip } of assets) {
  console.log(`${name}: ${bytes.length} bytes, ${gzip.length} gzipped`);
}
if (overBudget.length > 0) {
  console.error(`Over the budget of ${JSON.stringify(gzipBudget)} gzipped: ${overBudget.join(", ")}`);
  process.exit(1);
}

// Written beside and moved into place, so that a failed build leaves no half page behind.
const fresh = `${output}.new`;
await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
for (const { name, bytes, gzip } of assets) {
  await mkdir(path.dirname(path.join(fresh, name)), { recursive: true });
  await writeFile(path.join(fresh, name), bytes);
  await writeFile(path.join(fresh, `${name}.gz`), gzip);
}
await writeFile(path.join(fresh, "assets.inc"), inc(assets));
await rm(output, { recursive: true, force: true });
await rename(fresh, output);
