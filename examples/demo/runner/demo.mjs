// One running demo: application, nginx and simulated agents, started together and stopped together.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, waitForPort } from './ports.mjs';
import { makePrefix, writeConfiguration } from './prefix.mjs';
import { announcedPort, hasEnded, startApplication, startNginx, startSimulation, stop } from './processes.mjs';

export class Demo {
    constructor(settings) {
        this.settings = settings;
    }

    /** REQUIRES: stop() is called afterwards, whether this succeeded or threw. */
    async start() {
        makePrefix(this.settings);
        this.application = startApplication(this.settings);
        const applicationPort = await this.#unlessStopped(announcedPort(this.application));
        this.port = await this.#unlessStopped(freePort(this.settings.firstPort));
        writeConfiguration(this.settings, { port: this.port, applicationPort });
        this.nginx = startNginx(this.settings);
        await this.#unlessStopped(waitForPort(this.port, () => hasEnded(this.nginx)));
        this.simulation = startSimulation(this.port);
    }

    /** Resolves with the name of the first process that ends by itself. */
    untilOneEnds() {
        const parts = { application: this.application, nginx: this.nginx, simulation: this.simulation };
        return Promise.race(Object.entries(parts).map(([name, child]) =>
            new Promise((resolve) => child.once('exit', () => resolve(name)))));
    }

    /** The lines of nginx's error log that should not be there. */
    complaints() {
        const file = join(this.settings.prefix, 'error.log');
        const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
        return lines.filter((line) => /\[(emerg|alert|crit)\]|exited on signal/.test(line));
    }

    async stop() {
        this.isStopped = true;
        if (this.simulation) await stop(this.simulation, ['SIGTERM', 'SIGKILL']);
        if (this.nginx) await stop(this.nginx, ['SIGQUIT', 'SIGTERM', 'SIGKILL']);
        if (this.application) await stop(this.application, ['SIGTERM', 'SIGKILL']);
        if (this.settings.isTemporary) {
            rmSync(this.settings.prefix, { recursive: true, force: true });
        }
    }

    /** A stop in the middle of a start must not let the rest of the start leave processes behind. */
    async #unlessStopped(step) {
        const result = await step;
        if (this.isStopped) {
            throw new Error('stopped while starting');
        }
        return result;
    }
}
