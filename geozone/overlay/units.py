"""The administrative units of a zone, all levels, from its finest ones up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.errors import DataError
from geozone.model import CRS, METRES_PER_DEGREE, Level, Zone
from geozone.overlay.noding import share_vertices
from geozone.overlay.plane import Geometries, area_km2

_JOIN = "+"  # between the codes of a region of several units

UNIT_COLUMNS = ["code", "name", "name_en", "level", "parent", "area_km2", "geometry"]


@cache
def code_prefix(code: str) -> str:
    """Return the digits that all units below a code share: ``130000`` → ``13``, ``440100`` → ``4401``."""
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


@cache
def level_of(code: str) -> Level:
    """Return the level of a unit by its code."""
    if code.endswith("0000"):
        return Level.PROVINCE
    return Level.CITY if code.endswith("00") else Level.COUNTY


def region_code(codes: Iterable[str]) -> str:
    """Return the code of several units that are looked at together: theirs in ascending order, joined with a plus."""
    return _JOIN.join(sorted(set(codes)))


@cache
def member_codes(code: str) -> tuple[str, ...]:
    """Return the codes of the units of a region; of a unit its own."""
    return tuple(code.split(_JOIN))


def region_units(units: gpd.GeoDataFrame, code: str) -> gpd.GeoDataFrame:
    """Return the finest units of a region and the region itself, which is above them.

    Parameters
    ----------
    units
        Units of a zone, as `zone_units` returns them.
    code
        Code of the region (`region_code`).

    Returns
    -------
    GeoDataFrame
        Columns ``code, parent, geometry``; the region, the union of its members, last.
    """
    members = units[units["code"].isin(member_codes(code))]
    above = ancestors(units)
    inside = set(above.loc[above["code"].isin(members["code"]), "finest"])
    finest = units.loc[units["code"].isin(inside), ["code", "geometry"]].assign(parent=code)
    whole = {"code": code, "parent": "", "geometry": shapely.union_all(members.geometry.to_numpy())}
    rows = pd.concat([pd.DataFrame(finest), pd.DataFrame([whole])], ignore_index=True)
    return gpd.GeoDataFrame(rows[["code", "parent", "geometry"]], crs=CRS)


def zone_units(zone: Zone, boundary: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the units of a zone at every level.

    The finest units are the counties; a city without counties (Dongguan, Zhongshan) stands for itself, and so
    does a province without cities. Cities, provinces and the zone are the union of their finest units and have
    the sum of their areas, so that every roll-up is exact.

    Parameters
    ----------
    zone
        The zone with its members and levels.
    boundary
        Features with the columns ``code, name, level`` and polygons in EPSG:4490; ``name_en`` and ``parent`` where known.

    Returns
    -------
    GeoDataFrame
        Columns ``code, name, name_en, level, parent, area_km2, geometry``; finest first, the zone itself last.

    Raises
    ------
    DataError
        If the boundary lacks a column or a member's units, or has one code twice at one level.
    """
    for column in ("code", "name", "level"):
        if column not in boundary:
            raise DataError("units.no_code", field=column)
    prefixes = tuple(code_prefix(code) for code in zone.members)
    inside = boundary[boundary["code"].str.startswith(prefixes)].copy()
    for member, prefix in zip(zone.members, prefixes, strict=True):
        if not inside["code"].str.startswith(prefix).any():
            raise DataError("units.member_missing", zone=zone.title, code=member)
    doubled = inside.loc[inside.duplicated(["code", "level"]), "code"]
    if len(doubled):
        raise DataError("units.code_doubled", code=", ".join(sorted(set(doubled))[:5]))
    if "name_en" not in inside:
        inside["name_en"] = inside["name"]

    finest = finest_rows(inside, zone).reset_index(drop=True)
    finest = finest.set_geometry(share_vertices(finest.geometry.to_numpy()), crs=CRS)
    names = (
        inside.sort_values("level", key=lambda level: level.map(_RANK))
        .drop_duplicates("code", keep="last")
        .set_index("code")
    )
    codes = set(inside["code"])
    finest["parent"] = [_parent(code, codes, zone) for code in finest["code"]]
    finest["area_km2"] = area_km2(finest.geometry.values, CRS)
    frames = [finest]
    for level in (Level.CITY, Level.PROVINCE):
        lower = pd.concat(frames)
        parents = {code for code in lower["parent"] if _level(code) is level}
        if parents:
            rows = [
                _upper(code, level, lower[lower["parent"] == code], names, _parent(code, codes, zone))
                for code in sorted(parents)
            ]
            frames.append(gpd.GeoDataFrame(rows, crs=CRS))
    everything = pd.concat(frames)
    whole = _upper(zone.key, Level.ZONE, everything[everything["parent"] == zone.key], names, "")
    whole |= {"name": zone.title.zh, "name_en": zone.title.en}
    units = pd.concat([everything, gpd.GeoDataFrame([whole], crs=CRS)], ignore_index=True)
    return gpd.GeoDataFrame(units[UNIT_COLUMNS], crs=CRS)


def finest_units(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the units that have no units below them: the ones that layers are overlaid with."""
    return units[~units["code"].isin(units["parent"])].reset_index(drop=True)


def ancestors(units: pd.DataFrame) -> pd.DataFrame:
    """Return one row per finest unit and unit above it (itself included): columns ``finest, code``."""
    parent = dict(zip(units["code"], units["parent"], strict=True))
    rows = []
    for code in units.loc[~units["code"].isin(units["parent"]), "code"]:
        above = code
        while above:
            rows.append((code, above))
            above = parent.get(above, "")
    return pd.DataFrame(rows, columns=["finest", "code"])


_RANK = {level.value: rank for rank, level in enumerate(Level)}


def tile(units: Geometries, accuracy_m: float) -> Geometries:
    """Return units none of which overlap, and which do not part by less than the accuracy of their borders.

    Ground of several units, or in a narrow gap, goes to the one that it borders on longest. Units that are not concerned
    are returned as they are.

    Parameters
    ----------
    units
        Valid polygons in EPSG:4490.
    accuracy_m
        Gaps up to so many metres wide are closed.
    """
    if shapely.coverage_is_valid(units, gap_width=accuracy_m / METRES_PER_DEGREE):
        return units
    clean = shapely.coverage_clean(
        units, gap_width=accuracy_m / METRES_PER_DEGREE, merge_strategy="longest_border"
    )
    same = shapely.equals(units, clean)
    return np.where(same, units, clean)


def finest_rows(inside: gpd.GeoDataFrame, zone: Zone) -> gpd.GeoDataFrame:
    """Return the rows of a boundary that stand for the finest units of a zone, ordered by code, under their own index."""
    wanted = zone.levels[0]
    chosen: list[pd.DataFrame] = []
    above = set(inside.loc[inside["level"] != Level.COUNTY, "code"])
    for level in (Level.COUNTY, Level.CITY, Level.PROVINCE):
        if _RANK[level] < _RANK[wanted]:
            continue
        rows = inside[inside["level"] == level]
        if level is Level.COUNTY:
            rows = rows[~rows["code"].isin(above)]  # a city that is its own county is the city
        below = tuple(pd.concat(chosen)["code"]) if chosen else ()
        covered = [any(code.startswith(code_prefix(upper)) for code in below) for upper in rows["code"]]
        chosen.append(rows[~np.array(covered, bool)])
    return gpd.GeoDataFrame(pd.concat(chosen), crs=inside.crs).sort_values("code")


def _level(code: str) -> Level:
    if not code.isdigit():
        return Level.ZONE
    return Level.PROVINCE if code.endswith("0000") else Level.CITY


def _parent(code: str, codes: set[str], zone: Zone) -> str:
    city, province = f"{code[:4]}00", f"{code[:2]}0000"
    if city in codes and city != code:
        return city
    if code != province and (province in codes or province in zone.members):
        return province
    return zone.key


def _upper(
    code: str, level: Level, below: gpd.GeoDataFrame, names: pd.DataFrame, parent: str
) -> dict[str, object]:
    geometries = below.geometry.to_numpy()
    tiled = bool(shapely.coverage_is_valid(geometries))
    return {
        "code": code,
        "name": names["name"].get(code, code),
        "name_en": names["name_en"].get(code, code),
        "level": level.value,
        "parent": parent,
        "area_km2": below["area_km2"].sum(),
        "geometry": shapely.coverage_union_all(geometries) if tiled else shapely.union_all(geometries),
    }
