// The parts, by Google Benchmark.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { programs } from '../support/load.mjs';
import { onServerCore } from '../support/machine.mjs';

const run = promisify(execFile);

const nanoseconds = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const described = ['name', 'iterations', 'real_time', 'cpu_time', 'time_unit', 'repetitions', 'threads'];

/** [{ part, sessions, processor_ns, ...counters }]; of parts that do not depend on a table, sessions is null. */
export async function measureParts(settings, say) {
    say('parts');
    const [command, ...args] = [
        ...onServerCore, `${programs}parts`, '--benchmark_format=json', `--benchmark_min_time=${settings.partSeconds}`,
        ...(settings.many < 1_000_000 ? ['--benchmark_filter=-/1000000'] : []),
    ];
    const { stdout } = await run(command, args, { maxBuffer: 1 << 24 });
    return JSON.parse(stdout).benchmarks.map((benchmark) => {
        const [, part, sessions] = /^(.*?)(?:\/(\d+))?(?:\/iterations:\d+)?$/.exec(benchmark.name);
        const counters = Object.entries(benchmark).filter(([name, value]) => typeof value === 'number'
            && !described.includes(name) && !name.endsWith('index'));
        return {
            part, sessions: sessions ? Number(sessions) : null,
            processor_ns: benchmark.cpu_time * nanoseconds[benchmark.time_unit],
            ...Object.fromEntries(counters),
        };
    });
}
