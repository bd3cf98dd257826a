// What neighbours notice of our own work: of listing and ending many sessions, and of many that run out together.
//
// The watched module tells the longest slices. Neighbours ask at a steady rate, and are compared with the same server
// while it does nothing else.

import { setTimeout as pause } from 'node:timers/promises';
import { oursDirectives, watchedModule } from '../contenders.mjs';
import { startApplication } from '../support/instructions.mjs';
import { pace } from '../support/load.mjs';
import { makeMemoryDirectory, onClientCore } from '../support/machine.mjs';
import { ask, historyWritten, serveWithNginx } from '../support/server.mjs';
import { SliceLog } from '../support/slices.mjs';
import { seedZone } from '../support/zone.mjs';

// The watch writes each second, at its first slice.
const watchMs = 1500;
// So long neighbours ask before and after.
const settleMs = 200;

// Where the kernel puts it: the process that writes the history need not wait for the event loop's core.
const onAnyCore = [];

/**
 * A served zone: { zone, seededAt, server, directory, applicationPort, serveWith, close }. `seededAt` is when its sessions
 * were seen last (performance.now()); serveWith({ built, wrapper }) serves it with another module; `close` ends everything.
 */
export async function openStage({ name, wrapper = onAnyCore, built = watchedModule, ...seed }) {
    const memory = makeMemoryDirectory();
    const application = await startApplication(memory.path, onClientCore);
    const zone = seedZone({ directory: memory.path, name, ...seed });
    const stage = { zone, seededAt: performance.now(), directory: memory.path, applicationPort: application.port };
    let served = 0;
    stage.serveWith = async (how) => {
        await stage.server?.stop();
        served += 1;
        stage.server = await serveWithNginx({
            directory: memory.path, name: `${name}.nginx.${served}`, applicationPort: application.port, patienceMs: 300_000,
            wrapper: how.wrapper, ...oursDirectives(zone, how.built),
        });
        await historyWritten(stage.server.port);
    };
    stage.close = async () => {
        await stage.server.stop();
        await application.stop();
        zone.remove();
        memory.remove();
    };
    await stage.serveWith({ built, wrapper });
    return stage;
}

/** Runs `work` while neighbours ask: what it returns, what they met, and the longest slices meanwhile. */
export async function watched({ zone, server }, work) {
    const slices = new SliceLog(server);
    const neighbours = pace({ port: server.port, target: '/gif', cookies: zone.cookies });
    await pause(settleMs);
    const start = performance.now();
    const result = await work();
    const milliseconds = performance.now() - start;
    await pause(settleMs);
    const met = await neighbours.stop();
    await pause(watchMs);
    return { result, milliseconds, neighbours: met, slices: slices.longest() };
}

/** Slices of work that takes long enough to be noted: without any, the watch is broken, and not the work short. */
export function noted(slices) {
    if (slices.length === 0) {
        throw new Error('the watched module has noted nothing');
    }
    return slices;
}

const pages = [
    { name: 'newest first', query: 'sort=-started&limit=100' },
    { name: 'by agent', query: 'sort=agent&limit=100' },
    { name: 'by agent, filtered by text', query: 'sort=agent&q=77&limit=100' },
    { name: 'by last activity, of one account', query: 'sort=-last_seen&account=account-0&limit=100' },
];

async function list(port, query) {
    const { status, body } = await ask(port, 'GET', `/admin/api/1/sessions?${query}`);
    if (status !== 200) {
        throw new Error(`the list is refused: ${status} ${body}`);
    }
}

// One page after the other, without a pause.
async function listFor(port, query, seconds) {
    let lists = 0;
    for (const end = performance.now() + seconds * 1000; performance.now() < end; lists += 1) {
        await list(port, query);
    }
    return lists;
}

/** { quiet, pages: [{ name, processor_us, milliseconds, neighbours, slices }] }. */
export async function measureListing(stage, settings, say) {
    say(`lists of ${stage.zone.sessions} sessions`);
    const quiet = await watched(stage, () => pause(settings.paceSeconds * 1000));
    const figures = [];
    for (const { name, query } of pages) {
        const before = await stage.server.processorTime();
        for (let repeat = 0; repeat < settings.repeats; repeat += 1) {
            await list(stage.server.port, query);
        }
        const alone = ((await stage.server.processorTime()) - before) / settings.repeats;
        const met = await watched(stage, () => listFor(stage.server.port, query, settings.paceSeconds));
        figures.push({
            name, processor_us: alone, milliseconds: met.milliseconds / met.result, neighbours: met.neighbours,
            slices: noted(met.slices),
        });
    }
    return { sessions: stage.zone.sessions, quiet: quiet.neighbours, pages: figures };
}

// So many times longer than they may take they are waited for.
const expiryPatience = 2;

/** Of a server whose sessions are about to run out within a given time: until none is left, or patience is at its end. */
export async function measureExpiry(settings, say, { sessions, accounts }) {
    say(`${sessions} sessions run out within ${settings.expirySeconds} s`);
    const idle = settings.paceSeconds + 15 + Math.ceil(sessions / 500_000);
    const stage = await openStage({ name: 'expiry', sessions, accounts, idle, spread: settings.expirySeconds });
    try {
        const quiet = await watched({ ...stage, zone: { cookies: undefined } }, () => pause(settings.paceSeconds * 1000));
        const due = idle + settings.expirySeconds;
        const met = await watched({ ...stage, zone: { cookies: undefined } }, async () => {
            for (;;) {
                const { figures } = JSON.parse((await ask(stage.server.port, 'GET', '/admin/health')).body);
                const seconds = (performance.now() - stage.seededAt) / 1000;
                if (figures.live === 0 || seconds > due + expiryPatience * settings.expirySeconds) {
                    return { seconds, left: figures.live };
                }
                await pause(200);
            }
        });
        return {
            sessions, within_seconds: settings.expirySeconds, due_after_seconds: due,
            over_after_seconds: met.result.seconds, left: met.result.left, quiet: quiet.neighbours,
            neighbours: met.neighbours, slices: noted(met.slices),
        };
    } finally {
        await stage.close();
    }
}
