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
export const pauseBetweenRequestsMs = 1;

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

// More interactions than a list shows of one session, with long names: what would cost most to copy.
const manyInteractions = Array.from({ length: 64 }, (_, number) => `/app?interaction=${'i'.repeat(100)}${number}&instance=${number}`);

function admin(method, ref) {
    return {
        module: true, tracked: true, location: 'empty_gif;', adminRequest: { method, ref }, opened: manyInteractions, status: 404,
        directives: ['agent_sessions_account $http_x_account;', 'agent_sessions_interaction $arg_interaction $arg_instance;'],
    };
}

/** What an admin of another account asks the endpoint about a session that there is, and about one that there is not. */
export const refScenarios = [
    { name: 'foreign_read', ...admin('GET', (ref) => ref) },
    { name: 'missing_read', ...admin('GET', () => '0'.repeat(32)) },
    { name: 'foreign_end', ...admin('DELETE', (ref) => ref) },
    { name: 'missing_end', ...admin('DELETE', () => '0'.repeat(32)) },
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
            agent_sessions_admin_account $http_x_admin_account;
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

// The navigations that begin a session, learn who the agent is and see the cookie that this brings. Without the module
// they pass, too, so that both sides do the same.
async function beginSession(connection, headers) {
    let cookie;
    for (let navigation = 0; navigation < 3; navigation += 1) {
        const { head } = await connection.send(requestText('GET', '/', cookie ? { ...headers, Cookie: cookie } : headers));
        cookie = /^set-cookie: ([^;]*)/im.exec(head)?.[1] ?? cookie ?? `${cookieName}=${'A'.repeat(52)}`;
    }
    return cookie;
}

const adminHeaders = { Host: 'bench.test', 'X-Admin-Account': '*' };

async function refOfTheSession(connection) {
    const { body } = await connection.send(requestText('GET', '/admin/api/1/sessions', adminHeaders));
    return JSON.parse(body).sessions[0].ref;
}

async function endAllSessions(connection) {
    const body = JSON.stringify({ all: true });
    const { status } = await connection.send(requestText('POST', '/admin/api/1/sessions/terminate', {
        ...adminHeaders, 'Content-Type': 'application/json', 'Content-Length': body.length,
    }, body));
    if (status !== 200) {
        throw new Error(`the session could not be ended: ${status}`);
    }
}

function expectedStatus(scenario) {
    return scenario.status ?? (scenario.ended ? 403 : 200);
}

async function requestOf(scenario, connection, cookie) {
    if (scenario.adminRequest) {
        const { method, ref } = scenario.adminRequest;
        return requestText(method, `/admin/api/1/sessions/${ref(await refOfTheSession(connection))}`, {
            Host: 'bench.test', 'X-Admin-Account': 'south',
        });
    }
    return requestText('GET', scenario.target, {
        Host: 'bench.test', Accept: 'application/json', 'X-Account': 'north', Cookie: cookie,
    });
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
    for (const target of scenario.opened ?? []) {
        await connection.send(requestText('GET', target, { Host: 'bench.test', 'X-Account': 'north', Cookie: cookie }));
    }
    if (scenario.ended) {
        await endAllSessions(connection);
    }
    const request = await requestOf(scenario, connection, cookie);
    for (let sent = 0; sent < requests; sent += 1) {
        const { status } = await connection.send(request);
        if (status !== expectedStatus(scenario)) {
            throw new Error(`${scenario.name}: status ${status}`);
        }
        await pause(pauseBetweenRequestsMs);
    }
    connection.close();
    await nginx.stop();
    return readCallgrind(output, nginx.pid);
}

/** The difference of a run with N requests and one with 2N, a request. */
export function perRequest(once, twice, requests) {
    const difference = (more, less) => new Map([...more].map(([name, cost]) => [name, (cost - (less.get(name) ?? 0)) / requests]));
    return {
        instructions: (twice.instructions - once.instructions) / requests,
        allocations: (twice.allocations - once.allocations) / requests,
        byFunction: difference(twice.byFunction, once.byFunction),
        called: difference(twice.called, once.called),
    };
}

/** { name: { instructions, allocations, byFunction, called } } a request, of the scenarios chosen; two runs at a time. */
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
