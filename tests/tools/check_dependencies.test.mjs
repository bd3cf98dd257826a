// Each rule of build-aux/check-dependencies is broken once: a check that cannot fail checks nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../build-aux/check-dependencies', import.meta.url));

function check(files) {
    const top = fs.mkdtempSync(path.join(os.tmpdir(), 'check-dependencies-'));
    try {
        for (const [name, text] of Object.entries(files)) {
            fs.mkdirSync(path.join(top, path.dirname(name)), { recursive: true });
            fs.writeFileSync(path.join(top, name), text);
        }
        const { status, stderr } = spawnSync(script, [top], { encoding: 'utf8' });
        return { status, complaints: stderr.split('\n').filter(Boolean) };
    } finally {
        fs.rmSync(top, { recursive: true });
    }
}

const breaches = [
    ['the tracker includes admin', 'tracker/a.h', '#include "admin/handle.h"', /out of reach of tracker\//],
    ['tracker/memory includes the gateway', 'tracker/memory/a.h', '#include "ngx_module/gateway/a.h"', /out of reach/],
    ['admin includes the gateway', 'admin/a.cpp', '#include "ngx_module/gateway/token.h"', /out of reach of admin\//],
    ['admin includes what is behind the facade', 'admin/a.cpp', '#include "tracker/memory/table.h"', /behind the facade/],
    ['the module includes what is behind the facade', 'ngx_module/a.cpp', '#include "tracker/memory/a.h"', /behind the facade/],
    ['the gateway includes admin', 'ngx_module/gateway/a.h', '#include "admin/handle.h"', /out of reach/],
    ['the gateway includes the tracker itself', 'ngx_module/gateway/a.h', '#include "tracker/tracker.h"', /out of reach/],
    ['the gateway includes nginx', 'ngx_module/gateway/a.h', '#include "ngx_module/nginx.h"', /out of reach/],
    ['the tracker includes nginx', 'tracker/a.h', '#include <ngx_core.h>', /through ngx_module\/nginx\.h only/],
    ['the module includes nginx past the wrapper', 'ngx_module/a.cpp', '#include <ngx_http.h>', /nginx\.h only/],
    ['admin names a type of nginx', 'admin/a.h', 'void log(ngx_log_t* log);', /knows nothing of nginx/],
    ['the gateway names a macro of nginx', 'ngx_module/gateway/a.cpp', 'return NGX_OK;', /knows nothing of nginx/],
    ['tracker/ uses Interprocess', 'tracker/a.cpp', '#include <boost/interprocess/file_mapping.hpp>', /stays in tracker\/memory/],
    ['admin uses Interprocess', 'admin/a.cpp', 'boost::interprocess::mapped_region region;', /stays in tracker\/memory/],
    ['the tracker uses JSON', 'tracker/memory/a.cpp', '#include <boost/json.hpp>', /no JSON/],
    ['an include relative to its file', 'tracker/a.cpp', '#include "types.h"', /out of reach/],
    ['an own header in angle brackets', 'ngx_module/a.cpp', '#include <tracker/types.h>', /write our own header/],
    ['a second include on its line after a comment', 'tracker/a.h', '/* x */ #include "admin/a.h"', /out of reach/],
];

for (const [name, file, line, expected] of breaches) {
    test(`refused: ${name}`, () => {
        const { status, complaints } = check({ [file]: `#pragma once\n${line}\n` });
        assert.equal(status, 1);
        assert.ok(complaints.some((complaint) => complaint.startsWith(`${file}:2: `) && expected.test(complaint)), complaints.join('\n'));
    });
}

test('accepted: what each room may include, and any word in a comment', () => {
    const { status, complaints } = check({
        'tracker/types.h': '// Unlike ngx_shmtx, and without boost/json.\n#include <string>\n',
        'tracker/memory/segment.cpp': '#include "tracker/types.h"\n#include <boost/interprocess/file_mapping.hpp>\n',
        'admin/handle.cpp': '#include "admin/handle.h"\n#include "tracker/tracker.h"\n#include <boost/json.hpp>\n/* ngx_str_t\n*/\n',
        'admin/web/node_modules/a/a.h': '#include <ngx_core.h>\n',
        'ngx_module/nginx.h': '#include <ngx_http.h>\n',
        'ngx_module/module.cpp': '#include "ngx_module/nginx.h"\n#include "admin/handle.h"\n#include "tracker/tracker.h"\nngx_int_t i;\n',
        'ngx_module/gateway/cookie.cpp': '#include "ngx_module/gateway/cookie.h"\n#include "tracker/types.h"\n',
    });
    assert.deepEqual(complaints, []);
    assert.equal(status, 0);
});
