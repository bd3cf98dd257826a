// The corpora of tests/fuzz: one for each target, and small.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const fuzz = fileURLToPath(new URL('../fuzz', import.meta.url));
const mostFiles = 50;
const mostBytes = 200_000;

function namesIn(folder) {
    return fs.readdirSync(path.join(fuzz, folder)).sort();
}

test('each target has a corpus, and each corpus and dictionary a target', () => {
    const targets = namesIn('targets').map((name) => path.basename(name, '.cpp'));
    assert.deepEqual(namesIn('corpus'), targets);
    for (const name of namesIn('dictionaries')) assert.ok(targets.includes(name), name);
});

test('the corpora are small', () => {
    const sizes = namesIn('corpus').flatMap((target) => {
        const inputs = namesIn(path.join('corpus', target));
        assert.notEqual(inputs.length, 0, target);
        return inputs.map((input) => fs.statSync(path.join(fuzz, 'corpus', target, input)).size);
    });
    assert.ok(sizes.length <= mostFiles, `${sizes.length} files`);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(bytes <= mostBytes, `${bytes} bytes`);
});
