// Just enough of RFC 6455 for the demo: the handshake, text frames of up to 64 KiB echoed, ping, close, and a line of
// text every 15 seconds so that proxies keep the connection. Anything else closes it.

import { createHash } from 'node:crypto';

const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const opcode = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa };
const tickMs = 15_000;

export function acceptWebsocket(request, socket, headers) {
    const key = request.headers['sec-websocket-key'];
    if (request.headers.upgrade?.toLowerCase() !== 'websocket' || !key) {
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
    }
    const accept = createHash('sha1').update(key + handshakeGuid).digest('base64');
    const answerHeaders = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Accept': accept, ...headers };
    const lines = Object.entries(answerHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`, 'latin1');
    converse(socket);
}

function converse(socket) {
    let pending = Buffer.alloc(0);
    const send = (code, payload) => socket.writable && socket.write(encodeFrame(code, payload));
    const sayConnected = () => send(opcode.text, Buffer.from('connected'));
    const ticks = setInterval(sayConnected, tickMs);
    sayConnected();

    socket.on('close', () => clearInterval(ticks));
    socket.on('data', (chunk) => {
        pending = Buffer.concat([pending, chunk]);
        for (let frame = decodeFrame(pending); frame; frame = decodeFrame(pending)) {
            if (frame.code === opcode.text) {
                send(opcode.text, frame.payload);
            } else if (frame.code === opcode.ping) {
                send(opcode.pong, frame.payload);
            } else if (frame.code !== opcode.pong) {
                socket.end(encodeFrame(opcode.close, frame.payload.subarray(0, 2)));
                return;
            }
            pending = pending.subarray(frame.length);
        }
    });
}

function encodeFrame(code, payload) {
    const isShort = payload.length < 126;
    const head = Buffer.alloc(isShort ? 2 : 4);
    head[0] = 0x80 | code;
    head[1] = isShort ? payload.length : 126;
    if (!isShort) {
        head.writeUInt16BE(payload.length, 2);
    }
    return Buffer.concat([head, payload]);
}

/** The first whole frame in the buffer, undefined while it is incomplete. What is not understood reads as a close. */
function decodeFrame(buffer) {
    if (buffer.length < 2) {
        return undefined;
    }
    const isFinal = (buffer[0] & 0x80) !== 0;
    const isMasked = (buffer[1] & 0x80) !== 0;
    const shortLength = buffer[1] & 0x7f;
    if (!isFinal || !isMasked || shortLength === 127) {
        return { code: opcode.close, payload: Buffer.alloc(0), length: buffer.length };
    }
    const maskStart = shortLength === 126 ? 4 : 2;
    if (buffer.length < maskStart + 4) {
        return undefined;
    }
    const payloadLength = shortLength === 126 ? buffer.readUInt16BE(2) : shortLength;
    const length = maskStart + 4 + payloadLength;
    if (buffer.length < length) {
        return undefined;
    }
    const mask = buffer.subarray(maskStart, maskStart + 4);
    const payload = Buffer.from(buffer.subarray(maskStart + 4, length)).map((byte, index) => byte ^ mask[index % 4]);
    return { code: buffer[0] & 0x0f, payload, length };
}
