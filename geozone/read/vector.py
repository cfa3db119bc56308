"""Read one layer of a vector file into EPSG:4490, every decision reported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
from pyogrio.errors import DataLayerError, DataSourceError

from geozone.errors import InputError
from geozone.model import Layer, LayerSpec
from geozone.read.bulk import choose_layer, read_bulk, spatial_layers
from geozone.read.crs import to_cgcs2000
from geozone.read.fields import map_fields
from geozone.read.notes import Notes

_PARQUET = {".parquet", ".geoparquet", ".pq"}


def read_layer(
    path: str | Path,
    *,
    layer: str | None = None,
    crs: Any = None,
    encoding: str | None = None,
    fields: Mapping[str, str] | None = None,
    spec: LayerSpec | None = None,
) -> Layer:
    """Read one layer of a file.

    Parameters
    ----------
    path
        The file, or the folder of a file geodatabase.
    layer
        The layer inside the file; needed only where it has several.
    crs
        The coordinate reference system, where the file is silent or wrong.
    encoding
        The text encoding, where the file is silent or wrong.
    fields
        Field of geozone (``code``, ``name``, ...) to field of the file.
    spec
        What is declared of the layer; gives it its id.

    Returns
    -------
    Layer
        Features in EPSG:4490, two-dimensional; index = row number in the file, from 0.

    Raises
    ------
    InputError
        If the file is missing or unreadable, or if something has to be decided that only the user knows.
    """
    path = Path(path)
    if not path.exists():
        raise InputError("read.missing", path=path)
    notes = Notes(spec.id if spec else layer or path.stem)
    data = _read(path, layer, encoding, notes)
    data = to_cgcs2000(data, crs, path, notes)
    data = map_fields(data, fields or {}, path, notes)
    return Layer(notes.layer, data, spec, notes.findings, notes.decisions)


def _read(path: Path, layer: str | None, encoding: str | None, notes: Notes) -> gpd.GeoDataFrame:
    if path.suffix.lower() in _PARQUET:
        try:
            return gpd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise InputError("read.unreadable", path=path, reason=str(error)) from error
    name = choose_layer(spatial_layers(path), layer, path, notes)
    try:
        return read_bulk(path, name, **({"encoding": encoding} if encoding else {}))
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        raise InputError("read.unreadable", path=path, reason=str(error)) from error
