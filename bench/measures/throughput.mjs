// Requests a second and processor time a request, each as a ratio to the bare server in the same round.

import { contenders, startContender } from '../contenders.mjs';
import { flood, noCookies } from '../support/load.mjs';
import { startApplication } from '../support/instructions.mjs';
import { makeMemoryDirectory, onClientCore } from '../support/machine.mjs';
import { ask, historyWritten } from '../support/server.mjs';
import { spread } from '../support/statistics.mjs';
import { seedZone } from '../support/zone.mjs';

const scriptCall = ['Accept: application/json'];
const navigation = ['Accept: text/html', 'Sec-Fetch-Mode: navigate'];

/** One run of one server: { perSecond, processor, p50, p99, refused, requests, sent }; times in microseconds. */
export async function measureOnce(server, load) {
    const before = await server.processorTime();
    const run = await flood({ port: server.port, ...load });
    const processor = (await server.processorTime()) - before;
    return {
        perSecond: run.requests * 1e6 / run.microseconds, processor: processor / run.requests,
        p50: run.p50_us, p99: run.p99_us, refused: run.refused, requests: run.requests, sent: run.sent,
    };
}

/** What the rounds say of a contender, against its base where it has one. */
export function summarise(runs, baseRuns) {
    const of = (pick) => spread(runs.map(pick));
    return {
        requests_per_second: of((run) => run.perSecond),
        processor_us: of((run) => run.processor),
        p50_us: of((run) => run.p50),
        p99_us: of((run) => run.p99),
        ...(baseRuns && {
            to_bare: spread(runs.map((run, round) => run.perSecond / baseRuns[round].perSecond)),
            processor_over_bare_us: spread(runs.map((run, round) => run.processor - baseRuns[round].processor)),
        }),
    };
}

function expectNoRefusals(what, run) {
    if (run.refused > 0) {
        throw new Error(`${what}: ${run.refused} of ${run.requests} requests were refused`);
    }
}

async function compareAt(target, zone, servers, settings) {
    const runs = new Map(servers.map(({ contender }) => [contender.name, []]));
    for (let round = 0; round < settings.rounds; round += 1) {
        for (const { contender, server } of servers) {
            const run = await measureOnce(server, {
                target, cookies: zone.cookies, headers: scriptCall, seconds: settings.roundSeconds, seed: round + 1,
            });
            expectNoRefusals(`${contender.name} ${target}`, run);
            runs.get(contender.name).push(run);
        }
    }
    return servers.map(({ contender }) => ({
        contender: contender.name, target: target.slice(1), sessions: zone.sessions,
        ...summarise(runs.get(contender.name), runs.get(contender.base)),
    }));
}

/** All contenders: a picture at each size of the table, the other targets at one size. */
export async function measureThroughput(settings, say) {
    const memory = makeMemoryDirectory();
    const application = await startApplication(memory.path, onClientCore);
    const figures = [];
    try {
        for (const sessions of settings.sizes) {
            say(`throughput with ${sessions} sessions`);
            const zone = seedZone({ directory: memory.path, name: `throughput.${sessions}`, sessions });
            const servers = [];
            for (const contender of contenders) {
                servers.push({
                    contender,
                    server: await startContender(contender, { directory: memory.path, applicationPort: application.port, zone }),
                });
            }
            figures.push(...await compareAt('/gif', zone, servers, settings));
            if (sessions === settings.kindSessions) {
                for (const target of ['return', 'proxy']) {
                    const reached = servers.filter(({ contender }) => contender.reaches.includes(target));
                    figures.push(...await compareAt(`/${target}`, zone, reached, settings));
                }
            }
            for (const { server } of servers) {
                await server.stop();
            }
            zone.remove();
        }
        return figures;
    } finally {
        await application.stop();
        memory.remove();
    }
}

/**
 * The other kinds of request, ours against bare: what each of them asks, and whether it is refused. `sequence`: each
 * cookie is sent once. They follow each other: what was known is ended before the last one.
 */
const kinds = [
    { name: 'known', title: 'known session', cookies: (zone) => zone.cookies, headers: scriptCall },
    { name: 'no_cookie', title: 'script call without a cookie', cookies: () => noCookies, headers: scriptCall },
    { name: 'issue', title: 'navigation that gets a cookie', cookies: () => noCookies, headers: navigation },
    { name: 'begin', title: 'navigation that begins a session', cookies: (zone) => zone.fresh, headers: navigation, sequence: true },
    { name: 'ended', title: 'ended session, script call', cookies: (zone) => zone.cookies, headers: scriptCall, refused: true },
];

async function measureKind(kind, zone, [bare, ours], settings) {
    const runs = { bare: [], ours: [] };
    let first = 0;
    for (let round = 0; round < settings.rounds; round += 1) {
        const load = {
            target: '/gif', cookies: kind.cookies(zone), headers: kind.headers, seconds: settings.roundSeconds, seed: round + 1,
        };
        runs.bare.push(await measureOnce(bare, kind.sequence ? { ...load, first } : load));
        const run = await measureOnce(ours, kind.sequence ? { ...load, first } : load);
        if (kind.refused ? run.refused !== run.requests : run.refused > 0) {
            throw new Error(`${kind.name}: ${run.refused} of ${run.requests} requests were refused`);
        }
        first += run.sent;
        if (kind.sequence && first > kind.cookies(zone).count) {
            throw new Error(`${kind.name}: there were too few cookies for ${first} requests`);
        }
        runs.ours.push(run);
    }
    return {
        kind: kind.name, title: kind.title, sessions: zone.sessions,
        bare: summarise(runs.bare), ours: summarise(runs.ours, runs.bare),
    };
}

export async function endEverySession(port) {
    const { status, body } = await ask(port, 'POST', '/admin/api/1/sessions/terminate', '{"all":true}');
    if (status !== 200) {
        throw new Error(`the sessions could not be ended: ${status} ${body}`);
    }
    return JSON.parse(body);
}

export async function measureKinds(settings, say) {
    say(`kinds of request with ${settings.kindSessions} sessions`);
    const memory = makeMemoryDirectory();
    const application = await startApplication(memory.path, onClientCore);
    const zone = seedZone({
        directory: memory.path, name: 'kinds', sessions: settings.kindSessions, fresh: settings.freshCookies,
    });
    const servers = [];
    try {
        for (const name of ['bare', 'ours']) {
            const contender = contenders.find((each) => each.name === name);
            servers.push(await startContender(contender, { directory: memory.path, applicationPort: application.port, zone }));
        }
        const figures = [];
        for (const kind of kinds) {
            if (kind.refused) {
                await historyWritten(servers[1].port);
                await endEverySession(servers[1].port);
                await historyWritten(servers[1].port);
            }
            figures.push(await measureKind(kind, zone, servers, settings));
        }
        return figures;
    } finally {
        for (const server of [...servers, application]) {
            await server.stop();
        }
        zone.remove();
        memory.remove();
    }
}
