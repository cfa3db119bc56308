"""Read a whole layer at once with pyogrio (Arrow), and name the features that could not be read."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geozone.errors import InputError
from geozone.read.door import vector
from geozone.read.door.whole_numbers import may_be_rounded, plain_numbers
from geozone.read.notes import Notes

LEFT_OFF = (
    "left_off"  # attribute of a frame: how many features its file states, where that is more than were read
)

# what pyogrio raises on data it cannot take in one go
BULK_ERRORS = (
    DataSourceError,
    DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError,
    pyogrio.errors.FieldError,
    NotImplementedError,
    OSError,
    ValueError,
    RuntimeError,
)


def spatial_layers(path: str | Path, shown: Path) -> list[str]:
    """Return the names of the layers of a file that have a geometry.

    Raises
    ------
    InputError
        If the file cannot be opened.
    """
    try:
        table = vector.layers(path)
    except BULK_ERRORS as error:
        raise InputError("read.unreadable", path=shown, reason=reason_of(error, path)) from error
    return [name for name, kind in table if kind is not None]


def layer_counts(path: str | Path, names: list[str]) -> dict[str, int]:
    """Return how many features each layer has."""
    return {name: int(vector.info(path, layer=name, force_feature_count=True)["features"]) for name in names}


def filled_layers(path: str | Path, names: list[str]) -> list[str]:
    """Return the layers that have features."""
    return [name for name, count in layer_counts(path, names).items() if count]


def choose_layer(names: list[str], wanted: str | None, path: Path, notes: Notes) -> str:
    """Return the layer to read: the one asked for, or the only one.

    Raises
    ------
    InputError
        If there is none, none of that name, or several to choose from.
    """
    if not names:
        raise InputError("read.no_geometry", path=path)
    if wanted is not None:
        if wanted not in names:
            raise InputError("read.no_such_layer", path=path, layer=wanted, choices=", ".join(names))
        return wanted
    if len(names) > 1:
        raise InputError("read.several_layers", path=path, choices=", ".join(names))
    notes.decide("layer", names[0], "read.only_layer")
    return names[0]


def read_bulk(path: str | Path, layer: str | None, **options: Any) -> gpd.GeoDataFrame:
    """Return a layer as the file has it: its own CRS or none, its feature numbers as index.

    A geometry that cannot be parsed is missing in the result.

    Raises
    ------
    InputError
        If several fields have one name where they are read one by one, which goes by their names.
    """
    options = {"use_arrow": True} | options
    data = vector.frame(path, layer=layer, fid_as_index=True, on_invalid="ignore", **options)
    info = vector.info(path, layer=layer, encoding=options.get("encoding"))
    if not options["use_arrow"] and not data.columns.is_unique:
        twice = sorted(set(data.columns[data.columns.duplicated()]))
        raise InputError("read.fields_twice", path=Path(path).name, names=", ".join(map(str, twice)))
    # GDAL leaves off at a broken feature of a FlatGeobuf file without a word; its header knows how many there are
    if info["driver"] == "FlatGeobuf" and len(data) < info["features"]:
        raise DataSourceError(f"{len(data)} of {info['features']} features")
    if not isinstance(data, gpd.GeoDataFrame):
        data = gpd.GeoDataFrame(data, geometry=[None] * len(data))
    if len(data) < info["features"]:
        data.attrs[LEFT_OFF] = int(info["features"])
    return data


def raw_geometries(path: str | Path, layer: str | None, fids: np.ndarray, **options: Any) -> dict[int, bytes]:
    """Return the bytes of the geometries of some features; those without geometry are left out."""
    meta, table = vector.arrow(path, layer=layer, fids=fids, columns=[], return_fids=True, **options)
    column = table.column(meta["geometry_name"] or "wkb_geometry").to_pylist()
    return {
        int(fid): bytes(wkb)
        for fid, wkb in zip(table.column(0).to_pylist(), column, strict=True)
        if wkb is not None
    }


@contextmanager
def quiet() -> Iterator[None]:
    """Keep back what GDAL grumbles about: it is checked here feature by feature."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def reason_of(error: BaseException, path: str | Path) -> str:
    """Return what a library says is wrong, in one line and without the path of a temporary copy."""
    words = " ".join(str(error).split()).replace(str(path), Path(path).name)
    words = words.split("; It might help")[0].rstrip(".;: ")
    return words[:300] or type(error).__name__


def is_missing(data: gpd.GeoDataFrame) -> np.ndarray:
    """Tell which features have no geometry."""
    return np.asarray(shapely.is_missing(np.asarray(data.geometry.values)))


def text_columns(data: pd.DataFrame) -> list[Any]:
    """Return the columns that hold text."""
    return [name for name in data.columns if pd.api.types.is_string_dtype(data[name])]


def plain_values(data: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the layer with lists and objects among its attributes as the JSON that they are, and numbers of plain types."""
    for name in data.columns:
        if data[name].dtype is not (plain := plain_numbers(data[name])).dtype:
            data[name] = plain
        if data[name].dtype == object:
            values = [
                json.dumps(value, ensure_ascii=False, default=str)
                if isinstance(value, dict | list)
                else value
                for value in data[name].map(
                    lambda value: value.tolist() if isinstance(value, np.ndarray) else value
                )
            ]
            inferred = pd.Series(values, index=data.index)
            if not (may_be_rounded(inferred) or inferred.dtype == np.dtype("uint64")):
                data[name] = inferred
    return data
