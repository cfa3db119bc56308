"""The axis of a belt of ground: its medial axis, without the twigs that every corner of an outline makes.

The medial axis of a polygon without holes is a tree: the places that have two nearest places on the outline. Its longest
path runs from one end of the belt to the other, and arms of the belt are paths that leave it. A corner or a bay of the
outline makes a twig as long as the belt is half wide there; that tells twigs from arms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy  # loads the parts of it that are used when they are
import shapely

from geozone.barriers.metric_plane import steps
from geozone.overlay.plane import Indices, Numbers

STEP_M = 1000.0  # between stations
_SAMPLES = (400, 20_000)  # places of the outline that the medial axis is made from, at least and at most
_SPACING_M = 1500.0  # between them at most, and a quarter of the half width of the widest place, where neither bound says otherwise
_CORNER = 1.5  # half widths from the end of a path to where a right-angled end of a belt forks
_ARMS = 24  # of one belt, at most


@dataclass(frozen=True, slots=True)
class _Tree:
    """The medial axis: its nodes, how far each is from the outline, and the lengths of its edges."""

    nodes: Numbers
    reach: Numbers
    edges: scipy.sparse.csr_array


def axes(outline: shapely.Polygon, *, arm_m: float, step_m: float = STEP_M) -> list[Numbers]:
    """Return the axis of a belt and of each of its arms, the longest first, as places `step_m` apart.

    1. The outline is sampled, and the edges of the Voronoi diagram of the samples that lie inside are taken: a tree.
    2. The longest path of the tree is the axis. Its ends are cut back to where a right-angled end of the belt forks, and
       run on as they do until they leave the ground.
    3. Every further path that leaves an axis and is longer, by `arm_m` or more, than the belt is half wide there is an arm; it
       begins where it leaves the disc of that half width.
    4. Axes are smoothed over a quarter of the width of the belt, their ends staying where they are. The axis runs from west to
       east.

    Parameters
    ----------
    outline
        The ground of the belt in a plane in metres; its holes count as ground.
    arm_m
        The shortest arm, in metres.
    step_m
        Between two places of an axis, in metres.
    """
    whole = shapely.Polygon(outline.exterior)
    tree = _medial_axis(whole)
    if tree is None:
        return [_resampled(_longest_chord(whole), step_m)]
    main = _diameter(tree)
    if tuple(tree.nodes[main[0]]) > tuple(tree.nodes[main[-1]]):
        main = main[::-1]
    found = [_finished(whole, tree, main, step_m, loose=(True, True))]
    taken = np.zeros(len(tree.nodes), dtype=bool)
    taken[main] = True
    for _ in range(_ARMS):
        arm = _longest_arm(tree, taken, arm_m)
        if arm is None:
            break
        taken[arm] = True
        away = steps(tree.nodes[arm])
        arm = arm[np.searchsorted(away, tree.reach[arm[0]]) :]
        found.append(_finished(whole, tree, arm, step_m, loose=(False, True)))
    return found


def _medial_axis(outline: shapely.Polygon) -> _Tree | None:
    around = float(steps(shapely.get_coordinates(outline.exterior))[-1])
    widest = steps(
        shapely.get_coordinates(shapely.maximum_inscribed_circle(outline, tolerance=around / 1e4))
    )[-1]
    spacing = around / np.clip(around / min(_SPACING_M, widest / 4), *_SAMPLES)
    samples = shapely.get_coordinates(shapely.segmentize(outline.exterior, spacing))
    diagram = shapely.voronoi_polygons(shapely.multipoints(samples), only_edges=True)
    coordinates, line = shapely.get_coordinates(shapely.get_parts(diagram), return_index=True)
    ends = np.stack([coordinates[:-1], coordinates[1:]], axis=1)[line[1:] == line[:-1]]
    shapely.prepare(outline)
    inside = shapely.contains_xy(outline, ends[:, 0]) & shapely.contains_xy(outline, ends[:, 1])
    ends = ends[inside]
    if not len(ends):
        return None
    nodes, number = np.unique(np.round(ends.reshape(-1, 2), 3), axis=0, return_inverse=True)
    one, two = number.reshape(-1, 2).T
    real = one != two
    one, two = one[real], two[real]
    lengths = np.hypot(*(nodes[one] - nodes[two]).T)
    size = len(nodes)
    edges = scipy.sparse.csr_array((lengths, (one, two)), shape=(size, size))
    edges = scipy.sparse.csr_array(edges.maximum(edges.T))
    _, group = scipy.sparse.csgraph.connected_components(edges, directed=False)
    kept = np.flatnonzero(group == np.bincount(group).argmax())
    if len(kept) < 3:  # two nodes have no middle
        return None
    edges = scipy.sparse.csgraph.minimum_spanning_tree(edges[kept][:, kept])
    edges = scipy.sparse.csr_array(edges.maximum(edges.T))
    ring = shapely.STRtree(shapely.linestrings(np.stack([samples[:-1], samples[1:]], axis=1)))
    reach = ring.query_nearest(shapely.points(nodes[kept]), return_distance=True, all_matches=False)[1]
    return _Tree(nodes[kept], reach, edges)


def _diameter(tree: _Tree) -> Indices:
    """Return the nodes of the longest path."""
    first = int(scipy.sparse.csgraph.dijkstra(tree.edges, indices=0).argmax())
    away, before = scipy.sparse.csgraph.dijkstra(tree.edges, indices=first, return_predecessors=True)
    return _path(before, int(away.argmax()))


def _longest_arm(tree: _Tree, taken: Indices, arm_m: float) -> Indices | None:
    """Return the nodes of the longest path that leaves what is taken, beginning there; None where it is a twig."""
    away, before, source = scipy.sparse.csgraph.dijkstra(
        tree.edges, indices=np.flatnonzero(taken), return_predecessors=True, min_only=True
    )
    excess = np.where(np.isfinite(away), away - _CORNER * tree.reach[np.maximum(source, 0)], -np.inf)
    end = int(excess.argmax())
    if excess[end] < arm_m:
        return None
    return _path(before, end)


def _path(before: Indices, end: int) -> Indices:
    """Return the nodes from the root of a tree of predecessors to a node."""
    nodes = [end]
    while before[nodes[-1]] >= 0:
        nodes.append(int(before[nodes[-1]]))
    return np.array(nodes[::-1], dtype=np.intp)


def _finished(
    outline: shapely.Polygon, tree: _Tree, path: Indices, step_m: float, loose: tuple[bool, bool]
) -> Numbers:
    """Return the places of an axis; its loose ends are those of the belt, the others lie on another axis."""
    places, reach = tree.nodes[path], tree.reach[path]
    first, last = 0, len(places)
    along = steps(places)
    if loose[1]:
        last = 1 + _fork(along[-1] - along[::-1], reach[::-1], last)
    if loose[0]:
        first = _fork(along, reach, first)
    if last - first < 3 or along[last - 1] - along[first] < step_m:
        return _resampled(_longest_chord(outline) if all(loose) else places, step_m)
    kept, width = places[first:last], float(np.median(reach[first:last]))
    even = _resampled(kept, step_m)
    smooth = _smoothed(even, max(width / 2, 2 * step_m) / step_m)
    ends = []
    for wanted, run in ((loose[0], smooth[::-1]), (loose[1], smooth)):
        ends.append(list(_run_on(outline, run, width)) if wanted else [])
    return _resampled(np.array([*ends[0][::-1], *smooth, *ends[1]]), step_m)


def _fork(from_end: Numbers, reach: Numbers, default: int) -> int:
    """Return the place, counted from an end of a path, up to which the path lies in a corner of the outline."""
    corner = np.flatnonzero(from_end <= _CORNER * reach)
    # only the beginning: half way along a short, wide belt the ends are as near as the outline
    size = len(from_end)
    near = int(corner[-1]) if len(corner) else 0
    near = min(near, size - 1)
    return near if default == 0 else size - 1 - near


def _run_on(outline: shapely.Polygon, places: Numbers, width: float) -> Iterator[Numbers]:
    """Yield the place where the end of an axis, running on as it does, leaves the ground."""
    along = steps(places)
    back = places[int(np.searchsorted(along, max(along[-1] - 2 * width, 0.0)))]
    direction = places[-1] - back
    size = float(np.hypot(*direction))
    if size == 0:
        return
    west, south, east, north = outline.bounds
    far = places[-1] + direction / size * np.hypot(east - west, north - south)
    ray = shapely.intersection(shapely.LineString([places[-1], far]), outline)
    for part in shapely.get_parts(ray):
        ends = shapely.get_coordinates(part)
        if len(ends) > 1 and np.hypot(*(ends[0] - places[-1])) < 1.0:
            yield ends[-1]
            return


def _smoothed(places: Numbers, sigma: float) -> Numbers:
    if len(places) < 5:
        return places
    sigma = min(sigma, len(places) / 6)
    # odd reflection about the ends keeps them, and the direction there
    pad = min(int(4 * sigma), len(places) - 1)
    before = 2 * places[0] - places[pad:0:-1]
    after = 2 * places[-1] - places[-2 : -pad - 2 : -1]
    whole = scipy.ndimage.gaussian_filter1d(np.concatenate([before, places, after]), sigma, axis=0)
    return np.asarray(whole[pad : pad + len(places)])


def _resampled(places: Numbers, step_m: float) -> Numbers:
    """Return places of equal distance along a line, both ends among them."""
    along = steps(places)
    count = max(round(float(along[-1]) / step_m), 1) + 1
    wanted = np.linspace(0.0, along[-1], count)
    return np.column_stack([np.interp(wanted, along, places[:, axis]) for axis in (0, 1)])


def _longest_chord(outline: shapely.Polygon) -> Numbers:
    """Return both ends of the longest line through the middle of a roundish patch."""
    hull = shapely.get_coordinates(shapely.convex_hull(outline))
    apart = np.hypot(*(hull[:, None] - hull[None]).transpose(2, 0, 1))
    one, two = np.unravel_index(int(apart.argmax()), apart.shape)
    return np.array([hull[one], hull[two]])
