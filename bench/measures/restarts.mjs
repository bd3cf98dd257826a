// Start, reload and binary upgrade with many sessions, against bare nginx: how long until a new worker answers, and the
// longest that a request had to wait meanwhile.

import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { oursDirectives } from '../contenders.mjs';
import { isAlive } from '../support/nginx.mjs';
import { startApplication } from '../support/instructions.mjs';
import { pace } from '../support/load.mjs';
import { makeMemoryDirectory, onClientCore } from '../support/machine.mjs';
import { ask, historyWritten, serveWithNginx } from '../support/server.mjs';
import { median } from '../support/statistics.mjs';
import { seedZone } from '../support/zone.mjs';

// Ten million sessions are read from a database in half a minute on an idle machine.
const patienceMs = 600_000;

async function workerThatAnswers(port) {
    const { head } = await ask(port, 'GET', '/who');
    return Number(/^x-worker: (\d+)/im.exec(head)[1]);
}

// Milliseconds until a worker answers that did not answer before.
async function untilNewWorker(server, old, signal) {
    const start = performance.now();
    process.kill(server.master, signal);
    while (old.has(await workerThatAnswers(server.port))) {
        if (performance.now() - start > patienceMs) {
            throw new Error(`no new worker answers after ${signal}`);
        }
        await pause(1);
    }
    return performance.now() - start;
}

async function measureReload(server) {
    const neighbours = pace({ port: server.port, target: '/gif' });
    await pause(500);
    const milliseconds = await untilNewWorker(server, new Set([await workerThatAnswers(server.port)]), 'SIGHUP');
    await pause(500);
    const { worst_us, lost } = await neighbours.stop();
    return { milliseconds, worst_us, lost };
}

// The old master is told to go once the new one serves; whatever is told by a file's name has the port in it.
async function measureUpgrade(server, place) {
    const neighbours = pace({ port: server.port, target: '/gif' });
    await pause(500);
    const milliseconds = await untilNewWorker(server, new Set([await workerThatAnswers(server.port)]), 'SIGUSR2');
    await pause(500);
    const { worst_us, lost } = await neighbours.stop();
    const newMaster = Number(readFileSync(join(place, `nginx.${server.port}.pid`), 'utf8'));
    process.kill(newMaster, 'SIGTERM');
    while (isAlive(newMaster)) {
        await pause(20);
    }
    return { milliseconds, worst_us, lost };
}

async function serve(name, where, directives) {
    const server = await serveWithNginx({ ...where, name, patienceMs, daemon: true, ...directives });
    await workerThatAnswers(server.port);
    return { server, startMs: performance.now() - server.launched };
}

function summary(runs) {
    return {
        milliseconds: median(runs.map(({ milliseconds }) => milliseconds)),
        worst_us: median(runs.map(({ worst_us }) => worst_us)),
        lost: runs.reduce((sum, { lost }) => sum + lost, 0),
    };
}

async function measureServer(name, where, directives, repeats, ready = async () => {}) {
    const starts = [];
    let serving;
    for (let repeat = 0; repeat < repeats; repeat += 1) {
        await serving?.server.stop();
        serving = await serve(name, where, directives);
        starts.push(serving.startMs);
    }
    await ready(serving.server.port);
    const reloads = [];
    const upgrades = [];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
        reloads.push(await measureReload(serving.server));
        await ready(serving.server.port);
    }
    for (let repeat = 0; repeat < repeats; repeat += 1) {
        upgrades.push(await measureUpgrade(serving.server, join(where.directory, name)));
        await ready(serving.server.port);
    }
    await serving.server.stop();
    return { start_ms: median(starts), reload: summary(reloads), upgrade: summary(upgrades) };
}

async function liveSessions(port) {
    return JSON.parse((await ask(port, 'GET', '/admin/health')).body).figures.live;
}

/** { sessions, bare, ours, from_database_ms }. */
export async function measureRestarts(settings, say, { sessions, accounts = 1 }) {
    say(`start, reload and upgrade with ${sessions} sessions`);
    const memory = makeMemoryDirectory();
    const application = await startApplication(memory.path, onClientCore);
    const where = { directory: memory.path, applicationPort: application.port };
    const zone = seedZone({ directory: memory.path, name: 'restarts', sessions, accounts });
    try {
        const bare = await measureServer('bare', where, {}, settings.repeats);
        const ours = await measureServer('ours', where, oursDirectives(zone), settings.repeats, historyWritten);

        rmSync(zone.run, { recursive: true });
        execFileSync('mkdir', ['-m', '700', zone.run]);
        const fromDatabase = await serve('database', where, oursDirectives(zone));
        const live = await liveSessions(fromDatabase.server.port);
        await fromDatabase.server.stop();
        if (live !== sessions) {
            throw new Error(`of ${sessions} sessions ${live} came back from the database`);
        }
        return { sessions, bare, ours, from_database_ms: fromDatabase.startMs };
    } finally {
        await application.stop();
        zone.remove();
        memory.remove();
    }
}
