// The figures as a picture (SVG) that can be read on a light and on a dark page: what a known session's request costs,
// and how that grows with the table.

import { contenders } from '../contenders.mjs';

const width = 760;
const labelWidth = 190;
const barHeight = 22;
const barGap = 10;
const panelGap = 46;
const plotHeight = 220;

const hues = { ours: '#2f81f7', limit_conn: '#a371f7', limit_req: '#d29922', lua: '#db61a2', haproxy: '#3fb950' };

const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 15px; }
  .quiet { fill: #59636e; }
  .axis { stroke: #59636e; stroke-width: 1; }
  .grid { stroke: #59636e; stroke-opacity: 0.25; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .axis, .grid { stroke: #9198a1; }
  }`;

const compared = contenders.filter(({ base }) => base);

function escape(text) {
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function text(x, y, content, { anchor = 'start', kind = '' } = {}) {
    return `<text x="${x}" y="${y}" text-anchor="${anchor}"${kind && ` class="${kind}"`}>${escape(content)}</text>`;
}

function rounded(value) {
    return Number(value.toFixed(1));
}

function bars(instructions, top) {
    const least = Math.min(...instructions.contenders.map(({ sessions }) => sessions));
    const of = (name) => instructions.contenders.find((each) => each.contender === name && each.sessions === least);
    const rows = compared.map(({ name, title, base }) => ({
        name, title, over: of(name).instructions - of(base).instructions,
    })).sort((a, b) => a.over - b.over);
    const scale = (width - labelWidth - 80) / Math.max(...rows.map(({ over }) => over));
    const drawn = rows.flatMap(({ name, title, over }, index) => {
        const y = top + 18 + index * (barHeight + barGap);
        const length = Math.max(2, over * scale);
        return [
            text(labelWidth - 10, y + 15, title, { anchor: 'end' }),
            `<rect x="${labelWidth}" y="${y}" width="${rounded(length)}" height="${barHeight}" rx="3" fill="${hues[name]}"/>`,
            text(rounded(labelWidth + length + 8), y + 15, `+${over.toLocaleString('en')}`),
        ];
    });
    const title = text(0, top, 'Instructions a request over the bare server, known session', { kind: 'title' });
    return { height: 18 + rows.length * (barHeight + barGap), drawn: [title, ...drawn] };
}

function lines(throughput, top) {
    const gif = throughput.filter(({ target }) => target === 'gif');
    const sizes = [...new Set(gif.map(({ sessions }) => sessions))].sort((a, b) => a - b);
    const [left, right, bottom] = [60, width - 170, top + 24 + plotHeight];
    const x = (size) => rounded(left + (right - left)
        * (Math.log(size) - Math.log(sizes[0])) / (Math.log(sizes.at(-1)) - Math.log(sizes[0])));
    const lowest = Math.floor(10 * Math.min(...gif.filter(({ to_bare }) => to_bare).map(({ to_bare }) => to_bare.median))) / 10;
    const y = (ratio) => rounded(bottom - (ratio - lowest) / (1.05 - lowest) * plotHeight);
    const grid = [];
    for (let ratio = 10; ratio >= Math.round(lowest * 10); ratio -= 1) {
        grid.push(`<line class="grid" x1="${left}" x2="${right}" y1="${y(ratio / 10)}" y2="${y(ratio / 10)}"/>`);
        grid.push(text(left - 8, y(ratio / 10) + 4, (ratio / 10).toFixed(1), { anchor: 'end', kind: 'quiet' }));
    }
    const ticks = sizes.map((size) => text(x(size), bottom + 20, size.toLocaleString('en'), { anchor: 'middle', kind: 'quiet' }));
    const series = compared.map(({ name, title }) => ({
        name, title,
        points: sizes.map((size) => {
            const figure = gif.find(({ contender, sessions }) => contender === name && sessions === size);
            return [x(size), y(figure.to_bare.median)];
        }),
    }));
    // Names stand beside the ends of their lines, a line of text apart.
    let lastLabel = -Infinity;
    const drawn = [...series].sort((a, b) => a.points.at(-1)[1] - b.points.at(-1)[1]).flatMap(({ name, title, points }) => {
        lastLabel = Math.max(points.at(-1)[1] + 4, lastLabel + 17);
        return [
            `<polyline fill="none" stroke="${hues[name]}" stroke-width="${name === 'ours' ? 3.5 : 2}" points="${points.map((point) => point.join(',')).join(' ')}"/>`,
            ...points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${hues[name]}"/>`),
            `<rect x="${right + 12}" y="${lastLabel - 9}" width="9" height="9" rx="2" fill="${hues[name]}"/>`,
            text(right + 26, lastLabel, title),
        ];
    });
    return {
        height: 24 + plotHeight + 30,
        drawn: [
            text(0, top, 'Requests a second to the bare server, by sessions in the table', { kind: 'title' }),
            ...grid, `<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`, ...ticks, ...drawn,
        ],
    };
}

/** The whole picture of what there is; undefined where nothing can be drawn. */
export function renderPicture({ instructions, throughput }) {
    const panels = [];
    let top = 20;
    for (const [figures, draw] of [[instructions, bars], [throughput, lines]]) {
        if (figures) {
            const panel = draw(figures, top);
            panels.push(...panel.drawn);
            top += panel.height + panelGap;
        }
    }
    if (panels.length === 0) {
        return undefined;
    }
    const height = top - panelGap + 10;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="What a request of a known session costs, compared">
<style>${style}
</style>
${panels.join('\n')}
</svg>
`;
}
