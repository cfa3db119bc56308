"""Keys of zones that are perhaps not what they seem: two writings of one key, or one key for places of several cities."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geozone.messages import message
from geozone.model import Finding, Severity
from geozone.overlay.plane import Geometries
from geozone.toml_tables import read_tables

_NAMED = 10  # keys that are named
_APART = 1000.0  # metres: rows of one key that lie so far from each other are not one place drawn in parts
_NUMBER = re.compile(r"\d{1,40}(?:\.\d{1,40})?(?:e[+]?\d{1,2})?")


def keys_alike(keys: pd.Index, by: str | None) -> tuple[Finding, ...]:
    """Return the finding that keys differ only in what nobody sees, or in how a number or code is written."""
    if by is None or pd.api.types.is_numeric_dtype(keys):
        return ()
    writings: dict[str, list[str]] = {}
    for key in dict.fromkeys(keys):  # a number and its digits are two keys
        writings.setdefault(_as_seen(str(key)), []).append(str(key))
    alike = [some for some in writings.values() if len(some) > 1]
    if not alike:
        return ()
    pairs = ", ".join(" / ".join(f"“{one}”" for one in some) for some in alike[:_NAMED])
    said = message("overlay.zone_keys_alike", count=len(alike), field=by, first=pairs)
    remedy = message("overlay.zone_keys_alike_remedy", field=by)
    return (Finding("zone_keys_alike", Severity.WARNING, "zones", said, remedy),)


def keys_of_several(
    frame: gpd.GeoDataFrame, keys: pd.Index, polygons: Geometries, by: str | None
) -> tuple[Finding, ...]:
    """Return the finding that rows of one key are places of several cities, each apart from the others: 新华区 here and there.

    Rows of one key make one zone, as those of a city do, or the islands of a county; these lie together, or in one city.
    """
    cities = (
        []
        if by is None
        else [some for name in frame.columns if (some := _cities(frame, name, by)) is not None]
    )
    if not cities:
        return ()
    found: list[str] = []
    for key, rows in pd.Series(np.arange(len(keys)), index=keys).groupby(level=0).indices.items():
        several = len(rows) > 1 and any(len(set(some[rows])) == len(rows) for some in cities)
        if several and key != "":
            places = polygons[rows]
            near, _ = shapely.STRtree(places).query(places, predicate="dwithin", distance=_APART)
            if len(near) == len(rows):  # each is near itself alone
                found.append(str(key))
    if not found:
        return ()
    named = ", ".join(found[:_NAMED]) + (" …" if len(found) > _NAMED else "")
    said = message("overlay.zone_keys_homonym", count=len(found), field=by, first=named)
    return (
        Finding(
            "zone_keys_homonym", Severity.WARNING, "zones", said, message("overlay.zone_keys_homonym_remedy")
        ),
    )


def _cities(frame: gpd.GeoDataFrame, name: str, by: str) -> npt.NDArray[np.object_] | None:
    """Return the city of every row by a field of codes of units, or of names of cities; None by any other field."""
    if name in {by, frame.geometry.name} or not isinstance(frame[name], pd.Series):
        return None
    values = frame[name].astype(str).str.strip()
    known = _words()
    if values.str.fullmatch(known["code"]).all():
        return np.asarray(values.str[:4], dtype=object)
    return np.asarray(values, dtype=object) if values.str.fullmatch(known["city"]).all() else None


def _as_seen(key: str) -> str:
    """Return a key without spaces, invisible marks, capitals and full-width letters, and a number in one writing."""
    plain = "".join(unicodedata.normalize("NFKC", key).split()).casefold().lstrip("'")
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    if plain.isascii() and _NUMBER.fullmatch(plain):  # 130102.0, 1.30102e+05, 01
        plain = format(Decimal(plain).normalize(), "f")
    return re.sub(r"^(\d{6})0{6}$", r"\1", plain)  # a county among codes of villages


@cache
def _words() -> dict[str, str]:
    return {name: str(pattern) for name, pattern in read_tables(Path(__file__).with_suffix(".toml")).items()}
