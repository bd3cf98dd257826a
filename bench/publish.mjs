// Takes what was measured from build/bench/ into docs/: performance.json, the tables of performance.md, performance.svg.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { publishable, renderBlock, withBlock } from './report/document.mjs';
import { renderPicture } from './report/picture.mjs';

const docs = new URL('../docs/', import.meta.url);
const measured = new URL('../build/bench/', import.meta.url);

function readJson(file) {
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

const published = readJson(new URL('performance.json', docs)) ?? {};
for (const [name, file] of [['comparison', 'results.json'], ['scale', 'results-scale.json']]) {
    const results = readJson(new URL(file, measured));
    const kept = results && publishable(results);
    if (kept) {
        published[name] = kept;
        console.log(`${file}: ${kept === results ? 'all of it' : 'the counts only, since the machine was busy'}`);
    } else if (results) {
        console.log(`${file}: nothing, since it is of ${results.partial ? 'a part of ' : ''}${results.mode}${results.busy ? ' on a busy machine' : ''}`);
    }
}
writeFileSync(new URL('performance.json', docs), `${JSON.stringify(published, null, 2)}\n`);
const document = new URL('performance.md', docs);
writeFileSync(document, withBlock(readFileSync(document, 'utf8'), renderBlock(published)));
writeFileSync(new URL('performance.svg', docs), renderPicture(published.comparison));
