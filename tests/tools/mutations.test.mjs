// The mutations of `make prove-tests` apply to the tree as it is, and each names tests that exist.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mutated, mutations } from '../mutations/list.mjs';
import { read, testNames } from './support/documents.mjs';

// One pattern of a filter of GoogleTest. What a test with parameters is called at its end is not known here.
function matches(pattern, name) {
    const known = name.endsWith('/') ? pattern.replace(/[^*]+$/, '') : pattern;
    const expression = known.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
    return new RegExp(`^${expression}$`).test(name);
}

test('every mutation applies to the sources as they are', () => {
    assert.ok(mutations.length >= 25, 'there are enough of them');
    const faults = mutations.map((mutation) => {
        try {
            return mutated(read(mutation.file), mutation) === read(mutation.file) ? `"${mutation.name}" changes nothing` : '';
        } catch (error) {
            return error.message;
        }
    });
    assert.deepEqual(faults.filter(Boolean), []);
});

test('no two mutations have one name', () => {
    assert.equal(new Set(mutations.map(({ name }) => name)).size, mutations.length);
});

test('every mutation names tests that exist', () => {
    const missing = mutations.filter(({ suite, filter }) =>
        filter.split(':').some((pattern) => !testNames(suite.replace(/-sanitized$/, '')).some((name) => matches(pattern, name))),
    );
    assert.deepEqual(missing.map(({ name }) => name), []);
});

test('a mutation that does not apply any more is noticed', () => {
    const mutation = { name: 'a', file: 'a.cpp', from: 'one', to: 'two' };
    assert.equal(mutated('one three', mutation), 'two three');
    assert.throws(() => mutated('three', mutation), /0 times/);
    assert.throws(() => mutated('one one', mutation), /2 times/);
});
