"""Files with the registers that geozone wrote, read as they stand, even where another program has them open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from geozone.errors import InputError
from geozone.manifest.roles import load_roles
from geozone.messages import message
from geozone.model import Basis, Finding, Severity
from geozone.read.door import vector
from geozone.read.door.database import is_database_file, is_logged, settled
from geozone.registers.cell_text import as_text
from geozone.registers.files import HEADING_ROWS, OWN_TABLE, Grid
from geozone.registers.package import RECORDS, absent_columns, is_exported, is_headed, own_names
from geozone.registers.package_edits import Exported, ids_in, read_exported
from geozone.registers.subject import Subject

_PARTS = ("", "_areas", "_lines", "_points")  # a layer that mixes kinds is split


def read_package(path: Path, subject: Subject, basis: Basis, layer: str | None) -> Exported | None:
    """Return a register of a GeoPackage that geozone wrote; None for any other file, or another layer of it.

    Parameters
    ----------
    path
        The file.
    subject, basis
        The register that is wanted, and the basis of its entry in the project.
    layer
        The table of registers or the layer that shows the items: both mean their register.

    Raises
    ------
    InputError
        If the file cannot be read, has no such register, or its table lost a column of its own.
    """
    shown = _layer_of(subject.role)
    if not path.is_file() or layer not in (None, OWN_TABLE, shown or OWN_TABLE):
        return None
    if not is_database_file(path):
        return None
    with settled(path) as file:
        try:
            kinds = dict(vector.layers(file))
            if kinds.get(OWN_TABLE, "absent") is not None:  # a table has no kind of geometry
                return None
            registers = own_names(_attributes(file, OWN_TABLE))
            named = [f"{shown}{part}" for part in _PARTS] if shown else []
            parts = [_attributes(file, name) for name in named if kinds.get(name)]
        except (DataSourceError, DataLayerError) as error:
            raise InputError("registers.unreadable", path=path, reason=str(error)) from error
    if not is_exported(registers):
        _refuse_without_own_columns(registers, path)
        return None
    parts = [part for part in parts if {"item_id", "status"} <= set(part.columns)]
    features = pd.concat(parts, ignore_index=True).fillna("") if parts else None
    exported = _exported(registers, path, subject, basis, features=features, layer=shown)
    if is_logged(path) and not path.with_name(f"{path.name}-wal").exists():
        exported.findings.append(
            Finding(
                "register_unsettled",
                Severity.WARNING,
                path.name,
                message("registers.unsettled", file=path.name),
                message("registers.unsettled_remedy"),
            )
        )
    return exported


def read_table(grids: Sequence[Grid], path: Path, subject: Subject, basis: Basis) -> Exported | None:
    """Return a register of a workbook or a text file with the table that geozone wrote; None where no grid is that.

    Raises
    ------
    InputError
        If the table has no such register, or lost a column of its own.
    """
    for grid in grids:
        table = _own_table(grid, path)
        if table is not None:
            return _exported(table, path, subject, basis)
    return None


def _exported(
    table: pd.DataFrame,
    path: Path,
    subject: Subject,
    basis: Basis,
    *,
    features: pd.DataFrame | None = None,
    layer: str = "",
) -> Exported:
    found = read_exported(table, file=path.name, subject=subject, basis=basis, features=features, layer=layer)
    if found is None:
        ids = ids_in(table, subject.role)
        if ids:
            raise InputError(
                "registers.id_absent",
                path=path,
                id=subject.id or subject.role,
                role=subject.role,
                ids="、".join(ids),
            )
        there = "、".join(dict.fromkeys(word for word in table["role"] if word)) or "—"
        raise InputError("registers.role_absent", path=path, role=subject.role, roles=there)
    return found


def _own_table(grid: Grid, path: Path) -> pd.DataFrame | None:
    """Return a grid below its headings as a table of geozone; None where it is none."""
    heads = [place for place, row in enumerate(grid.rows[:HEADING_ROWS]) if is_headed(row)]
    if not heads:
        return None
    below = heads[-1] + 1  # the workbook has titles above the names
    filled = [place for place in range(below, len(grid.rows)) if any(grid.rows[place])]
    headings = grid.rows[below - 1]
    width = len(headings)
    table = pd.DataFrame(
        [(grid.rows[place] + [""] * width)[:width] for place in filled],
        columns=[heading or f"#{place + 1}" for place, heading in enumerate(headings)],
        index=[grid.labels[place] for place in filled],
        dtype=str,
    )
    table = own_names(table)
    _refuse_without_own_columns(table, path)
    return table if is_exported(table) else None


def _refuse_without_own_columns(table: pd.DataFrame, path: Path) -> None:
    """Refuse a table with records of geozone's that lacks a column: its rows of all registers would be one."""
    absent = absent_columns(table)
    if absent and set(RECORDS) & set(table.columns):
        raise InputError("registers.own_columns", path=path, columns="、".join(absent))


def _layer_of(role: str) -> str:
    """Return the layer that shows the items of a role; empty where none does."""
    return next((one.layer for one in load_roles().values() if one.register == role), "")


def _attributes(path: Path, layer: str) -> pd.DataFrame:
    frame = vector.frame(path, layer=layer, read_geometry=False, fid_as_index=True)
    return pd.DataFrame(frame).map(as_text)
