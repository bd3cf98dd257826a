// A real nginx in a directory of its own, on loopback, in one process.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from './connection.mjs';

const program = process.env.AGENT_SESSIONS_NGINX ?? '/usr/sbin/nginx';
const usualPatienceMs = 30_000;
const waitMs = 5;
const signalAgain = 100;

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort() {
    const listener = createServer();
    await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address();
    await new Promise((resolve) => listener.close(resolve));
    return port;
}

/** A directory for run=, state= and logs; `remove` it when done. */
export function makeDirectory() {
    const path = mkdtempSync(join(tmpdir(), 'agent-sessions-bench-'));
    for (const name of ['temp', 'run', 'state']) {
        mkdirSync(join(path, name), { mode: 0o700 });
    }
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Whether a process runs. */
export function isAlive(pid) {
    try {
        return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    } catch {
        return false;
    }
}

async function pidInFile(file, deadline) {
    for (;;) {
        const pid = Number(existsSync(file) && readFileSync(file, 'utf8'));
        if (pid > 0) {
            return pid;
        }
        if (Date.now() > deadline) {
            throw new Error(`nginx does not start: there is no ${file}`);
        }
        await pause(5);
    }
}

/**
 * Starts nginx with this configuration, under `wrapper` (a command in front) where given, and waits until it answers
 * on `port`. `daemon`: the configuration says so too; nginx ignores
 * SIGUSR2 otherwise. `stop()` ends it and throws when nginx complained; `launched` is when
 * the start was asked for (performance.now()).
 */
export async function startNginx({
    directory, configuration, port, wrapper = [], patienceMs = usualPatienceMs, daemon = false,
}) {
    const errorLog = join(directory, `error.${port}.log`);
    const file = join(directory, `nginx.${port}.conf`);
    mkdirSync(join(directory, 'temp'), { recursive: true, mode: 0o700 });
    writeFileSync(file, configuration);
    const command = [...wrapper, program, '-p', `${directory}/`, '-c', file, '-e', errorLog];
    const launched = performance.now();
    const deadline = Date.now() + patienceMs;
    const child = spawn(command[0], command.slice(1), { stdio: 'ignore' });
    let { pid } = child;
    const kill = (signal) => {
        if (isAlive(pid)) {
            process.kill(pid, signal);
        }
    };
    const killAtExit = () => kill('SIGKILL');
    process.once('exit', killAtExit);
    const ended = once(child, 'exit');

    const stop = async () => {
        // A signal that comes just before nginx begins to wait is only seen after the next one.
        for (let waits = 0; isAlive(pid); waits += 1) {
            if (waits % signalAgain === 0) {
                kill('SIGTERM');
            }
            await pause(waitMs);
        }
        await ended;
        process.removeListener('exit', killAtExit);
        const complaints = readFileSync(errorLog, 'utf8').match(/^.*\[(alert|emerg|crit)\].*$/gm);
        if (complaints) {
            throw new Error(`nginx complained:\n${complaints.join('\n')}`);
        }
    };

    if (daemon) {
        pid = await pidInFile(join(directory, `nginx.${port}.pid`), deadline);
    }
    while (!(await Connection.accepts(port))) {
        if (!isAlive(pid) || Date.now() > deadline) {
            kill('SIGKILL');
            throw new Error(`nginx does not answer:\n${readFileSync(errorLog, 'utf8')}`);
        }
        await pause(5);
    }
    return { pid, errorLog, launched, stop };
}
