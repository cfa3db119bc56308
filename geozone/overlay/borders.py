"""Which zone a line counts for, when it runs along a border, crosses it, or lies in a crack between two zones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import shapely

from geozone.model import CRS
from geozone.overlay.noding import insert_vertices
from geozone.overlay.plane import Geometries, Indices, Numbers, from_plane, length_km, to_plane

BORDER_M = 1.0  # so near to two zones, a line runs along the border between them


def node_with(lines: Geometries, polygons: Geometries) -> tuple[Geometries, Geometries]:
    """Return lines and polygons in the plane that share their vertices where they run along each other.

    Parameters
    ----------
    lines
        Lines in longitude and latitude.
    polygons
        Polygons in the plane.
    """
    areas = from_plane(polygons)
    lines = insert_vertices(lines, areas)
    noded = insert_vertices(areas, lines)
    changed = np.array([one is not other for one, other in zip(noded, areas, strict=True)], dtype=bool)
    if changed.any():
        polygons = polygons.copy()
        polygons[changed] = to_plane(noded[changed], CRS)
    return to_plane(lines, CRS), polygons


def shared_lengths(lines: Geometries, polygons: Geometries) -> Numbers:
    """Return the length, in km, of lines in every polygon; what several neighbours have in common is shared equally.

    A line counts for the zone that it lies in. Where two or more lie within `BORDER_M` of it, it is shared among them. Zones
    that overlap by more than that are no neighbours: each counts for itself.

    Parameters
    ----------
    lines
        Lines in the plane, none upon another.
    polygons
        Valid polygons in the plane.
    """
    result = np.zeros(len(polygons))
    edges = _edges(lines)
    if not len(edges):
        return result
    tree = shapely.STRtree(edges)
    for numbers in _neighbourhoods(polygons):
        result[numbers] = _shares(edges, tree, polygons[numbers])
    return result


def _shares(edges: Geometries, tree: shapely.STRtree, zones: Geometries) -> Numbers:
    zone, edge = tree.query(zones, predicate="dwithin", distance=BORDER_M)
    alone = np.bincount(edge, minlength=len(edges))[edge] == 1
    inside = np.full(len(edges), -1)
    within, whole = tree.query(zones, predicate="covers")
    inside[whole] = within
    pieces, owners = edges[edge[alone]].copy(), zone[alone]
    cut = inside[edge[alone]] != owners
    pieces[cut] = shapely.intersection(pieces[cut], zones[owners[cut]])
    total = np.bincount(owners, weights=_km(pieces), minlength=len(zones)).astype(np.float64)
    several = np.unique(edge[~alone])
    if len(several):
        owners, weights, ends = _split(edges[several], zones, edge[~alone], zone[~alone], several)
        lengths = _km(shapely.linestrings(ends)) * weights
        total += np.bincount(owners, weights=lengths, minlength=len(zones))
    return total


def _split(
    edges: Geometries, zones: Geometries, edge: Indices, zone: Indices, several: Indices
) -> tuple[Indices, Numbers, Numbers]:
    """Return zone, weight and both ends of every piece of edges that are near to more than one zone."""
    place = np.searchsorted(several, edge)
    parts = [(place, zone, np.ones(len(zone), dtype=bool), shapely.intersection(edges[place], zones[zone]))]
    outline = np.unique(zone)
    borders, ring_of = _edges_of(zones[outline])
    near, border = shapely.STRtree(borders).query(edges, predicate="dwithin", distance=BORDER_M)
    strips = shapely.intersection(edges[near], shapely.buffer(borders[border], BORDER_M))
    parts.append((near, outline[ring_of[border]], np.zeros(len(near), dtype=bool), strips))
    where, zone, exact, pieces = (np.concatenate(column) for column in zip(*parts, strict=True))
    ends = shapely.get_coordinates(edges).reshape(-1, 2, 2)
    piece, low, high = _spans(pieces, ends[where])
    where, zone, exact = where[piece], zone[piece], exact[piece]
    order = np.argsort(where, kind="stable")
    starts = np.searchsorted(where[order], np.arange(len(edges) + 1))
    spans = list(zip(*(column[order].tolist() for column in (low, high, zone, exact)), strict=True))
    found: list[tuple[int, int, float, float, float]] = []
    for number in range(len(edges)):
        for first, last, sharers in _intervals(spans[starts[number] : starts[number + 1]]):
            found += [(number, sharer, 1 / len(sharers), first, last) for sharer in sharers]
    if not found:
        return np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros((0, 2, 2))
    owners, weights, of = (np.array([row[column] for row in found]) for column in (1, 2, 0))
    reach = np.array([row[3:] for row in found])[:, :, None]
    start, along = ends[of, :1], ends[of, 1:] - ends[of, :1]
    return owners, weights, start + reach * along


def _intervals(spans: list[tuple[float, float, int, bool]]) -> Iterator[tuple[float, float, list[int]]]:
    """Yield the parts of an edge with the zones that share each: those near, or the only one that it lies in.

    A span says from where to where on the edge a zone is near, and whether the edge lies in it there.
    """
    stops = sorted({stop for span in spans for stop in span[:2]})
    pending: tuple[float, float, list[int]] | None = None
    for first, last in pairwise(stops):
        here = [span for span in spans if span[0] <= first and last <= span[1]]
        sharers = sorted({zone for _, _, zone, _ in here})
        if len(sharers) < 2:
            sharers = sorted({zone for _, _, zone, inside in here if inside})
        if pending is not None and pending[2] == sharers:
            pending = pending[0], last, sharers
            continue
        if pending is not None:
            yield pending
        pending = (first, last, sharers) if sharers else None
    if pending is not None:
        yield pending


def _spans(pieces: Geometries, ends: Numbers) -> tuple[Indices, Numbers, Numbers]:
    """Return for every line in pieces of edges the piece that it is of, and from where to where on its edge it goes."""
    parts, piece = shapely.get_parts(pieces, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    piece = piece[inner]
    lines = (shapely.get_dimensions(parts) == 1) & ~shapely.is_empty(parts)
    parts, piece = parts[lines], piece[lines]
    if not len(parts):
        return piece, np.zeros(0), np.zeros(0)
    coordinates, part = shapely.get_coordinates(parts, return_index=True)
    start = ends[piece[part], 0]
    along = ends[piece[part], 1] - start
    share = ((coordinates - start) * along).sum(axis=1) / (along**2).sum(axis=1)
    first = np.flatnonzero(np.diff(part, prepend=-1))
    low, high = np.minimum.reduceat(share, first), np.maximum.reduceat(share, first)
    return piece, np.clip(low, 0, 1), np.clip(high, 0, 1)


def _neighbourhoods(polygons: Geometries) -> Iterator[Indices]:
    """Yield the numbers of zones that do not overlap each other by more than the width of a border."""
    wanted = np.flatnonzero(shapely.area(polygons) > 0)
    first, second = shapely.STRtree(polygons[wanted]).query(polygons[wanted], predicate="intersects")
    first, second = first[first < second], second[first < second]
    if len(first):
        overlapping = shapely.relate_pattern(polygons[wanted[first]], polygons[wanted[second]], "T********")
        first, second = first[overlapping], second[overlapping]
        common = shapely.intersection(polygons[wanted[first]], polygons[wanted[second]])
        wide = 2 * shapely.area(common) > BORDER_M * shapely.length(common)
        first, second = first[wide], second[wide]
    group = np.zeros(len(wanted), dtype=np.intp)
    for number in range(len(wanted)):
        taken = set(group[first[second == number]].tolist())
        group[number] = next(free for free in range(len(wanted)) if free not in taken)
    for number in range(group.max(initial=-1) + 1):
        yield wanted[group == number]


def _edges(lines: Geometries) -> Geometries:
    """Return the edges of lines that have a length."""
    return _edges_between(*shapely.get_coordinates(lines, return_index=True))[0]


def _edges_of(polygons: Geometries) -> tuple[Geometries, Indices]:
    """Return the edges of the outlines of polygons, and the polygon of each."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    edges, ring = _edges_between(*shapely.get_coordinates(rings, return_index=True))
    return edges, owner[part[ring]]


def _edges_between(coordinates: Numbers, path: Indices) -> tuple[Geometries, Indices]:
    real = (path[1:] == path[:-1]) & (coordinates[1:] != coordinates[:-1]).any(axis=1)
    edges = shapely.linestrings(np.stack([coordinates[:-1][real], coordinates[1:][real]], axis=1))
    return np.asarray(edges), path[1:][real]


def _km(lines: Geometries) -> Numbers:
    return length_km(from_plane(lines), CRS)
