// Who is compared, doing the same work: take a session cookie, look it up, note that it was seen, refuse it if it was ended.
// limit_req and limit_conn do less: a counter for each key.

import { flood } from './support/load.mjs';
import { serveWithHaproxy, serveWithNginx, trackingDirectives } from './support/server.mjs';

export const module = process.env.AGENT_SESSIONS_MODULE
    ?? new URL('../build/ngx_http_agent_sessions_module.so', import.meta.url).pathname;
export const watchedModule = new URL('../build/bench/watched/ngx_http_agent_sessions_module.so', import.meta.url).pathname;

const luaModules = ['/usr/lib/nginx/modules/ndk_http_module.so', '/usr/lib/nginx/modules/ngx_http_lua_module.so'];

// A shared dictionary with three keys for each session: whether it lives, when it was seen, how often. It has room for all: a
// full one would drop sessions.
function luaDirectives(zone) {
    return {
        modules: luaModules,
        http: [
            `lua_shared_dict sessions ${Math.ceil(zone.sessions * 0.0006) + 8}m;`,
            `init_by_lua_block {
        local sessions = ngx.shared.sessions
        for cookie in io.lines("${zone.cookies.file}") do
            sessions:safe_set(cookie, 1)
            sessions:safe_set("seen:" .. cookie, 0)
            sessions:safe_set("count:" .. cookie, 0)
        end
    }`,
        ],
        server: [
            `access_by_lua_block {
            local cookie = ngx.var.cookie_agent_session
            if not cookie then
                return
            end
            local sessions = ngx.shared.sessions
            local state = sessions:get(cookie)
            if state == 0 then
                return ngx.exit(403)
            end
            if not state then
                sessions:safe_set(cookie, 1)
            end
            sessions:set("seen:" .. cookie, ngx.now())
            sessions:incr("count:" .. cookie, 1, 0)
        }`,
        ],
    };
}

// A node with a cookie as its key takes 256 bytes of the slab.
function limitZoneMegabytes(zone) {
    return Math.ceil(zone.sessions * 0.00029) + 8;
}

function limitReqDirectives(zone) {
    return {
        http: [`limit_req_zone $cookie_agent_session zone=limited:${limitZoneMegabytes(zone)}m rate=1000000r/s;`],
        server: ['limit_req zone=limited burst=1000000 nodelay;'],
    };
}

function limitConnDirectives(zone) {
    return {
        http: [`limit_conn_zone $cookie_agent_session zone=limited:${limitZoneMegabytes(zone)}m;`],
        server: ['limit_conn limited 1000;'],
    };
}

export function oursDirectives(zone, built = module) {
    return { modules: [built], ...trackingDirectives(zone) };
}

/**
 * `base` is what the figures of a contender are compared with. `reaches` names the targets at which it does its work:
 * limits and Lua's access phase come after `return`. `fills`: it learns its keys from requests, each is sent once before.
 */
export const contenders = [
    { name: 'bare', title: 'bare nginx', reaches: ['return', 'gif', 'proxy'], nginx: () => ({}) },
    { name: 'ours', title: 'Agent Sessions', base: 'bare', reaches: ['return', 'gif', 'proxy'], nginx: oursDirectives },
    {
        name: 'limit_conn', title: 'nginx limit_conn', base: 'bare', reaches: ['gif', 'proxy'], nginx: limitConnDirectives,
    },
    {
        name: 'limit_req', title: 'nginx limit_req', base: 'bare', reaches: ['gif', 'proxy'], nginx: limitReqDirectives,
        fills: true,
    },
    { name: 'lua', title: 'nginx + Lua', base: 'bare', reaches: ['gif', 'proxy'], nginx: luaDirectives },
    { name: 'bare_haproxy', title: 'bare HAProxy', reaches: ['return', 'gif', 'proxy'], haproxy: () => 0 },
    {
        name: 'haproxy', title: 'HAProxy stick table', base: 'bare_haproxy', reaches: ['return', 'gif', 'proxy'],
        haproxy: (zone) => zone.sessions, fills: true,
    },
];

async function fill(server, zone) {
    let sent = 0;
    while (sent < zone.cookies.count) {
        sent += (await flood({ port: server.port, target: '/gif', cookies: zone.cookies, first: sent, seconds: 2 })).sent;
    }
}

/** Starts a contender with the sessions of a zone in its table. */
export async function startContender(contender, { directory, applicationPort, zone }) {
    const common = { directory, applicationPort, name: `${contender.name}.${zone.sessions}` };
    const server = contender.haproxy
        ? await serveWithHaproxy({ ...common, sessions: contender.haproxy(zone) })
        : await serveWithNginx({ ...common, ...contender.nginx(zone), patienceMs: 120_000 });
    if (contender.fills) {
        await fill(server, zone);
    }
    return server;
}
