"""Arrays, tables and geometries as bytes and back: every type, missing value, label and coordinate as it was."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geozone.reuse.values import NotPackableError, Packing, Unpacking, form

_NUMBERS = "biuf"  # kinds of arrays whose bytes are their values
_MOMENTS = "mM"
_MASKED = {"Int64", "Float64", "boolean"}  # columns of them know missing values
_RING = 2  # a type of geometry that well-known binary does not tell from a line


def _write_array(packing: Packing, value: npt.NDArray[Any]) -> list[Any]:
    if value.dtype == object:
        flat = value.ravel()
        if len(flat) and all(one is None or isinstance(one, shapely.Geometry) for one in flat):
            return ["geometry", list(value.shape), _write_geometries(packing, flat)]
        return ["object", list(value.shape), [packing.described(one) for one in flat]]
    if value.dtype.kind not in _NUMBERS + _MOMENTS:
        raise NotPackableError(str(value.dtype))
    return [value.dtype.str, list(value.shape), packing.block(value.tobytes())]


def _read_array(unpacking: Unpacking, held: Any) -> npt.NDArray[Any]:
    kind, shape, content = held
    if kind == "geometry":
        return _read_geometries(unpacking, content).reshape(shape)
    if kind == "object":
        values = np.empty(len(content), dtype=object)
        values[:] = [unpacking.value(one) for one in content]
        return values.reshape(shape)
    return np.frombuffer(unpacking.blocks[content], dtype=np.dtype(kind)).reshape(shape).copy()


def _write_geometries(packing: Packing, shapes: npt.NDArray[Any]) -> list[int]:
    if (shapely.get_type_id(shapes) == _RING).any():
        raise NotPackableError("LinearRing")
    parts = shapely.to_wkb(shapes, output_dimension=4, include_srid=True, flavor="extended")
    sizes = np.array([-1 if part is None else len(part) for part in parts], dtype=np.int64)
    content = b"".join(part for part in parts if part is not None)
    return [packing.block(sizes.tobytes()), packing.block(content)]


def _read_geometries(unpacking: Unpacking, held: Any) -> npt.NDArray[Any]:
    sizes = np.frombuffer(unpacking.blocks[held[0]], dtype=np.int64)
    content = unpacking.blocks[held[1]]
    parts = np.full(len(sizes), None, dtype=object)
    start = 0
    for place, size in enumerate(sizes.tolist()):
        if size >= 0:
            parts[place] = content[start : start + size]
            start += size
    # what a damaged feature has is kept as it is
    return np.asarray(shapely.from_wkb(parts, on_invalid="raise"), dtype=object)


def _write_values(packing: Packing, values: Any) -> list[Any]:
    """Write the values of a column or of an index: a type, and what it holds."""
    kind = values.dtype
    if isinstance(kind, np.dtype):
        return ["numpy", _write_array(packing, values.to_numpy())]
    if isinstance(kind, gpd.array.GeometryDtype):
        system = values.crs
        return [
            "geometry",
            None if system is None else _name_of(system),
            _write_geometries(packing, np.asarray(values.array)),
        ]
    if isinstance(kind, pd.StringDtype):
        # strings and None describe themselves
        known = values.array.to_numpy(dtype=object, na_value=None).tolist()
        return ["string", kind.storage, kind.na_value is pd.NA, known]
    if str(kind) in _MASKED:
        known = [None if one is pd.NA else one for one in values.astype(object)]
        return ["masked", str(kind), [packing.described(one) for one in known]]
    raise NotPackableError(str(kind))


def _read_values(unpacking: Unpacking, held: Any) -> Any:
    """Return values as a table takes them."""
    kind, *rest = held
    if kind == "numpy":
        return _read_array(unpacking, rest[0])
    if kind == "geometry":
        return gpd.GeoSeries(gpd.array.GeometryArray(_read_geometries(unpacking, rest[1]), crs=rest[0])).array
    if kind == "masked":
        return pd.array([unpacking.value(one) for one in rest[1]], dtype=rest[0])
    if kind != "string":
        raise NotPackableError(str(kind))
    storage, masked, known = rest
    dtype = pd.StringDtype(storage, na_value=pd.NA if masked else np.nan)
    return pd.array(known, dtype=dtype)


def _name_of(system: pyproj.CRS) -> str:
    """Return the name of a coordinate reference system by which it is found again."""
    for name in (system.srs, system.to_wkt()):
        if pyproj.CRS(name) == system and pyproj.CRS(name).srs == system.srs:
            return str(name)
    raise NotPackableError(system.srs)


def _write_index(packing: Packing, index: pd.Index) -> list[Any]:
    name = packing.described(index.name)
    if isinstance(index, pd.RangeIndex):
        return ["range", name, [index.start, index.stop, index.step]]
    if type(index) is not pd.Index:
        raise NotPackableError(type(index).__name__)
    return ["values", name, _write_values(packing, index.to_series())]


def _read_index(unpacking: Unpacking, held: Any) -> pd.Index:
    kind, name, content = held
    if kind == "range":
        start, stop, step = content
        return pd.RangeIndex(start, stop, step, name=unpacking.value(name))
    values = _read_values(unpacking, content)
    index: pd.Index = pd.Index(values, dtype=values.dtype, name=unpacking.value(name))
    return index


def _write_table(packing: Packing, table: pd.DataFrame) -> list[Any]:
    shape = table.attrs, getattr(table, "_geometry_column_name", None)
    columns = [_write_values(packing, table.iloc[:, place]) for place in range(table.shape[1])]
    return [
        _write_index(packing, table.index),
        _write_index(packing, table.columns),
        columns,
        *map(packing.described, shape),
    ]


def _read_table(unpacking: Unpacking, held: Any) -> pd.DataFrame:
    index, columns, content, attributes, _ = held
    rows = _read_index(unpacking, index)
    table = pd.DataFrame(
        {place: pd.Series(_read_values(unpacking, one), index=rows) for place, one in enumerate(content)},
        index=rows,
    )
    table.columns = _read_index(unpacking, columns)
    table.attrs = unpacking.value(attributes)
    return table


def _read_features(unpacking: Unpacking, held: Any) -> gpd.GeoDataFrame:
    table = _read_table(unpacking, held)
    name = unpacking.value(held[-1])
    features = gpd.GeoDataFrame(table, geometry=name) if name in table else gpd.GeoDataFrame(table)
    features.attrs = table.attrs
    return features


form(np.ndarray, "array", _write_array, _read_array)
form(
    np.generic,
    "number",
    lambda packing, value: _write_array(packing, np.asarray(value)),
    lambda unpacking, held: _read_array(unpacking, held)[()],
)
form(
    shapely.Geometry,
    "shape",
    lambda packing, value: _write_geometries(packing, np.array([value], dtype=object)),
    lambda unpacking, held: _read_geometries(unpacking, held)[0],
)
form(pd.DataFrame, "table", _write_table, _read_table)
form(gpd.GeoDataFrame, "features", _write_table, _read_features)
form(type(pd.NA), "missing", lambda *_: None, lambda *_: pd.NA)
