// One person in front of one browser: logs in (a Guest does not), opens interactions, works through them, idles,
// leaves, comes back. When told that the session was ended, does what people do: stares at it for a while, then reloads.

import { setTimeout as sleep } from 'node:timers/promises';
import { demoPassword } from '../application/agents.mjs';
import { interactionNames } from '../application/interactions.mjs';
import { isEnded } from './browser.mjs';

const maxTabs = 3;
const maxReloads = 4;

export class Person {
    #tabs = [];

    constructor(browser, name) {
        this.browser = browser;
        this.name = name;
    }

    /** Never returns. A fault (nginx is reloading or stopping, say) costs a pause. */
    async live() {
        for (;;) {
            try {
                await this.#shift();
            } catch {
                await pause(3, 8);
            }
        }
    }

    async #shift() {
        await this.#arrive();
        for (let left = between(20, 60); left > 0; left -= 1) {
            await this.#act();
            await pause(3, 9);
        }
        await this.#leave();
        await pause(20, 90);
    }

    async #arrive() {
        await this.#see(await this.browser.visit('/'));
        if (this.name) {
            await this.browser.navigate('/login');
            await this.#see(await this.browser.navigate('/login', { user: this.name, password: demoPassword }));
        }
        await this.browser.loadStyle('/static/style.css');
        await this.#poll();
        await this.#openTab();
    }

    async #act() {
        const choice = Math.random();
        if (choice < 0.15 && this.#tabs.length < maxTabs) {
            await this.#openTab();
        } else if (choice < 0.25 && this.#tabs.length > 0) {
            this.#closeTab(pick(this.#tabs));
        } else if (choice < 0.60 && this.#tabs.length > 0) {
            await this.#workOn(pick(this.#tabs));
        } else if (choice < 0.95) {
            await this.#poll();
        } else {
            await pause(30, 60);
        }
    }

    async #leave() {
        for (const tab of [...this.#tabs]) {
            this.#closeTab(tab);
        }
        if (this.name) {
            await this.#see(await this.browser.navigate('/logout', {}));
        }
    }

    async #openTab() {
        const address = `/open/${encodeURIComponent(pick(interactionNames))}`;
        const page = await this.#see(await this.browser.navigate(address));
        if (page.status !== 200) {
            return;
        }
        const tab = { address: this.browser.location };
        this.#tabs.push(tab);
        tab.line = await this.browser.openWebsocket(tab.address.replace('/interaction/', '/ws/'));
    }

    #closeTab(tab) {
        tab.line?.destroy();
        this.#tabs.splice(this.#tabs.indexOf(tab), 1);
    }

    async #workOn(tab) {
        const step = new URL(tab.address, 'http://application').searchParams.get('step');
        const direction = Math.random() < 0.8 ? 'next' : 'back';
        const page = await this.#see(await this.browser.navigate(tab.address, { step, direction }));
        if (this.browser.location.startsWith('/interaction/') && page.status === 200) {
            tab.address = this.browser.location;
        } else {
            this.#closeTab(tab);
        }
    }

    async #poll() {
        const answer = await this.browser.call('/api/poll');
        if (isEnded(answer)) {
            await this.#reactivate();
        }
    }

    async #see(page) {
        return isEnded(page) ? this.#reactivate() : page;
    }

    /** The first load of a page brings the message, the reload of the message brings the next session. */
    async #reactivate() {
        let page;
        this.browser.location = this.#tabs[0]?.address ?? '/';
        for (let reloads = 0; reloads < maxReloads; reloads += 1) {
            await pause(5, 20);
            page = await this.browser.reload();
            if (!isEnded(page)) {
                break;
            }
        }
        return page;
    }
}

function pick(choices) {
    return choices[Math.floor(Math.random() * choices.length)];
}

function between(low, high) {
    return low + Math.floor(Math.random() * (high - low + 1));
}

function pause(lowSeconds, highSeconds) {
    return sleep((lowSeconds + Math.random() * (highSeconds - lowSeconds)) * 1000);
}
