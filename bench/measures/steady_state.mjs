// One zone that is served already, against bare nginx, on random known sessions.

import { setTimeout as pause } from 'node:timers/promises';
import { serveWithNginx } from '../support/server.mjs';
import { measureOnce, summarise } from './throughput.mjs';

/** As measureThroughput(), of bare and ours only. */
export async function measureSteadyState({ zone, server, directory, applicationPort }, settings, say) {
    say(`throughput with ${zone.sessions} sessions`);
    const bare = await serveWithNginx({ directory, applicationPort, name: 'bare' });
    const runs = { bare: [], ours: [] };
    for (let round = 0; round < settings.rounds; round += 1) {
        const load = {
            target: '/gif', cookies: zone.cookies, headers: ['Accept: application/json'], seconds: settings.roundSeconds,
            seed: round + 1,
        };
        runs.bare.push(await measureOnce(bare, load));
        runs.ours.push(await measureOnce(server, load));
        await pause(100);
    }
    await bare.stop();
    const common = { target: 'gif', sessions: zone.sessions };
    return [
        { contender: 'bare', ...common, ...summarise(runs.bare) },
        { contender: 'ours', ...common, ...summarise(runs.ours, runs.bare) },
    ];
}
