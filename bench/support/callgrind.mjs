// Instructions of a process, as callgrind writes them down when it ends.

import { readFileSync } from 'node:fs';

/** The command to run a program under. One file is written, to `output`, when the process ends. */
export function underCallgrind(output) {
    return [
        'valgrind', '--quiet', '--tool=callgrind', `--callgrind-out-file=${output}`,
        '--compress-strings=no', '--compress-pos=no',
    ];
}

// What a request costs in the C allocator changes by some hundred instructions with the layout of the heap, which a
// module that is only loaded moves; so it is left out, and its calls are counted.
const allocator = new Set([
    'malloc', 'free', 'calloc', 'realloc', 'reallocarray', 'memalign', 'aligned_alloc', 'posix_memalign',
]);

// The module's timer: what it costs depends on how long a run lasts, not on its requests.
const timers = /^agent_sessions::ngx::\(anonymous namespace\)::handle_tick\(/;

/**
 * { instructions, allocations, byFunction } of a whole run: instructions without allocator and timers; calls of the
 * allocator from outside its library; instructions of each function itself.
 */
export function readCallgrind(file) {
    const byFunction = new Map();
    let total = 0;
    let leftOut = 0;
    let allocations = 0;
    let library = '';
    let caller = '';
    let call = {};
    for (const line of readFileSync(file, 'utf8').split('\n')) {
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
            } else if (allocator.has(call.callee) && (call.library ?? library) !== library) {
                allocations += call.count;
                leftOut += cost;
            } else if (timers.test(call.callee)) {
                leftOut += cost;
            }
            call = {};
        }
    }
    return { instructions: total - leftOut, allocations, byFunction };
}
