// What the application answers to which request.

import { readFileSync } from 'node:fs';
import { findAgent } from './agents.mjs';
import { readForm, redirect, sendHtml, sendJson } from './answers.mjs';
import { clampStep, interactionUrl, newInstanceId, stepsOf } from './interactions.mjs';
import { logIn, logOut } from './logins.mjs';
import { finishedPage, homePage, interactionPage, loginPage, plainPage } from './pages.mjs';

const staticFiles = {
    '/static/style.css': { type: 'text/css; charset=utf-8', body: readStatic('style.css') },
    '/static/page.js': { type: 'text/javascript; charset=utf-8', body: readStatic('page.js') },
};

export async function answer({ request, response, url, visitor }) {
    const path = decodePath(url.pathname);
    const isPost = request.method === 'POST';
    const isGet = request.method === 'GET' || request.method === 'HEAD';
    if (path === undefined) {
        return sendHtml(response, 400, plainPage(visitor, 'Bad request', 'This address is malformed.'));
    }
    if (!isGet && !isPost) {
        return sendHtml(response, 405, plainPage(visitor, 'Not allowed', 'Only GET, HEAD and POST are known here.'));
    }

    if (isGet && path === '/') return sendHtml(response, 200, homePage(visitor));
    if (isGet && path === '/login') return sendHtml(response, 200, loginPage(visitor, false));
    if (isPost && path === '/login') return handleLogin(request, response, visitor);
    if (isPost && path === '/logout') return redirect(response, '/login', logOut(request));
    if (isGet && path === '/finished') return sendHtml(response, 200, finishedPage(visitor));
    if (isGet && path === '/api/poll') return sendJson(response, pollAnswer(visitor));
    if (isGet && staticFiles[path]) return sendStatic(response, staticFiles[path]);

    const [, kind, name] = /^\/(open|interaction)\/([^/]+)$/.exec(path) ?? [];
    if (kind && stepsOf(name)) {
        return handleInteraction({ request, response, url, visitor, name, isPost });
    }
    return sendHtml(response, 404, plainPage(visitor, 'Not found', 'There is nothing at this address.'));
}

async function handleLogin(request, response, visitor) {
    const form = await readForm(request);
    const agent = form && findAgent(form.get('user'), form.get('password'));
    return agent ? redirect(response, '/', logIn(agent)) : sendHtml(response, 401, loginPage(visitor, true));
}

async function handleInteraction({ request, response, url, visitor, name, isPost }) {
    const steps = stepsOf(name);
    const instance = url.searchParams.get('instance');
    if (!instance) {
        return redirect(response, interactionUrl(name, newInstanceId()));
    }
    if (!isPost) {
        const step = clampStep(url.searchParams.get('step'), steps);
        return sendHtml(response, 200, interactionPage(visitor, { name, instance, step, steps }));
    }

    const form = await readForm(request);
    if (!form) {
        return sendHtml(response, 413, plainPage(visitor, 'Too long', 'These notes are too long.'));
    }
    const step = clampStep(form.get('step'), steps);
    const goesBack = form.get('direction') === 'back';
    if (!goesBack && step === steps.length) {
        return redirect(response, '/finished');
    }
    return redirect(response, interactionUrl(name, instance, clampStep(goesBack ? step - 1 : step + 1, steps)));
}

function pollAnswer({ agent }) {
    return { time: new Date().toISOString(), agent: agent?.name ?? null, waiting: new Date().getSeconds() % 7 };
}

function sendStatic(response, { type, body }) {
    response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-cache' });
    response.end(body);
}

function readStatic(name) {
    return readFileSync(new URL(`static/${name}`, import.meta.url));
}

function decodePath(pathname) {
    try {
        return decodeURIComponent(pathname);
    } catch {
        return undefined;
    }
}
