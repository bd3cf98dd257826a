// Instructions a request, for each kind of request that has a goal, with and without the module.
//
// Each figure is the difference of two runs of one nginx process, one with N requests and one with 2N, so that its
// start, its end and the beginning of the session cancel. Both sides of a comparison get the same bytes.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readCallgrind, underCallgrind } from './callgrind.mjs';
import { Connection, requestText } from './connection.mjs';
import { freePort, makeDirectory, startNginx } from './nginx.mjs';

// Long enough for nginx to wait for the next request each time: one that is there already costs it less.
const pauseBetweenRequestsMs = 1;

const cookieName = 'agent_session';
const navigationHeaders = { Host: 'bench.test', 'Sec-Fetch-Mode': 'navigate' };

const flow = '/app?interaction=invoice&instance=42';

/** What is measured: what is asked for, and what nginx does with it. `off` is off where others are tracked. */
export const scenarios = [
    { name: 'bare', target: '/app', module: false, location: 'empty_gif;' },
    { name: 'known', target: '/app', module: true, tracked: true, location: 'empty_gif;' },
    { name: 'off', target: '/app', module: true, tracked: true, location: 'agent_sessions off; empty_gif;' },
    { name: 'bare_proxied', target: flow, module: false, location: 'proxy_pass http://application;' },
    {
        name: 'known_proxied', target: flow, module: true, tracked: true, location: 'proxy_pass http://application;',
        directives: [
            'agent_sessions_account $http_x_account;',
            'agent_sessions_agent $upstream_http_x_agent_id;',
            'agent_sessions_interaction $arg_interaction $arg_instance;',
        ],
    },
    {
        name: 'ended', target: flow, module: true, tracked: true, ended: true,
        location: 'proxy_pass http://application;',
    },
];

function configurationOf(scenario, { module, port, applicationPort }) {
    const { tracked } = scenario;
    return `
${scenario.module ? `load_module ${module};` : ''}
daemon off;
master_process off;
pid nginx.${port}.pid;
events { worker_connections 64; }
http {
    client_body_temp_path temp/body; proxy_temp_path temp/proxy; fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi; scgi_temp_path temp/scgi;
    access_log off;
    keepalive_requests 1000000;
    keepalive_timeout 1h;
    ${tracked ? `agent_sessions_zone bench capacity=1000 run=run state=state;` : ''}
    upstream application { server 127.0.0.1:${applicationPort}; keepalive 4; keepalive_requests 1000000; keepalive_timeout 1h; }
    server {
        listen 127.0.0.1:${port};
        ${tracked ? 'agent_sessions bench;' : ''}
        ${(scenario.directives ?? []).join('\n        ')}
        location / {
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_hide_header X-Agent-Id;
            ${scenario.location}
        }
        location /admin/ {
            ${tracked ? `agent_sessions_admin bench write=on;
            agent_sessions_admin_account *;
            agent_sessions_admin_role admin;
            agent_sessions_admin_user bench;` : ''}
        }
    }
}
`;
}

/** An application that costs no more than it must, in an nginx of its own. */
export async function startApplication(directory, wrapper = []) {
    const port = await freePort();
    const configuration = `
daemon off;
master_process off;
pid nginx.${port}.pid;
events { worker_connections 64; }
http {
    client_body_temp_path temp/body; proxy_temp_path temp/proxy; fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi; scgi_temp_path temp/scgi;
    access_log off;
    keepalive_requests 1000000;
    keepalive_timeout 1h;
    server { listen 127.0.0.1:${port}; add_header X-Agent-Id alice; location / { return 200 "ok"; } }
}
`;
    return { port, ...(await startNginx({ directory, configuration, port, wrapper })) };
}

// The two navigations that begin a session. Without the module they pass, too, so that both sides do the same.
async function beginSession(connection, headers) {
    const first = await connection.send(requestText('GET', '/', headers));
    const cookie = /^set-cookie: ([^;]*)/im.exec(first.head)?.[1] ?? `${cookieName}=${'A'.repeat(52)}`;
    await connection.send(requestText('GET', '/', { ...headers, Cookie: cookie }));
    return cookie;
}

async function endAllSessions(connection) {
    const body = JSON.stringify({ all: true });
    const { status } = await connection.send(requestText('POST', '/admin/api/1/sessions/terminate', {
        Host: 'bench.test', 'Content-Type': 'application/json', 'Content-Length': body.length,
    }, body));
    if (status !== 200) {
        throw new Error(`the session could not be ended: ${status}`);
    }
}

function expectedStatus(scenario) {
    return scenario.ended ? 403 : 200;
}

async function run(scenario, requests, { module, directory, applicationPort }) {
    const place = join(directory, `${scenario.name}.${requests}`);
    for (const name of ['', 'temp', 'run', 'state']) {
        mkdirSync(join(place, name), { mode: 0o700 });
    }
    const port = await freePort();
    const output = join(place, 'callgrind.out');
    const nginx = await startNginx({
        directory: place, port, wrapper: underCallgrind(output),
        configuration: configurationOf(scenario, { module, port, applicationPort }),
    });
    const connection = await Connection.open(port);
    const cookie = await beginSession(connection, navigationHeaders);
    if (scenario.ended) {
        await endAllSessions(connection);
    }
    const request = requestText('GET', scenario.target, {
        Host: 'bench.test', Accept: 'application/json', 'X-Account': 'north', Cookie: cookie,
    });
    for (let sent = 0; sent < requests; sent += 1) {
        const { status } = await connection.send(request);
        if (status !== expectedStatus(scenario)) {
            throw new Error(`${scenario.name}: status ${status}`);
        }
        await pause(pauseBetweenRequestsMs);
    }
    connection.close();
    await nginx.stop();
    return readCallgrind(output);
}

function perRequest(once, twice, requests) {
    const byFunction = new Map();
    for (const [name, cost] of twice.byFunction) {
        byFunction.set(name, (cost - (once.byFunction.get(name) ?? 0)) / requests);
    }
    return {
        instructions: (twice.instructions - once.instructions) / requests,
        allocations: (twice.allocations - once.allocations) / requests,
        byFunction,
    };
}

/** { name: { instructions, allocations, byFunction } } a request, of the scenarios chosen; two runs at a time. */
export async function measure({ module, requests = 500, chosen = scenarios }) {
    const directory = makeDirectory();
    const application = await startApplication(directory.path);
    try {
        const figures = {};
        for (const scenario of chosen) {
            const where = { module, directory: directory.path, applicationPort: application.port };
            const [once, twice] = await Promise.all([run(scenario, requests, where), run(scenario, 2 * requests, where)]);
            figures[scenario.name] = perRequest(once, twice, requests);
        }
        return figures;
    } finally {
        await application.stop();
        directory.remove();
    }
}
