// build-aux/run-tests with programs that behave like GoogleTest's, well and badly.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../build-aux/run-tests', import.meta.url));
const passed = { name: 'Good', status: 'RUN', result: 'COMPLETED' };
const failed = { name: 'Bad', status: 'RUN', result: 'COMPLETED', failures: [{ failure: 'expected 1' }] };
const skipped = { name: 'Left', status: 'RUN', result: 'SKIPPED' };
const disabled = { name: 'DISABLED_Off', status: 'NOTRUN', result: 'SUPPRESSED' };

// programs: suite -> { tests, ending }: the report it writes (none without tests) and the shell command it ends with.
function run(programs) {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'run-tests-'));
    try {
        for (const [suite, { tests, ending }] of Object.entries(programs)) {
            const report = JSON.stringify({ testsuites: [{ name: 'Suite', testsuite: tests || [] }] });
            const write = tests ? `printf '%s' '${report}' > "\${1#--gtest_output=json:}"` : 'true';
            fs.writeFileSync(path.join(directory, suite), `#!/bin/sh\n${write}\n${ending || 'exit 0'}\n`, { mode: 0o755 });
        }
        const { status, stdout } = spawnSync(script, [directory, ...Object.keys(programs)], { encoding: 'utf8' });
        return { status, last: stdout.trimEnd().split('\n').pop() };
    } finally {
        fs.rmSync(directory, { recursive: true });
    }
}

const cases = [
    ['the counts of all suites are summed', { one: { tests: [passed, passed] }, two: { tests: [passed] } }, 0, '3 passed, 0 failed'],
    ['a failure in any suite', { one: { tests: [failed], ending: 'exit 1' }, two: { tests: [passed] } }, 1, '1 passed, 1 failed'],
    ['a skipped test', { one: { tests: [passed, skipped] } }, 1, '1 passed, 1 failed'],
    ['a disabled test', { one: { tests: [passed, disabled] } }, 1, '1 passed, 1 failed'],
    ['a suite without a test', { one: { tests: [] }, two: { tests: [passed] } }, 1, '1 passed, 1 failed'],
    ['a suite that fails after its tests passed', { one: { tests: [passed], ending: 'exit 23' } }, 1, '1 passed, 1 failed'],
    ['a crash keeps what passed before it', { one: { ending: "echo '[       OK ] A.B (0 ms)'; kill -9 $$" } }, 1, '1 passed, 1 failed'],
    ['a suite that ends well without a report', { one: {} }, 1, '0 passed, 1 failed'],
    ['no suite at all', {}, 1, '0 passed, 0 failed'],
];

for (const [name, programs, status, last] of cases) {
    test(name, () => assert.deepEqual(run(programs), { status, last }));
}

test('a program that is not there', () => {
    const { status, stdout } = spawnSync(script, [os.tmpdir(), 'no-such-suite'], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stdout, /\n0 passed, 1 failed\n$/);
});

test('every part of the soak names tests that exist', () => {
    const top = path.dirname(path.dirname(script));
    const parts = fs.readFileSync(path.join(top, 'build-aux/soak.mk'), 'utf8').match(/^PARTS \?= (.*)$/m)[1].split(' ');
    const table = [...fs.readFileSync(script, 'utf8').matchAll(/^ {4}(\w+): \['([\w-]+)', '([^']*)'\],$/gm)];
    assert.deepEqual(
        table.map(([, part]) => part),
        parts,
    );
    for (const [, part, program, filter] of table.filter(([, , , filter]) => filter !== '*')) {
        const sources = fs.readdirSync(path.join(top, 'tests', program)).map((name) => path.join(top, 'tests', program, name));
        const text = sources.filter((name) => name.endsWith('.cpp')).map((name) => fs.readFileSync(name, 'utf8')).join('\n');
        for (const fixture of filter.split(':').map((pattern) => pattern.split('.')[0])) {
            assert.match(text, new RegExp(`TEST(_F|_P)?\\(${fixture},`), `${part}: ${fixture}`);
        }
    }
});

test('a part of the soak that does not exist', () => {
    const { status, stdout } = spawnSync(script, [os.tmpdir(), 'soak-nothing'], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stdout, /is none of model, .*endurance/);
});
