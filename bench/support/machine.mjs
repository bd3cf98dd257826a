// The machine: what it is, whether it is idle, where memory files go, and which core does what.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { cpus, freemem, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The server has a core for itself; clients and the application share the other one. */
export const onServerCore = ['taskset', '-c', '0'];
export const onClientCore = ['taskset', '-c', '1'];

/** What others may use of all processors before times are worthless, as a share. */
export const tolerated = 0.05;
const lookMs = 2000;

function processorTicks() {
    const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/).map(Number);
    const [, , , idle, waiting] = ticks;
    return { all: ticks.slice(0, 8).reduce((sum, value) => sum + value, 0), idle: idle + waiting };
}

/** What share of all processors is used now. REQUIRES: this program has nothing running. */
export async function shareOfOthers() {
    const before = processorTicks();
    await pause(lookMs);
    const after = processorTicks();
    return 1 - (after.idle - before.idle) / (after.all - before.all);
}

export function load() {
    return loadavg().map((value) => Number(value.toFixed(2)));
}

function firstLine(command, ...args) {
    try {
        return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0];
    } catch {
        return 'unknown';
    }
}

function packageVersion(name) {
    return firstLine('dpkg-query', '-W', '-f', '${Version}', name);
}

export function describeMachine() {
    return {
        processor: cpus()[0].model,
        cores: cpus().length,
        memory_gib: Math.round(totalmem() / 2 ** 30),
        kernel: release(),
        packages: Object.fromEntries(
            ['nginx', 'libnginx-mod-http-lua', 'haproxy', 'wrk', 'libboost-json1.81-dev', 'libsqlite3-0']
                .map((name) => [name, packageVersion(name)])),
        commit: firstLine('git', 'describe', '--always', '--dirty'),
    };
}

const tmpfsMagic = 0x01021994;

/** A directory in memory, for segments and cookies; with `temp`, `run` and `state`. `remove` it when done. */
export function makeMemoryDirectory() {
    const inMemory = statfsSync('/dev/shm').type === tmpfsMagic ? '/dev/shm' : tmpdir();
    const path = mkdtempSync(join(inMemory, 'agent-sessions-bench-'));
    const remove = () => rmSync(path, { recursive: true, force: true });
    process.once('exit', remove);
    return { path, remove };
}

/** For what must lie on a real disk: the state directory of a zone. */
export function makeDiskDirectory(name) {
    const parent = new URL('../../build/bench/state/', import.meta.url).pathname;
    mkdirSync(parent, { recursive: true });
    const path = mkdtempSync(join(parent, `${name}-`));
    const remove = () => rmSync(path, { recursive: true, force: true });
    process.once('exit', remove);
    return { path, remove };
}

export function childrenOf(pid) {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

/** Processor time so far of a process with all its threads, and of those that it has started and that still run, in microseconds. */
export function processorTime(pid) {
    let nanoseconds = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
        nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    }
    return childrenOf(pid).reduce((sum, child) => sum + processorTime(child), nanoseconds / 1000);
}

export function freeMemory() {
    return freemem();
}
