// What of the measured figures stands in docs/: which may be published, and the block of docs/performance.md.

import { judge } from '../goals.mjs';
import { renderOrigin, renderTables } from './tables.mjs';

const marks = ['<!-- Measured: written by `make bench-publish` from docs/performance.json. -->', '<!-- End of what was measured. -->'];

// What a busy machine does not change.
const counted = ['instructions', 'memory'];
const facts = ['at', 'mode', 'machine', 'load', 'others', 'busy', 'partial', 'seconds'];

/**
 * The figures without what was measured on a busy machine; undefined where nothing is left, where the settings were small,
 * or where only some sections were measured.
 */
export function publishable(results) {
    if (!['full', 'scale'].includes(results.mode)) {
        return undefined;
    }
    if (!results.busy) {
        return results.partial ? undefined : results;
    }
    const kept = Object.fromEntries(Object.entries(results).filter(([name]) => [...facts, ...counted].includes(name)));
    if (!counted.some((name) => kept[name])) {
        return undefined;
    }
    return { ...kept, goals: judge(kept) };
}

/** The tables of a comparison, and of the largest table, with where they come from. */
export function renderBlock({ comparison, scale }) {
    const parts = [marks[0], ''];
    for (const results of [comparison, scale].filter(Boolean)) {
        const origin = results.busy
            ? `${renderOrigin({ ...results, busy: false })}\nThe machine was busy, so only what that does not change is given.`
            : renderOrigin(results);
        parts.push(origin, '', renderTables(results), '');
    }
    parts.push(marks[1]);
    return parts.join('\n');
}

/** The document with its block written anew. */
export function withBlock(document, block) {
    const start = document.indexOf(marks[0]);
    const end = document.indexOf(marks[1]);
    if (start < 0 || end < start) {
        throw new Error('docs/performance.md has lost the marks between which the figures stand');
    }
    return document.slice(0, start) + block + document.slice(end + marks[1].length);
}
