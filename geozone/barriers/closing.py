"""Which gaps to close: what a choice of gaps gains, and the best choice of a given number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # loads the parts of it that are used when they are

from geozone.barriers.gaps import Gaps

Mask = npt.NDArray[np.bool_]

_INFEASIBLE = 2  # status of an integer program
_NODES = 2000  # of an integer program, before the best choice found is told with its bound


@dataclass(frozen=True, slots=True)
class Closing:
    """Gaps that are closed together."""

    gaps: tuple[int, ...]  # the largest first
    protected_km2: float  # protected ground of the barrier, after
    connected_km2: float  # area of the largest connected protected part, after
    joined: tuple[int, ...]  # the parts that it is made of, the largest first
    bound_km2: float  # no choice of as many gaps makes the largest connected part larger than this

    @property
    def is_best(self) -> bool:
        """Tell whether no other choice of as many gaps does better."""
        return self.connected_km2 >= self.bound_km2 * (1 - 1e-9)


def closed(gaps: Gaps, chosen: Iterable[int]) -> tuple[float, frozenset[int], frozenset[int]]:
    """Return the largest connected protected part when some gaps are closed: its area in km², its parts and gaps.

    Gaps within reach of each other, or of one protected part, hang together when they are closed.
    """
    best: tuple[float, frozenset[int], frozenset[int]] = 0.0, frozenset(), frozenset()
    if len(gaps.parts):
        largest = int(gaps.parts.argmax())
        best = float(gaps.parts[largest]), frozenset([largest]), frozenset()
    for group, parts in _groups(gaps, chosen):
        area = sum(float(gaps.areas[gap]) for gap in group) + sum(float(gaps.parts[part]) for part in parts)
        if area > best[0]:
            best = area, parts, group
    return best


def best_closing(gaps: Gaps, number: int) -> Closing:
    """Return the gaps, so many at most, whose closing makes the largest connected protected part largest.

    1. The largest part after closing holds some part of today. Taking it as given, an integer program (`scipy.optimize.milp`,
       HiGHS) chooses gaps: Σ area of gaps + Σ area of parts, where a part counts if a gap on it is closed. Every gap is so
       many steps from the part that is given, and one step beyond a gap that is closed as well: so all hang together.
    2. That is done for the largest part of today, then for the next, without those before, and for gaps alone; what could not
       do better even with all the others is left out.
    3. After 2,000 nodes the program ends, and the bound tells how far from the optimum the choice can be.
    """
    count = min(number, len(gaps.shapes))
    best, bound = _greedy(gaps, count), 0.0
    top = float(np.sort(gaps.areas)[::-1][:count].sum())
    left = np.ones(len(gaps.parts), dtype=bool)
    for root in np.argsort(-gaps.parts, kind="stable") if count else ():
        if gaps.parts[left].sum() + top <= closed(gaps, best)[0]:
            break
        on_it = np.array([root in on for on in gaps.borders])
        left[root] = False
        if gaps.parts[root] + _at_most(gaps, on_it, left, count) <= closed(gaps, best)[0]:
            continue
        known = closed(gaps, best)[0] - float(gaps.parts[root])
        chosen, limit = _chosen_with(gaps, on_it, left, count, known)
        best = max(best, chosen, key=lambda one: closed(gaps, one)[0])
        bound = max(bound, limit + float(gaps.parts[root]))
    for root in range(count and len(gaps.shapes)):  # gaps alone, where hardly anything is protected
        alone, none = np.arange(len(gaps.shapes)) == root, np.zeros_like(left)
        if _at_most(gaps, alone, none, count) <= closed(gaps, best)[0]:
            continue
        chosen, limit = _chosen_with(gaps, alone, none, count, closed(gaps, best)[0])
        best = max(best, chosen, key=lambda one: closed(gaps, one)[0])
        bound = max(bound, limit)
    connected, members, _ = closed(gaps, best)
    return Closing(
        tuple(sorted(best, key=lambda gap: (-gaps.areas[gap], gap))),
        gaps.protected_km2 + float(gaps.areas[sorted(best)].sum()),
        connected,
        tuple(sorted(members, key=lambda part: (-gaps.parts[part], part))),
        max(connected, bound),
    )


def _groups(gaps: Gaps, chosen: Iterable[int]) -> list[tuple[frozenset[int], frozenset[int]]]:
    """Return the groups of closed gaps that hang together, and the parts that each borders on."""
    found = []
    waiting = set(chosen)
    while waiting:
        first = waiting.pop()
        group, parts, front = {first}, set(gaps.borders[first]), {first}
        while front:
            gap = front.pop()
            near = {one for one in waiting if one in gaps.neighbours[gap] or gaps.borders[one] & parts}
            waiting -= near
            front |= near
            group |= near
            parts.update(*(gaps.borders[one] for one in near))
        found.append((frozenset(group), frozenset(parts)))
    return found


def _greedy(gaps: Gaps, number: int) -> frozenset[int]:
    """Return the choice made by taking the best next gap again and again."""
    chosen: frozenset[int] = frozenset()
    for _ in range(number):
        rest = [gap for gap in range(len(gaps.shapes)) if gap not in chosen]
        chosen |= {max(rest, key=lambda gap: (closed(gaps, chosen | {gap})[0], gaps.areas[gap], -gap))}
    return chosen


def _at_most(gaps: Gaps, first: Mask, left: Mask, count: int) -> float:
    """Return more than any choice of gaps that hang together from some first ones can join, in km²."""
    near, front = set(np.flatnonzero(first).tolist()), set(np.flatnonzero(first).tolist())
    parts = frozenset[int]().union(*(gaps.borders[gap] for gap in near))
    for _ in range(count - 1):
        beside = frozenset[int]().union(*(gaps.neighbours[gap] for gap in front))
        front = {
            gap
            for gap in range(len(gaps.shapes))
            if gap not in near and (gap in beside or gaps.borders[gap] & parts)
        }
        near |= front
        parts |= frozenset[int]().union(*(gaps.borders[gap] for gap in front))
    largest = np.sort(gaps.areas[sorted(near)])[::-1][:count]
    return float(largest.sum() + sum(gaps.parts[part] for part in parts if left[part]))


def _chosen_with(
    gaps: Gaps, first: Mask, left: Mask, count: int, known: float
) -> tuple[frozenset[int], float]:
    """Return the best choice of gaps that hang together from some first ones, and a bound of what they join, in km².

    ``left`` are the parts that may be joined, ``known`` km² that are joined by a choice that is known; where nothing joins as
    much, that is the bound.
    """
    # half a second, which nobody waits for who asks for no choice
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415

    size, parts = len(gaps.shapes), len(gaps.parts)
    on = scipy.sparse.csr_array(_incidence(gaps.borders, parts))  # gaps × parts
    beside = scipy.sparse.csr_array(((on @ on.T) + _incidence(gaps.neighbours, size)) > 0, dtype=float)
    beside.setdiag(0.0)
    away = scipy.sparse.csgraph.dijkstra(beside, indices=np.flatnonzero(first), unweighted=True, min_only=True) \
        if first.any() else np.full(size, np.inf)  # fmt: skip
    steps = min(count, size)
    # variables: every gap on every step from the root, then every part
    upper = np.concatenate([(away == 0) if step == 0 else (away <= step) & ~first for step in range(steps)]
                           + [left]).astype(float)  # fmt: skip
    worth = np.concatenate([np.tile(gaps.areas, steps), gaps.parts])
    every = scipy.sparse.hstack([scipy.sparse.eye_array(size)] * steps)
    none = scipy.sparse.csr_array((size, parts))
    conditions = [
        LinearConstraint(worth[None], lb=known * (1 - 1e-9)),
        LinearConstraint(np.concatenate([np.ones(size * steps), np.zeros(parts)])[None], ub=count),
        LinearConstraint(scipy.sparse.hstack([every, none]), ub=1.0),
        LinearConstraint(scipy.sparse.hstack([-(on.T @ every), scipy.sparse.eye_array(parts)]), ub=0.0),
    ]
    for step in range(1, steps):
        blocks = [scipy.sparse.csr_array((size, size))] * steps
        blocks[step], blocks[step - 1] = scipy.sparse.eye_array(size), -beside
        conditions.append(LinearConstraint(scipy.sparse.hstack([*blocks, none]), ub=0.0))
    answer = milp(
        -worth,
        integrality=np.concatenate([np.ones(size * steps), np.zeros(parts)]),
        bounds=Bounds(0, upper),
        constraints=conditions,
        options={"mip_rel_gap": 0.0, "node_limit": _NODES},
    )
    if answer.x is None:
        none_better = answer.status == _INFEASIBLE
        return frozenset(), known if none_better else -float(answer.mip_dual_bound or -worth.sum())
    bound = -float(answer.mip_dual_bound)
    chosen = answer.x[: size * steps].reshape(steps, size).sum(axis=0) > 0.5
    return frozenset(np.flatnonzero(chosen).tolist()), bound


def _incidence(sets: tuple[frozenset[int], ...], width: int) -> scipy.sparse.csr_array:
    rows = [row for row, members in enumerate(sets) for _ in members]
    columns = [one for members in sets for one in sorted(members)]
    return scipy.sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(sets), width))
