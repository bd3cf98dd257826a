// docs/promises.md, docs/reliability.md and SECURITY.md name tests, files and targets; every one of them has to exist, and every
// promise has to have a test or say that it is open.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { faultOf, isTest, read, rowsOf, testsIn, top } from './support/documents.mjs';

test('every test that docs/promises.md names exists', () => {
    const rows = rowsOf(read('docs/promises.md'), ['promise', 'rule']);
    assert.ok(rows.length > 60, 'the tables are read');
    assert.deepEqual(rows.map(faultOf).filter(Boolean), []);
});

test('every guarantee and every test by force of docs/reliability.md is proven by a test that exists, or open', () => {
    const rows = rowsOf(read('docs/reliability.md'), ['event', 'id']);
    assert.ok(rows.length > 50, 'the tables are read');
    assert.deepEqual(rows.map(faultOf).filter(Boolean), []);
});

test('every test by force from T1 to T46 has its row', () => {
    const ids = new Set(rowsOf(read('docs/reliability.md'), ['id']).map(([id]) => id));
    const missing = Array.from({ length: 46 }, (_, index) => `T${index + 1}`).filter((id) => !ids.has(id));
    assert.deepEqual(missing, []);
});

test('every command of docs/reliability.md is a target of make', () => {
    const database = fs
        .readdirSync(path.join(top, 'build-aux'))
        .filter((name) => name.endsWith('.mk'))
        .map((name) => read(`build-aux/${name}`))
        .join('\n');
    const suites = ['tools', 'unit', 'multiprocess', 'e2e', 'page', 'browser', 'unit-sanitized', 'fuzz-replay', 'model-check', 'unit-threads', 'e2e-sanitized', 'bench-short'];
    const targets = [...read('docs/reliability.md').matchAll(/make ([a-z][a-z0-9-]*)/g)].map(([, target]) => target);
    assert.ok(targets.length > 20, 'the commands are read');
    const missing = targets.filter((target) => !suites.includes(target) && !new RegExp(`^${target}:`, 'm').test(database));
    assert.deepEqual(missing, []);
});

test('every file that SECURITY.md names as enforcing a rule exists, and no rule is missing', () => {
    const rules = rowsOf(read('SECURITY.md'), []).filter(([rule]) => /^S\d+$/.test(rule));
    assert.deepEqual(
        rules.map(([rule]) => rule),
        Array.from({ length: 26 }, (_, index) => `S${index + 1}`),
    );
    for (const [rule, , places] of rules) {
        const files = [...places.matchAll(/`([^`]+)`/g)].map(([, file]) => file);
        assert.ok(files.length > 0, rule);
        assert.deepEqual(files.filter((file) => !fs.existsSync(path.join(top, file))), [], rule);
    }
});

test('every rule of SECURITY.md has its tests in docs/promises.md', () => {
    const proven = rowsOf(read('docs/promises.md'), []).map(([promise]) => promise.match(/^S\d+/)?.[0]);
    const rules = rowsOf(read('SECURITY.md'), []).filter(([rule]) => /^S\d+$/.test(rule));
    assert.deepEqual(rules.map(([rule]) => rule).filter((rule) => !proven.includes(rule)), []);
});

test('what proves nothing is noticed', () => {
    assert.match(faultOf(['a', '`e2e Ended.NoSuchTest`']), /there is no test e2e Ended.NoSuchTest/);
    assert.match(faultOf(['a', '`unit Ended.ALoggedOutSessionIsNotTold`']), /there is no test unit/);
    assert.match(faultOf(['a', '`browser "no such title"`']), /there is no test/);
    assert.match(faultOf(['a', 'it is so']), /nothing proves "a"/);
    assert.equal(faultOf(['a', '**open**: not built']), '');
    assert.equal(faultOf(['a', 'b', '`e2e Ended.EveryMethodIsRefused`', 'c']), '');
    assert.ok(isTest('e2e Ended.EveryMethodIsRefused'));
    assert.deepEqual(testsIn('`make unit`, `unit A.B` and `e2e "c"`'), ['unit A.B', 'e2e "c"']);
});
