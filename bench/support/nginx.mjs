// A real nginx in a directory of its own, on loopback, in one process.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from './connection.mjs';

const program = process.env.AGENT_SESSIONS_NGINX ?? '/usr/sbin/nginx';
const usualPatienceMs = 30_000;
const signalAgainMs = 500;

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

/**
 * Starts nginx with this configuration, under `wrapper` (a command in front) where given, and waits until it answers
 * on `port`. `stop()` ends it and throws when nginx complained; `launched` is when that was asked for (performance.now()).
 */
export async function startNginx({ directory, configuration, port, wrapper = [], patienceMs = usualPatienceMs }) {
    const errorLog = join(directory, `error.${port}.log`);
    const file = join(directory, `nginx.${port}.conf`);
    mkdirSync(join(directory, 'temp'), { recursive: true, mode: 0o700 });
    writeFileSync(file, configuration);
    const command = [...wrapper, program, '-p', `${directory}/`, '-c', file, '-e', errorLog];
    const launched = performance.now();
    const child = spawn(command[0], command.slice(1), { stdio: 'ignore' });
    const killAtExit = () => child.kill('SIGKILL');
    process.once('exit', killAtExit);
    const ended = once(child, 'exit');

    const stop = async () => {
        // A signal that comes just before nginx begins to wait is only seen after the next one.
        for (let gone = false; !gone;) {
            child.kill('SIGTERM');
            gone = await Promise.race([ended.then(() => true), pause(signalAgainMs, false)]);
        }
        process.removeListener('exit', killAtExit);
        const complaints = readFileSync(errorLog, 'utf8').match(/^.*\[(alert|emerg|crit)\].*$/gm);
        if (complaints) {
            throw new Error(`nginx complained:\n${complaints.join('\n')}`);
        }
    };

    for (const deadline = Date.now() + patienceMs; !(await Connection.accepts(port)); await pause(5)) {
        if (child.exitCode !== null || Date.now() > deadline) {
            child.kill('SIGKILL');
            throw new Error(`nginx does not answer:\n${readFileSync(errorLog, 'utf8')}`);
        }
    }
    return { pid: child.pid, errorLog, launched, stop };
}
