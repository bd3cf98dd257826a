// The goals that are counted in instructions a request: what is compared, and what it must not exceed.

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
