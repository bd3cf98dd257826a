// The built module as an ELF file: what it exports, and that the compiler and the linker hardened it. A flag that is lost
// in a makefile changes nothing that any other test would see.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const module = process.env.AGENT_SESSIONS_MODULE
    ?? fileURLToPath(new URL('../../build/ngx_http_agent_sessions_module.so', import.meta.url));

function lines(command, ...options) {
    const output = execFileSync(command, [...options, module], { encoding: 'utf8', maxBuffer: 1 << 28 });
    return output.split('\n').filter((line) => line.trim() !== '');
}

// { type, flags } of each program header.
function segments() {
    return lines('readelf', '-lW').flatMap((line) => {
        const found = /^ {2}([A-Z_]+) +(?:0x[0-9a-f]+ +){5}([RWE ]{3}) /.exec(line);
        return found ? [{ type: found[1], flags: found[2] }] : [];
    });
}

function dynamicEntries() {
    return lines('readelf', '-dW').join('\n');
}

function imports() {
    return lines('nm', '-D', '--undefined-only').map((line) => line.trim().split(/[ @]/)[1]);
}

test('the module is there', () => {
    assert.ok(fs.existsSync(module), `${module} is missing: make build`);
    assert.ok(segments().length > 4, 'readelf tells its segments');
});

test('nginx finds what it looks up, and nobody finds anything else', () => {
    const exported = lines('nm', '-D', '--defined-only').map((line) => line.split(' ').at(-1)).sort();
    assert.deepEqual(exported, ['ngx_module_names', 'ngx_module_order', 'ngx_modules']);
});

test('no symbol is unique, which would keep the module mapped after its unloading', () => {
    assert.deepEqual(lines('readelf', '-sW', '--dyn-syms').filter((line) => / UNIQUE /.test(line)), []);
});

test('what the linker resolved is read-only from the start', () => {
    assert.ok(segments().some(({ type }) => type === 'GNU_RELRO'), 'no RELRO (-z relro)');
    assert.match(dynamicEntries(), /\(FLAGS_1\).*\bNOW\b/, 'symbols are resolved late (-z now)');
    assert.doesNotMatch(dynamicEntries(), /TEXTREL/, 'code is changed when it is loaded (no -fPIC)');
});

test('no memory can be written and executed', () => {
    const stack = segments().filter(({ type }) => type === 'GNU_STACK');
    assert.deepEqual(stack.map(({ flags }) => flags.includes('E')), [false], 'the stack (-z noexecstack)');
    assert.deepEqual(segments().filter(({ flags }) => flags.includes('W') && flags.includes('E')), []);
});

test('libraries come from where the system keeps them', () => {
    assert.doesNotMatch(dynamicEntries(), /RPATH|RUNPATH/);
});

test('the stack is guarded and the functions of the C library are checked', () => {
    assert.ok(imports().includes('__stack_chk_fail'), 'no -fstack-protector-strong');
    assert.ok(imports().some((name) => /^__(?!stack).*_chk$/.test(name)), 'no -D_FORTIFY_SOURCE');
});
