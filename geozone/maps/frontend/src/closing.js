// What closing gaps gains: areas are known beforehand, and what hangs together is found by joining.

// The chosen gaps of `closing`, by their places in its list, join the protected parts that they lie on and each other.
// Returns the area of the largest connected protected part, in km2.
/** @param {Closing} closing @param {Iterable<number>} chosen @returns {number} */
export function connected(closing, chosen) {
  const { gaps, parts, largest } = closing;
  const size = gaps.area.length;
  const upper = Array.from({ length: size + parts.length }, (_, place) => place);
  /** @param {number} place @returns {number} */
  const root = (place) => {
    let top = place;
    while (upper[top] !== top) {
      upper[top] = upper[upper[top]];
      top = upper[top];
    }
    return top;
  };
  const closed = new Set(chosen);
  for (const gap of closed) {
    for (const part of gaps.parts[gap]) upper[root(gap)] = root(size + part);
    for (const other of gaps.beside[gap]) if (closed.has(other)) upper[root(gap)] = root(other);
  }
  const areas = new Map();
  /** @param {number} place @param {number} area */
  const add = (place, area) => areas.set(root(place), (areas.get(root(place)) ?? 0) + area);
  for (const gap of closed) add(gap, gaps.area[gap]);
  for (const [part, area] of parts.entries()) add(size + part, area);
  return Math.max(largest, ...areas.values());
}

// The ground of the barrier in some units, what is protected of it, and what would be; `holds` tells by the place of
// a finest unit whether it is one of them.
/** @param {Closing} closing @param {Iterable<number>} chosen @param {(place: number | null) => boolean} holds */
export function protection(closing, chosen, holds) {
  const { gaps, units } = closing;
  let [whole, now] = [0, 0];
  units.place.forEach((place, row) => {
    if (!holds(place)) return;
    whole += units.whole[row];
    now += units.protected[row];
  });
  let then = now;
  for (const gap of new Set(chosen)) if (holds(gaps.unit[gap])) then += gaps.area[gap];
  return { whole, now, then };
}
