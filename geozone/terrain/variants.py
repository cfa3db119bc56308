"""How much of a barrier hangs on the numbers and on the choice of its rule."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geozone.model import CRS
from geozone.overlay.plane import area_km2
from geozone.terrain.barrier import barrier
from geozone.terrain.rules import RULES, numbers_of

CHANGE = 0.2  # of a number, up and down
COLUMNS = ["rule", "against", "number", "value", "area_km2", "change", "overlap"]
# the numbers of the steps that all rules share; those of the plateau count only where there is one
SHARED = ("opening_m", "closing_m", "patch_km2", "hole_km2")
PLATEAU = ("plateau_m", "plateau_opening_m", "plateau_km2")


def sensitivity(
    dem: Any, zones: gpd.GeoDataFrame, *, plateau: gpd.GeoDataFrame | None = None, change: float = CHANGE
) -> pd.DataFrame:
    """Return how a barrier changes with every number of its rule, and from rule to rule.

    For every rule, every number is lowered and raised by a share, one at a time, and the barrier is held against that of the
    rule as it is. The rules as they are are held against each other. Everything is deterministic: the same elevation and
    zones give the same table.

    Parameters
    ----------
    dem, zones, plateau
        As for `geozone.barrier`. An elevation model that is much finer than 1 km is read anew for every row.
    change
        The share; 0.2 for ±20 %.

    Returns
    -------
    DataFrame
        One row per variant: ``rule``, ``against`` (the rule that it is held against, with its own numbers), ``number`` (empty
        for the rule as it is), ``value``, ``area_km2``, ``change`` (of the area, as a share), ``overlap``: intersection over
        union with what it is held against, 1 where nothing changes.

    Raises
    ------
    InputError, UsageError
        As for `geozone.barrier`.
    """
    rows: list[dict[str, Any]] = []
    known: dict[str, gpd.GeoDataFrame] = {}
    some = plateau is not None and len(plateau) > 0
    for name, kind in RULES.items():
        known[name] = barrier(dem, zones, rule=name, plateau=plateau)
        for other, its in known.items():
            if other != name or len(known) == 1:
                rows.append({"rule": name, "against": other, "number": "", **_compared(known[name], its)})
        for number, value, options in _variants(kind(), change, plateau=some):
            found = barrier(dem, zones, **{"rule": name, "plateau": plateau, **options})
            told = {"rule": name, "against": name, "number": number, "value": value}
            rows.append({**told, **_compared(found, known[name])})
    return pd.DataFrame(rows, columns=COLUMNS)


def overlap(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> float:
    """Return the common ground of two barriers as a share (0..1) of the ground of both; 1 where neither has any."""
    ground = [shapely.union_all(layer.geometry.array) for layer in (one, other)]
    both, either = area_km2([shapely.intersection(*ground), shapely.union(*ground)], CRS)
    return float(both / either) if either > 0 else 1.0


def _compared(found: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> dict[str, float]:
    area, before = float(found.area_km2.sum()), float(known.area_km2.sum())
    change = area / before - 1 if before > 0 else float("nan")
    return {"area_km2": area, "change": change, "overlap": overlap(found, known)}


def _variants(rule: Any, change: float, *, plateau: bool) -> Iterator[tuple[str, float, dict[str, Any]]]:
    """Yield every number, lowered and raised, with what the barrier takes for it."""
    shared = inspect.signature(barrier).parameters
    for number, value in numbers_of(rule).items():
        for changed in (value * (1 - change), value * (1 + change)):
            numbers = {**numbers_of(rule), number: changed}
            yield number, changed, {"rule": type(rule)(**numbers)}
    for number in (*SHARED, *(PLATEAU if plateau else ())):
        value = float(shared[number].default)
        for changed in (value * (1 - change), value * (1 + change)):
            yield number, changed, {number: changed}
