// The HTML of the application. Every value that came from outside goes through escapeHtml.

import { agents, demoPassword } from './agents.mjs';
import { interactionNames } from './interactions.mjs';

export function loginPage(visitor, failed) {
    const options = agents.map(({ name }) => `<option value="${escapeHtml(name)}">`).join('');
    return layout('Log in', visitor, `
<form method="post" action="/login" class="card">
  ${failed ? '<p class="error">Unknown name or wrong password.</p>' : ''}
  <label>Agent <input name="user" list="agents" autocomplete="username" required autofocus></label>
  <datalist id="agents">${options}</datalist>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Log in</button>
  <p class="hint">Password of every demo agent: <code>${demoPassword}</code>. Agents: ${escapeHtml(agentNames())}.</p>
</form>`);
}

export function homePage(visitor) {
    const links = interactionNames.map((name) =>
        `<li><a href="/open/${encodeURIComponent(name)}" target="_blank" rel="opener">${escapeHtml(name)}</a></li>`);
    return layout('Interactions', visitor, `
<ul class="card interactions">${links.join('')}</ul>
<p class="hint">Each click opens one more instance, in its own tab.</p>`);
}

export function interactionPage(visitor, { name, instance, step, steps }) {
    return layout(name, visitor, `
<form method="post" class="card" data-interaction="${escapeHtml(name)}" data-instance="${escapeHtml(instance)}">
  <p class="step">Step ${step} of ${steps.length}</p>
  <p>${escapeHtml(steps[step - 1])}</p>
  <label>Notes <textarea name="notes" rows="4"></textarea></label>
  <input type="hidden" name="step" value="${step}">
  <button name="direction" value="next">${step === steps.length ? 'Finish' : 'Next'}</button>
  ${step > 1 ? '<button name="direction" value="back" class="quiet">Back</button>' : ''}
</form>
<p class="hint" id="line">Line: connecting …</p>`, { name, instance });
}

export function finishedPage(visitor) {
    return layout('Finished', visitor, '<p class="card">The interaction is finished. You can close this tab.</p>');
}

export function plainPage(visitor, title, text) {
    return layout(title, visitor, `<p class="card">${escapeHtml(text)}</p>`);
}

function layout(title, { agent, account }, content, interaction) {
    const opened = interaction
        ? ` data-interaction="${escapeHtml(interaction.name)}" data-instance="${escapeHtml(interaction.instance)}"`
        : '';
    const who = agent
        ? `${escapeHtml(agent.name)} · ${escapeHtml(agent.team)}
           <form method="post" action="/logout"><button class="quiet">Log out</button></form>`
        : 'Guest · <a href="/login">Log in</a>';
    return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Agent Desk</title>
<link rel="stylesheet" href="/static/style.css">
<link rel="icon" href="data:,">
<script src="/agent-sessions.js"${opened}></script>
<script type="module" src="/static/page.js"></script>
<header><a href="/" class="brand">Agent Desk</a> <span class="account">${escapeHtml(account)}</span>
<span class="who">${who}</span></header>
<main><h1>${escapeHtml(title)}</h1>${content}</main>
<footer id="queue">Customers waiting: …</footer>
</html>
`;
}

function agentNames() {
    return agents.map(({ name }) => name).join(', ');
}

function escapeHtml(text) {
    const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
    return String(text).replace(/[&<>"']/g, (character) => entities[character]);
}
