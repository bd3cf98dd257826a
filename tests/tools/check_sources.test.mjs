import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../build-aux/check-sources', import.meta.url));

function check(list, files) {
    const top = fs.mkdtempSync(path.join(os.tmpdir(), 'check-sources-'));
    try {
        for (const name of ['build-aux/sources.list', ...files]) {
            fs.mkdirSync(path.join(top, path.dirname(name)), { recursive: true });
            fs.writeFileSync(path.join(top, name), '');
        }
        fs.writeFileSync(path.join(top, 'build-aux/sources.list'), list.map((line) => `${line}\n`).join(''));
        const { status, stderr } = spawnSync(script, [top], { encoding: 'utf8' });
        return { status, stderr };
    } finally {
        fs.rmSync(top, { recursive: true });
    }
}

test('accepted: a complete, sorted list with comments', () => {
    const files = ['admin/a.cpp', 'tracker/a.cpp', 'tracker/memory/a.cpp'];
    assert.deepEqual(check(['# all of them', ...files], [...files, 'tracker/a.h', 'tests/unit/a_test.cpp']), { status: 0, stderr: '' });
});

const breaches = [
    ['a file that is not listed', ['admin/a.cpp'], ['admin/a.cpp', 'tracker/b.cpp'], /lacks tracker\/b\.cpp/],
    ['a file, the list being empty', ['# none'], ['tracker/b.cpp'], /lacks tracker\/b\.cpp/],
    ['a line without a file', ['admin/a.cpp', 'admin/b.cpp'], ['admin/a.cpp'], /names admin\/b\.cpp, which does not exist/],
    ['a line that is there twice', ['admin/a.cpp', 'admin/a.cpp'], ['admin/a.cpp'], /names admin\/a\.cpp twice/],
    ['lines out of order', ['tracker/a.cpp', 'admin/a.cpp'], ['admin/a.cpp', 'tracker/a.cpp'], /is not sorted/],
    ['two sources of one object', ['admin/memory/a.cpp', 'tracker/memory/a.cpp'], ['admin/memory/a.cpp', 'tracker/memory/a.cpp'], /memory\/a\.o/],
];

for (const [name, list, files, expected] of breaches) {
    test(`refused: ${name}`, () => {
        const { status, stderr } = check(list, files);
        assert.equal(status, 1);
        assert.match(stderr, expected);
    });
}
