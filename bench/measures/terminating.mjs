// How long a termination takes until it is answered as durable, and how many times the disk is waited for.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDiskDirectory } from '../support/machine.mjs';
import { ask, historyWritten } from '../support/server.mjs';
import { noted, openStage, watched } from './background.mjs';

async function firstRefs(port, count) {
    const refs = [];
    let cursor = '';
    while (refs.length < count) {
        const limit = Math.min(500, count - refs.length);
        const { body } = await ask(port, 'GET', `/admin/api/1/sessions?sort=agent&limit=${limit}${cursor}`);
        const page = JSON.parse(body);
        refs.push(...page.sessions.map(({ ref }) => ref));
        if (!page.next) {
            break;
        }
        cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
    return refs;
}

function countLines(file) {
    return readFileSync(file, 'utf8').split('\n').filter((line) => /f(data)?sync\(/.test(line)).length;
}

async function terminate(stage, trace, name, body, ended) {
    await historyWritten(stage.server.port);
    const before = countLines(trace);
    // What the answer waited for; what is written of the sessions themselves comes later.
    let syncs = 0;
    const met = await watched(stage, async () => {
        const answer = await ask(stage.server.port, 'POST', '/admin/api/1/sessions/terminate', JSON.stringify(body));
        syncs = countLines(trace) - before;
        if (answer.status !== 200) {
            throw new Error(`${name}: ${answer.status} ${answer.body}`);
        }
        return JSON.parse(answer.body);
    });
    const count = met.result.ended ?? met.result.results.filter(({ result }) => result === 'terminated').length;
    if (count !== ended) {
        throw new Error(`${name}: ${count} were ended, not ${ended}`);
    }
    const historyMs = await historyWritten(stage.server.port);
    return {
        name, ended, durable: met.result.durable, milliseconds: met.milliseconds, syncs, history_ms: historyMs,
        neighbours: met.neighbours, slices: met.slices,
    };
}

/** One session, 10,000 by their refs, and all that are left of the first account. */
export async function measureTerminating(settings, say, { sessions, accounts = 1, many = 10_000 }) {
    say(`terminating among ${sessions} sessions`);
    const trace = join(makeDiskDirectory('syncs').path, 'trace');
    const wrapper = [
        'strace', '-D', '-f', '--seccomp-bpf', '-qq', '-e', 'trace=fsync,fdatasync', '-e', 'signal=none',
        '-o', trace,
    ];
    const stage = await openStage({ name: 'terminating', sessions, accounts, wrapper });
    try {
        const [one, ...others] = await firstRefs(stage.server.port, many + 1);
        const reason = { reason: 'benchmark' };
        const figures = [
            await terminate(stage, trace, 'one', { refs: [one], ...reason }, 1),
            await terminate(stage, trace, 'many', { refs: others, ...reason }, others.length),
        ];
        const { body } = await ask(stage.server.port, 'GET', '/admin/api/1/sessions?account=account-0&limit=1');
        const { filtered } = JSON.parse(body);
        const account = await terminate(stage, trace, 'account', { filter: { account: 'account-0' }, ...reason }, filtered);
        figures.push({ ...account, slices: noted(account.slices) });
        return figures;
    } finally {
        await stage.close();
    }
}
