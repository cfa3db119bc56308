"""What a user chooses of by a word on the command line: editions of a build, formats of an export."""

from __future__ import annotations

from typing import Literal, get_args

EDITIONS = ("full", "public")
Format = Literal["gpkg", "fgb", "parquet", "geojson", "shp", "xlsx", "pdf", "png"]
FORMATS: tuple[Format, ...] = get_args(Format)
FOLDER_FORMATS = ("fgb", "parquet", "geojson", "shp")  # one file a layer: the output is a folder
