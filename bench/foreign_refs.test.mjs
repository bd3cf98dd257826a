// Whether another account's session is there must not show in the time that its 404 takes (RELIABILITY S23): counted in
// instructions, which a busy machine does not change.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { measure, refScenarios } from './support/instructions.mjs';

const module = process.env.AGENT_SESSIONS_MODULE
    ?? fileURLToPath(new URL('../build/ngx_http_agent_sessions_module.so', import.meta.url));

// What the look into one full slot of the table costs, and what covers it in the noise of a whole answer.
const differenceAllowed = 600;

// Of a change, the look at the session alone: the audit's thread works beside it.
function lookOf(figures) {
    return [...figures.called].find(([name]) => name.startsWith('agent_sessions::admin::SessionAct::on_named('))[1];
}

let figures;

before(async () => {
    figures = await measure({ module, requests: 200, chosen: refScenarios });
});

for (const [what, foreign, missing, cost] of [
    ['read', 'foreign_read', 'missing_read', ({ instructions }) => instructions],
    ['ended', 'foreign_end', 'missing_end', lookOf],
]) {
    test(`the ref of another account's session, ${what}, costs what a missing one costs`, () => {
        const [one, other] = [figures[foreign], figures[missing]].map(cost).map(Math.round);
        console.log(`${what}: ${one} instructions of a foreign ref, ${other} of a missing one`);
        assert.ok(Math.abs(one - other) <= differenceAllowed, `${one} and ${other}`);
    });
}
