// What docs/ says of the measurements is what was measured.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { publishable, renderBlock, withBlock } from './report/document.mjs';
import { renderPicture } from './report/picture.mjs';

const read = (name) => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');
const published = JSON.parse(read('performance.json'));

test('the tables of docs/performance.md are those of docs/performance.json', () => {
    const document = read('performance.md');
    assert.equal(withBlock(document, renderBlock(published)), document, '`make bench-publish` writes them');
});

test('docs/performance.svg is drawn from docs/performance.json', () => {
    assert.equal(renderPicture(published.comparison), read('performance.svg'), '`make bench-publish` draws it');
});

const times = { throughput: [], kinds: [], listing: {} };

test('of a busy machine only counts are published', () => {
    const kept = publishable({ ...published.comparison, ...times, mode: 'full', busy: true });
    assert.ok(kept.instructions);
    for (const name of Object.keys(times)) {
        assert.equal(kept[name], undefined, name);
    }
    assert.ok(kept.goals.every(({ name }) => !name.includes('processor') && !name.includes('throughput')));
});

test('of small settings, or of a part of the sections, no times are published', () => {
    assert.equal(publishable({ ...published.comparison, mode: 'quick', busy: false }), undefined);
    assert.equal(publishable({ ...published.comparison, ...times, mode: 'full', busy: false, partial: true }), undefined);
});
