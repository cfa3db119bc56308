"""Formats whose names and texts have a width, and whose texts have an encoding: shapefile and MapInfo."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from geozone.errors import UsageError
from geozone.export.geometry import ascii_names
from geozone.export.table import Table
from geozone.export.vector_files import fields_of, write_vector
from geozone.lookalikes import fitted_text

_DBF_NAME, _MAPINFO_NAME = 10, 31  # bytes
_TEXT = 254  # bytes, in both
_UTF_8 = {"UTF-8", "UTF8"}
# encodings as MapInfo's driver calls them
_MAPINFO_ENCODINGS = dict.fromkeys(("GBK", "CP936", "GB2312"), "CP936") | dict.fromkeys(_UTF_8, "UTF-8")
_DIGITS = 12  # of the bounds, as text
_EDGE = 1e-3  # of the extent, by which the bounds of a TAB file reach beyond it


def write_shapefile(table: Table, path: Path, encoding: str) -> list[dict[str, str]]:
    """Write a shapefile: names of ten bytes, texts of 254 bytes, the encoding in a ``.cpg``.

    A character that the encoding lacks is replaced by one that reads alike (² by 2); texts that do not fit are cut at a
    character. How many texts it were stands in the dictionary of fields.

    Raises
    ------
    UsageError
        If there is no such encoding, or it lacks a character that nothing reads like.
    """
    frame, rows = _fitting(table, encoding, _DBF_NAME)
    write_vector(table, frame, path, "ESRI Shapefile", {}, encoding=encoding)
    path.with_suffix(".cpg").write_text("UTF-8" if encoding.upper() in _UTF_8 else encoding, "ascii")
    return rows


def write_mapinfo(table: Table, path: Path, encoding: str) -> list[dict[str, str]]:
    """Write a MapInfo file, TAB or MIF by the ending of `path`: names of 31 bytes, texts of 254 bytes in UTF-8 or GBK.

    MapInfo has no empty numbers and no empty answers, it reads them as 0 and no: a column that has some is text there, and
    the dictionary of fields says so. It has no name for CGCS2000 either; the coordinates are written as they are and called
    WGS 84, which is the same to a metre.

    Raises
    ------
    UsageError
        If it is another encoding, or the encoding lacks a character that nothing reads like.
    """
    named = _MAPINFO_ENCODINGS.get(encoding.upper())
    if named is None:
        raise UsageError("export.unknown_encoding", encoding=encoding)
    frame, rows = _fitting(table, encoding, _MAPINFO_NAME, empty_as_text=True)
    options = {"ENCODING": named}
    if path.suffix.lower() == ".tab" and len(
        frame
    ):  # its coordinates are whole numbers of so many parts of the bounds
        options["BOUNDS"] = _bounds(frame)
    write_vector(table, frame, path, "MapInfo File", options)
    return rows


def _bounds(frame: Any) -> str:
    west, south, east, north = frame.total_bounds
    edge = max(east - west, north - south) * _EDGE
    sides = (west - edge, south - edge, east + edge, north + edge)
    return ",".join(f"{side:.{_DIGITS}g}" for side in sides)


def _fitting(
    table: Table, encoding: str, longest: int, *, empty_as_text: bool = False
) -> tuple[pd.DataFrame, list[dict[str, str]]]:
    """Return a layer with names and texts that fit, and what the dictionary of fields says of it."""
    names = ascii_names((item.name for item in table.columns), longest=longest)
    frame = table.frame.copy()
    rows = fields_of(table)
    for row, item in zip(rows, table.columns, strict=True):
        row["field"] = names[item.name]
        if item.type != "text" and empty_as_text and frame[item.name].isna().any():
            frame[item.name] = pd.Series(
                [None if pd.isna(value) else str(value) for value in frame[item.name]],
                index=frame.index,
                dtype="object",
            )
            row["type"] = "text"
        if item.type != "text":
            continue
        texts, replaced, shortened = _fitting_texts(frame[item.name], table, item.name, encoding)
        row["replaced"], row["shortened"] = (str(count or "") for count in (replaced, shortened))
        frame[item.name] = pd.Series(texts, index=frame.index, dtype="object")
    return frame.rename(columns=names), rows


def _fitting_texts(
    values: Iterable[str | None], table: Table, column: str, encoding: str
) -> tuple[list[str | None], int, int]:
    """Return texts that fit the encoding and the width of a column, and in how many characters were replaced, and cut off."""
    texts: list[str | None] = []
    replaced = shortened = 0
    for value in values:
        if value is None:
            texts.append(None)
            continue
        written = value
        try:
            code = value.encode(encoding)
        except LookupError as error:
            raise UsageError("export.unknown_encoding", encoding=encoding) from error
        except UnicodeEncodeError:
            written = fitted_text(value, encoding)
            replaced += written != value
            code = _encoded(written, table, column, encoding)
        if len(code) > _TEXT:
            written = code[:_TEXT].decode(encoding, errors="ignore")
            shortened += 1
        texts.append(written)
    return texts, replaced, shortened


def _encoded(value: str, table: Table, column: str, encoding: str) -> bytes:
    try:
        return value.encode(encoding)
    except UnicodeEncodeError as error:
        raise UsageError(
            "export.not_encodable", layer=table.title, column=column, value=value, encoding=encoding
        ) from error
