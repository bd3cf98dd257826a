// Twenty-one simulated people at two accounts, never more than a few requests a second between them.
//
//   node main.mjs --port PORT [--rate REQUESTS_PER_SECOND]

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { agents } from '../application/agents.mjs';
import { Browser } from './browser.mjs';
import { Person } from './person.mjs';

const guestsPerAccount = { acme: 2, globex: 1 };

const { values: options } = parseArgs({
    options: { port: { type: 'string' }, rate: { type: 'string', default: '8' } },
});
const port = Number(options.port);
const beforeRequest = pacer(Number(options.rate));

for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => process.exit(0));
}

for (const { name, account } of people()) {
    const browser = new Browser({ port, host: `${account}.localhost:${port}`, beforeRequest });
    new Person(browser, name).live();
    await sleep(500);
}

/** Two of three agents work for acme; a Guest has no name. */
function people() {
    const known = agents.map(({ name }, index) => ({ name, account: index % 3 === 2 ? 'globex' : 'acme' }));
    const guests = Object.entries(guestsPerAccount).flatMap(([account, count]) => Array(count).fill({ account }));
    return [...known, ...guests];
}

/** Requests of all people queue for their turn, so the rate holds whatever each of them does. */
function pacer(perSecond) {
    let nextTurn = 0;
    return async () => {
        const now = performance.now();
        nextTurn = Math.max(nextTurn, now) + 1000 / perSecond;
        await sleep(nextTurn - now);
    };
}
