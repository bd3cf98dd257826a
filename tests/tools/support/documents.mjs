// What documents name: tests, files and make's targets. Rows of tables, and what is wrong with them.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = fileURLToPath(new URL('../../../', import.meta.url));

export function read(name) {
    return fs.readFileSync(path.join(top, name), 'utf8');
}

function textOf(folder, ending) {
    return fs
        .readdirSync(path.join(top, folder), { recursive: true })
        .filter((name) => name.endsWith(ending) && !name.includes('node_modules'))
        .map((name) => read(path.join(folder, name)))
        .join('\n');
}

const sources = {
    unit: textOf('tests/unit', '_test.cpp'),
    multiprocess: textOf('tests/multiprocess', '_test.cpp'),
    e2e: textOf('tests/e2e', '_test.cpp'),
    browser: textOf('tests/browser', '.test.mjs'),
    page: textOf('admin/web/test', '.test.ts'),
    'model-check': textOf('tests/model_check', '_test.cpp'),
    'unit-threads': textOf('tests/threads', '_test.cpp'),
    tools: textOf('tests/tools', '.test.mjs'),
};

// The cells of the rows of all tables of a text, but for the lines of dashes and those whose first cell is one of `heads`.
export function rowsOf(text, heads) {
    return text
        .split('\n')
        .filter((line) => /^\| /.test(line))
        .map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()))
        .filter(([first]) => !heads.includes(first));
}

// The tests that a text names.
export function testsIn(text) {
    return [...text.matchAll(/`([^`]*)`/g)]
        .map(([, reference]) => reference)
        .filter((reference) => /^(unit|multiprocess|e2e|browser|page|tools|model-check|unit-threads) ["'A-Z]/.test(reference));
}

// Whether there is a test `SUITE Fixture.Name` or `SUITE "title"`.
export function isTest(reference) {
    const [, suite, name] = reference.match(/^([\w-]+) (.*)$/);
    const gtest = name.match(/^(\w+)\.(\w+)$/);
    if (gtest) return new RegExp(`\\bTEST(_F|_P)?\\(${gtest[1]},\\s*${gtest[2]}\\)`).test(sources[suite]);
    return /^(".*"|'.*')$/.test(name) && ['"', "'", '`'].some((quote) => sources[suite].includes(name.replace(/^["']|["']$/g, quote)));
}

// Fixture.Name of every test of a GoogleTest suite, as its filter sees them: those with parameters bear more before and behind.
export function testNames(suite) {
    return [...sources[suite].matchAll(/\bTEST(_F|_P)?\((\w+),\s*(\w+)\)/g)].map(
        ([, kind, fixture, name]) => (kind === '_P' ? `Each/${fixture}.${name}/` : `${fixture}.${name}`),
    );
}

// What is wrong with a row that promises something; empty = nothing.
export function faultOf([promise, ...proof]) {
    const text = proof.join(' ');
    const tests = testsIn(text);
    const missing = tests.find((reference) => !isTest(reference));
    if (missing) return `there is no test ${missing}`;
    return tests.length > 0 || text.includes('**open**') ? '' : `nothing proves "${promise}"`;
}
