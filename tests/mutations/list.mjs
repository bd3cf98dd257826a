// What `make prove-tests` does to the sources, one at a time. Each replaces a text that stands once in its file, and names the
// suite and the tests of it that have to fail then.
import { admin } from './admin.mjs';
import { gateway } from './gateway.mjs';
import { history } from './history.mjs';
import { table } from './table.mjs';

export const mutations = [...table, ...history, ...gateway, ...admin];

// The text of a file with a mutation in it. Throws where it does not apply any more.
export function mutated(text, { name, file, from, to }) {
    const places = text.split(from).length - 1;
    if (places !== 1) throw new Error(`"${name}": its text stands ${places} times in ${file}`);
    return text.replace(from, () => to);
}
