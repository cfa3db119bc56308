"""The user's own boundary: checked and repaired like any other layer, and brought to units that tile the ground."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.checks import LEDGER_COLUMNS, check, repair
from geozone.checks.accuracy import accuracy_m
from geozone.errors import DataError
from geozone.manifest.roles import role_for
from geozone.messages import message
from geozone.model import CRS, UNIT_LEVELS, Finding, Layer, Level, Severity, Zone
from geozone.overlay.plane import area_km2
from geozone.overlay.units import code_prefix, finest_rows, finest_units, tile

_RANK = {level: rank for rank, level in enumerate(UNIT_LEVELS)}
_OFF = 0.05  # share by which the whole boundary may differ from the embedded one without a word
_HALF, _NAMED = 0.5, 5  # of the ground of a unit that has to be there; codes that a finding names
_BESIDE_DEGREES = 1e-4  # so near to the units of a zone, a feature is their neighbour
# in a boundary, these leave a unit without ground: two units of one geometry have it once
_ALIKE = 0.8  # share of the box around both that two outlines of one unit have in common, at least
_GRAVE = {"geometry_null", "geometry_empty", "duplicate"}


@dataclass(frozen=True, slots=True)
class Boundary:
    """The rows of a boundary that a zone is made of, with what was found and changed."""

    data: gpd.GeoDataFrame
    findings: list[Finding]
    ledger: pd.DataFrame


def own_boundary(layer: Layer, zone: Zone) -> Boundary:
    """Return the rows of a user's boundary that lie in a zone, ready to become its units.

    1. A unit drawn in several features of one code and name is one unit.
    2. Levels are those of the field ``level``; where it is missing, or holds other words, they follow from the codes.
    3. The finest units are checked like any other layer, and repaired.
    4. Where they still overlap, or part by less than the layer is accurate, the ground goes to one of them.

    Errors among the findings are for the caller to stop at; the units are whole only where there is none.

    Raises
    ------
    DataError
        If the field ``code`` is missing, or repair changes too much.
    """
    data = layer.data
    if "code" not in data:
        raise DataError("units.no_code", field="code")
    codes = data["code"].astype(str)
    prefixes = tuple(code_prefix(code) for code in zone.members)
    inside = data[codes.str.startswith(prefixes)]
    found = list(_without_code(layer.id, data[codes == ""], inside))
    inside, more = _joined(layer.id, inside)
    found += more
    inside, more = _with_levels(layer.id, inside, zone)
    found += more
    finest = finest_rows(inside, zone)
    some = replace(layer, data=finest, findings=[])
    found += [replace(item, severity=Severity.ERROR) if item.kind in _GRAVE else item for item in check(some)]
    if any(item.kind in _GRAVE for item in found) or not len(finest):
        return Boundary(inside, found, pd.DataFrame(columns=LEDGER_COLUMNS))
    repaired, ledger = repair(some)
    tiled, changes = _tiled(repaired, accuracy_m(layer))
    bare = tiled[area_km2(tiled.geometry.to_numpy(), CRS) <= 0]
    if len(bare):
        codes = ", ".join(bare["code"].astype(str))
        found.append(_finding("boundary_no_area", Severity.ERROR, layer.id, codes=codes))
    rest = inside[~inside.index.isin(finest.index)]
    found += _unlike_members(layer.id, rest, tiled)
    whole = gpd.GeoDataFrame(pd.concat([tiled, rest]), crs=CRS)
    return Boundary(whole, found, pd.concat([ledger, changes], ignore_index=True) if len(changes) else ledger)


def differs_from(units: gpd.GeoDataFrame, embedded: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Yield the findings that units of a zone are missing, or come to another area than the embedded ones."""
    own, known = float(units["area_km2"].iloc[-1]), float(embedded["area_km2"].iloc[-1])
    if abs(own / known - 1) > _OFF:
        yield _finding(
            "boundary_area",
            Severity.WARNING,
            role_for("units").layer,
            own=f"{own:,.0f}",
            known=f"{known:,.0f}",
            change=f"{own / known - 1:+.1%}",
        )
    else:
        yield from _missing(units, embedded)


def _missing(units: gpd.GeoDataFrame, embedded: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Yield the finding that the units of a zone lack some of the embedded ones, code and ground."""
    known = finest_units(embedded)
    known = known[~known["code"].isin(units["code"])]
    own = finest_units(units).geometry.to_numpy()
    unit, part = shapely.STRtree(own).query(known.geometry.to_numpy(), predicate="intersects")
    common = area_km2(shapely.intersection(known.geometry.to_numpy()[unit], own[part]), CRS)
    covered = np.bincount(unit, weights=common, minlength=len(known))
    lacking = known[covered < _HALF * known["area_km2"].to_numpy()]
    if len(lacking):
        named = "、".join(lacking["code"].astype(str)[:_NAMED]) + ("…" if len(lacking) > _NAMED else "")
        area = f"{lacking['area_km2'].sum():,.0f}"
        layer = role_for("units").layer
        yield _finding("boundary_lacks", Severity.WARNING, layer, count=len(lacking), codes=named, area=area)


def _unlike_members(layer: str, upper: gpd.GeoDataFrame, finest: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Yield the findings that a city or province is drawn elsewhere than its finest units, which alone count."""
    codes = finest["code"].astype(str)
    for row in upper[upper.geometry.notna()].itertuples():
        members = finest.geometry[codes.str.startswith(code_prefix(str(row.code))) & (codes != row.code)]
        if not len(members) or row.level == Level.COUNTY:
            continue
        drawn = float(area_km2([row.geometry], CRS)[0])
        counted = float(area_km2(members.to_numpy(), CRS).sum())
        one, other = shapely.box(*row.geometry.bounds), shapely.box(*members.total_bounds)
        common = shapely.intersection(one, other).area / shapely.union(one, other).envelope.area
        if abs(counted - drawn) > _OFF * drawn or common < _ALIKE:
            params = {"code": row.code, "drawn": f"{drawn:,.0f}", "counted": f"{counted:,.0f}"}
            said = _finding("boundary_members", Severity.WARNING, layer, **params)
            yield replace(said, feature=str(row.Index))


def _without_code(layer: str, lost: gpd.GeoDataFrame, inside: gpd.GeoDataFrame) -> Iterator[Finding]:
    """Yield the findings about features without a code: between the units of the zone one is missing, beside them perhaps."""
    lost = lost[lost.geometry.notna() & ~lost.geometry.is_empty]
    if not len(lost) or not len(inside):
        return
    units = inside.geometry[inside.geometry.notna()].to_numpy()
    shapes, tree = lost.geometry.to_numpy(), shapely.STRtree(units)
    places = shapely.point_on_surface(shapes)
    every = np.arange(len(lost))
    apart = ~np.isin(every, tree.query(places, predicate="within")[0])
    among = apart & shapely.contains(shapely.convex_hull(shapely.GeometryCollection(list(units))), places)
    beside = apart & np.isin(every, tree.query(shapes, predicate="dwithin", distance=_BESIDE_DEGREES)[0])
    for number in np.flatnonzero(among | beside):
        row, area = str(lost.index[number]), area_km2(shapes[number : number + 1], CRS)[0]
        kind = "boundary_no_code" if among[number] else "boundary_code_beside"
        severity = Severity.ERROR if among[number] else Severity.WARNING
        place = float(places[number].x), float(places[number].y)
        yield replace(_finding(kind, severity, layer, row=row, area=f"{area:,.1f}"), feature=row, place=place)
    if left := int((~among & ~beside).sum()):
        yield _finding("boundary_codeless", Severity.NOTE, layer, count=left)


def _joined(layer: str, rows: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the rows with the parts of a unit, which share code, level and name, as one row."""
    keys = [name for name in ("code", "level", "name") if name in rows]
    again = rows.duplicated(keys, keep=False)
    if not again.any():
        return rows, []
    parts = rows[again]
    number = parts[keys].fillna("").groupby(keys, sort=False).ngroup().to_numpy()
    shapes = parts.geometry.to_numpy()
    joined = [
        shapely.union_all(shapely.make_valid(shapes[number == unit])) for unit in range(number.max() + 1)
    ]
    first = parts.drop_duplicates(keys).set_geometry(joined, crs=CRS)
    codes = first["code"].astype(str).tolist()
    finding = _finding(
        "boundary_parts",
        Severity.WARNING,
        layer,
        features=len(parts),
        units=len(first),
        codes=", ".join(codes[:5]) + (" …" if len(codes) > 5 else ""),
    )
    whole = pd.concat([rows[~again], first]).sort_index()
    return gpd.GeoDataFrame(whole, crs=CRS), [finding]


def _with_levels(layer: str, rows: gpd.GeoDataFrame, zone: Zone) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the rows with a level each: as the file says, or as the codes do."""
    known = {level.value for level in UNIT_LEVELS}
    said = rows["level"].astype("string").fillna("") if "level" in rows else None
    if said is not None and said.isin(known).all():
        return rows, []
    levels = _levels_of(rows["code"].astype(str).tolist(), zone)
    found = []
    if said is not None:
        strange = sorted(set(said[~said.isin(known)]))
        values = ", ".join(value or "—" for value in strange[:5])
        found.append(_finding("boundary_levels", Severity.WARNING, layer, values=values))
    return rows.assign(level=levels), found


def _levels_of(codes: list[str], zone: Zone) -> list[str]:
    """Return the level of units by their codes; a unit that has none below or above it in the list is of the finest."""
    held = set(codes)
    finest = zone.levels[0]
    below = {upper for code in held for upper in (f"{code[:2]}0000", f"{code[:4]}00") if upper != code}
    levels = []
    for code in codes:
        level = (
            Level.PROVINCE if code.endswith("0000") else Level.CITY if code.endswith("00") else Level.COUNTY
        )
        nested = code in below or f"{code[:4]}00" in held - {code}
        levels.append((level if nested else finest).value)
    return levels


def _tiled(layer: Layer, accuracy: float) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return units that neither overlap nor part by less than the accuracy, and the ledger of what that changed."""
    before = layer.data.geometry.to_numpy()
    after = tile(before, accuracy)
    changed = np.array([one is not other for one, other in zip(before, after, strict=True)], dtype=bool)
    if not changed.any():
        return layer.data, pd.DataFrame(columns=LEDGER_COLUMNS)
    old, new = area_km2(before[changed], CRS), area_km2(after[changed], CRS)
    ledger: dict[str, Any] = {
        "layer": layer.id,
        "feature": [str(row) for row in layer.data.index[changed]],
        "method": "tiled",
        "before_km2": old,
        "after_km2": new,
        "change": new / old - 1,
    }
    return layer.data.set_geometry(after, crs=CRS), pd.DataFrame(ledger, columns=LEDGER_COLUMNS)


def _finding(kind: str, severity: Severity, layer: str, **params: Any) -> Finding:
    return Finding(
        kind, severity, layer, message(f"run.{kind}", **params), message(f"run.{kind}_remedy", **params)
    )
