// Instructions a request of every contender, on the same requests with the same cookies; ours with a large table too.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { contenders, module } from '../contenders.mjs';
import { readCallgrind, underCallgrind } from '../support/callgrind.mjs';
import { Connection, requestText } from '../support/connection.mjs';
import { measure, pauseBetweenRequestsMs, perRequest, startApplication } from '../support/instructions.mjs';
import { makeMemoryDirectory } from '../support/machine.mjs';
import { serveWithHaproxy, serveWithNginx } from '../support/server.mjs';
import { seedZone } from '../support/zone.mjs';

// A prime: neighbours in the file, which are neighbours in the table, are never asked for one after the other.
const stride = 611_953;

function cookiesOf(zone) {
    const text = readFileSync(zone.cookies.file, 'latin1');
    const length = text.indexOf('\n');
    return (number) => {
        const start = ((number * stride) % zone.cookies.count) * (length + 1);
        return text.slice(start, start + length);
    };
}

async function countRun(contender, zone, requests, where) {
    const output = join(where.directory, `${contender.name}.${zone.sessions}.${requests}.callgrind`);
    const common = { ...where, name: `${contender.name}.${zone.sessions}.${requests}`, wrapper: underCallgrind(output) };
    const server = contender.haproxy
        ? await serveWithHaproxy({ ...common, sessions: contender.haproxy(zone) })
        : await serveWithNginx({ ...common, ...contender.nginx(zone), workers: 0, patienceMs: 300_000 });
    const connection = await Connection.open(server.port);
    const cookie = cookiesOf(zone);
    for (let sent = 0; sent < requests; sent += 1) {
        const { status } = await connection.send(requestText('GET', '/gif', {
            Host: 'bench.test', Accept: 'application/json', Cookie: `agent_session=${cookie(sent)}`,
        }));
        if (status !== 200) {
            throw new Error(`${contender.name}: status ${status}`);
        }
        await pause(pauseBetweenRequestsMs);
    }
    connection.close();
    await server.stop();
    return readCallgrind(output, server.master);
}

async function count(contender, zone, requests, where) {
    // One after the other: a segment belongs to one nginx.
    const once = await countRun(contender, zone, requests, where);
    const twice = await countRun(contender, zone, 2 * requests, where);
    const { instructions, allocations } = perRequest(once, twice, requests);
    return { contender: contender.name, sessions: zone.sessions, instructions: Math.round(instructions), allocations };
}

/**
 * { contenders: [...], scenarios: {...} }: of all contenders, and of the short form's kinds of request; and `memory` of a
 * session in the largest table.
 */
export async function measureInstructions(settings, say) {
    const memory = makeMemoryDirectory();
    const application = await startApplication(memory.path);
    const where = { directory: memory.path, applicationPort: application.port };
    const requests = settings.instructionRequests;
    try {
        const figures = [];
        let size;
        const [few] = settings.sizes;
        for (const sessions of [few, settings.many]) {
            say(`instructions with ${sessions} sessions`);
            const zone = seedZone({ directory: memory.path, name: `instructions.${sessions}`, sessions });
            size = { sessions, bytes_per_session: zone.seeded.segment_bytes / sessions };
            for (const contender of contenders) {
                if (sessions === few || contender.name === 'ours') {
                    figures.push(await count(contender, zone, requests, where));
                }
            }
            zone.remove();
        }
        say('instructions of the kinds of request');
        const scenarios = await measure({ module, requests });
        return {
            contenders: figures,
            memory: size,
            scenarios: Object.fromEntries(Object.entries(scenarios).map(([name, { instructions, allocations }]) => [
                name, { instructions: Math.round(instructions), allocations },
            ])),
        };
    } finally {
        await application.stop();
        memory.remove();
    }
}
