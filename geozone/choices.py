"""What a user chooses of by a word on the command line: editions of a build, formats of an export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

EDITIONS = ("full", "public")
Format = Literal["gpkg", "fgb", "parquet", "geojson", "shp", "mif", "tab", "dxf", "xlsx", "pdf", "png", "qgz"]
FORMATS: tuple[Format, ...] = get_args(Format)
Paper = Literal["A4", "A3"]
PAPERS: tuple[Paper, ...] = get_args(Paper)
Atlas = Literal["city", "county"]  # the level of the units that have a sheet each
ATLASES: tuple[Atlas, ...] = get_args(Atlas)
SHEETS = ("pdf", "png")  # formats that are a printed sheet
# options of an export -> the formats that they hold for
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "encoding": ("shp", "mif", "tab"),
    "crs": ("fgb", "parquet", "geojson", "shp", "mif", "tab", "dxf"),
    "paper": SHEETS,
    "atlas": ("pdf",),
    "dpi": ("png",),
    "rate": (*SHEETS, "gpkg", "qgz"),
    "breaks": (*SHEETS, "gpkg", "qgz"),
}
FOLDER_FORMATS = (
    "fgb",
    "parquet",
    "geojson",
    "shp",
    "mif",
    "tab",
)  # one file a layer: the output is a folder
MAP_ENDINGS = (".gpkg", ".geojson")  # of a table by zone that is written with the shapes of the zones
