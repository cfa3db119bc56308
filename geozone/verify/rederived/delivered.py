"""What a build delivered, as a second engine takes it: units, layers, register items, figures and rates of a GeoPackage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geozone.export.geometry import ascii_names
from geozone.manifest.indicators import load_indicators
from geozone.manifest.roles import Role, load_roles
from geozone.model import Level
from geozone.overlay.units import member_codes
from geozone.rates.filters import passes
from geozone.rates.needs import Ground
from geozone.read.door.database import opened_database
from geozone.verify.rederived.expected import Band

Shapes = npt.NDArray[np.object_]
Rows = npt.NDArray[np.intp]

_HEADER = 8  # bytes before the box of a geometry: "GP", version, flags, reference system
_BOXES = (0, 32, 48, 48, 64)  # bytes of the box, by three bits of the flags
_PARTS = ("", "_areas", "_lines", "_points")  # tables that a layer of several kinds of geometry is split into


class AbsentError(Exception):
    """A layer, register or figure that was not delivered, so that nothing can be made from it again."""


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit, as delivered."""

    code: str
    level: Level
    parent: str
    finest: bool
    area_km2: float


@dataclass(frozen=True, slots=True)
class RegisterRecord:
    """What the run record says of a register."""

    name: str  # by which indicators ask for it
    basis: str
    totals: Mapping[str, int]  # published number of items by unit code


@dataclass(frozen=True, slots=True)
class Declared:
    """An indicator as the run record has it: its measure with the keys of it, and the unit of its values."""

    measure: str
    unit: str
    share: bool
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> Mapping[str, tuple[str, ...]]:
        """The filter of its features or items."""
        return {name: tuple(values) for name, values in self.options.get("where", {}).items()}


class Delivered:
    """The content of one GeoPackage and of the run record beside it.

    Parameters
    ----------
    path
        The GeoPackage; what another program still keeps beside it counts.
    record
        The run record.

    Raises
    ------
    sqlite3.Error, ValueError, KeyError
        If the file is damaged, or holds no units and rates.
    """

    def __init__(self, path: Path, record: Mapping[str, Any]) -> None:
        self.record = record
        with opened_database(path) as database:
            names = [name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")]
            self._tables = {name: _table(database, name) for name in names}
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self.items_by_unit: dict[str, dict[str, list[Mapping[str, Any]]]] = {}  # kept by whoever counts
        self.rows_by_unit: dict[str, dict[str, Rows]] = {}  # of layers, likewise
        self._finest_of: dict[str, list[str]] = {}
        for name in ("units", "rates", "registers", "figures", "targets", "zone"):
            if name not in self._tables:
                raise ValueError(name)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table, without shapes."""
        if table not in self._rows:
            self._rows[table] = records(self._tables[table].drop(columns="geom", errors="ignore"))
        return self._rows[table]

    def rows_of(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table that may be absent."""
        return self.rows(table) if table in self._tables else []

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The units by code."""
        return {
            str(row["code"]): Unit(
                str(row["code"]), Level(row["level"]), str(row["parent"] or ""), bool(row["finest"]), float(row["area_km2"])
            )
            for row in self.rows("units")
        }  # fmt: skip

    @cached_property
    def unit_shapes(self) -> dict[str, shapely.Geometry]:
        """The outlines of the units by code."""
        table = self._tables["units"]
        return dict(zip(table["code"].astype(str), table["geom"], strict=True))

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The codes of the members of the zone."""
        return tuple(str(self.rows("zone")[0]["members"]).split(","))

    @cached_property
    def finest(self) -> list[str]:
        """The codes of the finest units."""
        return [unit.code for unit in self.units.values() if unit.finest]

    def finest_of(self, code: str) -> list[str]:
        """Return the codes of the finest units inside a unit or region."""
        if code not in self._finest_of:
            members = set(member_codes(code))
            self._finest_of[code] = [one for one in self.finest if members & set(self.upward(one))]
        return self._finest_of[code]

    def upward(self, code: str) -> list[str]:
        """Return a unit and every unit that it lies in."""
        found = [code]
        while (unit := self.units.get(found[-1])) and unit.parent and unit.parent not in found:
            found.append(unit.parent)
        return found

    def area_of(self, code: str, areas: Mapping[str, float]) -> float:
        """Return the sum of the areas of the finest units inside a unit or region."""
        return sum(areas.get(finest, 0.0) for finest in self.finest_of(code))

    @cached_property
    def indicators(self) -> dict[str, Declared]:
        """The indicators by id: as recorded, or as declared where the record is of an earlier edition."""
        recorded = self.record.get("indicators")
        if recorded is None:
            known = load_indicators().items()
            return {name: Declared(one.measure.id, one.unit, one.share, one.options) for name, one in known}
        return {
            str(one["id"]): Declared(
                str(one["measure"]), str(one["unit"]), bool(one["share"]), one["options"]
            )
            for one in recorded
        }

    def band(self, indicator: str, unit: str) -> Band | None:
        """Return the band of the first row of an indicator and a unit, which is the one that others are made from."""
        row = self._first_rows.get((indicator, unit))
        return None if row is None or row["low"] is None or row["high"] is None else (row["low"], row["high"])

    @cached_property
    def _first_rows(self) -> dict[tuple[str, str], dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for row in self.rows("rates"):
            found.setdefault((str(row["indicator"]), str(row["unit_code"])), row)
        return found

    @cached_property
    def registers(self) -> dict[str, RegisterRecord]:
        """What is recorded of the registers, by the name that indicators know them by."""
        return {
            name: RegisterRecord(
                name, str(one["basis"]), {str(total["unit_code"]): int(total["count"]) for total in one["totals"]}
            )
            for one in self.record["registers"]
            for name in [str(one.get("name") or one["role"])]
        }  # fmt: skip

    @property
    def coarse(self) -> bool:
        """Whether the edition shows coarser shapes than the rates were made from."""
        return bool(self.record["parameters"].get("edition", "full") != "full")

    def role_of(self, layer: str) -> Role | None:
        """Return the role of a layer."""
        named = (str(one["role"]) for one in self.record["inputs"] if one.get("id") == layer)
        return load_roles().get(next(named, ""))

    def layer(self, ground: Ground, dimension: int) -> pd.DataFrame:
        """Return the features of a layer that pass a filter: those of one dimension, their shapes in ``geom``.

        Raises
        ------
        AbsentError
            If the layer was not delivered.
        """
        tables = [
            table
            for part in _PARTS
            if (table := self._tables.get(f"{ground.layer}{part}")) is not None and "geom" in table
        ]
        if not tables or not any(map(len, tables)):
            raise AbsentError(ground.layer)
        for table in tables:
            shapes = table["geom"].to_numpy()
            chosen = shapely.get_dimensions(shapes) == dimension
            if chosen.any():
                return _filtered(table[chosen], dict(ground.where), unsure=ground.unsure)
        return tables[0].iloc[:0]

    def features(self, layer: str) -> pd.DataFrame:
        """Return the features of a layer whose shapes are all of one kind.

        Raises
        ------
        AbsentError
            If it was not delivered as one table.
        """
        found = [self._tables[f"{layer}{part}"] for part in _PARTS if f"{layer}{part}" in self._tables]
        if len(found) != 1 or not len(found[0]) or "geom" not in found[0]:
            raise AbsentError(layer)
        return found[0]

    def items(self, names: Iterable[str]) -> pd.DataFrame:
        """Return the items of some registers.

        Raises
        ------
        AbsentError
            If none of them was delivered.
        """
        wanted = [name for name in names if name in self.registers]
        if not wanted:
            raise AbsentError(", ".join(names))
        table = self._tables["registers"]
        chosen: pd.DataFrame = table[table["register_id"].isin(wanted)].fillna(dict.fromkeys(_CODES, ""))
        return chosen


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    columns = list(map(str, table.columns))
    return [dict(zip(columns, values, strict=True)) for values in table.itertuples(index=False, name=None)]


_CODES = ("province_code", "city_code", "county_code", "status", "basis")


def outcomes(table: pd.DataFrame, where: Mapping[str, Sequence[str]]) -> npt.NDArray[np.int8]:
    """Tell for each row whether it passes a filter (1 yes, 0 no, -1 unknown), by the names that fields are delivered under."""
    renamed = {ascii_names([name])[name]: tuple(values) for name, values in where.items()}
    return passes(table.drop(columns="geom", errors="ignore"), renamed)


def _filtered(table: pd.DataFrame, where: Mapping[str, tuple[str, ...]], *, unsure: bool) -> pd.DataFrame:
    if not where:
        return table
    outcome = outcomes(table, where)
    chosen: pd.DataFrame = table[(outcome != 0) if unsure else (outcome == 1)]
    return chosen


def _table(database: sqlite3.Connection, name: str) -> pd.DataFrame:
    quoted = name.replace('"', '""')
    cursor = database.execute(f'SELECT * FROM "{quoted}" ORDER BY 1')  # noqa: S608 - a quoted name
    columns = [item[0] for item in cursor.description]
    table = pd.DataFrame(cursor.fetchall(), columns=columns, dtype=object)
    if "geom" in table:
        table["geom"] = _shapes(table["geom"])
    return table


def _shapes(blobs: Iterable[bytes | None]) -> Shapes:
    """Return geometries of a GeoPackage; a damaged one is none, as the digests of its rows tell."""
    wkb = [
        None if blob is None else blob[_HEADER + _BOXES[min((blob[3] >> 1) & 7, 4)] :]
        for blob in blobs
    ]  # fmt: skip
    return np.asarray(shapely.from_wkb(np.array(wkb, dtype=object), on_invalid="ignore"), dtype=object)
