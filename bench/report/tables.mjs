// The figures as tables in Markdown, for people's eyes on a terminal and in docs/performance.md.

import { contenders } from '../contenders.mjs';

const titles = new Map(contenders.map(({ name, title }) => [name, title]));

function number(value, digits = 0) {
    return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function signed(value, digits = 0) {
    return `${value < 0 ? '−' : '+'}${number(Math.abs(value), digits)}`;
}

function table(head, rows) {
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [line(head), `|---|${'---:|'.repeat(head.length - 1)}`, ...rows.map(line)].join('\n');
}

function spread({ median, least, most }, digits) {
    return `${number(median, digits)} (${number(least, digits)}–${number(most, digits)})`;
}

function instructionsTable({ contenders: figures }) {
    const of = (name) => figures.find(({ contender }) => contender === name);
    return table(['known session, `empty_gif`', 'sessions', 'instructions a request', 'over bare'], figures.map((figure) => {
        const base = contenders.find(({ name }) => name === figure.contender).base;
        return [
            titles.get(figure.contender), number(figure.sessions), number(figure.instructions),
            base ? signed(figure.instructions - of(base).instructions) : '–',
        ];
    }));
}

function growthTable(throughput) {
    const gif = throughput.filter(({ target }) => target === 'gif');
    const sizes = [...new Set(gif.map(({ sessions }) => sessions))];
    const compared = contenders.filter(({ name, base }) => base && gif.some(({ contender }) => contender === name));
    return table(['known session, `empty_gif`: requests/s to bare · processor µs over bare', ...sizes.map((size) => `${number(size)} sessions`)],
        compared.map(({ name, title }) => [title, ...sizes.map((size) => {
            const figure = gif.find(({ contender, sessions }) => contender === name && sessions === size);
            return `${spread(figure.to_bare, 2)} · ${signed(figure.processor_over_bare_us.median, 2)}`;
        })]));
}

const targets = [['return', '`return 200`'], ['gif', '`empty_gif`'], ['proxy', '`proxy_pass`']];

function targetsTable(throughput) {
    const size = throughput.find(({ target }) => target === 'proxy').sessions;
    const at = throughput.filter(({ sessions }) => sessions === size);
    return table([`${number(size)} sessions: processor µs a request · requests/s to bare · p50/p99 µs`, ...targets.map(([, title]) => title)],
        contenders.map(({ name, title }) => [title, ...targets.map(([target]) => {
            const figure = at.find((each) => each.contender === name && each.target === target);
            if (!figure) {
                return 'not reached';
            }
            const ratio = figure.to_bare ? ` · ${number(figure.to_bare.median, 2)}` : '';
            return `${number(figure.processor_us.median, 2)}${ratio} · ${number(figure.p50_us.median)}/${number(figure.p99_us.median)}`;
        })]));
}

function kindsTable(kinds) {
    return table(['request, `empty_gif`', 'sessions', 'requests/s to bare', 'processor µs over bare', 'p50/p99 µs', 'bare p50/p99 µs'],
        kinds.map(({ title, sessions, bare, ours }) => [
            title, number(sessions), spread(ours.to_bare, 2), signed(ours.processor_over_bare_us.median, 2),
            `${number(ours.p50_us.median)}/${number(ours.p99_us.median)}`,
            `${number(bare.p50_us.median)}/${number(bare.p99_us.median)}`,
        ]));
}

function duration(nanoseconds) {
    return nanoseconds < 1e5 ? `${number(nanoseconds)} ns` : `${number(nanoseconds / 1e6, 2)} ms`;
}

function partsTable(parts) {
    const sizes = [...new Set(parts.map(({ sessions }) => sessions).filter((size) => size !== null))].sort((a, b) => a - b);
    const names = [...new Set(parts.map(({ part }) => part))];
    const cell = (name, size) => {
        const figure = parts.find(({ part, sessions }) => part === name && (sessions === size || sessions === null));
        return figure ? duration(figure.processor_ns) : '';
    };
    return table(['part of the library, processor time', ...sizes.map((size) => `${number(size)} sessions`)],
        names.map((name) => [name.replaceAll('_', ' ').replace('/', ', '), ...sizes.map((size) => cell(name, size))]));
}

function slice(slices) {
    const longest = slices[0];
    return longest ? `${number(longest.longest_us / 1000, 2)} (${number(longest.processor_us / 1000, 2)})` : '–';
}

function listingTable({ sessions, quiet, pages }) {
    const met = ({ p50_us, p99_us, worst_us }) => `${number(p50_us)}/${number(p99_us)}/${number(worst_us)}`;
    return table([`page of 100 among ${number(sessions)}`, 'processor ms', 'ms', 'longest slice, ms (processor)', 'neighbours\' p50/p99/worst, µs'], [
        ['none', '', '', '', met(quiet)],
        ...pages.map(({ name, processor_us, milliseconds, slices, neighbours }) => [
            name, number(processor_us / 1000, 1), number(milliseconds, 1), slice(slices), met(neighbours),
        ]),
    ]);
}

function terminatingTable(terminating) {
    return table(['terminating', 'ms until answered', 'durable', 'syncs', 'longest slice, ms (processor)', 'neighbours\' worst, ms'],
        terminating.map(({ ended, milliseconds, durable, syncs, slices, neighbours }) => [
            number(ended), number(milliseconds, 1), durable ? 'yes' : 'no', syncs, slice(slices), number(neighbours.worst_us / 1000, 1),
        ]));
}

function expiryTable({ sessions, within_seconds, due_after_seconds, over_after_seconds, quiet, neighbours, slices }) {
    return table([`${number(sessions)} sessions run out within ${within_seconds} s`, ''], [
        ['the last is ended so long after it was due', `${number(Math.max(0, over_after_seconds - due_after_seconds), 1)} s`],
        ['neighbours\' p99 before / meanwhile', `${number(quiet.p99_us)} / ${number(neighbours.p99_us)} µs`],
        ['neighbours\' longest request before / meanwhile', `${number(quiet.worst_us)} / ${number(neighbours.worst_us)} µs`],
        ...slices.slice(0, 3).map(({ work, longest_us, processor_us }) => [
            `longest slice of ${work} (processor)`, `${number(longest_us)} (${number(processor_us)}) µs`,
        ]),
    ]);
}

function restartsTable({ sessions, bare, ours, from_database_ms }) {
    return table([`with ${number(sessions)} sessions, ms`, 'bare', 'ours'], [
        ['start until the first answer', number(bare.start_ms), number(ours.start_ms)],
        ['the same, sessions in the database only', '', number(from_database_ms)],
        ['reload until a new worker answers', number(bare.reload.milliseconds), number(ours.reload.milliseconds)],
        ['longest request during a reload', number(bare.reload.worst_us / 1000, 1), number(ours.reload.worst_us / 1000, 1)],
        ['binary upgrade until a new worker answers', number(bare.upgrade.milliseconds), number(ours.upgrade.milliseconds)],
        ['longest request during an upgrade', number(bare.upgrade.worst_us / 1000, 1), number(ours.upgrade.worst_us / 1000, 1)],
    ]);
}

function workersTable(workers) {
    return table(['workers on 1,000 hot sessions', 'bare, processor µs', 'ours, processor µs'],
        workers.map(({ workers: count, bare_us, ours_us }) => [count, number(bare_us, 2), number(ours_us, 2)]));
}

function buildUpTable({ sessions, seconds, history_seconds, segment_bytes }) {
    return table(['build-up', ''], [
        ['sessions', number(sessions)], ['seconds', number(seconds, 1)], ['segment, GiB', number(segment_bytes / 2 ** 30, 2)],
        ['begins a second', number(sessions / seconds)], ['seconds until the history has them', number(history_seconds, 1)],
    ]);
}

function goalsTable(goals) {
    return table(['goal', 'wanted', 'figure', ''], goals.map(({ what, wanted, shown, reached }) => [
        what, wanted, shown, reached ? 'reached' : '**not reached**',
    ]));
}

/** All tables of what was measured. */
export function renderTables(results) {
    const parts = [
        results.instructions && instructionsTable(results.instructions),
        results.build_up && buildUpTable(results.build_up),
        results.throughput && growthTable(results.throughput),
        results.throughput?.some(({ target }) => target === 'proxy') && targetsTable(results.throughput),
        results.kinds && kindsTable(results.kinds),
        results.parts && partsTable(results.parts),
        results.listing && listingTable(results.listing),
        results.terminating && terminatingTable(results.terminating),
        results.expiry && expiryTable(results.expiry),
        results.restarts && restartsTable(results.restarts),
        results.workers && workersTable(results.workers),
        results.goals && goalsTable(results.goals),
    ];
    return parts.filter(Boolean).join('\n\n');
}

function list(values) {
    return values.map((value) => number(value, 2)).join(', ');
}

/** Where and when it was measured, and whether the times are worth anything. */
export function renderOrigin({ at, mode, machine, load, others, busy }) {
    const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`).join(', ');
    return [
        `Measured ${at.slice(0, 10)} at commit ${machine.commit}, \`${mode}\`: ${machine.processor}, ${machine.cores} cores,`
        + ` ${machine.memory_gib} GiB, Linux ${machine.kernel}; ${packages}.`,
        ...(busy ? [`THE MACHINE WAS BUSY (load ${list(load.before)}; others used ${number(100 * others)} % of it): instruction counts hold, times do not.`] : []),
    ].join('\n');
}
