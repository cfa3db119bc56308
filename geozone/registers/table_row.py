"""An item of a register as its rows have it, before its cells are read."""

from __future__ import annotations

from dataclasses import dataclass, field

SUMMED = " + "  # between the measures of rows that are one item


@dataclass
class Row:
    """An item as a row of the file has it."""

    label: str
    cells: dict[str, str]  # register column or place column -> text
    statuses: list[tuple[str, str]] = field(default_factory=list)  # heading and cell, the leading one first
    factors: dict[str, float | None] = field(default_factory=dict)  # of the measures, to km and km²
    section: str = ""  # the heading within the table, or the title of the sheet, that it stands under
