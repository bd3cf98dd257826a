// The three processes of the demo. Each runs in a process group of its own, so that Ctrl-C reaches only the runner,
// which then stops them in order.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { demoDirectory } from './settings.mjs';

const graceMs = 5_000;

export function startApplication({ prefix }) {
    const options = ['--log', join(prefix, 'application.log')];
    return startNode('application/server.mjs', options, ['ignore', 'pipe', 'inherit']);
}

/** The port that the application says it listens on. */
export async function announcedPort(application) {
    for await (const line of createInterface({ input: application.stdout })) {
        return JSON.parse(line).listening;
    }
    throw new Error('the application did not start');
}

export function startNginx({ nginx, prefix }) {
    const options = ['-e', join(prefix, 'error.log'), '-p', prefix, '-c', join(prefix, 'nginx.conf')];
    return spawnChild(nginx, options, ['ignore', 'inherit', 'inherit']);
}

export function startSimulation(port) {
    return startNode('simulation/main.mjs', ['--port', String(port)], ['ignore', 'inherit', 'inherit']);
}

/** Sends the signals one after the other, each with some time to work, until the process is gone. */
export async function stop(child, signals) {
    for (const signal of signals) {
        if (hasEnded(child)) {
            return;
        }
        child.kill(signal);
        await Promise.race([once(child, 'exit'), new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
    }
}

export function hasEnded(child) {
    return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function startNode(script, options, stdio) {
    return spawnChild(process.execPath, [join(demoDirectory, script), ...options], stdio);
}

function spawnChild(program, options, stdio) {
    const child = spawn(program, options, { stdio, detached: true });
    child.on('error', (error) => console.error(`demo: ${error.message}`));
    return child;
}
