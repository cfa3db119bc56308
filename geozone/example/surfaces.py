"""The rasters of an example: classes and values from smooth patterns of whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geozone.example.cells import Grid
from geozone.example.chance import TOP, Whole, pattern
from geozone.example.declared import Entry, of_zone, seed
from geozone.example.features import MadeRaster
from geozone.example.ground import ground


def surface(entry: Entry, zone: str) -> MadeRaster:
    """Return a raster that covers a zone; ``seeds/example/rasters.toml`` explains the keys."""
    land = ground(zone)
    bounds = land.union(county.code for county in land.counties).bounds
    grid = Grid.around(bounds, entry["per_degree"])
    patterns = {name: _pattern(told, grid, zone, name) for name, told in entry["patterns"].items()}
    cells = _classes(entry, patterns) if "rules" in entry else _values(entry, patterns)
    for box in (*entry.get("paint", ()), *entry.get("empty", ())):
        if zone in box["zones"]:
            cells[_window(grid, box["box"])] = box.get("class", entry["nodata"])
    return MadeRaster(entry, grid, cells.astype(entry["type"]), entry.get("classes", {}))


def _pattern(told: dict[str, Any], grid: Grid, zone: str, name: str) -> Whole:
    periods = [max(2, round(period * grid.per_degree)) for period in told["periods"]]
    found = pattern(grid.rows, grid.columns, periods, seed(zone) * 1000 + sum(map(ord, name)))
    if "slopes" in told:
        east, north = of_zone(told["slopes"], zone)
        across = np.arange(grid.columns, dtype=np.int64) * east // grid.columns - east // 2
        up = np.arange(grid.rows, dtype=np.int64)[::-1] * north // grid.rows - north // 2
        found = found + across + up[:, None]
    return np.clip(found, 0, TOP)


def _classes(entry: Entry, patterns: dict[str, Whole]) -> npt.NDArray[Any]:
    shape = next(iter(patterns.values())).shape
    cells = np.full(shape, entry["rules"][-1]["class"], np.int64)
    for rule in reversed(entry["rules"][:-1]):
        cells[patterns[rule["of"]] > rule["above"]] = rule["class"]
    return cells


def _values(entry: Entry, patterns: dict[str, Whole]) -> npt.NDArray[Any]:
    found = patterns[entry["of"]]
    steps = round((entry["high"] - entry["low"]) / entry["step"])
    values = entry["low"] + entry["step"] * (found * steps // TOP)
    if "above" in entry:
        values = np.where(found > entry["above"], values, entry["nodata"])
    return np.asarray(values)


def _window(grid: Grid, box: list[float]) -> tuple[slice, slice]:
    """Return the cells of a box, whose sides lie on the sides of cells."""
    west, south, east, north = box
    rows = slice(*(round(grid.north - side * grid.per_degree) for side in (north, south)))
    columns = slice(*(round(side * grid.per_degree - grid.west) for side in (west, east)))
    return rows, columns
