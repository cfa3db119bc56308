"""What became of the table ``registers`` when a person edited it and feeds it back.

Every row is held against the record of itself that stands in it, so that a row that was edited is told from one that was
not, in a GeoPackage as in a workbook or a CSV file made of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geozone.manifest.inputs import register_roles
from geozone.messages import NO_TEXT, Text, listed, message, text
from geozone.model import (
    REGISTER_COLUMNS,
    Basis,
    Finding,
    Level,
    RegisterTotal,
    Severity,
    Status,
)
from geozone.rates.completion import CODE_COLUMNS, worst_basis
from geozone.registers.feature_join import ids_of
from geozone.registers.package import ITEM_RECORD, OF_REGISTER, RECORDS, REGISTER_ID, REGISTER_RECORD
from geozone.registers.subject import Subject
from geozone.registers.table_row import Row
from geozone.registers.words import MEASURES

# a row whose status was edited takes the basis of its entry in the project; one edited elsewhere keeps its own
CLAIMS = ("status", "status_date", "planned_year")
_DATED = ("status_date", "source_date")
_OF_STATUS = ("source", "source_date", "confidence")  # what stands behind a status; of no use to another one
_OWN = {*OF_REGISTER, *REGISTER_COLUMNS, *RECORDS, "fid", "ogc_fid", "geom"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A register that geozone wrote, as it stands after editing."""

    rows: list[Row]  # with the edits of the layer taken and the basis of every row settled
    listed: int  # rows of the table, those of other registers counted
    placed: frozenset[str]  # labels of the rows whose place nobody edited
    known: frozenset[str]  # labels of the rows that were written as they are: items of their own
    basis: Basis
    source: Text | None
    totals: tuple[RegisterTotal, ...]
    findings: list[Finding]
    level: Level | None = None  # of the units, where the register lists units
    further: tuple[str, ...] = ()  # columns that not every register has


@dataclass(slots=True)
class _Edits:
    """The rows of a table while they are held against what was written."""

    file: str
    rows: dict[str, dict[str, str]]  # cells by column
    written: dict[str, dict[str, str]]  # of the rows whose record can be read
    columns: tuple[str, ...] = REGISTER_COLUMNS
    findings: list[Finding] = field(default_factory=list)

    def tell(self, kind: str, row: str | None, severity: Severity, **params: Any) -> None:
        self.findings.append(
            Finding(
                f"register_{kind}",
                severity,
                self.file,
                message(f"registers.{kind}", file=self.file, row=row, **params),
                message(f"registers.{kind}_remedy", file=self.file),
                row,
            )
        )


def read_exported(
    table: pd.DataFrame,
    *,
    file: str,
    subject: Subject,
    basis: Basis,
    features: pd.DataFrame | None = None,
    layer: str = "",
) -> Exported | None:
    """Return a register of a table that geozone wrote.

    Published totals stay. A row whose status nobody edited keeps its basis; one whose status was edited, and a new one,
    take that of the entry, unless a person set the column ``basis`` itself. The register as a whole keeps its basis while
    a row of it does. A status edited on the features of the layer is taken; where table and layer were both
    edited and differ, the table leads. Every edit is told.

    Parameters
    ----------
    table
        The table as text, with the registers of all roles; its index counts the rows.
    file
        Name of the file, for findings.
    subject
        The register that is wanted.
    basis
        Basis of the entry in the project.
    features, layer
        Attributes of the layer that shows the items, with ``item_id`` and ``status``, and its name.

    Returns
    -------
    Exported or None
        None where the table has no such register.
    """
    roles = register_roles()
    mine = _of_subject(table, subject)
    if not len(mine):
        return None
    edits = _Edits(file, _rows(mine), {})
    for row, cells in _rows(table[~table["role"].isin(set(roles))]).items():
        name = cells.get("name", "")
        edits.tell("no_role", row, Severity.WARNING, name=name, roles="、".join(roles))
    _tell_without_register(edits, table, subject)
    if not set(RECORDS) <= set(table.columns):
        edits.tell("old_package", None, Severity.WARNING)
        return Exported(_items(edits), len(table), frozenset(), frozenset(), basis, None, (), edits.findings)
    records = _read_records(edits)
    further = _further(mine, records)
    edits.columns = (*REGISTER_COLUMNS, *further)
    shown_alone = _take_features(edits, features, layer) if features is not None else []
    kept = _settle(edits, basis)
    _tell_missing(edits, records, shown_alone)
    whole = worst_basis([records[row]["basis"] for row in kept if row in records], basis)
    if kept:
        _tell_basis(edits, kept, basis, whole)
    placed = {row for row in edits.written if not set(_changes(edits, row)) & set(CODE_COLUMNS)}
    return Exported(
        _items(edits),
        len(table),
        frozenset(placed),
        frozenset(edits.written),
        whole,
        _source(records) if kept else None,
        _totals(edits, records),
        edits.findings,
        next((Level(record["level"]) for record in records.values() if "level" in record), None),
        further,
    )


def ids_in(table: pd.DataFrame, role: str) -> list[str]:
    """Return the ids of the registers of a role that a table has."""
    if REGISTER_ID not in table:
        return []
    return [name for name in dict.fromkeys(table.loc[table["role"] == role, REGISTER_ID]) if name]


def _of_subject(table: pd.DataFrame, subject: Subject) -> pd.DataFrame:
    """Return the rows of a register; what is the only one of its role may be called by the role."""
    mine, ids = table[table["role"] == subject.role], ids_in(table, subject.role)
    if not ids:
        return mine
    if len(ids) == 1:
        called = {"", subject.role, ids[0]}
        return mine if subject.id in called or ids[0] == subject.role else mine.iloc[:0]
    return mine[mine[REGISTER_ID] == (subject.id or subject.role)]


def _tell_without_register(edits: _Edits, table: pd.DataFrame, subject: Subject) -> None:
    """Tell the rows that may belong to any of several registers."""
    ids = ids_in(table, subject.role)
    if len(ids) > 1:
        for row, cells in _rows(table[(table["role"] == subject.role) & (table[REGISTER_ID] == "")]).items():
            edits.tell("no_register", row, Severity.WARNING, name=cells.get("name", ""), ids="、".join(ids))


def _further(mine: pd.DataFrame, records: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the columns that a register has further: those that were written, and those that a person added."""
    written = [column for record in records.values() for column in record.get("columns", ())]
    added = [str(name) for name in mine.columns if (mine[name] != "").any() and not str(name).startswith("#")]
    own = {name.casefold() for name in _OWN}
    named = dict.fromkeys(name for name in [*written, *added] if name.casefold() not in own)
    return tuple(name for name in named if name in mine.columns)


def _rows(table: pd.DataFrame) -> dict[str, dict[str, str]]:
    records: list[dict[Hashable, Any]] = table.to_dict("records")
    return {
        str(row): {str(column): str(cell) for column, cell in record.items()}
        for row, record in zip(table.index, records, strict=True)
    }


def _items(edits: _Edits) -> list[Row]:
    return [
        Row(
            label,
            {column: cells.get(column, "") for column in edits.columns},
            [("status", cells["status"])],
        )
        for label, cells in edits.rows.items()
    ]


def _read_records(edits: _Edits) -> dict[str, dict[str, Any]]:
    """Read both records of every row; a row without them is new, and so is one that repeats another's."""
    registers: dict[str, dict[str, Any]] = {}
    owner: dict[tuple[str, str], str] = {}
    order = {row: place for place, row in enumerate(edits.rows)}
    for row, cells in edits.rows.items():
        if not cells[ITEM_RECORD]:
            continue
        written, register = _parsed(cells[ITEM_RECORD]), _parsed(cells[REGISTER_RECORD])
        if written is None or register is None or not _is_whole(register):
            edits.tell("record_unreadable", row, Severity.WARNING, name=cells.get("name", ""))
            continue
        edits.written[row], registers[row] = written, register
        key = (cells["register"], written.get("item_id", ""))
        other = owner.setdefault(key, row)
        if other != row:  # pasted: the copy is the one that differs more
            copy = max(other, row, key=lambda each: (len(_changes(edits, each)), order[each]))
            owner[key] = other if copy == row else row
            del edits.written[copy], registers[copy]
            if edits.rows[copy]["item_id"] == written.get("item_id", ""):
                edits.rows[copy]["item_id"] = ""
            if edits.rows[copy]["basis"] == written.get("basis", ""):
                edits.rows[copy]["basis"] = ""
    return registers


def _parsed(cell: str) -> dict[str, Any] | None:
    try:
        found = json.loads(cell)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _is_whole(register: Mapping[str, Any]) -> bool:
    """Tell whether the record of a register holds all that it should."""
    try:
        Basis(register["basis"]), Text(**register["source"]), int(register["items"])
        Level(register.get("level", Level.CITY)), list(register.get("columns", ()))
        return all(RegisterTotal(**total).count >= 0 for total in register["totals"])
    except (KeyError, TypeError, ValueError):
        return False


def _changes(edits: _Edits, row: str) -> list[str]:
    """Return the columns of a row that differ from what was written."""
    now, then = edits.rows[row], edits.written[row]
    return [
        column
        for column in edits.columns
        if column in now and not _same(column, now[column], then.get(column, ""))
    ]


def _same(column: str, now: str, then: str) -> bool:
    """Tell whether a cell still says what was written, in whatever form a spreadsheet saved it."""
    now, then = now.lstrip("'"), then.lstrip("'")
    if now == then:
        return True
    if column in _DATED:  # 2025-12-26, 2025/12/26
        return _digits(now) == _digits(then)
    if column in MEASURES or column == "planned_year":
        try:
            return float(now) == float(then)
        except ValueError:
            return False
    return False


def _digits(date: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", date)]


def _take_features(edits: _Edits, features: pd.DataFrame, layer: str) -> list[str]:
    """Take the statuses that were edited on the features of the layer; return the ids of items that the table lacks."""
    labels = list(edits.written)
    by_id = {edits.written[row].get("item_id", ""): place for place, row in enumerate(labels)}
    given: dict[str, set[str]] = {}
    lacking: list[str] = []
    names = features["name"] if "name" in features else features["item_id"]
    for ids, status, name in zip(features["item_id"], features["status"], names, strict=True):
        rows = [labels[place] for place in ids_of(ids, by_id)]
        then = {edits.written[row].get("status", "") for row in rows}
        if len(rows) == 1:
            given.setdefault(rows[0], set()).add(status)
        elif ids and not rows:
            lacking.append(ids)
        elif status and status not in then:
            kind = "layer_several" if rows else "layer_no_item"
            edits.tell(kind, None, Severity.WARNING, name=name, layer=layer, status=_status(status))
    for row, found in given.items():
        now, was = edits.rows[row]["status"], edits.written[row].get("status", "")
        name = edits.rows[row].get("name", "")
        if found <= {was, now}:
            continue
        if len(found) > 1:  # an edited part of a river is not the river
            edits.tell("layer_parts", row, Severity.WARNING, name=name, layer=layer, status=_status(now))
            continue
        status = next(iter(found))
        shown = {"layer": layer, "status": _status(status), "was": _status(was), "now": _status(now)}
        if now != was or not status:
            edits.tell("layer_contradicts", row, Severity.WARNING, name=name, **shown)
        else:
            edits.tell("layer_taken", row, Severity.NOTE, name=name, **shown)
            edits.rows[row]["status"] = status
    return list(dict.fromkeys(lacking))


def _settle(edits: _Edits, basis: Basis) -> list[str]:
    """Give every row its basis and tell what was edited; return the rows that keep theirs."""
    kept = []
    for row, cells in edits.rows.items():
        if row not in edits.written:
            if not cells[ITEM_RECORD] or not cells["basis"]:
                edits.tell("new_row", row, Severity.NOTE, name=cells.get("name", ""))
                cells["basis"] = cells["basis"] or basis.value
            else:
                kept.append(row)  # its record cannot be read
            continue
        changed = _changes(edits, row)
        if changed:
            told = _told(edits, row, changed)
            edits.tell("edited", row, Severity.NOTE, name=cells.get("name", ""), changes=told)
        claimed = bool(set(changed) & set(CLAIMS))
        if "status" in changed:
            _drop_former(edits, row, changed)
        if "basis" in changed and cells["basis"] in set(Basis):
            continue
        if claimed:
            cells["basis"] = basis.value
        else:
            cells["basis"] = edits.written[row].get("basis", cells["basis"])
            kept.append(row)
    return kept


def _drop_former(edits: _Edits, row: str, changed: list[str]) -> None:
    """Take off a row what belongs to its former status: its date, source and confidence, where nobody edited them."""
    cells = edits.rows[row]
    date = cells.get("status_date", "")
    if "status_date" not in changed and date:
        edits.tell("former_date", row, Severity.NOTE, name=cells.get("name", ""), date=date)
        cells["status_date"] = ""
    if "source" not in changed:
        for column in _OF_STATUS:
            if column not in changed:
                cells[column] = ""
        cells["source"] = text("registers.edited_source", file=edits.file).zh


def _told(edits: _Edits, row: str, changed: list[str]) -> Text:
    now, then = edits.rows[row], edits.written[row]
    parts = []
    for column in changed:
        word = _status if column == "status" else _quoted
        one, other = word(then.get(column, "")), word(now[column])
        parts.append(Text(f"{column} {one.zh}→{other.zh}", f"{column} {one.en} → {other.en}"))
    return listed(parts, "; ")


def _status(word: str) -> Text:
    return text(f"words.status_{word}") if word in set(Status) else _quoted(word)


def _quoted(cell: str) -> Text:
    return Text(f"“{cell}”", f"'{cell}'") if cell else text("registers.empty_cell")


def _tell_missing(edits: _Edits, records: Mapping[str, Mapping[str, Any]], lacking: list[str]) -> None:
    """Tell how many rows of every register are gone, and which of them the layer still shows."""
    written: dict[str, int] = {}
    there: dict[str, int] = {}
    for row, record in records.items():
        name = edits.rows[row]["register"]
        written[name] = max(written.get(name, 0), int(record["items"]))
        there[name] = there.get(name, 0) + 1
    for name, count in written.items():
        if there[name] < count:
            known = text("registers.rows_shown", items=_listed(lacking)) if lacking else NO_TEXT
            counts = {"written": count, "there": there[name]}
            edits.tell("rows_missing", None, Severity.WARNING, register=name, items=known, **counts)


def _tell_basis(edits: _Edits, kept: list[str], basis: Basis, whole: Basis) -> None:
    """Tell which rows keep their basis; where the entry says another one of the whole, nobody should miss it."""
    bases = list(dict.fromkeys(edits.rows[row]["basis"] for row in kept))
    edits.tell(
        "kept_basis",
        None,
        Severity.NOTE if whole is basis else Severity.WARNING,
        kept=len(kept),
        edited=len(edits.rows) - len(kept),
        bases=_listed([text(f"words.basis_{each}") for each in bases if each in set(Basis)]),
        basis=text(f"words.basis_{basis.value}"),
        whole=text(f"words.basis_{whole.value}"),
    )


def _listed(words: Sequence[str | Text]) -> Text:
    texts = [Text(word, word) if isinstance(word, str) else word for word in words]
    return listed(texts)


def _source(records: Mapping[str, Mapping[str, Any]]) -> Text | None:
    sources = {Text(**record["source"]) for record in records.values()}
    return next(iter(sources)) if len(sources) == 1 else None


def _totals(edits: _Edits, records: Mapping[str, Mapping[str, Any]]) -> tuple[RegisterTotal, ...]:
    """Return the published totals of the registers in the table, each once."""
    found: dict[str, RegisterTotal] = {}
    for row, record in records.items():
        for entry in record["totals"]:
            total = RegisterTotal(**entry)
            first = found.setdefault(total.unit_code, total)
            if first.count != total.count:
                edits.tell(
                    "totals_differ", row, Severity.WARNING, unit=total.unit_code, count=first.count, other=total.count
                )  # fmt: skip
    return tuple(found.values())
