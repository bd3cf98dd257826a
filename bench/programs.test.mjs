// The benchmark's own programs do what the figures rely on.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { oursDirectives } from './contenders.mjs';
import { startApplication } from './support/instructions.mjs';
import { pace, programs } from './support/load.mjs';
import { makeMemoryDirectory } from './support/machine.mjs';
import { ask, serveWithNginx } from './support/server.mjs';
import { seedZone } from './support/zone.mjs';

const sessions = 1000;
const fresh = 10;

let memory;
let application;
let zone;
let server;

before(async () => {
    memory = makeMemoryDirectory();
    application = await startApplication(memory.path);
    zone = seedZone({ directory: memory.path, name: 'programs', sessions, accounts: 8, fresh, capacity: 2000 });
    const directives = oursDirectives(zone);
    server = await serveWithNginx({
        directory: memory.path, name: 'nginx', applicationPort: application.port, wrapper: [], ...directives,
        locations: [...directives.locations, 'location = /status { add_header X-Status $agent_session_status; empty_gif; }'],
    });
});

after(async () => {
    await server?.stop();
    await application?.stop();
    zone?.remove();
    memory?.remove();
});

function cookiesIn(file) {
    return readFileSync(file, 'utf8').trim().split('\n');
}

async function statusWith(cookie) {
    const { head } = await ask(server.port, 'GET', '/status', undefined, {
        Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', Cookie: `agent_session=${cookie}`,
    });
    return /^x-status: (\S+)/im.exec(head)[1];
}

test('a seeded session is known by its cookie, is listed and is in the history', async () => {
    const cookies = cookiesIn(zone.cookies.file);
    assert.equal(new Set(cookies).size, sessions);
    assert.equal(await statusWith(cookies[0]), 'ACTIVE');
    assert.equal(await statusWith(cookies.at(-1)), 'ACTIVE');
    const { figures, history } = JSON.parse((await ask(server.port, 'GET', '/admin/health')).body);
    assert.equal(figures.live, sessions);
    assert.ok(history.written_event >= sessions);
    const { filtered } = JSON.parse((await ask(server.port, 'GET', '/admin/api/1/sessions?account=account-3')).body);
    assert.equal(filtered, sessions / 8);
});

test('a fresh cookie begins a session', async () => {
    const cookies = cookiesIn(zone.fresh.file);
    assert.equal(cookies.length, fresh);
    assert.equal(await statusWith(cookies[0]), 'NEW');
});

test('the steady load counts every request that was due', async () => {
    const load = pace({ port: server.port, target: '/gif', cookies: zone.cookies, rate: 200, seconds: 1 });
    const met = await load.finished();
    assert.deepEqual([met.requests, met.lost, met.refused, met.reopened], [200, 0, 0, 0]);
    assert.ok(met.p50_us > 0 && met.p50_us <= met.p99_us && met.p99_us <= met.worst_us);
});

test('each part can be measured', () => {
    const output = execFileSync(`${programs}parts`, [
        '--benchmark_filter=^[a-z_]+$|/1000$|/1000/', '--benchmark_min_time=0.001', '--benchmark_format=json',
    ], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const { benchmarks } = JSON.parse(output);
    assert.ok(benchmarks.length >= 11, `${benchmarks.length} parts`);
    assert.ok(benchmarks.every(({ error_occurred, cpu_time }) => !error_occurred && cpu_time > 0));
});
