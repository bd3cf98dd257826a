// Serves build/web/ and the mock API below a prefix, with the headers of the real endpoint.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { answer, newState } from "./mock_api.mjs";

const webRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../build/web");
const types = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };

export const securityHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
};

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString("utf8")) : undefined;
}

async function serveFile(name, response) {
  const file = path.basename(name || "index.html");
  try {
    const content = await readFile(path.join(webRoot, file));
    const type = types[path.extname(file).slice(1)] ?? "application/octet-stream";
    response.writeHead(200, { ...securityHeaders, "Content-Type": `${type}; charset=utf-8` }).end(content);
  } catch {
    response.writeHead(404, securityHeaders).end();
  }
}

/** Starts on a free port of loopback. Resolves to {url, state, stop(), start()}: start() comes back on the same port. */
export async function startMock({ prefix = "/ops/agents/", port = 0, ...changes } = {}) {
  const state = newState(changes);
  const listener = async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (!pathname.startsWith(prefix)) {
      response.writeHead(404, securityHeaders).end();
    } else if (pathname === `${prefix}health` || pathname.startsWith(`${prefix}api/1/`)) {
      const path = pathname === `${prefix}health` ? "../../health" : pathname.slice(`${prefix}api/1/`.length);
      const result = state.refusal ?? answer(state, request.method, path, searchParams, await bodyOf(request));
      const type = result.status < 400 ? "application/json" : "application/problem+json";
      response
        .writeHead(result.status, { ...securityHeaders, "Content-Type": type, "Cache-Control": "no-store" })
        .end(JSON.stringify(result.body));
    } else {
      await serveFile(pathname.slice(prefix.length), response);
    }
  };

  let server;
  let chosenPort = port;
  const start = () =>
    new Promise((resolve) => {
      server = createServer(listener);
      server.listen(chosenPort, "127.0.0.1", () => {
        chosenPort = server.address().port;
        resolve();
      });
    });
  const stop = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  await start();
  return { url: `http://127.0.0.1:${chosenPort}${prefix}`, state, start, stop };
}
