// Verifies a running demo from outside: the application answers, the list fills, roles hold, an ended session is told
// so, its blocked requests reach nobody, and a reload begins the next session.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { demoPassword } from '../application/agents.mjs';
import { Browser, isEnded } from '../simulation/browser.mjs';
import { adminPassword } from './settings.mjs';

const patienceMs = 30_000;
const agentOfTheCheck = 'samuel';
const simulatedAtLeast = 5;

export async function check(demo) {
    const { port, settings } = demo;
    const asAdmin = (name) => adminClient(port, name);
    await step('the list has simulated agents and interactions', () =>
        untilListed(asAdmin('viewer'), ({ sessions, total }) =>
            total >= simulatedAtLeast
            && sessions.some(({ agent, account }) => agent && account === 'globex')
            && sessions.some(({ instances }) => instances > 0)));
    await step('the operator of acme sees no session of globex', async () => {
        const { sessions } = await asAdmin('operator').list();
        assert.deepEqual(new Set(sessions.map(({ account }) => account)), new Set(['acme']));
    });

    const browser = new Browser({ port });
    try {
        await checkTermination({ browser, asAdmin, applicationLog: join(settings.prefix, 'application.log') });
    } finally {
        browser.close();
    }
    await step('nginx has nothing to complain about', () => assert.deepEqual(demo.complaints(), []));
}

async function checkTermination({ browser, asAdmin, applicationLog }) {
    const operator = asAdmin('operator');
    const before = new Set((await operator.list(`agent=${agentOfTheCheck}`)).sessions.map(({ ref }) => ref));
    const isOurs = ({ ref }) => !before.has(ref);
    let ref;

    await step('an agent logs in and is listed with an interaction', async () => {
        await browser.visit('/login');
        const home = await browser.navigate('/login', { user: agentOfTheCheck, password: demoPassword });
        assert.equal(home.status, 200);
        assert.match(home.text, new RegExp(agentOfTheCheck));
        await browser.navigate('/open/Billing%20question');
        await browser.call('/api/poll');
        const { sessions } = await untilListed(operator, ({ sessions }) =>
            sessions.some((session) => isOurs(session) && session.interactions.includes('Billing question')),
        `agent=${agentOfTheCheck}`);
        ref = sessions.find(isOurs).ref;
    });
    await step('a viewer may not end it', async () => {
        assert.equal((await asAdmin('viewer').terminate(ref)).status, 403);
    });
    await step('the operator may', async () => {
        const answer = await operator.terminate(ref);
        assert.equal(answer.status, 200);
        assert.deepEqual((await answer.json()).results, [{ ref, result: 'terminated' }]);
        const { sessions } = await operator.list(`agent=${agentOfTheCheck}`);
        assert.ok(sessions.every((session) => session.ref !== ref));
    });
    await step('its next requests are told, and reach no application', async () => {
        const call = await browser.call('/api/poll?blocked=call');
        assert.ok(isEnded(call));
        assert.ok(JSON.parse(call.text).reactivate);
        const page = await browser.navigate('/?blocked=page');
        assert.ok(isEnded(page));
        assert.match(page.text, /reload/i);
        assert.match(page.text, /reactivate/i);
        assert.doesNotMatch(readFileSync(applicationLog, 'utf8'), /blocked=/);
    });
    await step('a reload of the message begins the next session', async () => {
        const page = await browser.reload();
        assert.equal(page.status, 200);
        await browser.call('/api/poll');
        await untilListed(operator, ({ sessions }) => sessions.some(isOurs), `agent=${agentOfTheCheck}`);
    });
}

async function step(name, verify) {
    try {
        await verify();
    } catch (error) {
        throw new Error(`not so: ${name}\n${error.message}`);
    }
    console.log(`ok  ${name}`);
}

function adminClient(port, name) {
    const base = `http://127.0.0.1:${port}/agents/api/1`;
    const headers = { Authorization: `Basic ${Buffer.from(`${name}:${adminPassword}`).toString('base64')}` };
    return {
        async list(query = 'sort=-started') {
            const answer = await fetch(`${base}/sessions?${query}&limit=500`, { headers });
            assert.equal(answer.status, 200);
            return answer.json();
        },
        terminate(ref) {
            return fetch(`${base}/sessions/terminate`, {
                method: 'POST',
                headers: { ...headers, 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' },
                body: JSON.stringify({ refs: [ref] }),
            });
        },
    };
}

async function untilListed(client, isSatisfied, query) {
    const deadline = Date.now() + patienceMs;
    for (;;) {
        const list = await client.list(query);
        if (isSatisfied(list)) {
            return list;
        }
        assert.ok(Date.now() < deadline, `the list stays at ${JSON.stringify(list)}`);
        await sleep(250);
    }
}
