// docs/promises.md names tests; every one of them has to exist, and every promise has to have one or say that it is open.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('../../', import.meta.url));

function textOf(folder, ending) {
    return fs
        .readdirSync(path.join(top, folder), { recursive: true })
        .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
        .map((name) => fs.readFileSync(path.join(top, folder, name), 'utf8'))
        .join('\n');
}

const sources = {
    unit: textOf('tests/unit', '_test.cpp'),
    multiprocess: textOf('tests/multiprocess', '_test.cpp'),
    e2e: textOf('tests/e2e', '_test.cpp'),
    browser: textOf('tests/browser', '.test.mjs'),
    page: textOf('admin/web/test', '.test.ts'),
    tools: textOf('tests/tools', '.test.mjs'),
};

// What is wrong with a row of the table; empty = nothing.
function faultOf(row) {
    const [promise, proof] = row.split(/(?<!\\)\|/).slice(1, 3);
    const references = [...proof.matchAll(/`([^`]*)`/g)].map(([, reference]) => reference);
    const tests = references.filter((reference) => /^(unit|multiprocess|e2e|browser|page|tools) /.test(reference));
    for (const reference of tests) {
        const [, suite, name] = reference.match(/^(\w+) (.*)$/);
        const gtest = name.match(/^(\w+)\.(\w+)$/);
        const exists = gtest
            ? new RegExp(`\\bTEST(_F|_P)?\\(${gtest[1]},\\s*${gtest[2]}\\)`).test(sources[suite])
            : /^(".*"|'.*')$/.test(name) &&
              ['"', "'", '`'].some((quote) => sources[suite].includes(name.replace(/^["']|["']$/g, quote)));
        if (!exists) return `there is no test ${reference}`;
    }
    return tests.length > 0 || proof.includes('**open**') ? '' : `nothing proves "${promise.trim()}"`;
}

const rows = fs
    .readFileSync(path.join(top, 'docs/promises.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| (?!promise |rule )/.test(line));

test('every test that docs/promises.md names exists', () => {
    assert.ok(rows.length > 60, 'the tables are read');
    assert.deepEqual(rows.map(faultOf).filter(Boolean), []);
});

test('what proves nothing is noticed', () => {
    assert.match(faultOf('| a | `e2e Ended.NoSuchTest` |'), /there is no test e2e Ended.NoSuchTest/);
    assert.match(faultOf('| a | `unit Ended.ALoggedOutSessionIsNotTold` |'), /there is no test unit/);
    assert.match(faultOf('| a | `browser "no such title"` |'), /there is no test/);
    assert.match(faultOf('| a | it is so |'), /nothing proves "a"/);
    assert.equal(faultOf('| a | **open**: not built |'), '');
});
