// Who can log in to the demo. Every agent may log in at every account; the account is the proxy's business.

export const demoPassword = 'demo';

const teams = {
    Billing: ['alice', 'bruno', 'chloe', 'david', 'elena', 'farid'],
    Service: ['greta', 'hiroshi', 'ines', 'jonas', 'katya', 'liam'],
    Technical: ['maria', 'nadia', 'oscar', 'priya', 'renée.dubois', 'samuel'],
};

export const agents = Object.entries(teams).flatMap(([team, names]) => names.map((name) => ({ name, team })));

export function findAgent(name, password) {
    return password === demoPassword ? agents.find((agent) => agent.name === name) : undefined;
}
