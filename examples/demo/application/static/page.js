// Runs on every page of the application: asks for the queue every few seconds, keeps a line open on interaction pages,
// until /agent-sessions.js tells that this session was ended.

const pollMs = 4_000;
const reconnectMs = 3_000;
let ended = false;

async function poll() {
    try {
        const response = await fetch('/api/poll', { headers: { Accept: 'application/json' } });
        if (response.ok) {
            const { waiting } = await response.json();
            document.getElementById('queue').textContent = `Customers waiting: ${waiting}`;
        }
    } catch {
        document.getElementById('queue').textContent = 'The server does not answer.';
    }
}

function keepLineOpen({ interaction, instance }) {
    const line = document.getElementById('line');
    const query = new URLSearchParams({ instance });
    const address = new URL(`/ws/${encodeURIComponent(interaction)}?${query}`, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    socket.addEventListener('message', ({ data }) => { line.textContent = `Line: ${data}`; });
    socket.addEventListener('close', async () => {
        line.textContent = 'Line: closed';
        await poll();
        if (!ended) {
            setTimeout(keepLineOpen, reconnectMs, { interaction, instance });
        }
    });
}

const flow = document.querySelector('[data-interaction]');
if (flow) {
    keepLineOpen(flow.dataset);
}
AgentSessions.addEventListener('ended', () => { ended = true; });
AgentSessions.addEventListener('active', () => { ended = false; });
poll();
setInterval(() => ended || poll(), pollMs);
