"""Repaired layers with the ledger of what was changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from geozone.errors import UsageError
from geozone.files import whole_file
from geozone.messages import Text, text
from geozone.model import Layer

_GEOMETRY = "geom"
_TAKEN = ("fid", _GEOMETRY)  # columns that a GeoPackage has of its own
_LEDGER = "ledger"


def write_repaired(repaired: list[tuple[Layer, pd.DataFrame]], path: Path) -> list[Text]:
    """Write repaired layers, and one table ``ledger`` of all repairs, to a GeoPackage.

    Parameters
    ----------
    repaired
        Layers with the ledgers that `geozone.repair` returned; two layers of one name are numbered.
    path
        The file; its name must end in ``.gpkg``.

    Returns
    -------
    list of Text
        What had to be named otherwise: a GeoPackage does not tell ``TYPE`` from ``type``, and has a ``fid`` of its own.

    Raises
    ------
    UsageError
        If the name ends otherwise or the file cannot be written.
    """
    if path.suffix.lower() != ".gpkg":
        raise UsageError("cli.only_geopackage", path=path)
    names = _free_names([layer.id for layer, _ in repaired], (_LEDGER,))
    said: list[Text] = []
    with whole_file(path) as unfinished:
        for (layer, _), name in zip(repaired, names, strict=True):
            data, renamed = for_geopackage(layer.data)
            for old, new in renamed.items():
                said.append(text("cli.column_renamed", layer=name, old=old, new=new))
            pyogrio.write_dataframe(
                data,
                unfinished,
                layer=name,
                driver="GPKG",
                append=unfinished.exists(),
                layer_options={"GEOMETRY_NAME": _GEOMETRY},
            )
        ledger = pd.concat([ledger for _, ledger in repaired], ignore_index=True)
        pyogrio.write_dataframe(ledger, unfinished, layer=_LEDGER, driver="GPKG", append=True)
    return said


def for_geopackage(data: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Return a layer with columns that a GeoPackage can hold, and those that were named otherwise."""
    columns = [column for column in data.columns if column != data.geometry.name]
    old = [str(column) for column in columns]
    new = _free_names(old, _TAKEN)
    values: dict[str, Any] = {
        name: _of_one_type(data[column]) for column, name in zip(columns, new, strict=True)
    }
    # beside a column "geometry" of the file, the geometry cannot go by that name
    geometry = next(name for name in ("geometry", "geometry_", "geometry__") if name not in values)
    table = pd.DataFrame(values, index=data.index)
    result = gpd.GeoDataFrame(table.assign(**{geometry: data.geometry}), geometry=geometry, crs=data.crs)
    return result, {one: other for one, other in zip(old, new, strict=True) if one != other}


def _free_names(names: list[str], taken: tuple[str, ...]) -> list[str]:
    """Return names that are not empty, not taken, and not the same but for capitals; the first keeps its own."""
    used = set(taken)
    given = {name.casefold() for name in names}
    free: list[str] = []
    for name in names:
        candidate, number = name or "field", 1
        while candidate.casefold() in used or (candidate != name and candidate.casefold() in given):
            number += 1
            candidate = f"{name or 'field'}_{number}"
        used.add(candidate.casefold())
        free.append(candidate)
    return free


def _of_one_type(values: pd.Series) -> pd.Series:
    """Return a column of mixed values as text: a field has one type."""
    if values.dtype != object:
        return values
    kinds = {type(value) for value in values if not pd.api.types.is_scalar(value) or not pd.isna(value)}
    if len(kinds) < 2 or kinds <= {int, float}:
        return values
    return values.map(lambda value: value if value is None or pd.isna(value) else str(value))
