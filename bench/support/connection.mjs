// One kept HTTP/1.1 connection that sends the very bytes it is given.

import { connect } from 'node:net';

export class Connection {
    #socket;
    #received = Buffer.alloc(0);
    #waiting;

    /** Resolves to true when something listens on the port. */
    static accepts(port) {
        return new Promise((resolve) => {
            const socket = connect(port, '127.0.0.1');
            socket.on('connect', () => { socket.destroy(); resolve(true); });
            socket.on('error', () => resolve(false));
        });
    }

    static async open(port) {
        const connection = new Connection();
        const socket = connect(port, '127.0.0.1');
        socket.setNoDelay(true);
        await new Promise((resolve, reject) => {
            socket.once('connect', resolve);
            socket.once('error', reject);
        });
        connection.#socket = socket;
        socket.on('data', (bytes) => {
            connection.#received = Buffer.concat([connection.#received, bytes]);
            connection.#deliver();
        });
        socket.on('close', () => connection.#waiting?.reject(new Error('the connection was closed')));
        socket.on('error', () => {});
        return connection;
    }

    /** { status, head, body } of the answer, which must say its length. */
    send(request) {
        return new Promise((resolve, reject) => {
            this.#waiting = { resolve, reject };
            this.#socket.write(request);
        });
    }

    close() {
        this.#waiting = undefined;
        this.#socket.destroy();
    }

    #deliver() {
        const end = this.#received.indexOf('\r\n\r\n');
        if (end < 0) {
            return;
        }
        const head = this.#received.toString('latin1', 0, end);
        const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
        if (this.#received.length < end + 4 + length) {
            return;
        }
        const body = this.#received.toString('utf8', end + 4, end + 4 + length);
        this.#received = this.#received.subarray(end + 4 + length);
        const { resolve } = this.#waiting;
        this.#waiting = undefined;
        resolve({ status: Number(head.split(' ')[1]), head, body });
    }
}

/** The text of a request. */
export function requestText(method, target, headers, body = '') {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
