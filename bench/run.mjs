// run.mjs full|quick|scale|scale-quick [SECTION...]: measures, prints tables and goals, writes build/bench/results.json.
// Sections are the functions below; without any, all of the mode's.

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { module, watchedModule } from './contenders.mjs';
import { judge } from './goals.mjs';
import { measureExpiry, measureListing, openStage } from './measures/background.mjs';
import { measureInstructions } from './measures/instructions.mjs';
import { measureParts } from './measures/parts.mjs';
import { measureRestarts } from './measures/restarts.mjs';
import { measureTerminating } from './measures/terminating.mjs';
import { measureKinds, measureThroughput } from './measures/throughput.mjs';
import { measureSteadyState } from './measures/steady_state.mjs';
import { measureWorkers } from './measures/workers.mjs';
import { renderOrigin, renderTables } from './report/tables.mjs';
import { settings as allSettings } from './settings.mjs';
import { describeMachine, load, onServerCore, shareOfOthers, tolerated } from './support/machine.mjs';

const accounts = 8;

async function onStage(seed, measure) {
    const stage = await openStage(seed);
    try {
        return await measure(stage);
    } finally {
        await stage.close();
    }
}

const comparison = {
    instructions: async (settings, say) => {
        const { memory, ...instructions } = await measureInstructions(settings, say);
        return { instructions, memory };
    },
    parts: async (settings, say) => ({ parts: await measureParts(settings, say) }),
    throughput: async (settings, say) => ({ throughput: await measureThroughput(settings, say) }),
    kinds: async (settings, say) => ({ kinds: await measureKinds(settings, say) }),
    listing: async (settings, say) => ({
        listing: await onStage({ name: 'listing', sessions: settings.many, accounts },
            (stage) => measureListing(stage, settings, say)),
    }),
    terminating: async (settings, say) => ({
        terminating: await measureTerminating(settings, say, { sessions: settings.many }),
    }),
    restarts: async (settings, say) => ({ restarts: await measureRestarts(settings, say, { sessions: settings.many }) }),
    workers: async (settings, say) => ({ workers: await measureWorkers(settings, say) }),
    expiry: async (settings, say) => ({ expiry: await measureExpiry(settings, say, { sessions: settings.many, accounts }) }),
};

// The largest table that can be had; its first account holds a tenth of it.
const scale = {
    steady: (settings, say) => onStage({
        name: 'steady', built: module, wrapper: onServerCore, sessions: settings.sessions, accounts: settings.accounts,
    }, async (stage) => {
        const throughput = await measureSteadyState(stage, settings, say);
        await stage.serveWith({ built: watchedModule, wrapper: [] });
        return { build_up: stage.zone.seeded, throughput, listing: await measureListing(stage, settings, say) };
    }),
    terminating: async (settings, say) => ({ terminating: await measureTerminating(settings, say, settings) }),
    restarts: async (settings, say) => ({ restarts: await measureRestarts(settings, say, settings) }),
    expiry: async (settings, say) => ({ expiry: await measureExpiry(settings, say, settings) }),
};

const modes = { full: comparison, quick: comparison, scale, 'scale-quick': scale };

// Others are looked for while this program does nothing: the load average is also that of the build before.
async function lookAround(results) {
    const share = await shareOfOthers();
    results.others = Math.max(results.others ?? 0, share);
    if (share > tolerated && !results.busy) {
        console.log(`THE MACHINE IS BUSY: others use ${Math.round(100 * share)} % of it. Instruction counts hold, times do not.`);
    }
    results.busy = results.others > tolerated;
}

async function main([mode, ...chosen]) {
    const sections = modes[mode];
    if (!sections || chosen.some((name) => !sections[name])) {
        throw new Error(`what to measure: ${Object.entries(modes).map(([name, of]) => `${name} [${Object.keys(of).join('|')}]`).join(', ')}`);
    }
    if (cpus().length < 2) {
        throw new Error('the server and its clients need a core each');
    }
    const start = performance.now();
    const say = (text) => console.log(`[${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s] ${text}`);
    const results = {
        at: new Date().toISOString(), mode, machine: describeMachine(), load: { before: load() },
        partial: chosen.length > 0,
    };
    for (const name of chosen.length > 0 ? chosen : Object.keys(sections)) {
        await lookAround(results);
        Object.assign(results, await sections[name](allSettings[mode], say));
    }
    await lookAround(results);
    results.load.after = load();
    results.seconds = (performance.now() - start) / 1000;
    results.goals = judge(results);

    const directory = new URL('../build/bench/', import.meta.url);
    mkdirSync(directory, { recursive: true });
    const file = new URL(mode.startsWith('scale') ? 'results-scale.json' : 'results.json', directory);
    writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
    console.log(`\n${renderTables(results)}\n\n${renderOrigin(results)}`);
    console.log(`${file.pathname}, ${results.seconds.toFixed(0)} s`);
}

// Servers and clients are ended when this process exits, however it does.
process.setMaxListeners(0);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => process.exit(1));
}
main(process.argv.slice(2)).catch((error) => {
    console.error(error);
    process.exit(1);
});
