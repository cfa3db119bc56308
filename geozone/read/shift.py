"""Notice layers in GCJ-02 or BD-09 by holding their outlines against the embedded boundaries and coast.

Web map data is shifted by some 300-700 m. Where outlines of a layer run along boundaries or the coast, more of
them fall onto them once the shift is taken off than before, and than after a shift as long in other directions.
Where outlines have nothing to do with boundaries, nothing is said.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geozone.catalog import load_catalog
from geozone.errors import InputError
from geozone.files import shipped
from geozone.manifest.roles import load_roles
from geozone.model import METRES_PER_DEGREE, Severity
from geozone.read.bulk import BULK_ERRORS, quiet
from geozone.read.datum import points_to_wgs84
from geozone.read.door import vector
from geozone.read.inference import CHINA
from geozone.read.notes import Notes

Points = npt.NDArray[np.float64]

SAMPLE = 4000  # vertices that are compared
NEAR_METRES = 1000.0  # vertices farther than this from every reference line say nothing
AGREES_METRES = 100.0  # the boundaries are good to some 50 m
_LEAST = 40  # places near a reference line below which nothing is said
_PLACE_METRES = 1000.0  # vertices of one square so wide are one place: they agree or disagree together
_RATIO = 1.7  # times as many vertices must agree once converted as before or by chance ...
_SPREADS = 4.0  # ... and this many standard deviations more


def find_shift(geometries: npt.NDArray[np.object_], notes: Notes) -> None:
    """Find out whether a layer, in longitude and latitude, is in GCJ-02 or BD-09; it is only said, nothing is converted."""
    points = _sample(geometries)
    if len(points) < _LEAST:
        return
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    if not (CHINA[0] <= west and east <= CHINA[2] and CHINA[1] <= south and north <= CHINA[3]):
        return
    lines = _reference(_wider(west, -1), _wider(south, -1), _wider(east, 1), _wider(north, 1))
    if not len(lines):
        return
    tree, scale = _tree(lines, float(points[:, 1].mean()))
    here = points * scale
    places = {name: points_to_wgs84(points, name) * scale for name in ("GCJ-02", "BD-09")}
    distances = {name: _distances(tree, moved) for name, moved in (places | {"": here}).items()}
    near = np.min(list(distances.values()), axis=0) < NEAR_METRES
    count = len(np.unique(here[near] // _PLACE_METRES, axis=0))
    if count < _LEAST:
        return
    share = {name: _agreeing(values[near]) for name, values in distances.items()}
    best = max(places, key=lambda name: share[name])
    if not _stands_out(share[best], share[""], count):
        return
    chance = max(
        share[""], *(_agreeing(_distances(tree, moved)[near]) for moved in _controls(here, places[best]))
    )
    if _stands_out(share[best], chance, count):
        notes.find(
            "datum_shifted",
            Severity.WARNING,
            datum=best,
            before=f"{share['']:.0%}",
            after=f"{share[best]:.0%}",
            metres=f"{np.hypot(*(places[best] - here).T).mean():.0f}",
        )


def is_embedded(path: Path | str) -> bool:
    """Tell whether a file is one of geozone's own, which are what others are compared with."""
    return isinstance(path, Path) and path.resolve().is_relative_to(shipped("layers"))


def _stands_out(share: float, chance: float, places: int) -> bool:
    """Tell whether a share of vertices that agree is more than what agrees otherwise."""
    spread = np.sqrt(max(chance * (1.0 - chance), 0.01) / places)
    return share >= _RATIO * chance and share - chance >= _SPREADS * float(spread)


def _agreeing(distances: Points) -> float:
    return float((distances < AGREES_METRES).mean())


def _controls(here: Points, there: Points) -> list[Points]:
    """Return the places moved as far as to `there`, but in other directions: what agrees there does by chance."""
    east, north = (there - here).mean(axis=0)
    angles = np.radians([60.0, 120.0, 180.0, 240.0, 300.0])
    turned = np.column_stack(
        [
            east * np.cos(angles) - north * np.sin(angles),
            east * np.sin(angles) + north * np.cos(angles),
        ]
    )
    return [here + step for step in turned]


def _sample(geometries: npt.NDArray[np.object_]) -> Points:
    """Return vertices of lines and outlines, spread evenly over the layer."""
    linear = geometries[shapely.get_dimensions(geometries) >= 1]
    if len(linear) > SAMPLE:
        linear = linear[:: len(linear) // SAMPLE + 1]
    points: Points = shapely.get_coordinates(linear)
    return points[:: max(1, len(points) // SAMPLE)]


def _wider(value: float, side: int) -> float:
    """Return the edge of a box moved out to the next tenth of a degree but one, so that boxes recur."""
    return round(float(np.floor(value * side * 10.0) + 2.0) * side / 10.0, 1)


@lru_cache(maxsize=8)
def _reference(west: float, south: float, east: float, north: float) -> npt.NDArray[np.object_]:
    """Return the embedded boundaries and coast in a box as two-point lines."""
    box = (west, south, east, north)
    segments: list[Points] = []
    for path, layer in _reference_sources():
        try:
            with quiet():
                table = vector.frame(path, layer=layer, bbox=box, columns=[])
        except BULK_ERRORS:
            continue
        points, line = shapely.get_coordinates(_lines(np.asarray(table.geometry.values)), return_index=True)
        pairs = np.concatenate([points[:-1], points[1:]], axis=1)[line[1:] == line[:-1]]
        inside = (np.minimum(pairs[:, 0], pairs[:, 2]) <= east) & (
            np.maximum(pairs[:, 0], pairs[:, 2]) >= west
        )
        inside &= np.minimum(pairs[:, 1], pairs[:, 3]) <= north
        inside &= np.maximum(pairs[:, 1], pairs[:, 3]) >= south
        segments.append(pairs[inside])
    if not segments:
        return np.empty(0, object)
    pairs = np.concatenate(segments)
    return np.asarray(shapely.linestrings(pairs.reshape(-1, 2, 2)))


def _lines(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    parts = shapely.get_parts(geometries)
    polygons = shapely.get_type_id(parts) == 3
    return np.concatenate([parts[~polygons], shapely.get_rings(parts[polygons])])


@lru_cache(maxsize=1)
def _reference_sources() -> tuple[tuple[Path, str | None], ...]:
    """Return the files of the embedded boundary (its finest level) and coast."""
    try:
        catalog = load_catalog()
    except InputError:
        return ()
    found: list[tuple[Path, str | None]] = []
    names = [role.layer for role in load_roles().values() if role.purpose == "units" or role.shore]
    for name in names:
        sources = catalog[name].sources[:1] if name in catalog else ()
        paths = [(Path(source.path), source.layer) for source in sources]
        found += [(path, layer) for path, layer in paths if path.exists()]
    return tuple(found)


def _tree(lines: npt.NDArray[np.object_], latitude: float) -> tuple[Any, Points]:
    scale = np.array([np.cos(np.radians(latitude)), 1.0]) * METRES_PER_DEGREE
    return shapely.STRtree(shapely.transform(lines, lambda points: points * scale)), scale


def _distances(tree: Any, metres: Points) -> Points:
    """Return the distance of every point to the nearest line, at most a little over `NEAR_METRES`."""
    distances = np.full(len(metres), np.inf)
    (which, _), found = tree.query_nearest(
        shapely.points(metres), max_distance=NEAR_METRES, return_distance=True, all_matches=False
    )
    distances[which] = found
    return distances
