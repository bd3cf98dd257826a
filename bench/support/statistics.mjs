// Medians, since a single round says little.

export function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** { median, least, most } */
export function spread(values) {
    return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
