"""What all formats of one layer a file share: the file itself, and the rows of the dictionary of fields."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyogrio

from geozone.export.table import Table


def fields_of(table: Table) -> list[dict[str, str]]:
    """Return what the dictionary of fields says of the columns of a table that are written as they are."""
    return [
        {
            "field": item.name,
            "column": item.name,
            "title_zh": item.title.zh,
            "title_en": item.title.en,
            "type": item.type,
            "domain": item.domain or "",
            "shortened": "",
            "replaced": "",
        }
        for item in table.columns
    ]


def write_vector(
    table: Table,
    frame: pd.DataFrame,
    path: Path,
    driver: str,
    options: dict[str, str],
    *,
    encoding: str | None = None,
) -> None:
    """Write a layer by a driver of GDAL; options without a value are left out."""
    pyogrio.write_dataframe(
        frame,
        path,
        layer=table.name,
        driver=driver,
        geometry_type=table.geometry,
        encoding=encoding,
        layer_options={name: value for name, value in options.items() if value},
    )
