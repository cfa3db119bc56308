"""Read what the bulk reader cannot: feature by feature, so that a broken one costs itself only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import shapely.geometry
from fiona.errors import FionaError

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.bulk import quiet, reason_of
from geozone.read.door import vector
from geozone.read.notes import Notes
from geozone.read.salvage import closed_polygon, report_broken

_IN_A_ROW = 10_000  # failures one after another after which a file is given up
_FIONA_ERRORS = (
    FionaError,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RuntimeError,
    SystemError,
)


@dataclass
class _Kept:
    """Features that could be read, and the numbers of those that could not."""

    numbers: list[int] = field(default_factory=list)
    geometries: list[Any] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)


def read_features(path: Path, layer: str, shown: Path, notes: Notes) -> gpd.GeoDataFrame:
    """Read a layer feature by feature; broken ones are named and left out, curves become short chords.

    Raises
    ------
    InputError
        If not even the layer can be opened.
    """
    kept = _Kept()
    try:
        with (
            _silent_fiona(),
            vector.features(path, layer) as collection,
        ):
            crs = collection.crs_wkt or None
            names = list(collection.schema["properties"])
            total = _length(collection)
            _collect(collection, kept, notes)
    except _FIONA_ERRORS as error:
        raise InputError("read.unreadable", path=shown, reason=reason_of(error, path)) from error
    data = _frame(kept, names, crs)
    lost = max(total - len(kept.numbers) - len(kept.broken), 0)
    report_broken([str(number) for number in kept.broken], len(data), notes, unnamed=lost)
    return data


def _collect(collection: Any, kept: _Kept, notes: Notes) -> None:
    iterator = iter(collection)
    number = failures = 0
    while failures < _IN_A_ROW:
        try:
            feature = next(iterator)
        except StopIteration:
            return
        except _FIONA_ERRORS:
            failures += 1
            kept.broken.append(number)
            number += 1
            continue
        failures = 0
        number = int(feature.id) if str(feature.id).lstrip("-").isdigit() else number
        try:
            geometry = shapely.geometry.shape(feature.geometry) if feature.geometry is not None else None
        except (ValueError, TypeError, AttributeError, shapely.errors.ShapelyError):
            geometry = closed_polygon(feature.geometry)
            if geometry is None:
                kept.broken.append(number)
                number += 1
                continue
            notes.find("ring_closed", Severity.WARNING, feature=str(number), row=str(number))
            notes.change(str(number), "ring_closed")
        kept.numbers.append(number)
        kept.geometries.append(geometry)
        kept.rows.append(dict(feature.properties))
        number += 1


def _frame(kept: _Kept, names: list[str], crs: str | None) -> gpd.GeoDataFrame:
    table = pd.DataFrame(kept.rows, columns=names, index=pd.Index(kept.numbers, dtype="int64", name="fid"))
    geometry = gpd.GeoSeries(kept.geometries, index=table.index)
    name = "geometry" if "geometry" not in names else "geometry_"
    return gpd.GeoDataFrame(table.assign(**{name: geometry}), geometry=name, crs=crs)


def _length(collection: Any) -> int:
    try:
        return len(collection)
    except _FIONA_ERRORS:
        return 0


@contextmanager
def _silent_fiona() -> Iterator[None]:
    """Keep back the log of fiona: what it says is found and told feature by feature."""
    logger = logging.getLogger("fiona")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with quiet():
            yield
    finally:
        logger.setLevel(level)
