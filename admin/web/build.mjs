// Bundles the page into build/web/: every file as it is and gzipped, plus assets.inc, which admin/assets.cpp includes.
// The build fails when the page outgrows its budget.
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const source = path.join(path.dirname(fileURLToPath(import.meta.url)), "src");
const output = path.resolve(source, "../../../build/web");
const gzipBudget = { js: 40_000, css: 4_000 };

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);

async function bundle(entry) {
  const result = await esbuild.build({
    entryPoints: [path.join(source, entry)],
    absWorkingDir: source,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: ["chrome109", "firefox115", "safari16"],
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    charset: "utf8",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
  return Buffer.from(result.outputFiles[0].contents);
}

function inc(assets) {
  const lines = assets.map(
    ({ symbol, name, type, bytes, gzip, immutable }) =>
      `AGENT_SESSIONS_ASSET(${symbol}, "${name}", "${type}", "W/\\"${digest(bytes)}\\"", ` +
      `${bytes.length}, ${gzip.length}, ${immutable})`,
  );
  return `// Written by admin/web/build.mjs. Fields: symbol, path, content type, ETag, bytes, gzipped bytes, immutable.\n${lines.join("\n")}\n`;
}

const [script, style] = await Promise.all([bundle("main.tsx"), bundle("app.css")]);
const scriptName = `app-${digest(script)}.js`;
const styleName = `app-${digest(style)}.css`;
const template = await readFile(path.join(source, "index.html"), "utf8");
const page = Buffer.from(template.replace('"app.js"', `"${scriptName}"`).replace('"app.css"', `"${styleName}"`));

const assets = [
  { symbol: "index_html", name: "index.html", type: "text/html; charset=utf-8", bytes: page, immutable: false },
  { symbol: "app_js", name: scriptName, type: "text/javascript; charset=utf-8", bytes: script, immutable: true },
  { symbol: "app_css", name: styleName, type: "text/css; charset=utf-8", bytes: style, immutable: true },
  {
    symbol: "favicon_svg",
    name: "favicon.svg",
    type: "image/svg+xml",
    bytes: await readFile(path.join(source, "favicon.svg")),
    immutable: false,
  },
].map((asset) => ({ ...asset, gzip: gzipSync(asset.bytes, { level: 9 }) }));

const overBudget = assets.filter(({ name, gzip }) => gzip.length > (gzipBudget[name.split(".").pop()] ?? Infinity));
for (const { name, bytes, gzip } of assets) {
  console.log(`${name}: ${bytes.length} bytes, ${gzip.length} gzipped`);
}
if (overBudget.length > 0) {
  console.error(`Over the budget of ${JSON.stringify(gzipBudget)} gzipped: ${overBudget.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}

// Written beside and moved into place, so that a failed build leaves no half page behind.
const fresh = `${output}.new`;
await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
for (const { name, bytes, gzip } of assets) {
  await writeFile(path.join(fresh, name), bytes);
  await writeFile(path.join(fresh, `${name}.gz`), gzip);
}
await writeFile(path.join(fresh, "assets.inc"), inc(assets));
await rm(output, { recursive: true, force: true });
await rename(fresh, output);
