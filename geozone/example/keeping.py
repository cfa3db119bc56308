"""Layers and rasters as files: one function for every way in which ``seeds/example/layers.toml`` has them kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import floor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio

from geozone.example.features import Feature, MadeLayer, MadeRaster
from geozone.example.sheets import WRITTEN, Sheet, pack, write_table, write_workbook
from geozone.manifest.classes import load_classes
from geozone.manifest.units import load_units
from geozone.model import CRS

NO_VALUE = "—"
_GBK = "GBK"
_GRADES = "class"  # the unit of grades of water
_SHAPES = (".shp", ".shx", ".dbf")


def zipped_shapefile(made: MadeLayer, folder: Path) -> None:
    """Keep a layer as a shapefile in an archive, in GBK, without .prj and .cpg."""
    with TemporaryDirectory(prefix="geozone-") as place:
        shape = Path(place) / f"{made.entry['layer']}.shp"
        _write_shapefile(made, shape)
        files = {f"{shape.stem}{ending}": shape.with_suffix(ending).read_bytes() for ending in _SHAPES}
        pack(_file(made, folder), files)


def shapefile(made: MadeLayer, folder: Path) -> None:
    """Keep a layer as a shapefile in GBK, with .prj and .cpg."""
    _write_shapefile(made, _file(made, folder))


def geodatabase(made: MadeLayer, folder: Path) -> None:
    """Keep a layer in a file geodatabase."""
    path = _file(made, folder)
    # GDAL numbers what it makes in a geodatabase by thread: a fresh one begins at the beginning
    failed: list[Exception] = []

    def write() -> None:
        try:
            _write(made, path, "OpenFileGDB", layer=made.entry["layer"], promote_to_multi=True)
        except Exception as error:  # noqa: BLE001 - raised below, in the thread that called
            failed.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    for error in failed:
        raise error


def geopackage(made: MadeLayer, folder: Path) -> None:
    """Keep a layer in a GeoPackage, beside others where it is there already."""
    _write(made, _file(made, folder), "GPKG", layer=made.entry["layer"], promote_to_multi=True)


def geojson(made: MadeLayer, folder: Path) -> None:
    """Keep a layer as GeoJSON."""
    _write(made, _file(made, folder), "GeoJSON", layer_options={"COORDINATE_PRECISION": "6", "RFC7946": "NO"})


def workbook(made: MadeLayer, folder: Path) -> None:
    """Keep points as a sheet with a title, merged headings, and coordinates in degrees."""
    _write_sheet(made, folder, lambda degrees: round(degrees, 6))


def workbook_in_degrees_minutes_seconds(made: MadeLayer, folder: Path) -> None:
    """Keep points as a sheet with a title, merged headings, and coordinates in degrees, minutes and seconds."""
    _write_sheet(made, folder, _sexagesimal)


def gbk_table(made: MadeLayer, folder: Path) -> None:
    """Keep points as comma-separated text in GBK."""
    headings = list(made.entry["columns"])
    rows = [_row(feature, made, lambda degrees: f"{degrees:.6f}") for feature in made.features]
    write_table(_file(made, folder), headings, rows, _GBK)


def geotiff(made: MadeRaster, folder: Path) -> None:
    """Keep a raster as GeoTIFF."""
    grid, entry = made.grid, made.entry
    path = folder / entry["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    step = 1 / grid.per_degree
    transform = rasterio.Affine(step, 0.0, float(grid.longitudes[0]), 0.0, -step, float(grid.latitudes[0]))
    with rasterio.open(
        path, "w", driver="GTiff", width=grid.columns, height=grid.rows, count=1, dtype=entry["type"], crs=CRS,
        transform=transform, nodata=entry["nodata"], compress="lzw", tiled=True, blockxsize=256, blockysize=256,
    ) as target:  # fmt: skip
        target.write(made.cells, 1)
        target.update_tags(TIFFTAG_IMAGEDESCRIPTION=entry["title"])
    if "classes" in entry:
        _write_classes(made, path)


def _write_classes(made: MadeRaster, path: Path) -> None:
    """Keep the names of classes beside a raster, in the table that a GIS writes there."""
    names = {values[0]: name for name, values in made.entry["classes"].items() if len(values) == 1}
    known, counts = np.unique(made.cells, return_counts=True)
    rows = [
        (int(value), int(count), load_classes()[names[int(value)]].title.zh)
        for value, count in zip(known, counts, strict=True)
        if int(value) in names
    ]
    with TemporaryDirectory(prefix="geozone-") as place:
        table = Path(place) / "classes.dbf"
        options = {"DBF_DATE_LAST_UPDATE": WRITTEN.strftime("%Y-%m-%d")}
        frame = pd.DataFrame(rows, columns=["Value", "Count", "地类"])
        pyogrio.write_dataframe(frame, table, driver="ESRI Shapefile", encoding=_GBK, layer_options=options)
        path.with_name(f"{path.name}.vat.dbf").write_bytes(table.read_bytes())


def table_of(made: MadeLayer) -> pd.DataFrame:
    """Return the attributes of a layer as they are written."""
    rows = [_row(feature, made, str) for feature in made.features]
    return pd.DataFrame(rows, columns=list(made.entry["columns"]))


def _write_shapefile(made: MadeLayer, path: Path) -> None:
    options = {"DBF_DATE_LAST_UPDATE": WRITTEN.strftime("%Y-%m-%d")}
    _write(made, path, "ESRI Shapefile", encoding=_GBK, layer_options=options)


def _write(made: MadeLayer, path: Path, driver: str, **options: Any) -> None:
    shapes = [feature.geometry if feature.written is None else feature.written for feature in made.features]
    frame = gpd.GeoDataFrame(table_of(made), geometry=shapes, crs=made.crs)
    fixed = {
        "OGR_CURRENT_DATE": WRITTEN.strftime("%Y-%m-%dT00:00:00.000Z"),
        "OPENFILEGDB_REPRODUCIBLE_UUID": "YES",
        "OGR_SQLITE_SYNCHRONOUS": "OFF",
    }
    with _configured(fixed):
        pyogrio.write_dataframe(frame, path, driver=driver, **options)


@contextmanager
def _configured(options: Mapping[str, str]) -> Iterator[None]:
    """Set GDAL options for a block; GDAL holds them for the whole process."""
    pyogrio.set_gdal_config_options(dict(options))
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(options))


def _write_sheet(made: MadeLayer, folder: Path, degrees: Any) -> None:
    headings = list(made.entry["columns"])
    rows = [_row(feature, made, degrees) for feature in made.features]
    write_workbook(_file(made, folder), [Sheet(made.entry["layer"], made.entry["title"], headings, rows)])


def _file(made: MadeLayer, folder: Path) -> Path:
    path: Path = folder / made.entry["file"]
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _row(feature: Feature, made: MadeLayer, degrees: Any) -> list[Any]:
    entry = made.entry
    values = {name: _written(value, name, entry) for name, value in feature.fields.items()}
    values["value"] = values.get(entry.get("grade", entry.get("words", "")), "")
    if "{east}" in entry["columns"].values():
        values |= {"east": degrees(feature.geometry.x), "north": degrees(feature.geometry.y)}
    cells = []
    for heading, template in entry["columns"].items():
        cell: Any = template.format(**values)
        if template == "{number}":
            cell = values["number"]
        elif heading in entry.get("numbers", ()) and cell != NO_VALUE:
            cell = float(cell)
        cells.append(cell)
    return cells


def _written(value: Any, name: str, entry: Mapping[str, Any]) -> Any:
    """Return a value as an office writes it: a dash for none, a Roman numeral for a grade."""
    if value is None:
        return NO_VALUE
    return load_units()[_GRADES].grades[value - 1] if name == entry.get("grade") else value


def _sexagesimal(degrees: float) -> str:
    """Return an angle as degrees, minutes and seconds to a hundredth."""
    hundredths = round(degrees * 360_000)
    seconds, minutes, whole = hundredths % 6000 / 100, hundredths // 6000 % 60, floor(hundredths / 360_000)
    return f"{whole}°{minutes:02d}′{seconds:05.2f}″"
