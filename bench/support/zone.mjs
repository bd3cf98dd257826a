// A zone whose sessions have begun before nginx starts, and the cookies that they have.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { programs } from './load.mjs';
import { makeDiskDirectory, onServerCore } from './machine.mjs';

/**
 * Seeds `sessions` sessions into a new zone below `directory`, which lies in memory; its state lies on disk.
 * { run, state, capacity, sessions, cookies, fresh, seeded: { seconds, history_seconds, segment_bytes }, remove } where `cookies` and
 * `fresh` (cookies whose sessions have not begun) are what flood() and pace() take. The history has them all.
 */
export function seedZone({ directory, name, sessions, accounts = 1, fresh = 0, capacity = sessions + fresh, idle, spread }) {
    const place = join(directory, name);
    const disk = makeDiskDirectory(name);
    const zone = {
        name: 'bench', run: join(place, 'run'), state: disk.path, capacity: Math.max(capacity, 1000), sessions,
        cookies: { file: join(place, 'cookies'), count: sessions },
        fresh: { file: join(place, 'fresh'), count: fresh },
        remove: disk.remove,
    };
    mkdirSync(zone.run, { recursive: true, mode: 0o700 });
    const options = {
        run: zone.run, state: zone.state, zone: zone.name, capacity: zone.capacity, sessions, accounts, fresh,
        cookies: zone.cookies.file, fresh_cookies: zone.fresh.file, idle: idle ?? 43_200, spread: spread ?? 0,
    };
    const [command, ...args] = [
        ...onServerCore, `${programs}seed`, ...Object.entries(options).map(([key, value]) => `${key}=${value}`),
    ];
    zone.seeded = JSON.parse(execFileSync(command, args, { encoding: 'utf8' }));
    return zone;
}
