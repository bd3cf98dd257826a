// Where things are and who runs them.
//
//   DEMO_PREFIX   directory for configuration, logs, memory and state   default build/run (--check: a temporary one)
//   DEMO_PORT     first port to try                                     default 8080 (--check: any free one)
//   DEMO_MODULE   the module                                            default build/ngx_http_agent_sessions_module.so
//   NGINX         the nginx binary                                      default: nginx from PATH or /usr/sbin

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const demoDirectory = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const projectDirectory = resolve(demoDirectory, '../..');

/** The password of the three admins. */
export const adminPassword = 'demo';
export const admins = ['viewer', 'operator', 'admin'];

export function readSettings({ isCheck }) {
    const buildDirectory = join(projectDirectory, 'build');
    const module = resolve(process.env.DEMO_MODULE ?? join(buildDirectory, 'ngx_http_agent_sessions_module.so'));
    if (!existsSync(module)) {
        throw new Error(`${module} is missing: run "make build" first`);
    }
    const wanted = resolve(process.env.DEMO_PREFIX ?? join(buildDirectory, 'run'));
    const worker = process.getuid() === 0 ? findWorkerUser() : undefined;
    const isReachable = !worker || canReach(worker, existingAncestor(wanted));
    const isTemporary = !isReachable || (isCheck && !process.env.DEMO_PREFIX);
    const temporaryParent = isReachable ? buildDirectory : tmpdir();
    return {
        module,
        nginx: process.env.NGINX ?? findNginx(),
        worker,
        firstPort: Number(process.env.DEMO_PORT ?? (isCheck ? 0 : 8080)),
        prefix: isTemporary ? mkdtempSync(join(temporaryParent, 'agent-sessions-demo-')) : wanted,
        isTemporary,
    };
}

function findNginx() {
    const found = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/local/nginx/sbin/nginx'].find(existsSync);
    return found ?? 'nginx';
}

/** A root master gives its workers to an unprivileged user, as a packaged nginx does. */
function findWorkerUser() {
    for (const name of ['www-data', 'nginx', 'nobody']) {
        const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
        if (uid.status === 0 && gid.status === 0) {
            return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
        }
    }
    throw new Error('no unprivileged user (www-data, nginx or nobody) for the workers');
}

/** Whether the workers can walk to the directory: a clone in root's home is closed to them. */
function canReach({ uid, gid }, directory) {
    return spawnSync('test', ['-x', directory], { uid, gid, cwd: '/' }).status === 0;
}

function existingAncestor(directory) {
    return existsSync(directory) ? directory : existingAncestor(dirname(directory));
}
