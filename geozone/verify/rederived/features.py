"""Features counted again, and lines and patches measured again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pandas as pd
import shapely

from geozone.checks.accuracy import features_accuracy_m
from geozone.overlay.shores import ISLAND
from geozone.rates.filters import numbers
from geozone.rates.needs import Ground
from geozone.verify.rederived.delivered import AbsentError, Declared, Delivered, Rows, outcomes
from geozone.verify.rederived.expected import (
    AREA,
    EXACT,
    LEAST_KM,
    LENGTH,
    Band,
    Expected,
    nothing,
    single,
)
from geozone.verify.rederived.geos import Geos
from geozone.verify.rederived.planes import from_cylinder, geodesic_km, on_cylinder, sound

_LINES, _POLYGONS = 1, 2  # dimensions
_ALONG_M = 1.5  # a line this near to a border may count on either side of it
_CUT_KM2 = 1e-3  # what two ways to cut long edges at a border leave of a patch that only touches it
_DOUBTFUL = 3.0  # a strip as wide as outlines are accurate, by the scale of any plane
_SCALE = 0.012  # by how much distances in the plane may be off


def features_of(delivered: Delivered, layer: str, unit: str) -> pd.DataFrame:
    """Return the features of a layer in a unit, each once: points that lie in it, other shapes that share ground with it."""
    table = delivered.features(layer)
    if layer not in delivered.rows_by_unit:
        delivered.rows_by_unit[layer] = _rows_by_unit(delivered, table)
    inside = np.zeros(len(table), dtype=bool)
    for code in delivered.finest_of(unit):
        inside[delivered.rows_by_unit[layer][code]] = True
    return table[inside]


def _rows_by_unit(delivered: Delivered, table: pd.DataFrame) -> dict[str, Rows]:
    """Return the rows of a layer that lie in each finest unit; what lies in none goes by the code that it carries."""
    shapes = table["geom"].to_numpy()
    placed = np.zeros(len(table), dtype=bool)
    points = shapely.get_dimensions(shapes) == 0
    places = np.where(points, shapely.centroid(shapes), shapes)
    found = {}
    for code in delivered.finest:
        outline = delivered.unit_shapes[code]
        shapely.prepare(outline)
        met = shapely.intersects(outline, places)
        met &= np.where(points, ~placed, ~shapely.touches(outline, places))  # a point lies in one unit
        placed |= met
        found[code] = np.flatnonzero(met)
    if "code" in table:
        codes = table["code"].astype(str).to_numpy()
        for code in delivered.finest:
            found[code] = np.union1d(found[code], np.flatnonzero(~placed & (codes == code)))
    return found


def count(delivered: Delivered, indicator: Declared, unit: str) -> Expected:
    """Count the features of a unit that pass the filter; those that hardly reach into it may be counted or not."""
    layer = indicator.options["layer"]
    every = features_of(delivered, layer, unit)
    outcome = outcomes(every, indicator.where)
    hardly = every.index.isin(_reaching_only(delivered, layer, unit))
    (least, most), (least_known, most_known) = (
        (float((some & ~hardly).sum()), float(some.sum())) for some in (outcome == 1, outcome != 0)
    )
    numbers_: dict[str, Band | None] = {
        "numerator": (least, most),
        "low": (least, most),
        "high": (least_known, most_known),
    }
    if (least, most) == (least_known, most_known):
        numbers_["value"] = (least, most)
    return Expected(numbers_, EXACT, dict.fromkeys(numbers_, 0.0), frozenset(numbers_))


def _reaching_only(delivered: Delivered, layer: str, unit: str) -> Rows:
    """Return the rows of lines and areas of several units that have no more than a strip in any of a unit's finest ones."""
    table = delivered.features(layer)
    rows = delivered.rows_by_unit[layer]
    of = np.concatenate([rows[code] for code in delivered.finest])
    several = np.flatnonzero(np.bincount(of, minlength=len(table)) > 1)
    widest = _DOUBTFUL * features_accuracy_m(table)
    wide: set[int] = set()
    for code in delivered.finest_of(unit):
        for row in np.intersect1d(rows[code], several):
            part = on_cylinder(
                np.array([shapely.intersection(table["geom"].iloc[row], delivered.unit_shapes[code])])
            )[0]
            length = shapely.length(part)
            reach = 2 * shapely.area(part) / length if shapely.area(part) else length / 2
            wide |= {int(row)} if reach >= widest else set()
    return np.array([row for row in several if row not in wide], dtype=np.intp)


def share_of_points(delivered: Delivered, indicator: Declared, unit: str) -> Expected:
    """Count the sites of a unit that pass the filter, of all."""
    outcome = outcomes(features_of(delivered, indicator.options["layer"], unit), indicator.where)
    total, sure, unknown = len(outcome), int((outcome == 1).sum()), int((outcome < 0).sum())
    if not total:
        return nothing()
    numbers_: dict[str, Band | None] = {
        "numerator": single(float(sure)),
        "denominator": single(float(total)),
        "low": single(sure / total),
        "high": single((sure + unknown) / total),
        "value": None if unknown else single(sure / total),
    }
    return Expected(numbers_, always=frozenset({"numerator", "denominator"}))


def mean_of_points(delivered: Delivered, indicator: Declared, unit: str) -> Expected:
    """Add up the values of the sites of a unit one by one."""
    options = indicator.options
    table = features_of(delivered, options["layer"], unit)
    table = table[outcomes(table, indicator.where) == 1]
    every = delivered.features(options["layer"])  # what stands for no value is told by all sites together
    values = numbers(every[options["field"]], indicator.unit)[table.index]
    weights = pd.Series(1.0, table.index)
    if options.get("weight"):
        weights = numbers(every[options["weight"]])[table.index]
    known = values.notna() & (weights > 0)
    if not known.any():
        raise AbsentError(unit)
    if options.get("take") == "worst":
        mean = max(values[known])
    else:
        groups = pd.Series("", table.index)
        if options.get("over") == "city":
            groups = pd.Series([_finest(delivered, shape)[:4] for shape in table["geom"]], table.index)
        means = []
        for group in dict.fromkeys(groups[known]):
            rows = known & (groups == group)
            parts = [v * w for v, w in zip(values[rows], weights[rows], strict=True)]
            means.append(sum(parts) / sum(weights[rows]))
        mean = sum(means) / len(means)
    if indicator.share and numbers(every[options["field"]], indicator.unit).max() > 1:
        mean /= 100
    return Expected(dict.fromkeys(("value", "low", "high"), single(float(mean))), EXACT)


def _finest(delivered: Delivered, shape: shapely.Geometry) -> str:
    place = shapely.centroid(shape)
    return next((code for code in delivered.finest if delivered.unit_shapes[code].intersects(place)), "")


class Lines:
    """Lengths of lines in units: cut by GEOS in longitude and latitude, measured by GeographicLib."""

    def __init__(self, delivered: Delivered) -> None:
        self._delivered = delivered
        self._lengths: dict[tuple[Ground, frozenset[Ground]], dict[str, Band]] = {}

    def length(self, line: Ground, within: frozenset[Ground], unit: str) -> Band:
        """Return the length of lines inside a unit and some layers, in km: a band where they run along a border."""
        key = line, within
        if key not in self._lengths:
            self._lengths[key] = self._measured(line, within)
        parts = [self._lengths[key].get(code, (0.0, 0.0)) for code in self._delivered.finest_of(unit)]
        return sum(low for low, _ in parts), sum(high for _, high in parts)

    def _measured(self, line: Ground, within: frozenset[Ground]) -> dict[str, Band]:
        delivered = self._delivered
        table = delivered.layer(line, _LINES)
        role = delivered.role_of(line.layer)
        if role is not None and role.shore:
            return self._shores(table, within)
        once = (
            shapely.union_all(on_cylinder(table["geom"].to_numpy())) if len(table) else shapely.LineString()
        )
        for ground in sorted(within):
            polygons = on_cylinder(sound(delivered.layer(ground, _POLYGONS)["geom"].to_numpy()))
            once = shapely.intersection(once, shapely.union_all(polygons))
        found = {}
        shapely.prepare(once)
        for code, outline, border in self._outlines:
            parts = [_linear(shapely.intersection(once, ground)) for ground in (outline, border)]
            length, along = geodesic_km(from_cylinder(np.array(parts, dtype=object))).tolist()
            # whoever runs along a border counts half on either side of it, or wholly inside
            found[code] = (
                (length, length) if along <= LEAST_KM * 2 else (max(length - along, 0.0), length + along)
            )
        return found

    @cached_property
    def _outlines(self) -> list[tuple[str, shapely.Geometry, shapely.Geometry]]:
        """The finest units in the plane, and the ground along their borders."""
        codes = self._delivered.finest
        outlines = on_cylinder(np.array([self._delivered.unit_shapes[code] for code in codes], dtype=object))
        return list(zip(codes, outlines, shapely.buffer(shapely.boundary(outlines), _ALONG_M), strict=True))

    def _shores(self, table: pd.DataFrame, within: frozenset[Ground]) -> dict[str, Band]:
        """Return the length of the shore of every unit, by the code that its lines carry."""
        if within or "code" not in table:
            raise AbsentError("shore")
        if "kind" in table:
            table = table[~table["kind"].isin(ISLAND)]
        codes = table["code"].fillna("").astype(str)
        named = [code for code in codes.unique() if code in self._delivered.finest]
        loose = [code for code in codes.unique() if not code or code in self._delivered.units]
        if set(loose) - set(named):
            raise AbsentError("shore")  # what no line says goes to the nearest unit, which has no second way
        found = {}
        for code in named:
            once = shapely.union_all(table.loc[codes == code, "geom"].to_numpy())
            found[code] = single(float(geodesic_km(np.array([once]))[0]))
        return found


def _linear(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    return shapely.multilinestrings(parts[shapely.get_dimensions(parts) == 1])


def length(lines: Lines, indicator: Declared, unit: str) -> Expected:
    """Measure the lines of a unit that pass the filter."""
    ends = [
        lines.length(Ground.of(indicator.options["layer"], indicator.where, unsure=unsure), frozenset(), unit)
        for unsure in (False, True)
    ]
    numbers_: dict[str, Band | None] = {"numerator": ends[0], "low": ends[0], "high": ends[1]}
    if ends[0] == ends[1]:
        numbers_["value"] = ends[0]
    return Expected(numbers_, LENGTH, dict.fromkeys(numbers_, LEAST_KM), frozenset(numbers_))


def length_share(lines: Lines, indicator: Declared, unit: str) -> Expected:
    """Measure the lines of a unit that pass the filter or lie in other layers, of all."""
    layer = indicator.options["layer"]
    within = frozenset(Ground.of(name) for name in indicator.options.get("within", ()))
    whole = lines.length(Ground.of(layer), frozenset(), unit)
    low, high = (
        lines.length(Ground.of(layer, indicator.where, unsure=unsure), within, unit)
        for unsure in (False, True)
    )
    numbers_: dict[str, Band | None] = {"numerator": low, "denominator": whole}
    if whole[0] > 0:
        numbers_ |= {
            "low": (min(1.0, low[0] / whole[1]), min(1.0, low[1] / whole[0])),
            "high": (min(1.0, high[0] / whole[1]), min(1.0, high[1] / whole[0])),
        }
    least = LEAST_KM / whole[0] if whole[0] > 0 else 0.0
    allowed = {"numerator": LEAST_KM, "denominator": LEAST_KM, "low": least, "high": least}
    return Expected(numbers_, 2 * LENGTH, allowed)


def connectivity(delivered: Delivered, geos: Geos, indicator: Declared, unit: str) -> Expected:
    """Find the largest connected part of a layer in a unit; a band where a gap is as wide as the reach, to a hundredth."""
    ground = Ground.of(indicator.options["layer"], indicator.where)
    pieces = geos.cover(ground)
    patches = shapely.get_parts(
        np.array([pieces[code] for code in delivered.finest_of(unit) if code in pieces])
    )
    patches = patches[shapely.get_dimensions(patches) == _POLYGONS]
    if not len(patches) or indicator.options.get("along"):
        raise AbsentError(ground.layer)
    areas = shapely.area(patches) / 1e6
    reach = float(indicator.options["reach_m"])
    ends = sorted(_largest(patches, areas, reach * (1 + off)) for off in (-_SCALE, _SCALE))
    total = float(areas.sum())
    numbers_: Mapping[str, Band | None] = {
        "numerator": (ends[0], ends[1]),
        "denominator": single(total),
        **dict.fromkeys(("value", "low", "high"), (ends[0] / total, ends[1] / total)),
    }
    least = dict.fromkeys(("numerator", "denominator"), _CUT_KM2)
    least |= dict.fromkeys(("value", "low", "high"), _CUT_KM2 / total)
    return Expected(numbers_, 2 * AREA, least)


def _largest(patches: np.ndarray, areas: np.ndarray, reach: float) -> float:
    """Return the area of the largest part whose patches lie within reach of each other."""
    tree = shapely.STRtree(patches)
    one, other = tree.query(patches, predicate="dwithin", distance=reach)
    near: list[list[int]] = [[] for _ in patches]
    for first, second in zip(one, other, strict=True):
        near[first].append(int(second))
    part = np.full(len(patches), -1)
    for start in range(len(patches)):
        waiting = [start] if part[start] < 0 else []
        while waiting:
            patch = waiting.pop()
            if part[patch] < 0:
                part[patch] = start
                waiting += [each for each in near[patch] if part[each] < 0]
    return float(np.bincount(part, weights=areas).max())
