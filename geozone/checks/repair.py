"""Make geometries valid, with the area of every changed feature before and after."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import shapely

from geozone.checks.layer_findings import feature_labels
from geozone.errors import DataError
from geozone.messages import message
from geozone.model import CRS, Decision, Layer
from geozone.overlay.plane import area_km2, off_earth
from geozone.overlay.rings import each, once_around, without_empty_rings

LEDGER_COLUMNS = ["layer", "feature", "method", "before_km2", "after_km2", "change"]


def repair(layer: Layer, *, limit: float = 0.01) -> tuple[Layer, pd.DataFrame]:
    """Return the layer with valid geometries, and the ledger of what was changed.

    Geometries that are valid stay as they are, to the last bit. The others are rebuilt by `shapely.make_valid`
    with ``method="structure"``: rings are made valid one by one, then shells are merged and holes cut out; where
    that leaves a fault, with ``method="linework"`` after it. Of a collection in a layer of polygons the polygons are
    kept.

    Parameters
    ----------
    layer
        The layer, in EPSG:4490. It is not changed.
    limit
        The share by which a feature, or the layer as a whole, may change its area.

    Returns
    -------
    tuple of Layer and DataFrame
        The ledger has one row for each changed feature: layer, feature (row number), method, before_km2,
        after_km2 and change = after / before - 1. What reading changed stands first; an area that nobody can know,
        such as that of a feature without usable coordinates, is NaN.

    Raises
    ------
    DataError
        If the area of a feature or of the layer changes by more than `limit`, or a feature cannot be made valid.
    """
    stored = np.array(layer.data.geometry.values, dtype=object)
    geometries = without_empty_rings(stored)
    if geometries is not stored:
        data = layer.data.copy()
        data[data.geometry.name] = geometries
        layer = replace(layer, data=data)
    # coordinates that are none cannot be repaired; the check finds them
    present = ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries) & ~off_earth(geometries)
    broken = present.copy()
    broken[present] = ~shapely.is_valid(geometries[present])
    polygonal = bool((shapely.get_dimensions(geometries[present]) == 2).any())
    mixed = present & (shapely.get_type_id(geometries) == 7) & polygonal
    rows = np.flatnonzero(broken | mixed)
    read = reading_ledger(layer)
    if not len(rows):
        return (replace(layer, changes=[]) if layer.changes else layer), read

    before = np.zeros(len(geometries))
    before[present] = area_km2(geometries[present], CRS)
    repaired = geometries.copy()
    repaired[broken] = each(_by_structure, geometries[broken])
    methods = np.where(broken, "structure", "polygons_of_collection").astype(object)
    for row in np.flatnonzero(broken & ~shapely.is_valid(repaired)):
        # rings that run back on themselves are now and then left with a fault: the lines are then noded anew
        given = geometries[row : row + 1] if repaired[row] is None else repaired[row : row + 1]
        [repaired[row]] = each(_by_linework, given)
        methods[row] = "structure, linework"
        if repaired[row] is None:
            raise DataError("check.repair_failed", layer=layer.id, feature=feature_labels(layer.data)[row])
    for row in rows:
        if polygonal and shapely.get_type_id(repaired[row]) not in {3, 6}:
            repaired[row] = _polygons(repaired[row])
    after = before.copy()
    after[rows] = area_km2(repaired[rows], CRS)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(after[rows] == before[rows], 0.0, after[rows] / before[rows] - 1.0)
    ledger = pd.DataFrame(
        {
            "layer": layer.id,
            "feature": [str(row) for row in layer.data.index[rows]],
            "method": methods[rows],
            "before_km2": before[rows],
            "after_km2": after[rows],
            "change": change,
        },
        columns=LEDGER_COLUMNS,
    )
    _stop_if_feature_changed(layer, rows, ledger, limit)
    _stop_if_layer_changed(layer.id, float(np.nansum(before)), float(np.nansum(after)), limit)
    data = layer.data.copy()
    data[data.geometry.name] = repaired
    decision = Decision(
        "repair",
        str(len(rows)),
        message("check.repaired", count=len(rows), largest=f"{abs(change).max():.6%}"),
    )
    both = pd.concat([read, ledger], ignore_index=True) if len(read) else ledger
    return replace(layer, data=data, decisions=[*layer.decisions, decision], changes=[]), both


def reading_ledger(layer: Layer) -> pd.DataFrame:
    """Return what reading changed in a layer as rows of the ledger."""
    table = pd.DataFrame([asdict(change) for change in layer.changes], columns=LEDGER_COLUMNS)
    if layer.changes:
        before, after = table["before_km2"], table["after_km2"]
        table["layer"] = layer.id
        table["change"] = (after / before - 1.0).mask(before == after, 0.0).replace([np.inf, -np.inf], np.nan)
    return table


def _by_structure(geometries: np.ndarray) -> np.ndarray:
    return np.asarray(shapely.make_valid(once_around(geometries), method="structure", keep_collapsed=False))


def _by_linework(geometries: np.ndarray) -> np.ndarray:
    return np.asarray(shapely.make_valid(once_around(geometries), method="linework"))


def _polygons(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a collection, collections inside it included, as one geometry."""
    parts = np.atleast_1d(shapely.get_parts(geometry))
    while np.isin(shapely.get_type_id(parts), (6, 7)).any():
        parts = shapely.get_parts(parts)
    polygons = parts[shapely.get_type_id(parts) == 3]
    return shapely.union_all(polygons) if len(polygons) else shapely.Polygon()


def _stop_if_feature_changed(layer: Layer, rows: np.ndarray, ledger: pd.DataFrame, limit: float) -> None:
    worst = int(ledger["change"].abs().to_numpy().argmax())
    entry = ledger.iloc[worst]
    if abs(entry["change"]) > limit:
        raise DataError(
            "check.repair_changes_feature",
            layer=layer.id,
            feature=feature_labels(layer.data)[int(rows[worst])],
            before=f"{entry['before_km2']:.6f}",
            after=f"{entry['after_km2']:.6f}",
            limit=f"{limit:.2%}",
        )


def _stop_if_layer_changed(layer: str, before: float, after: float, limit: float) -> None:
    if before and abs(after / before - 1.0) > limit:
        raise DataError(
            "check.repair_changes_layer",
            layer=layer,
            before=f"{before:.6f}",
            after=f"{after:.6f}",
            limit=f"{limit:.2%}",
        )
