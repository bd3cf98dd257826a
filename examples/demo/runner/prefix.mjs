// The directory that the demo's nginx runs in: configuration, users, logs, the module's memory and state.

import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminPassword, admins, demoDirectory } from './settings.mjs';

const contents = ['segment', 'state', 'temp', 'nginx.conf', 'admins', 'error.log', 'access.log', 'application.log'];

/** Every start of the demo begins with an empty list: what the previous one left is removed by name. */
export function makePrefix({ prefix, worker, isTemporary }) {
    mkdirSync(prefix, { recursive: true });
    if (isTemporary) {
        chmodSync(prefix, 0o755);
    }
    refuseIfRunning(prefix);
    for (const name of contents) {
        rmSync(join(prefix, name), { recursive: true, force: true });
    }
    for (const name of ['segment', 'state', 'temp']) {
        makePrivateDirectory(join(prefix, name), worker);
    }
    writeAdmins(join(prefix, 'admins'), worker);
}

export function writeConfiguration({ prefix, worker, module }, { port, applicationPort }) {
    const words = {
        '@USER_LINE@': worker ? `user ${worker.name};` : '',
        '@PREFIX@': prefix,
        '@MODULE@': module,
        '@PORT@': port,
        '@APPLICATION_PORT@': applicationPort,
    };
    const template = readFileSync(join(demoDirectory, 'nginx.conf.in'), 'utf8');
    writeFileSync(join(prefix, 'nginx.conf'), template.replace(/@[A-Z_]+@/g, (word) => words[word] ?? word));
}

/** A demo that was killed hard may have left its nginx behind, serving from this very directory. */
function refuseIfRunning(prefix) {
    const pidFile = join(prefix, 'nginx.pid');
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
    if (pid > 0 && existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(prefix)) {
        throw new Error(`nginx ${pid} already runs in ${prefix}: stop it (kill -QUIT ${pid}) or set DEMO_PREFIX`);
    }
}

/** Only its owner, who is the user of the workers, may enter. */
function makePrivateDirectory(path, worker) {
    mkdirSync(path, { mode: 0o700 });
    if (worker) {
        chownSync(path, worker.uid, worker.gid);
    }
}

function writeAdmins(path, worker) {
    const lines = admins.map((name) => {
        const { status, stdout, error } = spawnSync(
            'openssl', ['passwd', '-apr1', adminPassword], { encoding: 'utf8' },
        );
        if (error || status !== 0) {
            throw new Error('openssl is needed to write the users file (apt-get install openssl)');
        }
        return `${name}:${stdout}`;
    });
    writeFileSync(path, lines.join(''));
    chmodSync(path, 0o640);
    if (worker) {
        chownSync(path, process.getuid(), worker.gid);
    }
}
