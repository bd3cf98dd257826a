// The examples do what they say: the README's configuration is accepted, and the demo passes its own check.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
// On the path of root alone.
const nginx = process.env.AGENT_SESSIONS_NGINX ?? '/usr/sbin/nginx';
const modulePath = process.env.AGENT_SESSIONS_MODULE ?? join(root, 'build/ngx_http_agent_sessions_module.so');

function configurationLines(text) {
    return text
        .split('\n')
        .filter((line) => line.trim() !== '' && !line.startsWith('#'))
        .join('\n');
}

test("the README's configuration is examples/minimal.conf, and nginx accepts it", () => {
    const minimal = configurationLines(readFileSync(join(root, 'examples/minimal.conf'), 'utf8'));
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    assert.ok(readme.includes(minimal), 'the README shows another configuration');

    const prefix = mkdtempSync(join(tmpdir(), 'agent-sessions-example-'));
    try {
        // Where nginx keeps its files otherwise, only root may write.
        const ownPlaces =
            'access_log off;\n' +
            ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path temp;\n`).join('');
        writeFileSync(
            join(prefix, 'nginx.conf'),
            `load_module ${modulePath};\npid nginx.pid;\nerror_log stderr;\nevents {}\n` +
                `http {\n${ownPlaces}${minimal.replace('listen 80;', `listen unix:${join(prefix, 'socket')};`)}\n}\n`,
        );
        const checked = spawnSync(nginx, ['-p', prefix, '-e', 'stderr', '-c', 'nginx.conf', '-t'], { encoding: 'utf8' });
        assert.equal(checked.status, 0, checked.stderr);
    } finally {
        rmSync(prefix, { recursive: true });
    }
});

test('the demo starts, simulates agents, ends one, and nginx has nothing to complain about', () => {
    const checked = spawnSync(join(root, 'examples/demo/run'), ['--check'], {
        encoding: 'utf8',
        env: { ...process.env, DEMO_MODULE: modulePath },
        timeout: 180_000,
    });
    assert.equal(checked.status, 0, checked.stdout + checked.stderr);
});
