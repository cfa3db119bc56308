// Where a name stands along a line: the straightest stretch that is free, each character turned with the line.

const BEND = 0.85; // radians that two neighbouring characters may differ by
const UPRIGHT = 0.9; // radians from the level from which Chinese characters stand below each other

// Returns the points of a line where it is in view, in device pixels, as runs of [x, y] pairs.
/**
 * @param {Pick<Shapes, 'firstRing' | 'firstPoint' | 'xy'>} features
 * @param {number} feature
 * @param {Pick<View, 'scale' | 'left' | 'top' | 'width' | 'height'>} view
 * @returns {Pair[][]}
 */
export function visibleRuns(features, feature, view) {
  /** @type {Pair[][]} */
  const runs = [];
  const { scale, left, top, width, height } = view;
  for (let ring = features.firstRing[feature]; ring < features.firstRing[feature + 1]; ring++) {
    /** @type {Pair[]} */
    let run = [];
    for (let point = features.firstPoint[ring]; point < features.firstPoint[ring + 1]; point++) {
      const x = features.xy[point * 2] * scale + left;
      const y = features.xy[point * 2 + 1] * scale + top;
      if (x >= 0 && y >= 0 && x <= width && y <= height) run.push([x, y]);
      else if (run.length) {
        runs.push(run);
        run = [];
      }
    }
    if (run.length > 1) runs.push(run);
  }
  return runs;
}

// Returns the best places of characters `step` apart along a run, each with its angle, or null where it is too short or bent.
/** @param {Pair[]} run @param {number} count @param {number} step @param {(places: Glyph[]) => boolean} fits */
export function alongRun(run, count, step, fits) {
  const reached = [0];
  for (let point = 1; point < run.length; point++)
    reached.push(reached[point - 1] + Math.hypot(run[point][0] - run[point - 1][0], run[point][1] - run[point - 1][1]));
  const total = reached[reached.length - 1];
  const needed = step * count;
  let best = null;
  for (let start = step / 2; start + needed <= total; start += step / 2) {
    const ends = Array.from({ length: count + 1 }, (_, place) => at(run, reached, start + place * step));
    const angles = ends.slice(1).map((end, place) => Math.atan2(end[1] - ends[place][1], end[0] - ends[place][0]));
    const bend = Math.max(0, ...angles.slice(1).map((angle, place) => Math.abs(turn(angle - angles[place]))));
    if (bend > BEND) continue;
    const chord = Math.hypot(ends[count][0] - ends[0][0], ends[count][1] - ends[0][1]);
    const middle = Math.abs(start + needed / 2 - total / 2) / total;
    const score = (1 - chord / needed) * 3 + bend + middle * 0.3;
    if (best && best.score <= score) continue;
    const found = ends.slice(1).map((end, place) => ({ x: (end[0] + ends[place][0]) / 2, y: (end[1] + ends[place][1]) / 2, angle: angles[place] }));
    if (fits(found)) best = { score, places: found };
  }
  return best ? readable(best.places) : null;
}

// People read from left to right, and Chinese from top to bottom where the line is steep.
/** @param {Glyph[]} places */
function readable(places) {
  const [first, last] = [places[0], places[places.length - 1]];
  const direction = places.length > 1 ? Math.atan2(last.y - first.y, last.x - first.x) : first.angle;
  const steep = Math.abs(Math.abs(direction) - Math.PI / 2) < Math.PI / 2 - UPRIGHT;
  const back = steep ? direction < 0 : Math.abs(direction) > Math.PI / 2;
  const ordered = back ? places.map((place) => ({ ...place, angle: turn(place.angle + Math.PI) })).reverse() : places;
  return { steep, places: ordered };
}

/** @param {Pair[]} run @param {number[]} reached @param {number} distance @returns {Pair} */
function at(run, reached, distance) {
  let low = 0;
  let high = reached.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (reached[middle] <= distance) low = middle;
    else high = middle;
  }
  const part = (distance - reached[low]) / (reached[high] - reached[low] || 1);
  return [run[low][0] + (run[high][0] - run[low][0]) * part, run[low][1] + (run[high][1] - run[low][1]) * part];
}

/** @param {number} angle @returns {number} */
function turn(angle) {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}
