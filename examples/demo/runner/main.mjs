// Starts the demo, tells what to try, and stops everything again; with --check verifies it instead of waiting.

import { parseArgs } from 'node:util';
import { banner } from './banner.mjs';
import { check } from './check.mjs';
import { Demo } from './demo.mjs';
import { readSettings } from './settings.mjs';

process.umask(0o022);
process.exitCode = await main().catch((error) => {
    console.error(`demo: ${error.message}`);
    return 1;
});

async function main() {
    const { values: { check: isCheck } } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
    const settings = readSettings({ isCheck });
    const demo = new Demo(settings);
    const interrupted = new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
            process.on(signal, () => resolve(signal));
        }
    });
    try {
        return await Promise.race([interrupted.then(() => (isCheck ? 1 : 0)), serve(demo, isCheck)]);
    } catch (error) {
        throw new Error([error.message, ...demo.complaints()].join('\n'));
    } finally {
        await demo.stop();
    }
}

async function serve(demo, isCheck) {
    await demo.start();
    if (isCheck) {
        await check(demo);
        return 0;
    }
    console.log(banner(demo));
    const ended = await demo.untilOneEnds();
    if (!demo.isStopped) {
        console.error(`demo: the ${ended} ended unexpectedly, see ${demo.settings.prefix}/error.log`);
    }
    return 1;
}
