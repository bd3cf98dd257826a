// Finding a free port and waiting for one to answer.

import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const portsToTry = 100;
const waitMs = 15_000;
const pauseMs = 50;

/** The first free port of 127.0.0.1 from `first` on; 0 takes any. */
export async function freePort(first) {
    for (let port = first; port < first + portsToTry; port += 1) {
        const found = await tryToListen(port);
        if (found) {
            return found;
        }
    }
    throw new Error(`no free port from ${first} to ${first + portsToTry - 1}`);
}

/** Resolves when something accepts connections; throws when it does not come, or when `isHopeless()` says so. */
export async function waitForPort(port, isHopeless) {
    for (let waited = 0; waited < waitMs && !isHopeless(); waited += pauseMs) {
        if (await accepts(port)) {
            return;
        }
        await sleep(pauseMs);
    }
    throw new Error(`nothing answers on port ${port}`);
}

function tryToListen(port) {
    return new Promise((resolve) => {
        const server = createServer();
        server.on('error', () => resolve(undefined));
        server.listen(port, '127.0.0.1', () => {
            const found = server.address().port;
            server.close(() => resolve(found));
        });
    });
}

function accepts(port) {
    return new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1');
        socket.on('connect', () => { socket.destroy(); resolve(true); });
        socket.on('error', () => resolve(false));
    });
}
