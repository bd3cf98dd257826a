// Runs on every page of the application: asks for the queue every few seconds, keeps a line open on interaction pages,
// and says so when the proxy in front answers that this session was ended.

const pollMs = 4_000;
const reconnectMs = 3_000;
let ended = false;

async function poll() {
    try {
        const response = await fetch('/api/poll', { headers: { Accept: 'application/json' } });
        if (response.headers.get('Agent-Session') === 'ended') {
            showEnded(await response.json());
        } else if (response.ok) {
            const { waiting } = await response.json();
            document.getElementById('queue').textContent = `Customers waiting: ${waiting}`;
        }
    } catch {
        document.getElementById('queue').textContent = 'The server does not answer.';
    }
}

/** Shows an RFC 9457 problem. Its member `reactivate` is the address that lets the agent go on. */
function showEnded(problem) {
    ended = true;
    const notice = document.getElementById('ended');
    const text = document.createElement('p');
    text.textContent = [problem.title, problem.detail].filter(Boolean).join(' ');
    notice.replaceChildren(text);

    const address = problem.reactivate && new URL(problem.reactivate, location.href);
    if (address && address.origin === location.origin) {
        const link = document.createElement('a');
        link.href = address.href;
        link.textContent = 'Reactivate';
        notice.append(link);
    }
    notice.hidden = false;
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
poll();
const timer = setInterval(() => (ended ? clearInterval(timer) : poll()), pollMs);
