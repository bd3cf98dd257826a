// Instructions of a process, as callgrind writes them down when it ends.

import { readFileSync } from 'node:fs';

/** The command to run a program under. Each process writes a file of its own when it ends. */
export function underCallgrind(output) {
    return [
        'valgrind', '--quiet', '--tool=callgrind', `--callgrind-out-file=${output}.%p`,
        '--compress-strings=no', '--compress-pos=no',
    ];
}

// What a request costs in the C allocator changes by some hundred instructions with the layout of the heap, which a
// module that is only loaded moves; so it is left out, and its calls are counted.
const allocator = new Set([
    'malloc', 'free', 'calloc', 'realloc', 'reallocarray', 'memalign', 'aligned_alloc', 'posix_memalign',
]);

// The module's timer, and the slices of work that it asks for: what they cost depends on how long a run lasts, not on its
// requests.
const timers = /^agent_sessions::ngx::(\(anonymous namespace\)::handle_tick|SlicedWork::handle_round)\(/;

/**
 * { instructions, allocations, byFunction, called } of a whole run of this process, without those it has started: instructions without allocator and timers; calls of the
 * allocator from outside its library; instructions of each function itself; and of what was called, with all that it called, but for what was inlined.
 */
export function readCallgrind(output, pid) {
    const byFunction = new Map();
    const called = new Map();
    let total = 0;
    let leftOut = 0;
    let allocations = 0;
    let library = '';
    let caller = '';
    let call = {};
    for (const line of readFileSync(`${output}.${pid}`, 'utf8').split('\n')) {
        if (line.startsWith('ob=')) {
            library = line.slice(3);
        } else if (line.startsWith('fn=')) {
            caller = line.slice(3);
        } else if (line.startsWith('cob=')) {
            call.library = line.slice(4);
        } else if (line.startsWith('cfn=')) {
            call.callee = line.slice(4);
        } else if (line.startsWith('calls=')) {
            call.count = Number.parseInt(line.slice(6), 10);
        } else if (/^\d/.test(line)) {
            const cost = Number(line.split(' ')[1] ?? 0);
            if (call.count === undefined) {
                total += cost;
                byFunction.set(caller, (byFunction.get(caller) ?? 0) + cost);
            } else {
                called.set(call.callee, (called.get(call.callee) ?? 0) + cost);
                if (allocator.has(call.callee) && (call.library ?? library) !== library) {
                    allocations += call.count;
                    leftOut += cost;
                } else if (timers.test(call.callee)) {
                    leftOut += cost;
                }
            }
            call = {};
        }
    }
    return { instructions: total - leftOut, allocations, byFunction, called };
}
