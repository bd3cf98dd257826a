// What the watched module writes of the longest slices of its work (ngx_module/slice_watch.h).

import { readFileSync, statSync } from 'node:fs';

const line = /longest slice: (\d+) us, processor (\d+) us, of (\d+) in (.*)$/gm;

// Before the first request, or after the last one: nobody waits.
const notServing = new Set(['attaching the zones', 'the start of a worker', 'the start of a zone', 'the end of a history']);

/** Reads from here on what is written into the error log of a server. */
export class SliceLog {
    #file;
    #from;

    constructor(server) {
        this.#file = server.errorLog;
        this.#from = statSync(this.#file).size;
    }

    /** The longest slice of each work since, longest first: [{ work, longest_us, processor_us, slices }]. */
    longest() {
        const works = new Map();
        const text = readFileSync(this.#file).subarray(this.#from).toString('utf8');
        for (const [, wall, processor, slices, work] of text.matchAll(line)) {
            if (notServing.has(work)) {
                continue;
            }
            const known = works.get(work) ?? { work, longest_us: 0, processor_us: 0, slices: 0 };
            works.set(work, {
                work, slices: known.slices + Number(slices),
                longest_us: Math.max(known.longest_us, Number(wall)),
                processor_us: Math.max(known.processor_us, Number(processor)),
            });
        }
        return [...works.values()].sort((a, b) => b.longest_us - a.longest_us);
    }
}
