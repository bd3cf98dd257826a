// The geometry of a graph of counts, in places from 0 on and pixels. No DOM here.

/** A count at each place; null = not known. */
export type Counts = readonly (number | null)[];

/** Where the steps of an axis from 0 stand, 1, 2 or 5 of a power of ten apart and at most `most` above 0. */
export function axisSteps(highest: number, most: number): number[] {
  let apart = 1;
  for (let power = 1; highest / apart > most; power *= 10) {
    apart = [1, 2, 5].map((digit) => digit * power).find((step) => highest / step <= most) ?? 10 * power;
  }
  return Array.from({ length: Math.floor(highest / apart) + 1 }, (_, step) => step * apart);
}

/** Of counts that hold from one place to the next, the spans without a change: [first place, place behind, count]. */
export function levels(counts: Counts): [from: number, to: number, count: number][] {
  const found: [number, number, number][] = [];
  counts.forEach((count, place) => {
    const before = found.at(-1);
    if (count !== null && before?.[1] === place && before[2] === count) {
      before[1] = place + 1;
    } else if (count !== null) {
      found.push([place, place + 1, count]);
    }
  });
  return found;
}

/** A line of steps as SVG; where counts are not known, there is none. With a floor, the ground below it. */
export function stepPath(counts: Counts, x: (place: number) => number, y: (count: number) => number, floor?: number): string {
  let path = "";
  let end = -1;
  const close = () => (floor === undefined || end < 0 ? "" : `V${floor}Z`);
  for (const [from, to, count] of levels(counts)) {
    if (from === end) {
      path += `V${y(count)}`;
    } else {
      path += `${close()}M${x(from)} ${floor === undefined ? y(count) : `${floor}V${y(count)}`}`;
    }
    path += `H${x(to)}`;
    end = to;
  }
  return path + close();
}
