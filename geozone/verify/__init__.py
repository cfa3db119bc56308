"""Verify a build: every file as its run record says, the same number in all of them, and every number made again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import shapely

from geozone.errors import InputError
from geozone.export.sealed_record import SEAL, sections
from geozone.files import digest
from geozone.messages import Message, message
from geozone.read.door.database import unsettled
from geozone.run.swap import settle
from geozone.verify.check import Check, failed, passed, told
from geozone.verify.crate import crate_checks
from geozone.verify.index import index_checks
from geozone.verify.parts import Twin, changed_parts
from geozone.verify.rates import READERS, RateTable, UnreadableError, differences, read_rate_table
from geozone.verify.rederived import Engines, Progress, rederived_checks
from geozone.verify.rederived.postgis import engine_of
from geozone.verify.signature import signature_checks

__all__ = ["Check", "held_checks", "verify_build"]


# what a file that somebody edited can make of computing with its cells
_OF_DAMAGE = (
    sqlite3.Error, OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, SyntaxError, RuntimeError,
    shapely.errors.ShapelyError,
)  # fmt: skip


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def verify_build(
    folder: Path,
    *,
    progress: Progress = _silent,
    postgis: str | None = None,
    signers: Path | None = None,
) -> list[Check]:
    """Verify the files of every zone that was built into a folder, and the index over them.

    Parameters
    ----------
    folder
        Where ``geozone build`` wrote to.
    progress
        Is told how many rows of how many have been made again, zone by zone.
    postgis
        Address of a database in which the areas are made a third time; nothing is left there.
    signers
        Who may sign a folder; with it the signature is checked as well (`geozone.verify.signature`).

    Returns
    -------
    list of Check
        What `held_checks` finds, and for every GeoPackage whether its rates are what another way of computing makes of
        it (`geozone.verify.rederived`).

    Raises
    ------
    InputError
        If the folder has no run record, a record cannot be read, or the file of signers is missing.
    UsageError
        If the database cannot be reached or has no PostGIS, or a signature cannot be checked on this machine.
    """
    settle(folder)
    records = _records(folder)
    checks = _held(folder, records)
    if signers is not None:
        checks += list(signature_checks(folder, signers, _sound(checks)))
    with engine_of(postgis) if postgis else nullcontext() as third:
        for record in records:
            path = folder / f"{record.zone}.gpkg"
            if path.is_file():
                checks += _rederived(path, record.content, progress, third)
    return checks


def held_checks(folder: Path) -> list[Check]:
    """Hold the files of every zone against their run records, and the same number in all of them against each other.

    Returns
    -------
    list of Check
        For every file of a run record: whether it is as recorded, and if not, which cell, feature or part of it was
        changed. A file that a program opened and saved without changing what it holds passes. For every table of rates
        (JSON, CSV, GeoPackage, workbook, page, index): whether each cell is the same.

    Raises
    ------
    InputError
        If the folder has no run record, or a record cannot be read.
    """
    settle(folder)
    return _held(folder, _records(folder))


def _held(folder: Path, records: list[_Record]) -> list[Check]:
    checks: list[Check] = []
    for record in records:
        name = f"{record.zone}_run.json"
        checks += [failed(name, message("verify.section", name=changed)) for changed in record.changed]
        checks += _zone_checks(record)
    return [*checks, *index_checks(folder), *crate_checks(folder)]


def _sound(checks: list[Check]) -> set[str]:
    """Return the files of which only a program's saving anew was found, and nothing else."""
    wrong = {check.file for check in checks if not check.passed}
    saved = {check.file for check in checks if check.message.key == "verify.saved_anew"}
    return saved - wrong


def _records(folder: Path) -> list[_Record]:
    paths = sorted(folder.glob("*_run.json"))
    if not paths:
        raise InputError("verify.no_record", folder=folder)
    return [_Record.read(path) for path in paths]


def _rederived(path: Path, record: dict[str, Any], progress: Progress, third: Engines | None) -> list[Check]:
    try:
        return list(rederived_checks(path, record, progress, third))
    except _OF_DAMAGE as error:
        reason = f"{type(error).__name__}: {error}"
        return [failed(path.name, message("verify.unreadable", path=path.name, reason=reason))]


@dataclass(frozen=True, slots=True)
class _Record:
    """What the run record of a zone says of its files."""

    folder: Path
    zone: str
    lang: str
    outputs: dict[str, dict[str, Any]]  # by file name
    changed: tuple[str, ...]  # sections that are not as sealed
    content: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> _Record:
        """Read a run record."""
        try:
            record = json.loads(path.read_text("utf-8"))
            outputs = {
                str(item["name"]): {"sha256": str(item["sha256"])} | item for item in record["outputs"]
            }
            lang = str(record["parameters"].get("lang", "zh"))
            changed = _unsealed(record)
            return cls(path.parent, str(record["zone"]), lang, outputs, changed, record)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError("verify.unreadable", path=path, reason=repr(error)) from error

    def intact(self) -> set[str]:
        """Return the files that are byte for byte as recorded, with nothing written beside them."""
        return {
            name
            for name, output in self.outputs.items()
            if (path := self.folder / name).is_file()
            and digest(path) == output["sha256"]
            and not (path.suffix == ".gpkg" and unsettled(path))
        }


def _unsealed(record: dict[str, Any]) -> tuple[str, ...]:
    """Return the sections of a record that are not as it was sealed; one of an earlier edition has no seal."""
    seal = record.pop(SEAL, None)
    if seal is None:
        return ()
    found = sections(record)
    return tuple(name for name in {**seal, **found} if seal.get(name) != found.get(name))


def _zone_checks(record: _Record) -> Iterator[Check]:
    intact = record.intact()
    tables: dict[str, RateTable] = {}
    for name in (f"{record.zone}{ending}" for ending in READERS):
        if (record.folder / name).is_file():
            try:
                table = read_rate_table(record.folder / name, record.lang)
                tables[name] = replace(table, rounded=name.endswith(".xlsx") and name not in intact)
            except UnreadableError as error:
                yield failed(name, message("verify.unreadable", path=name, reason=error.reason))
    differing = _differing(tables, intact)
    twin = Twin(record.folder, record.zone, intact)
    for name, output in record.outputs.items():
        if name in intact:
            yield passed(name, message("verify.same"))
        elif (record.folder / name).is_file():
            yield from _changed(record.folder / name, output, differing.get(name, []), twin)
        else:
            yield failed(name, message("verify.missing"))
    for name, found in differing.items():
        yield from told(name, found)
        if not found:
            yield passed(name, message(tables[name].agrees, count=len(tables[name].rows)))


def _differing(tables: dict[str, RateTable], intact: set[str]) -> dict[str, list[Message]]:
    """Return the differing cells of each table from one whose file is as recorded, if there is one."""
    if not tables:
        return {}
    reference = next((table for name, table in tables.items() if name in intact), next(iter(tables.values())))
    return {
        name: list(differences(reference, table)) for name, table in tables.items() if table is not reference
    }


def _changed(path: Path, output: dict[str, Any], cells: list[Message], twin: Twin) -> Iterator[Check]:
    """Yield what was changed in a file whose digest is not the recorded one; nothing was, if it was only saved anew."""
    parts = changed_parts(path, output, twin, rates_told=bool(cells))
    if parts is None:
        yield failed(path.name, message("verify.changed"))
        return
    yield from told(path.name, parts)
    if not parts and not cells:
        yield passed(path.name, message("verify.saved_anew"))
