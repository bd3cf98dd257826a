// A real nginx with the module in front of an agent application of this process, for one test.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createListener } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { writePast } from "./past.mjs";

const modulePath =
  process.env.AGENT_SESSIONS_MODULE ??
  fileURLToPath(new URL("../../../build/ngx_http_agent_sessions_module.so", import.meta.url));
const patience = 10_000;

async function freePort() {
  const listener = createListener();
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

async function until(condition, what) {
  const deadline = Date.now() + patience;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `in vain: ${what}`);
    await pause(10);
  }
}

/** Opens a websocket that says nothing (RFC 6455, 4.2.2). */
function acceptWebsocket(request, socket) {
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept.digest("base64")}\r\n\r\n`,
  );
}

/**
 * The application: `pages` by path, each a text of HTML or a function (request, response). ?login=NAME is answered with
 * the name of the agent. A websocket is opened at any path.
 */
async function startApplication(pages) {
  const requests = [];
  const server = createServer((request, response) => {
    request.resume();
    requests.push(`${request.method} ${request.url}`);
    const { pathname, searchParams } = new URL(request.url, "http://application");
    if (searchParams.has("login")) {
      response.setHeader("X-Agent-Id", Buffer.from(searchParams.get("login")).toString("latin1"));
    }
    const page = pages[pathname] ?? `<!doctype html><link rel="icon" href="data:,"><title>Application</title><h1>Application ${pathname}</h1>`;
    if (typeof page === "function") {
      page(request, response);
      return;
    }
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(Buffer.from(page)); // With a text, Node would write the header's bytes in the text's encoding.
  });
  const websockets = new Set();
  server.on("upgrade", (request, socket) => {
    websockets.add(socket);
    socket.on("error", () => {});
    acceptWebsocket(request, socket);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
        websockets.forEach((socket) => socket.destroy());
      }),
  };
}

/** Gives the directory a key and a certificate that nobody vouches for. */
function makeCertificate(prefix) {
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=test"].concat(
      ["-keyout", join(prefix, "key.pem"), "-out", join(prefix, "certificate.pem")],
    ),
    { stdio: "ignore" },
  );
}

const listenTls = (port) =>
  port ? `listen 127.0.0.1:${port} ssl; ssl_certificate certificate.pem; ssl_certificate_key key.pem;` : "";

function configuration({ port, tlsPort, applicationPort, capacity, http, server, admin, state }) {
  return `
load_module ${modulePath};
${process.getuid() === 0 ? "user www-data;" : ""}
daemon off;
worker_processes 2;
pid nginx.pid;
error_log error.log info;
events { worker_connections 512; }
http {
    client_body_temp_path temp/body;
    proxy_temp_path temp/proxy;
    fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi;
    scgi_temp_path temp/scgi;
    access_log off;
    agent_sessions_zone browser capacity=${capacity} run=run state=${state};
    map $http_upgrade $connection_upgrade { "" ""; default upgrade; }
    ${http.replaceAll("@PORT@", port)}
    server {
        listen 127.0.0.1:${port};
        ${listenTls(tlsPort)}
        agent_sessions browser;
        agent_sessions_agent $upstream_http_x_agent_id;
        ${server}
        location / {
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_upgrade;
            proxy_pass http://127.0.0.1:${applicationPort};
        }
        ${admin.replaceAll("@PORT@", port)}
    }
}
`;
}

const anyInteraction = "agent_sessions_interaction $arg_interaction $arg_instance;";
const adminOfAll = `
        location /admin/ {
            agent_sessions_admin browser write=on;
            agent_sessions_admin_account *;
            agent_sessions_admin_role admin;
            agent_sessions_admin_user supervisor;
        }`;

// The test runner ends a file that takes too long by a signal, which by itself would skip what is done at exit.
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => process.exit(1));
}

/**
 * Starts both. options: capacity; http, server, admin: directives of those places, admin with its location; in them
 * @PORT@ stands for the server's own port; past: what its history
 * holds, of pastOf(); state: the directory for what lasts; brand:
 * {name: text} of the files in the folder "brand"; tls: true where it also listens on `tlsPort`, with TLS.
 * `stop()` ends them, removes every file, and fails when nginx complained. `halt()` and `resume()` stop nginx and start
 * it again with what it left behind; `reload()` gives it its configuration anew.
 */
export async function startGateway(
  pages = {},
  { capacity = 1000, http = "", server = anyInteraction, admin = adminOfAll, past = null, state = "state", brand = {}, tls = false } = {},
) {
  const prefix = await mkdtemp(join(tmpdir(), "agent-sessions-browser-"));
  await chmod(prefix, 0o755);
  await mkdir(join(prefix, "temp"));
  await mkdir(join(prefix, "brand"));
  for (const [name, text] of Object.entries(brand)) {
    await writeFile(join(prefix, "brand", name), text);
  }
  const application = await startApplication(pages);
  const port = await freePort();
  const tlsPort = tls ? await freePort() : 0;
  if (tls) {
    makeCertificate(prefix);
  }
  await writeFile(
    join(prefix, "nginx.conf"),
    configuration({ port, tlsPort, applicationPort: application.port, capacity, http, server, admin, state }),
  );
  let nginx;
  let ended;
  const resume = () => {
    nginx = spawn(
      process.env.AGENT_SESSIONS_NGINX ?? "/usr/sbin/nginx",
      ["-p", `${prefix}/`, "-c", "nginx.conf", "-e", "error.log"],
      { stdio: ["ignore", "ignore", "ignore"] },
    );
    ended = new Promise((resolve) => nginx.once("exit", resolve));
    return answers();
  };
  const halt = async () => {
    nginx.kill("SIGTERM");
    await ended;
  };
  const endAtExit = () => {
    nginx?.kill("SIGTERM");
    rmSync(prefix, { recursive: true, force: true });
  };
  process.once("exit", endAtExit);
  const url = `http://127.0.0.1:${port}`;

  const log = () => readFile(join(prefix, "error.log"), "utf8").catch(() => "");
  const answers = () =>
    until(async () => {
      assert.equal(nginx.exitCode, null, `nginx ended: ${await log()}`);
      return fetch(`${url}/`).then(
        () => true,
        () => false,
      );
    }, "nginx answers");
  const stop = async () => {
    await halt();
    process.removeListener("exit", endAtExit);
    await application.stop();
    const complaints = (await log()).split("\n").filter((line) => /\[alert\]|\[emerg\]|exited on signal/.test(line));
    await rm(prefix, { recursive: true, force: true });
    assert.deepEqual(complaints, []);
  };

  const api = async (path, body) => {
    const response = await fetch(`${url}/admin/api/1/${path}`, {
      method: body ? "POST" : "GET",
      headers: body ? { "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin" } : {},
      body: body && JSON.stringify(body),
    });
    assert.equal(response.status, 200, path);
    return response.json();
  };

  try {
    await resume();
    if (past) {
      await halt();
      // Without the segment the database is all that is known.
      await rm(join(prefix, "run"), { recursive: true });
      writePast(join(prefix, "state", "browser.db"), past);
      await resume();
    }
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return {
    url,
    port,
    tlsPort,
    requests: application.requests,
    sessions: async () => (await api("sessions")).sessions,
    terminateAll: (message) => api("sessions/terminate", { all: true, ...(message && { message }) }),
    /** Lets every agent finish; `manner` has the "in" and "message" of the API. */
    letAllFinish: (manner = {}) => api("sessions/terminate", { all: true, when: "finished", ...manner }),
    keep: (refs) => api("sessions/keep", { refs }),
    halt,
    resume,
    reload: async () => {
      const before = (await log()).split("gracefully shutting down").length;
      nginx.kill("SIGHUP");
      await until(async () => (await log()).split("gracefully shutting down").length > before, "the old workers leave");
    },
    stop,
  };
}

export { until };
