// What the demo prints once it answers.

import { demoPassword } from '../application/agents.mjs';
import { adminPassword } from './settings.mjs';

export function banner({ port, nginx, settings }) {
    return `
The demo runs. Ctrl-C stops it.

  Agents     http://acme.localhost:${port}/      http://globex.localhost:${port}/      (http://127.0.0.1:${port}/ is acme)
             log in as alice, bruno, chloe … with the password "${demoPassword}", or stay a Guest
  Admins     http://acme.localhost:${port}/agents/          password "${adminPassword}"
             viewer (sees both accounts) · operator (ends sessions of acme) · admin (all)

Try
  1. Log in as an agent, open some interactions in tabs, and find yourself in the list of the admin.
  2. Tick your row, press Terminate Session, go back to a tab: it is told, and reloading reactivates.
  3. Tick one with open interactions and choose “When the agent has finished”: its tabs say so, and it ends with the last of them.
  4. See who is on:  curl -u viewer:${adminPassword} 'http://127.0.0.1:${port}/agents/api/1/sessions?sort=-instances&limit=5'
  5. Reload nginx under load, nothing is lost:  kill -HUP ${nginx.pid}
  6. No blocked request arrives:  tail -f '${settings.prefix}/application.log'
`;
}
