"""What earlier features leave of later ones, by GEOS.

No union of many features is ever built. Where very many features lie on one spot, halves are taken off each other instead, so
that the work grows with n·log n, not with n².
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geozone.overlay.guard import Guard
from geozone.overlay.plane import Geometries, Indices, Numbers
from geozone.overlay.zone_grid import polygons_of

_DENSE = 64  # earlier features that a feature may meet before halves are taken
_LEAF = 8  # features that are taken one by one
_PAIRS = 200_000  # pairs a query, so that many features on one spot never fill the memory


@dataclass(frozen=True)
class Items:
    """Polygons, each inside one zone, with the feature that they are of."""

    geometries: Geometries
    features: Indices


def left_over(items: Items, others: Items, guard: Guard) -> Geometries:
    """Return what earlier features among `others` leave of each item."""
    result = items.geometries.copy()
    (item, other), dense = _pairs(items, others)
    hit = shapely.intersects(items.geometries[item], others.geometries[other])
    item, other = item[hit], other[hit]
    result = without_rows(result, item, others.geometries[other], items.features, guard)
    for group in _groups(items, others, dense):
        result[group] = _dense_rest(items, others, group, guard)
    return result


def without_rows(
    parts: Geometries, owner: Indices, covers: Geometries, features: Indices, guard: Guard
) -> Geometries:
    """Return what covers leave of parts; `owner` is the number of the part of each cover, sorted.

    Covers are taken off one after the other: that costs less than uniting them, and what is gone is not asked again.
    They are taken as they came: what has been cut along a part has edges that nearly run along those of the part,
    which is the hardest case of an overlay.
    """
    result = parts.copy()
    begin = np.flatnonzero(np.diff(owner, prepend=-1))
    turn = np.arange(len(owner)) - np.repeat(begin, np.diff(np.append(begin, len(owner))))
    for number in range(int(turn.max(initial=-1)) + 1):
        now = np.flatnonzero(turn == number)
        now = now[~shapely.is_empty(result[owner[now]])]
        rest = guard.difference(result[owner[now]], covers[now], features[owner[now]])
        result[owner[now]] = polygons_of(rest)
    return result


def common_rows(
    owner: Indices, parts: Geometries, covers: Geometries, features: Indices, guard: Guard
) -> tuple[Indices, Geometries]:
    """Return the owners whose part has ground in common with its covers, and that ground; `owner` must be sorted.

    Parameters
    ----------
    owner
        Number of the part of each pair.
    parts, covers
        The part and the cover of each pair.
    features
        Number of the feature of each pair, to name it.
    """
    common = polygons_of(guard.intersection(parts, covers, features))
    real = np.flatnonzero(shapely.area(common) > 0)
    owner, common = owner[real], common[real]
    owners, start, count = np.unique(owner, return_index=True, return_counts=True)
    result = common[start]
    for size in np.unique(count[count > 1]):
        rows = np.flatnonzero(count == size)
        members = common[start[rows][:, None] + np.arange(size)]
        meeting_rows = _any_meet(shapely.bounds(members))
        result[rows[meeting_rows]] = guard.union(members[meeting_rows])
        apart = rows[~meeting_rows]
        if len(apart):  # pieces whose boxes lie apart need no union
            pieces, position = shapely.get_parts(members[~meeting_rows].ravel(), return_index=True)
            result[apart] = shapely.multipolygons(pieces, indices=position // size)
    return owners, result


def near_pairs(tree: shapely.STRtree, geometries: Geometries) -> Iterator[tuple[Indices, Indices]]:
    """Yield pairs whose boxes meet (number of the geometry, number in the tree), in steps of bounded size."""
    start, step = 0, 64
    while start < len(geometries):
        one, other = tree.query(geometries[start : start + step])
        yield one + start, other
        start += step
        step = int(np.clip(step * _PAIRS / max(len(one), 1), 16, 4096))


def meeting(
    one: Geometries, other: Geometries, matters: Callable[[Indices, Indices], npt.NDArray[np.bool_]]
) -> tuple[Indices, Indices]:
    """Return pairs of geometries that meet and for which `matters` holds, sorted by the first."""
    found = [(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))]
    for first, second in near_pairs(shapely.STRtree(other), one):
        wanted = np.flatnonzero(matters(first, second))
        hit = wanted[shapely.intersects(one[first[wanted]], other[second[wanted]])]
        order = np.lexsort((second[hit], first[hit]))
        found.append((first[hit[order]], second[hit[order]]))
    return np.concatenate([pair[0] for pair in found]), np.concatenate([pair[1] for pair in found])


def union_rows(owner: Indices, pieces: Geometries, guard: Guard) -> tuple[Indices, Geometries]:
    """Return the owners that occur and the union of the pieces of each; `owner` must be sorted."""
    owners, start, count = np.unique(owner, return_index=True, return_counts=True)
    result = np.empty(len(owners), dtype=object)
    for size in np.unique(count):
        rows = np.flatnonzero(count == size)
        members = pieces[start[rows][:, None] + np.arange(size)]
        result[rows] = members[:, 0] if size == 1 else guard.union(members)
    return owners, result


def _pairs(items: Items, others: Items) -> tuple[tuple[Indices, Indices], Indices]:
    """Return pairs of items and earlier others whose boxes meet, sorted by item; and the items that have too many."""
    found = [(np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))]
    dense = [np.zeros(0, dtype=np.intp)]
    for item, other in near_pairs(shapely.STRtree(others.geometries), items.geometries):
        early = np.flatnonzero(others.features[other] < items.features[item])
        if not len(early):
            continue
        first = int(item[0])
        count = np.bincount(item[early] - first)
        dense.append(np.flatnonzero(count > _DENSE) + first)
        early = early[count[item[early] - first] <= _DENSE]
        order = np.lexsort((others.features[other[early]], item[early]))
        found.append((item[early[order]], other[early[order]]))
    pairs = (np.concatenate([pair[0] for pair in found]), np.concatenate([pair[1] for pair in found]))
    return pairs, np.concatenate(dense)


def _any_meet(boxes: Numbers) -> np.ndarray:
    """Tell for every row of boxes whether any two of them overlap."""
    west, south, east, north = (boxes[:, :, side] for side in range(4))
    one, other = np.triu_indices(boxes.shape[1], 1)
    meet = (west[:, one] < east[:, other]) & (west[:, other] < east[:, one])
    meet &= (south[:, one] < north[:, other]) & (south[:, other] < north[:, one])
    return np.asarray(meet.any(axis=1))


def _groups(items: Items, others: Items, dense: Indices) -> list[Indices]:
    """Return dense items in groups that lie close together: halved as long as that spares neighbours."""
    if not len(dense):
        return []
    tree = shapely.STRtree(others.geometries)
    boxes = shapely.bounds(items.geometries)
    waiting, done = [dense], []
    while waiting:
        group = waiting.pop()
        if len(group) <= _DENSE:
            done.append(group)
            continue
        centre = boxes[group, :2] + boxes[group, 2:]
        axis = int(np.argmax(np.ptp(centre, axis=0)))
        order = np.argsort(centre[:, axis], kind="stable")
        halves = [np.sort(group[order[: len(group) // 2]]), np.sort(group[order[len(group) // 2 :]])]
        whole, *parts = (_near(tree, boxes[some]) for some in (group, *halves))
        if sum(len(part) for part in parts) < 1.5 * len(whole):
            waiting.extend(halves)
        else:
            done.append(group)
    return done


def _near(tree: shapely.STRtree, boxes: Numbers) -> Indices:
    """Return what meets the box around some boxes."""
    return np.asarray(tree.query(shapely.box(*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))))


def _dense_rest(items: Items, others: Items, group: Indices, guard: Guard) -> Geometries:
    """Return what earlier features leave of some items, by taking the first half of the features off the second."""
    near = _near(shapely.STRtree(others.geometries), shapely.bounds(items.geometries[group]))
    near = near[np.argsort(others.features[near], kind="stable")]
    covers, ranks = others.geometries[near], others.features[near]
    rest = items.geometries[group].copy()
    rank = np.searchsorted(ranks, items.features[group])  # covers before this one are earlier
    numbers = items.features[group]

    def take_off(asked: Indices, cover: shapely.Geometry) -> None:
        asked = asked[~shapely.is_empty(rest[asked])]
        asked = asked[shapely.intersects(rest[asked], cover)]
        if len(asked):
            repeated = np.full(len(asked), cover, dtype=object)
            rest[asked] = polygons_of(guard.difference(rest[asked], repeated, numbers[asked]))

    def solve(low: int, high: int, asked: Indices, wanted: bool) -> shapely.Geometry | None:
        """Take the covers in [low, high) off all items that come later; return their union where it is wanted."""
        asked = asked[~shapely.is_empty(rest[asked])]
        if not len(asked):
            return guard.union(covers[None, low:high])[0] if wanted else None
        if high - low <= _LEAF:
            for number in range(low, high):
                take_off(asked[rank[asked] > number], covers[number])
            return guard.union(covers[None, low:high])[0] if wanted else None
        middle = (low + high) // 2
        later = asked[rank[asked] > middle]
        first = solve(low, middle, asked[rank[asked] <= middle], wanted or bool(len(later)))
        if first is not None:
            take_off(later, first)
        second = solve(middle, high, later, wanted)
        if not wanted:
            return None
        both = np.array([[first, second]], dtype=object)
        return guard.union(both)[0]

    solve(0, len(near), np.arange(len(group)), wanted=False)
    return rest
