// The watch around callbacks belongs to the benchmark.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { module } from './contenders.mjs';

test('the released module has nothing of the watch', () => {
    const built = readFileSync(module);
    assert.ok(built.includes('agent_sessions: %s failed'), 'this is no module of ours');
    assert.ok(!built.includes('longest slice'));
});
