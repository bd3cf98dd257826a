// One JSON line per request that reached the application, written on arrival and before anything else happens.
// It is the proof that a blocked request never got here. Cookie values and bodies are never written.

import { appendFileSync } from 'node:fs';
import { readCookies } from './logins.mjs';

export function requestLog(file) {
    const write = file ? (line) => appendFileSync(file, line) : (line) => process.stdout.write(line);
    return (request) => write(`${JSON.stringify(describe(request))}\n`);
}

function describe(request) {
    const extensionHeaders = Object.entries(request.headers).filter(([name]) => name.startsWith('x-'));
    return {
        time: new Date().toISOString(),
        method: request.method,
        url: request.url,
        cookies: [...readCookies(request).keys()],
        headers: Object.fromEntries(extensionHeaders),
    };
}
