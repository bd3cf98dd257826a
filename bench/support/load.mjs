// Load on a server: as much as it can take (wrk), or at a steady rate (pace).

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onClientCore } from './machine.mjs';

const run = promisify(execFile);

const script = fileURLToPath(new URL('requests.lua', import.meta.url));
export const programs = fileURLToPath(new URL('../../build/bench/', import.meta.url));

const connections = 16;

/** Cookies to send: of a file, `count` of them, at random or from the first on. */
export const noCookies = { file: '-', count: 0 };

/**
 * { requests, microseconds, p50_us, p99_us, refused, failed, sent } of as many requests as go through in that time.
 * `first` numbers the first cookie of a sequence; without it they come at random.
 */
export async function flood({ port, target, cookies = noCookies, first, headers = [], seconds, seed = 1 }) {
    const order = first === undefined ? ['random', seed] : ['sequence', first];
    const [command, ...args] = [
        ...onClientCore, 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}${target}`,
        '--', cookies.file, cookies.count, ...order, headers.join('|'),
    ];
    const { stdout } = await run(command, args.map(String));
    const figures = JSON.parse(stdout.trim().split('\n').at(-1));
    if (figures.requests === 0 || figures.failed > 0) {
        throw new Error(`${target}: ${figures.requests} requests, ${figures.failed} failed`);
    }
    return figures;
}

/**
 * Asks at a steady rate until `stop()`, which gives { requests, lost, refused, reopened, p50_us, p99_us, p999_us,
 * worst_us }.
 */
export function pace({ port, target, cookies = noCookies, rate = 2000, seconds = 3600 }) {
    const [command, ...args] = [
        ...onClientCore, `${programs}pace`, `port=${port}`, `target=${target}`, `rate=${rate}`, `seconds=${seconds}`,
        ...(cookies.count > 0 ? [`cookies=${cookies.file}`, `count=${cookies.count}`] : []),
    ];
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const killAtExit = () => child.kill('SIGKILL');
    process.once('exit', killAtExit);
    let output = '';
    child.stdout.on('data', (text) => { output += text; });
    const closed = once(child, 'close');
    const finished = async () => {
        await closed;
        process.removeListener('exit', killAtExit);
        return JSON.parse(output);
    };
    return {
        stop: () => { child.kill('SIGTERM'); return finished(); },
        finished,
    };
}
