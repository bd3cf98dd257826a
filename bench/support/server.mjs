// The servers that are compared: nginx with one directive or another, and HAProxy. Each serves /return, /gif and /proxy.

import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection, requestText } from './connection.mjs';
import { childrenOf, onServerCore, processorTime } from './machine.mjs';
import { freePort, startNginx } from './nginx.mjs';

const asRoot = process.getuid() === 0;

export function nginxConfiguration({
    port, applicationPort, modules = [], workers = 1, affinity = '', http = [], server = [], locations = [],
}) {
    return `
${modules.map((module) => `load_module ${module};`).join('\n')}
${asRoot ? 'user root;' : ''}
daemon off;
worker_processes ${workers};
${affinity}
worker_rlimit_nofile 8192;
pid nginx.${port}.pid;
events { worker_connections 2048; }
http {
    client_body_temp_path temp/body; proxy_temp_path temp/proxy; fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi; scgi_temp_path temp/scgi;
    access_log off;
    client_max_body_size 2m;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    upstream application { server 127.0.0.1:${applicationPort}; keepalive 64; keepalive_requests 1000000000; keepalive_timeout 1h; }
    ${http.join('\n    ')}
    server {
        listen 127.0.0.1:${port};
        ${server.join('\n        ')}
        location = /return { return 200 "ok"; }
        location = /gif { empty_gif; }
        location = /proxy { proxy_pass http://application; proxy_http_version 1.1; proxy_set_header Connection ""; }
        location = /who { add_header X-Worker $pid; empty_gif; }
        ${locations.join('\n        ')}
    }
}
`;
}

/** Directives of ours for a zone that was seeded. */
export function trackingDirectives(zone) {
    return {
        http: [`agent_sessions_zone ${zone.name} capacity=${zone.capacity} run=${zone.run} state=${zone.state};`],
        server: [`agent_sessions ${zone.name};`, 'agent_sessions_timeout 12h absolute=24h;'],
        locations: [
            `location /admin/ { agent_sessions_admin ${zone.name} write=on; agent_sessions_admin_account *;`
            + ' agent_sessions_admin_role admin; agent_sessions_admin_user bench; }',
        ],
    };
}

async function workersOf(master, count) {
    for (;;) {
        const workers = childrenOf(master);
        if (workers.length >= count) {
            return workers;
        }
        await pause(5);
    }
}

/** A running nginx with its workers. `wrapper` stands in front of the command; one core unless told otherwise. */
export async function serveWithNginx({
    directory, name, applicationPort, wrapper = onServerCore, workers = 1, patienceMs, ...directives
}) {
    const place = join(directory, name);
    mkdirSync(place, { recursive: true, mode: 0o700 });
    const port = await freePort();
    const nginx = await startNginx({
        directory: place, port, wrapper, patienceMs,
        configuration: nginxConfiguration({ port, applicationPort, workers, ...directives }),
    });
    return {
        name, port, master: nginx.pid, errorLog: nginx.errorLog, launched: nginx.launched, stop: nginx.stop,
        workers: () => workersOf(nginx.pid, workers),
        processorTime: async () => (await workersOf(nginx.pid, workers))
            .reduce((sum, worker) => sum + processorTime(worker), 0),
    };
}

function haproxyConfiguration({ port, applicationPort, picture, sessions }) {
    const tracked = sessions > 0;
    return `
global
    nbthread 1
    maxconn 2000
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    timeout http-keep-alive 1h
frontend clients
    bind 127.0.0.1:${port}
    ${tracked ? `http-request track-sc0 req.cook(agent_session) table sessions
    http-request deny deny_status 403 if { sc0_get_gpc0(sessions) gt 0 }` : ''}
    http-request return status 200 content-type text/plain string ok if { path /return }
    http-request return status 200 content-type image/gif file ${picture} if { path /gif }
    default_backend application
backend application
    http-reuse always
    server one 127.0.0.1:${applicationPort}
${tracked ? `backend sessions
    stick-table type string len 52 size ${sessions + 1000} expire 12h store gpc0,http_req_cnt` : ''}
`;
}

// What nginx's empty_gif sends.
const emptyPicture = Buffer.from('R0lGODlhAQABAIABAAAAAP///yH5BAEAAAEALAAAAAABAAEAAAICTAEAOw==', 'base64');

/** A running HAProxy, with a stick table where `sessions` says for how many. */
export async function serveWithHaproxy({ directory, name, applicationPort, sessions = 0, wrapper = onServerCore }) {
    const place = join(directory, name);
    mkdirSync(place, { recursive: true, mode: 0o700 });
    const port = await freePort();
    const picture = join(place, 'empty.gif');
    const file = join(place, 'haproxy.cfg');
    writeFileSync(picture, emptyPicture);
    writeFileSync(file, haproxyConfiguration({ port, applicationPort, picture, sessions }));
    const [command, ...args] = [...wrapper, 'haproxy', '-db', '-q', '-f', file];
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const killAtExit = () => child.kill('SIGKILL');
    process.once('exit', killAtExit);
    const ended = once(child, 'exit');
    while (!(await Connection.accepts(port))) {
        if (child.exitCode !== null) {
            throw new Error('HAProxy does not start');
        }
        await pause(20);
    }
    return {
        name, port, master: child.pid,
        processorTime: () => processorTime(child.pid),
        stop: async () => {
            child.kill('SIGTERM');
            await ended;
            process.removeListener('exit', killAtExit);
        },
    };
}

/** Asks once, on a connection of its own: { status, head, body }. */
export async function ask(port, method, target, body, headers = {}) {
    const connection = await Connection.open(port);
    try {
        return await connection.send(requestText(method, target, {
            Host: 'bench.test', Connection: 'close',
            ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
            ...headers,
        }, body));
    } finally {
        connection.close();
    }
}

/** Waits until the history has written all that happened; how many milliseconds that took. */
export async function historyWritten(port, patienceMs = 600_000) {
    const start = performance.now();
    while (performance.now() - start < patienceMs) {
        const { body } = await ask(port, 'GET', '/admin/health');
        const { history } = JSON.parse(body);
        if (history.state === 'writing' && history.latest_event <= history.written_event) {
            return performance.now() - start;
        }
        await pause(100);
    }
    throw new Error('the history is not written');
}
