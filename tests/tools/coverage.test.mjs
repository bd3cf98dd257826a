// build-aux/coverage with programs and a gcovr that only pretend; and its limits.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { read, top } from './support/documents.mjs';

const limits = JSON.parse(read('build-aux/coverage.json'));
const targets = fs.readdirSync(path.join(top, 'tests/fuzz/targets')).map((name) => path.basename(name, '.cpp'));

// { status, stdout } where `files` were covered like that, and the programs end with these statuses.
function judge(files, { tests = 0, corpora = 0 } = {}) {
    const project = fs.mkdtempSync(path.join(os.tmpdir(), 'coverage-'));
    const write = (name, text) => {
        fs.mkdirSync(path.dirname(path.join(project, name)), { recursive: true });
        fs.writeFileSync(path.join(project, name), text, { mode: 0o755 });
    };
    try {
        for (const name of ['coverage', 'coverage.json']) write(`build-aux/${name}`, read(`build-aux/${name}`));
        write('build-aux/run-tests', `#!/bin/sh\nexit ${tests}\n`);
        for (const target of targets) write(`build/fuzz/${target}`, `#!/bin/sh\nexit ${corpora}\n`);
        write('report', JSON.stringify({ files }));
        write('bin/gcovr', '#!/bin/sh\ncp report build/lines.json\n');
        return spawnSync(process.execPath, [path.join(project, 'build-aux/coverage'), path.join(project, 'build')], {
            encoding: 'utf8',
            env: { ...process.env, PATH: `${path.join(project, 'bin')}:${process.env.PATH}` },
        });
    } finally {
        fs.rmSync(project, { recursive: true });
    }
}

// Every folder and file that has a limit, of 100 lines each.
function allCovered(percent) {
    const names = [...Object.keys(limits.folders).map((folder) => `${folder}other.cpp`), ...Object.values(limits.fedBy).flat()];
    return names.map((filename) => ({ filename, line_covered: percent, line_total: 100 }));
}

test('what is covered is enough', () => {
    const { status, stdout } = judge(allCovered(91));
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^ok {2}\| admin\/ \| \d+ of \d+ lines \| 91\.0 % \| at least 85 %$/m);
});

test('too little of a folder is told', () => {
    const files = allCovered(100);
    files.push({ filename: 'tracker/new.cpp', line_covered: 0, line_total: 10_000 });
    const { status, stdout } = judge(files);
    assert.equal(status, 1);
    assert.match(stdout, /^NOT \| tracker\/ \|/m);
    assert.match(stdout, /^ok {2}\| admin\/ \|/m);
});

test('too little of a file that a fuzz target feeds is told, and so is one that is not there', () => {
    const files = allCovered(100).filter(({ filename }) => filename !== 'admin/query.cpp');
    files.find(({ filename }) => filename === 'admin/handle.cpp').line_covered = 89;
    const { status, stdout } = judge(files);
    assert.equal(status, 1);
    assert.match(stdout, /^NOT \| admin\/handle\.cpp \(admin\) \| 89 of 100 lines/m);
    assert.match(stdout, /^NOT \| admin\/query\.cpp \(query\) \| 0 of 0 lines/m);
});

test('where a test fails nothing is enough', () => {
    assert.equal(judge(allCovered(100), { tests: 1 }).status, 1);
    assert.equal(judge(allCovered(100), { corpora: 1 }).status, 1);
});

test('each fuzz target names the files that it feeds, and they exist', () => {
    assert.deepEqual(Object.keys(limits.fedBy).sort(), targets.sort());
    const files = Object.values(limits.fedBy).flat();
    assert.deepEqual(files.filter((name) => !fs.existsSync(path.join(top, name))), []);
});
