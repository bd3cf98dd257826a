// The three flows that an agent walks through with a customer. Steps are counted from 1.

import { randomBytes } from 'node:crypto';

const flows = {
    'Billing question': [
        'Ask for the customer number and the date of the bill.',
        'Read the disputed line aloud and note what the customer says about it.',
        'Offer a correction or explain the charge.',
        'Summarise, and ask whether anything else is open.',
    ],
    'Change of address': [
        'Verify the customer: date of birth and old postcode.',
        'Note the new address and the day from which it holds.',
        'Read it back and confirm.',
    ],
    'Technical fault': [
        'Ask which device is concerned and since when.',
        'Have it switched off and on; note the lights.',
        'Run the line test and tell the result.',
        'Book a technician if the fault remains.',
    ],
};

export const interactionNames = Object.keys(flows);

export function stepsOf(name) {
    return Object.hasOwn(flows, name) ? flows[name] : undefined;
}

export function clampStep(text, steps) {
    const step = Number.parseInt(text ?? '1', 10);
    return Number.isInteger(step) ? Math.min(Math.max(step, 1), steps.length) : 1;
}

export function newInstanceId() {
    return randomBytes(6).toString('hex');
}

export function interactionUrl(name, instance, step = 1) {
    const query = new URLSearchParams({ instance, step });
    return `/interaction/${encodeURIComponent(name)}?${query}`;
}
