// The demo's agent application: a login, three interactions in tabs, polling and one websocket.
//
//   node server.mjs [--port PORT] [--log FILE]
//
// Listens on 127.0.0.1 (port 0, the default, takes a free one) and prints {"listening": PORT}. It knows nothing of the
// module in front of it: it tells who is logged in by the header X-Agent-Id, and that is all.

import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { identityHeaders, sendHtml } from './answers.mjs';
import { loggedInAgent } from './logins.mjs';
import { plainPage } from './pages.mjs';
import { requestLog } from './request_log.mjs';
import { answer } from './routes.mjs';
import { acceptWebsocket } from './websocket.mjs';

const { values: options } = parseArgs({
    options: { port: { type: 'string', default: '0' }, log: { type: 'string' } },
});
const logRequest = requestLog(options.log);

const server = createServer(async (request, response) => {
    logRequest(request);
    const visitor = visitorOf(request);
    for (const [name, value] of Object.entries(identityHeaders(visitor.agent))) {
        response.setHeader(name, value);
    }
    try {
        await answer({ request, response, url: urlOf(request), visitor });
    } catch (error) {
        console.error(error);
        if (!response.headersSent) {
            sendHtml(response, 500, plainPage(visitor, 'Error', 'Something went wrong.'));
        }
    }
});

server.on('upgrade', (request, socket) => {
    logRequest(request);
    socket.on('error', () => socket.destroy());
    const { agent } = visitorOf(request);
    if (/^\/ws(\/|$)/.test(urlOf(request).pathname)) {
        acceptWebsocket(request, socket, identityHeaders(agent));
    } else {
        socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
});

server.listen(Number(options.port), '127.0.0.1', () => {
    console.log(JSON.stringify({ listening: server.address().port }));
});

for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => process.exit(0));
}

function visitorOf(request) {
    return { agent: loggedInAgent(request), account: request.headers['x-account'] ?? '' };
}

/** Never throws, unlike `new URL`, whatever a client writes on its request line. */
function urlOf(request) {
    const [pathname, ...query] = request.url.split('?');
    return { pathname, searchParams: new URLSearchParams(query.join('?')) };
}
