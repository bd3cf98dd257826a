// build-aux/prove-tests over a small project whose one test fails where a text is missing.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { top } from './support/documents.mjs';

const mutations = {
    noticed: { file: 'tracker/source', from: 'one', to: 'two' },
    unnoticed: { file: 'tracker/source', from: 'three', to: 'four' },
    broken: { file: 'tracker/source', from: 'three', to: 'syntax error' },
    idle: { file: 'tracker/source', from: 'one', to: 'two', filter: 'Missing.*' },
};
const makefile = `prepare-unit:
	@! grep -q 'syntax error' tracker/source
`;
const runTests = `#!/bin/sh
if [ "$GTEST_FILTER" = 'Missing.*' ]; then echo 'unit: 0 passed, 1 failed (it ran no test)'; echo '0 passed, 1 failed'; exit 1; fi
if grep -q one tracker/source; then echo '1 passed, 0 failed'; else echo '[  FAILED  ] A.B (0 ms)'; echo '0 passed, 1 failed'; false; fi
`;

// Calls `use` with the project's folder and a function that runs the named mutations.
function withProject(use) {
    const project = fs.mkdtempSync(path.join(os.tmpdir(), 'prove-tests-'));
    const write = (name, text) => {
        fs.mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
        fs.writeFileSync(path.join(project, name), text);
    };
    try {
        const list = Object.entries(mutations).map(([name, mutation]) => ({ name, suite: 'unit', filter: 'A.*', ...mutation }));
        write('tracker/source', 'one three\n');
        write('Makefile', makefile);
        write('build-aux/run-tests', runTests);
        fs.chmodSync(path.join(project, 'build-aux/run-tests'), 0o755);
        write('.gitignore', 'build\n');
        write('tests/mutations/list.mjs', `export const mutations = ${JSON.stringify(list)};
export const mutated = (text, { from, to }) => text.replace(from, () => to);`);
        write('build-aux/prove-tests', fs.readFileSync(path.join(top, 'build-aux/prove-tests')));
        write('build/tests/unit', '');
        execFileSync('git', ['init', '-q', project]);
        use(project, (...names) => {
            const script = path.join(project, 'build-aux/prove-tests');
            const { status, stdout } = spawnSync(process.execPath, [script, path.join(project, 'build/mutations'), ...names], {
                encoding: 'utf8',
            });
            return { status, stdout };
        });
    } finally {
        fs.rmSync(project, { recursive: true });
    }
}

test('a mutation that a test notices is as it should be', () => {
    withProject((project, prove) => {
        const { status, stdout } = prove('noticed');
        assert.equal(status, 1, 'unnoticed is chosen by this word, too');
        assert.match(stdout, /^ok {2}\| noticed \| failed \| A\.B$/m);
        assert.match(stdout, /^NOT \| unnoticed \| passed \| 1 passed$/m);
    });
});

test('one that can not be built proves nothing', () => {
    withProject((project, prove) => {
        const { status, stdout } = prove('broken');
        assert.equal(status, 1);
        assert.match(stdout, /^NOT \| broken \| not built/m);
    });
});

test('nor does one whose filter chooses no test', () => {
    withProject((project, prove) => {
        assert.match(prove('idle').stdout, /^NOT \| \(nothing, unit\) \| not run \|/m);
    });
});

test('what was noticed is not tried again until the sources change', () => {
    withProject((project, prove) => {
        prove('noticed');
        const again = prove('noticed').stdout;
        assert.match(again, /^ok {2}\| noticed \| failed \| A\.B, in an earlier run$/m);
        assert.match(again, /^NOT \| unnoticed \| passed \| 1 passed$/m);
        fs.writeFileSync(path.join(project, 'tracker/source'), 'one three five\n');
        assert.match(prove('noticed').stdout, /^ok {2}\| noticed \| failed \| A\.B$/m);
    });
});

test('what an earlier run left broken, or is not there any more, does no harm', () => {
    withProject((project, prove) => {
        prove('broken');
        fs.writeFileSync(path.join(project, 'build/mutations/tracker/source'), 'two\n');
        fs.writeFileSync(path.join(project, 'build/mutations/left'), '');
        assert.match(prove('broken').stdout, /^ok {2}\| \(nothing, unit\) \| passed/m);
        assert.equal(fs.readFileSync(path.join(project, 'build/mutations/tracker/source'), 'utf8'), 'one three\n');
        assert.ok(!fs.existsSync(path.join(project, 'build/mutations/left')));
    });
});

test('where a test fails anyway nothing is proven', () => {
    withProject((project, prove) => {
        fs.writeFileSync(path.join(project, 'tracker/source'), 'three\n');
        const { status, stdout } = prove('broken');
        assert.equal(status, 1);
        assert.match(stdout, /^NOT \| \(nothing, unit\) \| failed/m);
        assert.doesNotMatch(stdout, /\| broken \|/);
    });
});
