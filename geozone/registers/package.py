"""The table ``registers`` that geozone writes: how it is written, and how it is known again.

Every row carries two records in JSON, which people leave alone: its register (basis, source, published totals, number of
items, level, further columns) and itself as it was written. So a row that was edited is told from one that was not
(`geozone.registers.package_edits`), and nothing that the list alone does not say is lost on the way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

import pandas as pd

from geozone.manifest.inputs import register_roles
from geozone.messages import room
from geozone.model import REGISTER_COLUMNS, Basis, Register, Status
from geozone.registers.cell_text import as_text
from geozone.registers.heading_words import KIND, TOWNSHIP

REGISTER_RECORD, ITEM_RECORD = "register_as_exported", "item_as_exported"
RECORDS = (REGISTER_RECORD, ITEM_RECORD)
REGISTER_ID = "register_id"
OF_REGISTER = ("register", REGISTER_ID, "role", "as_of")


def further_columns(items: pd.DataFrame) -> list[str]:
    """Return the columns of a register that not every register has."""
    return [str(column) for column in items.columns if column not in REGISTER_COLUMNS]


def exported_rows(register: Register, id_: str = "") -> pd.DataFrame:
    """Return the rows of a register as the table ``registers`` holds them, with their two records.

    Parameters
    ----------
    register
        The register.
    id_
        Its id among the registers of a zone; its role unless told otherwise.

    Returns
    -------
    DataFrame
        Columns `OF_REGISTER`, those of `REGISTER_COLUMNS`, what the register has further, and `RECORDS`.
    """
    further = further_columns(register.items)
    items = register.items.reindex(columns=[*REGISTER_COLUMNS, *further]).reset_index(drop=True)
    about: dict[str, Any] = {
        "basis": register.basis.value,
        "source": asdict(register.source),
        "totals": [asdict(total) for total in register.totals],
        "items": len(items),
    }
    about |= {"level": register.level.value} if register.level else {}
    about |= {"columns": further} if further else {}
    record = _json(about)
    written = [
        _json({str(column): cell for column, value in row.items() if (cell := as_text(value))})
        for row in items.to_dict("records")
    ]
    return items.assign(
        register=register.id,
        role=register.role,
        as_of=register.as_of,
        **{REGISTER_ID: id_ or register.role, REGISTER_RECORD: record, ITEM_RECORD: written},
    )


def own_names(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table that geozone wrote with its own names and codes, where another program put people's words for them.

    QGIS writes aliases as headings and the words of a list as values if it is asked to. Any other table is returned as is.
    """
    found: dict[str, str] = {}
    for name in (*OF_REGISTER, *REGISTER_COLUMNS, KIND, TOWNSHIP, *RECORDS):
        titles = {name, *_words(f"column_registers_{name}"), *_words(f"column_{name}")}
        heading = next((each for each in map(str, table.columns) if _is_called(each, name, titles)), None)
        if heading is not None and heading not in found:
            found[heading] = name
    if ITEM_RECORD not in found.values():
        return table
    renamed = table.rename(columns=found)
    for column, words in _code_words().items():
        if column in renamed:
            code_of = {word: code for code, written in words.items() for word in written}
            renamed[column] = renamed[column].map(lambda cell, code_of=code_of: code_of.get(cell, cell))
    return renamed


def is_headed(row: Sequence[str]) -> bool:
    """Tell whether a row of a file is the headings of a table that geozone wrote."""
    titles = {ITEM_RECORD, *_words(f"column_{ITEM_RECORD}")}
    return any(_is_called(cell, ITEM_RECORD, titles) for cell in row if ITEM_RECORD in cell or cell in titles)


def _is_called(heading: str, name: str, titles: Collection[str]) -> bool:
    return heading in titles or name in re.findall(r"[a-z][a-z0-9_]*", heading)  # two heading rows in one


def _words(key: str) -> tuple[str, ...]:
    found = room("words").get(key)
    return () if found is None else (found.zh, found.en)


def _code_words() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the words that stand for codes, by column and code."""
    of_enums: Mapping[str, type[StrEnum]] = {"basis": Basis, "status": Status}
    words = {
        column: {code.value: _words(f"{column}_{code.name.lower()}") for code in codes}
        for column, codes in of_enums.items()
    }
    return {"role": {code: (title.zh, title.en) for code, title in register_roles().items()}, **words}


def is_exported(table: pd.DataFrame) -> bool:
    """Tell whether a table is one that geozone wrote, of whatever version."""
    return not absent_columns(table)


def absent_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns by which geozone knows its own table that a table lacks."""
    return [name for name in ("register", "role", "item_id", "status", "basis") if name not in table.columns]


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
