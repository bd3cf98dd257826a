// What must be reached: what is compared, and what it must not exceed.

// Counted in instructions a request, by the short form too.

export const instructionGoals = [
    {
        name: 'known',
        what: 'known session, issued cookie, empty_gif',
        figure: (of) => of.known.instructions - of.bare.instructions,
        unit: 'over bare',
        goal: 800,
        allocations: (of) => of.known.allocations - of.bare.allocations,
    },
    {
        name: 'known_proxied',
        what: 'the same, proxied, with account, agent and interaction',
        figure: (of) => of.known_proxied.instructions - of.bare_proxied.instructions,
        unit: 'over bare',
        goal: 2500,
        allocations: (of) => of.known_proxied.allocations - of.bare_proxied.allocations,
    },
    {
        name: 'off',
        what: 'module loaded, agent_sessions off',
        figure: (of) => of.off.instructions - of.bare.instructions,
        unit: 'over bare',
        goal: 100,
        allocations: (of) => of.off.allocations - of.bare.allocations,
    },
    {
        name: 'ended',
        what: 'ended session, answered as JSON',
        figure: (of) => of.ended.instructions,
        unit: 'of bare proxied',
        goal: (of) => of.bare_proxied.instructions,
        allocations: (of) => of.ended.allocations - of.bare_proxied.allocations,
    },
];

const millisecond = 1000;

function number(value, digits = 0) {
    return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function atMost(limit) {
    return (value) => value <= limit;
}

function atLeast(limit) {
    return (value) => value >= limit;
}

function throughputOf(results, sessions) {
    return results.throughput?.find((each) => each.contender === 'ours' && each.target === 'gif' && each.sessions === sessions);
}

const fewSessions = 1000;

function mostSessions(results) {
    return Math.max(...(results.throughput ?? []).map(({ sessions }) => sessions));
}

function partOf(results, name) {
    const measured = results.parts?.filter(({ part }) => part === name) ?? [];
    return measured.sort((a, b) => b.sessions - a.sessions)[0];
}

function longestSlice(slices) {
    return Math.max(0, ...slices.map(({ longest_us }) => longest_us));
}

function worst(values) {
    return values && Math.max(...values);
}

function termination(results, name) {
    return results.terminating?.find((each) => each.name === name);
}

function workers(results, count) {
    return results.workers?.find((each) => each.workers === count);
}

/** Growth of the instructions a request from the smallest table to the largest, as a share of all of them. */
function growthOfInstructions(results) {
    const ours = results.instructions?.contenders.filter(({ contender }) => contender === 'ours') ?? [];
    return ours.length === 2 ? ours[1].instructions / ours[0].instructions - 1 : undefined;
}

const countedGoals = instructionGoals.map(({ name, what, figure, unit, goal }) => ({
    name,
    what: `${what}: instructions ${unit}`,
    figure: (results) => results.instructions && figure(results.instructions.scenarios),
    wanted: (results) => `≤ ${number(typeof goal === 'function' ? goal(results.instructions.scenarios) : goal)}`,
    shown: (value) => number(value),
    isReached: (value, results) => value <= (typeof goal === 'function' ? goal(results.instructions.scenarios) : goal),
}));

const otherGoals = [
    {
        name: 'known_processor', what: 'known session, `empty_gif`: processor time over bare',
        figure: (results) => throughputOf(results, fewSessions)?.processor_over_bare_us.median,
        wanted: '≤ 0.35 µs', shown: (value) => `${number(value, 2)} µs`, isReached: atMost(0.35),
    },
    {
        name: 'growth_instructions', what: 'largest table against the smallest: instructions a request',
        figure: growthOfInstructions,
        wanted: '≤ +5 %', shown: (value) => `${number(100 * value, 1)} %`, isReached: atMost(0.05),
    },
    {
        name: 'growth_processor', what: 'largest table: processor time over bare',
        figure: (results) => throughputOf(results, mostSessions(results))?.processor_over_bare_us.median,
        wanted: '≤ 0.6 µs', shown: (value) => `${number(value, 2)} µs`, isReached: atMost(0.6),
    },
    {
        name: 'growth_throughput', what: 'largest table: requests a second to bare',
        figure: (results) => throughputOf(results, mostSessions(results))?.to_bare.median,
        wanted: '≥ 0.95', shown: (value) => number(value, 2), isReached: atLeast(0.95),
    },
    {
        name: 'memory', what: 'memory of a session, everything included',
        figure: (results) => results.memory?.bytes_per_session,
        wanted: '≤ 256 bytes', shown: (value) => `${number(value)} bytes`, isReached: atMost(256),
    },
    {
        name: 'begin_library', what: 'begins a second on one core, in the library',
        figure: (results) => partOf(results, 'begin_session')?.items_per_second,
        wanted: '≥ 100,000', shown: (value) => number(value), isReached: atLeast(100_000),
    },
    {
        name: 'begin_nginx', what: 'begins through nginx: requests a second to bare',
        figure: (results) => results.kinds?.find(({ kind }) => kind === 'begin').ours.to_bare.median,
        wanted: '≥ 0.85', shown: (value) => number(value, 2), isReached: atLeast(0.85),
    },
    {
        name: 'list_processor', what: 'page of 100, the dearest: processor time',
        figure: (results) => worst(results.listing?.pages.map(({ processor_us }) => processor_us / millisecond)),
        wanted: '≤ 60 ms', shown: (value) => `${number(value)} ms`, isReached: atMost(60),
    },
    {
        name: 'list_slices', what: 'lists: longest slice of the event loop',
        figure: (results) => worst(results.listing?.pages.map(({ slices }) => longestSlice(slices))),
        wanted: '≤ 1 ms', shown: (value) => `${number(value / millisecond, 2)} ms`, isReached: atMost(millisecond),
    },
    {
        name: 'list_neighbours', what: 'lists without pause: p99 of the neighbours\' requests to that without',
        figure: (results) => worst(results.listing?.pages.map(
            ({ neighbours }) => neighbours.p99_us / results.listing.quiet.p99_us)),
        wanted: '≤ 1.2', shown: (value) => number(value, 2), isReached: atMost(1.2),
    },
    {
        name: 'list_worst', what: 'lists without pause: the neighbours\' longest request',
        figure: (results) => worst(results.listing?.pages.map(({ neighbours }) => neighbours.worst_us / millisecond)),
        wanted: '≤ 5 ms', shown: (value) => `${number(value, 1)} ms`, isReached: atMost(5),
    },
    ...[['one', 'one session'], ['many', '10,000 by their refs'], ['account', 'all of an account']].map(([name, what]) => ({
        name: `terminate_${name}`, what: `terminating ${what}: syncs of the disk until it is answered as durable`,
        figure: (results) => {
            const figures = termination(results, name);
            return figures && (figures.durable ? figures.syncs : Infinity);
        },
        wanted: '≤ 2', shown: (value) => number(value), isReached: atMost(2),
    })),
    {
        name: 'terminate_slices', what: 'terminating all of an account: longest slice of the event loop',
        figure: (results) => results.terminating && longestSlice(termination(results, 'account').slices),
        wanted: '≤ 1 ms', shown: (value) => `${number(value / millisecond, 2)} ms`, isReached: atMost(millisecond),
    },
    {
        name: 'expiry_slices', what: 'all run out within a minute: longest slice of the event loop',
        figure: (results) => results.expiry && longestSlice(results.expiry.slices),
        wanted: '≤ 1 ms', shown: (value) => `${number(value / millisecond, 2)} ms`, isReached: atMost(millisecond),
    },
    {
        name: 'expiry_neighbours', what: 'all run out within a minute: p99 of the neighbours\' requests to that before',
        figure: (results) => results.expiry && results.expiry.neighbours.p99_us / results.expiry.quiet.p99_us,
        wanted: '≤ 1.2', shown: (value) => number(value, 2), isReached: atMost(1.2),
    },
    ...[['reload', 'reload'], ['upgrade', 'binary upgrade']].map(([name, what]) => ({
        name, what: `${what}: until a new worker answers, over bare`,
        figure: (results) => results.restarts
            && results.restarts.ours[name].milliseconds - results.restarts.bare[name].milliseconds,
        wanted: '≤ 50 ms', shown: (value) => `${number(value)} ms`, isReached: atMost(50),
    })),
    {
        name: 'start_segment', what: 'start with the sessions in the segment: until the first answer',
        figure: (results) => results.restarts?.ours.start_ms,
        wanted: '≤ 200 ms', shown: (value) => `${number(value)} ms`, isReached: atMost(200),
    },
    {
        name: 'start_database', what: 'start with the sessions in the database only: until the first answer',
        figure: (results) => results.restarts && results.restarts.from_database_ms / 1000,
        wanted: '≤ 5 s', shown: (value) => `${number(value, 1)} s`, isReached: atMost(5),
    },
    {
        name: 'workers', what: '8 workers on one hot set: processor time a request to one worker\'s',
        figure: (results) => workers(results, 8) && workers(results, 8).ours_us / workers(results, 1).ours_us,
        wanted: '≤ 1.1', shown: (value) => number(value, 2), isReached: atMost(1.1),
    },
];

/** Every goal that was measured: [{ name, what, wanted, figure, shown, reached }]. */
export function judge(results) {
    return [...countedGoals, ...otherGoals].flatMap(({ name, what, figure, wanted, shown, isReached }) => {
        const value = figure(results);
        if (value === undefined) {
            return [];
        }
        return [{
            name, what, wanted: typeof wanted === 'function' ? wanted(results) : wanted, figure: value, shown: shown(value),
            reached: isReached(value, results),
        }];
    });
}
