// As much of a browser as the demo needs: a cookie jar, redirects, and the request headers by which a server tells a
// navigation from a script call. One Browser is one person's browser on one host.

import { Agent, request as httpRequest } from 'node:http';
import { randomBytes } from 'node:crypto';

const maxRedirects = 5;
const timeoutMs = 10_000;
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';

export class Browser {
    #cookies = new Map();
    #connections = new Agent({ keepAlive: true, maxSockets: 4 });

    /** `beforeRequest` is awaited ahead of each request: the place to keep a pace. */
    constructor({ port, host = `127.0.0.1:${port}`, beforeRequest = async () => {} }) {
        this.port = port;
        this.host = host;
        this.beforeRequest = beforeRequest;
        this.location = '/';
    }

    /** Follows a link, or submits a form when there is one. Ends at the page that is shown. */
    async navigate(path, form) {
        let answer = await this.#send(path, { form, headers: navigationHeaders('same-origin') });
        for (let redirects = 0; answer.headers.location && redirects < maxRedirects; redirects += 1) {
            path = answer.headers.location;
            answer = await this.#send(path, { headers: navigationHeaders('same-origin') });
        }
        this.location = path;
        return answer;
    }

    /** The address bar, or a bookmark. */
    async visit(path) {
        this.location = path;
        return this.#send(path, { headers: navigationHeaders('none') });
    }

    /** F5. */
    async reload() {
        const headers = { ...navigationHeaders('same-origin'), 'Cache-Control': 'max-age=0' };
        return this.#send(this.location, { headers });
    }

    /** fetch() by a script of the page. */
    async call(path) {
        return this.#send(path, { headers: { Accept: 'application/json', ...fetchHeaders('cors', 'empty') } });
    }

    /** What a page brings along. */
    async loadStyle(path) {
        return this.#send(path, { headers: { Accept: 'text/css,*/*;q=0.1', ...fetchHeaders('no-cors', 'style') } });
    }

    /** Opens a websocket and returns its socket, or undefined when it was refused. */
    async openWebsocket(path) {
        await this.beforeRequest();
        const headers = {
            ...this.#commonHeaders(), ...fetchHeaders('websocket', 'empty'),
            Origin: `http://${this.host}`, Connection: 'Upgrade', Upgrade: 'websocket',
            'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
        };
        return new Promise((resolve, reject) => {
            const request = httpRequest({ host: '127.0.0.1', port: this.port, path, headers, timeout: timeoutMs });
            request.on('upgrade', (response, socket) => {
                socket.setTimeout(0);
                socket.on('error', () => socket.destroy());
                socket.resume();
                resolve(socket);
            });
            request.on('response', (response) => { response.resume(); resolve(undefined); });
            request.on('timeout', () => request.destroy(new Error('timeout')));
            request.on('error', reject);
            request.end();
        });
    }

    close() {
        this.#connections.destroy();
    }

    async #send(path, { form, headers }) {
        await this.beforeRequest();
        const body = form && new URLSearchParams(form).toString();
        const bodyHeaders = body === undefined ? {} : {
            Origin: `http://${this.host}`,
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': Buffer.byteLength(body),
        };
        return new Promise((resolve, reject) => {
            const request = httpRequest({
                host: '127.0.0.1', port: this.port, path, agent: this.#connections, timeout: timeoutMs,
                method: body === undefined ? 'GET' : 'POST',
                headers: { ...this.#commonHeaders(), ...headers, ...bodyHeaders },
            }, (response) => {
                const chunks = [];
                response.on('data', (chunk) => chunks.push(chunk));
                response.on('error', reject);
                response.on('end', () => {
                    this.#keepCookies(response.headers['set-cookie'] ?? []);
                    const text = Buffer.concat(chunks).toString();
                    resolve({ status: response.statusCode, headers: response.headers, text });
                });
            });
            request.on('timeout', () => request.destroy(new Error('timeout')));
            request.on('error', reject);
            request.end(body);
        });
    }

    #commonHeaders() {
        const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        return { Host: this.host, 'User-Agent': userAgent, ...(cookie && { Cookie: cookie }) };
    }

    #keepCookies(lines) {
        for (const line of lines) {
            const [pair, ...attributes] = line.split(';').map((part) => part.trim());
            const equals = pair.indexOf('=');
            const isRemoval = attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute));
            if (isRemoval) {
                this.#cookies.delete(pair.slice(0, equals));
            } else {
                this.#cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
            }
        }
    }
}

/** Whether the answer says that the session was ended. */
export function isEnded(answer) {
    return answer.headers['agent-session'] === 'ended';
}

function navigationHeaders(site) {
    return {
        Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
        'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-User': '?1',
        'Upgrade-Insecure-Requests': '1',
    };
}

function fetchHeaders(mode, destination) {
    return { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Dest': destination };
}
