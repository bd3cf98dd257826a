// Every function that nginx calls is `noexcept`, and runs what could throw behind guard() (ngx_module/guard.h): an exception never
// crosses a C frame, and none ends a worker. The functions are found where they are given to nginx.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { read, top } from './support/documents.mjs';

const files = fs
    .readdirSync(path.join(top, 'ngx_module'))
    .filter((name) => /\.(cpp|h)$/.test(name))
    .map((name) => read(`ngx_module/${name}`));

// Names of functions in what is given to nginx.
function callbacksOf(text) {
    const given = [
        ...text.matchAll(/\b(?:get_|set_|read_event_|write_event_)?handler = &?(\w+);/g),
        ...text.matchAll(/\bngx_http_top_(?:header|body)_filter = (\w+);/g),
        ...text.matchAll(/add_phase_handler\(cf, \w+, (\w+)\)/g),
        ...text.matchAll(/ngx_http_read_client_request_body\([^,]+, (\w+)\)/g),
        ...text.matchAll(/\b(?:in_main|anywhere|in_location)\("[^"]+", \w+, (\w+)/g),
        ...[...text.matchAll(/ngx_(?:http_)?module_t \w+ = \{([^}]*)\}/g)].flatMap(([, entries]) => [
            ...entries.replace(/\/\/.*$/gm, '').matchAll(/([\w:]+)\s*(?:,|$)/g),
        ]),
    ].map(([, name]) => name.replace(/^.*::/, ''));
    return given.filter((name) => /^[a-z]/.test(name) && !/^(ngx_|nullptr|next_|module_context|directives)/.test(name));
}

const callbacks = [...new Set(files.flatMap(callbacksOf))].sort();

// The signature and the body of each definition of this name.
function definitionsOf(name) {
    return files.flatMap((text) =>
        [...text.matchAll(new RegExp(`^[^\\n]*\\b${name}\\(([^;{}]*)\\)([^;{}()]*)\\{\\n([^]*?)^\\}`, 'gm'))].map(
            ([, , qualifiers, body]) => ({ qualifiers, body }),
        ),
    );
}

// They call nothing that throws: no C++ memory is asked for, and what they call is `noexcept` all the way down.
const cannotThrow = [
    'add_filter',
    'add_variables',
    'close_open_request',
    'create_location_configuration',
    'destroy',
    'end_reading',
    'handle_hold',
    'handle_wait',
    'init_main_configuration',
    'merge_location_configuration',
    'note_passage',
    'release_registry',
    'set_admin',
    'set_ended_status',
    'set_interaction',
    'set_interaction_close',
    'set_license',
    'set_record',
    'set_time_zone',
    'set_timeout',
    'set_tracking',
    'set_untracked',
    'set_zone',
    // Each of them hands what may throw to a function that has the guard.
    'check_request',
    'filter_header',
    'handle_round',
    'stop_refused',
];

test('the functions that nginx calls are found', () => {
    for (const name of ['check_request', 'filter_header', 'get_variable', 'handle_tick', 'set_zone', 'start_worker', 'add_filter', 'end_reading']) {
        assert.ok(callbacks.includes(name), name);
    }
    assert.ok(callbacks.length > 35, callbacks.join(' '));
});

test('every function that nginx calls is noexcept', () => {
    const throwing = callbacks.filter((name) => !definitionsOf(name).some(({ qualifiers }) => /\bnoexcept\b/.test(qualifiers)));
    assert.deepEqual(throwing, []);
});

test('every function that nginx calls has the guard, or calls nothing that throws', () => {
    const open = callbacks.filter(
        (name) => !cannotThrow.includes(name) && !definitionsOf(name).some(({ body }) => /\bguard(_admin)?(<[^;]*?>)?\(/.test(body)),
    );
    assert.deepEqual(open, []);
    assert.deepEqual(cannotThrow.filter((name) => !callbacks.includes(name)), [], 'the list is not longer than it has to be');
});

test('a function that is given to nginx without noexcept is noticed', () => {
    assert.deepEqual(callbacksOf('    core->handler = serve;\n    event.handler = &tick;\n    cleanup->handler = ngx_pool_delete_file;\n'), ['serve', 'tick']);
    assert.deepEqual(callbacksOf('    in_main("agent_sessions_zone", NGX_CONF_1MORE, set_zone),'), ['set_zone']);
});
