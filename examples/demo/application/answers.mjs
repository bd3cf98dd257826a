// Small helpers to answer a request.

const maxBodyBytes = 64 * 1024;

/**
 * Headers of every answer: they tell the proxy in front who is logged in. The proxy hides them from the browser.
 * Header values are bytes, so a name beyond ASCII travels as UTF-8.
 */
export function identityHeaders(agent) {
    if (!agent) {
        return {};
    }
    const asBytes = (text) => Buffer.from(text, 'utf8').toString('latin1');
    return { 'X-Agent-Id': asBytes(agent.name), 'X-Agent-Team': asBytes(agent.team) };
}

export function sendHtml(response, status, html) {
    response.writeHead(status, {
        'Content-Type': 'text/html; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Security-Policy': "default-src 'self'; img-src data:; frame-ancestors 'self'",
    });
    response.end(html);
}

export function sendJson(response, value) {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(value));
}

export function redirect(response, location, cookie) {
    response.writeHead(303, {
        Location: location,
        'Cache-Control': 'no-store',
        ...(cookie && { 'Set-Cookie': cookie }),
    });
    response.end();
}

/** The fields of a posted form, or undefined when the body is too long. */
export async function readForm(request) {
    const chunks = [];
    let length = 0;
    for await (const chunk of request) {
        length += chunk.length;
        if (length > maxBodyBytes) {
            return undefined;
        }
        chunks.push(chunk);
    }
    return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
