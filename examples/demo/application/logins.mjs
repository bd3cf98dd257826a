// The application's own logins: a random cookie per login, kept in memory, the oldest dropped first.

import { randomBytes } from 'node:crypto';

const cookieName = 'demo_login';
const maxLogins = 10_000;
const agentByToken = new Map();

export function readCookies(request) {
    const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim()).filter(Boolean);
    return new Map(pairs.map((pair) => {
        const equals = pair.indexOf('=');
        return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    }));
}

export function loggedInAgent(request) {
    return agentByToken.get(readCookies(request).get(cookieName));
}

/** Returns the Set-Cookie value that logs the agent in. */
export function logIn(agent) {
    if (agentByToken.size >= maxLogins) {
        agentByToken.delete(agentByToken.keys().next().value);
    }
    const token = randomBytes(18).toString('base64url');
    agentByToken.set(token, agent);
    return `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Lax`;
}

/** Returns the Set-Cookie value that logs the agent of this request out. */
export function logOut(request) {
    agentByToken.delete(readCookies(request).get(cookieName));
    return `${cookieName}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`;
}
