"""What is true of a unit, by the way in which an indicator is measured: sums and counts of what was made.

Every function here goes by the id of a measure (``seeds/measures.toml``) and takes the indicator, the codes of the
counties of the unit, and the inputs. Nothing of `geozone.overlay`, `geozone.raster` or `geozone.rates` is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely

from geozone.example.cells import Grid, cell_areas
from geozone.example.ellipsoid import polygon_km2
from geozone.example.features import Feature
from geozone.example.ground import ground
from geozone.example.inputs import Inputs
from geozone.example.lists import Item
from geozone.manifest.indicators import Indicator
from geozone.manifest.units import converted
from geozone.model import Level, Status

COUNTED, AREAS, LENGTHS, CELLS, WRITTEN = (
    "counted",
    "areas in closed form",
    "lengths in closed form",
    "cells in closed form",
    "as written",
)
_EXACT, _CLOSE = 1e-12, 1e-6
_NEAR = 0.02  # degrees: gaps are made far narrower, or far wider


@dataclass(frozen=True, slots=True)
class Scope:
    """A unit, or a region of several, by the counties in it."""

    code: str
    counties: frozenset[str]
    whole: bool  # the zone itself

    def has(self, item: Item) -> bool:
        """Tell whether an item of a register lies wholly in the unit."""
        finest = next((code for code in reversed(item.codes) if code), "")
        begins = tuple(code[: _digits(code)] for code in self.code.split("+"))
        return self.whole or finest.startswith(begins)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is true of a unit: a value, or a band."""

    low: float
    high: float
    known: str
    tolerance: float = _EXACT


def area(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the area of a layer."""
    return _exactly(_size(_features(indicator, scope, inputs)), AREAS, _CLOSE)


def coverage(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the share of the unit that a layer covers."""
    land = sum(polygon_km2(inputs.land.outlines[code]) for code in scope.counties)
    return _exactly(_size(_features(indicator, scope, inputs)) / land, AREAS, _CLOSE)


def share_of_layer(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the share of a layer inside others: patches of one county lie one inside the other, or apart."""
    features = _features(indicator, scope, inputs)
    others = [_by_county(inputs.vintages(name)[0].counted) for name in indicator.options["within"]]
    common = 0.0
    for feature in features:
        shape = feature.geometry
        for by_county in others:
            shape = shapely.intersection(shape, shapely.union_all(by_county.get(feature.county, [])))
        common += polygon_km2(shape)
    return _exactly(common / _size(features), AREAS, _CLOSE)


def connectivity(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the largest connected part of a layer, whose gaps are far narrower or far wider than the reach."""
    features = inputs.vintages(indicator.options["layer"])[0].counted
    assert scope.whole, scope
    groups: list[list[Feature]] = []
    for feature in features:
        near = [group for group in groups if any(_distance(feature, other) < _NEAR for other in group)]
        groups = [group for group in groups if group not in near] + [sum(near, [feature])]
    return _exactly(max(map(_size, groups)) / _size(features), AREAS, _CLOSE)


def change(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return what a layer gained less what it lost between its vintages."""
    now, before = (
        {feature.county: feature for feature in layer.counted if feature.county in scope.counties}
        for layer in inputs.vintages(indicator.options["layer"])
    )
    gained = _size(feature for county, feature in now.items() if county not in before)
    lost = _size(feature for county, feature in before.items() if county not in now)
    return _exactly(gained - lost, AREAS, _CLOSE)


def length_share(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the share of the lines that pass a filter."""
    lines = [
        one for one in inputs.vintages(indicator.options["layer"])[0].counted if one.county in scope.counties
    ]
    return _exactly(_size(_passing(lines, indicator)) / _size(lines), LENGTHS, _CLOSE)


def count(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return how many features pass a filter; those without a value may."""
    low, unknown, _ = _points(indicator, scope, inputs)
    return Answer(low, low + unknown, COUNTED)


def share_of_points(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the share of points that pass a filter; those without a value may."""
    low, unknown, total = _points(indicator, scope, inputs)
    return Answer(low / total, (low + unknown) / total, COUNTED)


def mean_of_points(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the mean of points, of city means, or the worst of them."""
    field = indicator.options["field"]
    points = [one for one in _features(indicator, scope, inputs) if one.fields[field] is not None]
    if indicator.options.get("take"):
        return _exactly(max(float(one.fields[field]) for one in points), COUNTED, _EXACT)
    groups: dict[str, list[float]] = {}
    for one in points:
        groups.setdefault(one.county[:4] if indicator.options.get("over") else "", []).append(
            float(one.fields[field])
        )
    means = [sum(values) / len(values) for values in groups.values()]
    return _exactly(sum(means) / len(means), COUNTED, 1e-9)


def class_share(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the share of classes; cells without a class may have any."""
    raster = inputs.raster(indicator.options["layer"])
    areas = _cells_of(scope, inputs, raster.grid)
    wanted = [value for name in indicator.options["classes"] for value in raster.classes[name]]
    part = float(areas[np.isin(raster.cells, wanted)].sum())
    lost = float(areas[~raster.known()].sum())
    total = float(areas.sum())
    return Answer(part / total, (part + lost) / total, CELLS, _CLOSE)


def raster_mean(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the mean of a raster over the cells with a value, by area or by the people of another raster."""
    raster = inputs.raster(indicator.options["layer"])
    weights = _cells_of(scope, inputs, raster.grid)
    if indicator.layers != (indicator.options["layer"],):
        other = inputs.raster(indicator.options["weight"])
        assert other.grid == raster.grid, indicator.id
        weights = weights / raster.grid.row_km2()[:, None] * np.where(other.known(), other.cells, 0)
    weights = np.where(raster.known(), weights, 0.0)
    mean = float((weights * raster.cells.astype(np.float64)).sum() / weights.sum())
    return _exactly(mean / 100 if indicator.share else mean, CELLS, _CLOSE)


def completion(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the share of the items that are built, by number or by a measure of theirs."""
    by = indicator.options.get("by")
    items = [
        (item, 1.0 if by in {None, indicator.measure.keys["by"].choices[0]} else float(item.fields[by]))
        for name in indicator.registers
        for item in inputs.register(name).items
        if scope.has(item) and _item_passes(item, indicator)
    ]
    built, unknown = (
        sum(weight for item, weight in items if item.status is status)
        for status in (Status.BUILT, Status.UNKNOWN)
    )
    total = sum(weight for _, weight in items)
    return Answer(built / total, (built + unknown) / total, COUNTED, 1e-9)


def sites(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the number of items with a status that counts; those of unknown status may have it."""
    items = [item for name in indicator.registers for item in inputs.register(name).items]
    items = [item for item in items if scope.has(item) and _item_passes(item, indicator)]
    sure, unknown = _by_status(items, indicator)
    return Answer(sure, sure + unknown, COUNTED)


def share_of_units(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer:
    """Return the share of the units of a level with a status that counts."""
    items = [item for name in indicator.registers for item in inputs.register(name).items if scope.has(item)]
    sure, unknown = _by_status(items, indicator)
    by_county = Level(indicator.options["level"]) is Level.COUNTY
    cities = {one.code: one.city_code for one in inputs.land.counties}
    total = len(scope.counties) if by_county else len({cities[code] for code in scope.counties})
    return Answer(sure / total, (sure + unknown) / total, COUNTED)


def reported(indicator: Indicator, scope: Scope, inputs: Inputs) -> Answer | None:
    """Return the latest figure of a unit; None where there is none."""
    names = indicator.figures or (indicator.id,)
    rows = [row for row in inputs.figures if row.indicator in names and row.scope == scope.code]
    if not rows:
        return None
    latest = max(rows, key=lambda row: row.year)
    value = converted(latest.value, latest.unit, indicator.unit)
    assert value is not None, latest
    return _exactly(value / 100 if indicator.share else value, WRITTEN, 1e-9)


def _exactly(value: float, known: str, tolerance: float) -> Answer:
    return Answer(value, value, known, tolerance)


def _digits(code: str) -> int:
    return 2 if code.endswith("0000") else 4 if code.endswith("00") else 6


def _features(indicator: Indicator, scope: Scope, inputs: Inputs) -> list[Feature]:
    layer = inputs.vintages(indicator.options["layer"])[0]
    inside = [one for one in layer.counted if one.county in scope.counties]
    return _passing(inside, indicator)


def _passing(features: Iterable[Feature], indicator: Indicator) -> list[Feature]:
    return [
        one
        for one in features
        if all(str(one.fields[name]) in wanted for name, wanted in indicator.where.items())
    ]


def _points(indicator: Indicator, scope: Scope, inputs: Inputs) -> tuple[int, int, int]:
    layer = inputs.vintages(indicator.options["layer"])[0]
    points = [one for one in layer.counted if one.county in scope.counties]
    unknown = sum(any(one.fields[name] is None for name in indicator.where) for one in points)
    return len(_passing(points, indicator)), unknown, len(points)


def _size(features: Iterable[Feature]) -> float:
    return sum(feature.size for feature in features)


def _by_county(features: Iterable[Feature]) -> Mapping[str, list[shapely.Geometry]]:
    found: dict[str, list[shapely.Geometry]] = {}
    for feature in features:
        found.setdefault(feature.county, []).append(feature.geometry)
    return found


def _distance(one: Feature, other: Feature) -> float:
    return float(shapely.distance(one.geometry, other.geometry))


def _cells_of(scope: Scope, inputs: Inputs, grid: Grid) -> npt.NDArray[np.float64]:
    return _areas_of_cells(inputs.land.zone.key, tuple(sorted(scope.counties)), grid)


@lru_cache(maxsize=8)
def _areas_of_cells(zone: str, counties: tuple[str, ...], grid: Grid) -> npt.NDArray[np.float64]:
    """Return the area of every cell inside some counties: the rasters of a zone lie on the same few grids."""
    areas = cell_areas(ground(zone).union(counties), grid)
    areas.flags.writeable = False
    return areas


def _item_passes(item: Item, indicator: Indicator) -> bool:
    return all(
        {"name": item.name, **item.fields}.get(field) in wanted for field, wanted in indicator.where.items()
    )


def _by_status(items: Sequence[Item], indicator: Indicator) -> tuple[int, int]:
    counting = set(indicator.options.get("statuses", (Status.BUILT,)))
    sure = sum(item.status in counting for item in items)
    unknown = sum(item.status is Status.UNKNOWN and item.status not in counting for item in items)
    return sure, unknown
