// The short form of the benchmark: instructions a request, which a busy machine does not change. Fails where a figure
// has grown by more than 10 % over baseline.json; the goals are only printed. `make bench-baseline` writes the file.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { instructionGoals } from './goals.mjs';
import { measure } from './support/instructions.mjs';

const module = process.env.AGENT_SESSIONS_MODULE
    ?? fileURLToPath(new URL('../build/ngx_http_agent_sessions_module.so', import.meta.url));
const baselineFile = fileURLToPath(new URL('baseline.json', import.meta.url));
const baseline = JSON.parse(readFileSync(baselineFile, 'utf8'));

const growthAllowed = 0.1;
// What two measurements of one program differ by.
const noise = 30;

let figures;

function row(what, ...cells) {
    return what.padEnd(68) + cells.map((cell) => String(cell).padStart(13)).join('');
}

function printTable() {
    console.log(row('instructions a request, without the C allocator', 'figure', 'baseline', 'goal', '', 'allocations'));
    for (const { name, what, figure, goal, unit, allocations } of instructionGoals) {
        const value = Math.round(figure(figures));
        const wanted = Math.round(typeof goal === 'function' ? goal(figures) : goal);
        const reached = value <= wanted ? 'reached' : 'NOT REACHED';
        console.log(row(`${what}, ${unit}`, value, baseline[name], wanted, reached, allocations(figures).toFixed(1)));
    }
}

before(async () => {
    figures = await measure({ module });
    printTable();
});

if (process.env.AGENT_SESSIONS_WRITE_BASELINE) {
    test('the baseline is written', () => {
        const written = Object.fromEntries(instructionGoals.map(({ name, figure }) => [name, Math.round(figure(figures))]));
        writeFileSync(baselineFile, `${JSON.stringify(written, null, 4)}\n`);
    });
} else {
    for (const { name, what, figure } of instructionGoals) {
        test(`${what}: no more instructions than the baseline allows`, () => {
            const allowed = baseline[name] + Math.max(noise, baseline[name] * growthAllowed);
            assert.ok(figure(figures) <= allowed, `${Math.round(figure(figures))}, allowed are ${Math.round(allowed)}`);
        });
    }
}
