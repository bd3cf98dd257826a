// Several workers on one hot set of sessions, on both cores: processor time a request, against one worker's.

import { contenders } from '../contenders.mjs';
import { noCookies } from '../support/load.mjs';
import { startApplication } from '../support/instructions.mjs';
import { makeMemoryDirectory } from '../support/machine.mjs';
import { serveWithNginx } from '../support/server.mjs';
import { median } from '../support/statistics.mjs';
import { seedZone } from '../support/zone.mjs';
import { measureOnce } from './throughput.mjs';

// Few enough to be hot in every core's cache.
const hotSessions = 1000;

const affinity = 'worker_cpu_affinity auto;';
const everyCore = [];

async function measureWith(contender, workers, zone, where, settings) {
    const server = await serveWithNginx({
        ...where, name: `${contender.name}.${workers}`, wrapper: everyCore, workers, affinity, ...contender.nginx(zone),
    });
    const runs = [];
    for (let round = 0; round < settings.rounds; round += 1) {
        runs.push(await measureOnce(server, {
            target: '/gif', cookies: zone?.cookies ?? noCookies, headers: ['Accept: application/json'],
            seconds: settings.roundSeconds, seed: round + 1,
        }));
    }
    await server.stop();
    return median(runs.map(({ processor }) => processor));
}

/** [{ workers, bare_us, ours_us }]: processor time a request. */
export async function measureWorkers(settings, say) {
    say('several workers');
    const memory = makeMemoryDirectory();
    const application = await startApplication(memory.path);
    const where = { directory: memory.path, applicationPort: application.port };
    const zone = seedZone({ directory: memory.path, name: 'workers', sessions: hotSessions });
    const [bare, ours] = ['bare', 'ours'].map((name) => contenders.find((contender) => contender.name === name));
    try {
        const figures = [];
        for (const workers of settings.workers) {
            figures.push({
                workers,
                bare_us: await measureWith(bare, workers, zone, where, settings),
                ours_us: await measureWith(ours, workers, zone, where, settings),
            });
        }
        return figures;
    } finally {
        await application.stop();
        zone.remove();
        memory.remove();
    }
}
