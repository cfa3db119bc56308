"""Read a whole layer at once with pyogrio (Arrow)."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geozone.errors import InputError
from geozone.read.notes import Notes


def spatial_layers(path: str | Path, *, shown: Path | None = None) -> list[str]:
    """Return the names of the layers of a file that have a geometry.

    Raises
    ------
    InputError
        If the file cannot be opened.
    """
    try:
        table = pyogrio.list_layers(path)
    except (DataSourceError, DataLayerError) as error:
        raise InputError("read.unreadable", path=shown or path, reason=str(error)) from error
    return [name for name, kind in table if kind is not None]


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
    """Return a layer as the file has it: its own CRS (or none), row numbers from 0."""
    with warnings.catch_warnings():
        # what GDAL grumbles about is checked here feature by feature
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        data = pyogrio.read_dataframe(path, layer=layer, use_arrow=True, **options)
    data.index = np.arange(len(data))
    return data
