"""The sheet of a barrier as a belt: its sentence, the best gaps to close, its breaks, the passes along it and its gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from geozone.barriers.telling import Told, belt_text, unit_names
from geozone.export.columns import Column, domain_values
from geozone.export.table import Table
from geozone.messages import Language, text
from geozone.model import ZoneResult

_UNITS = ("county", "city")
_BREAKS = (
    "rank",
    "kind",
    *_UNITS,
    "axis",
    "along_km",
    "width_km",
    "length_km",
    "lost_share",
    "lost_connected",
    "there",
)
_PASSES = ("there", *_UNITS, "axis", "along_km", "width_km", "protected_width_km")
_GAPS = ("rank", *_UNITS, "area_km2", "gain_share", "gain_width_km", "gain_connected_km2")
_LONGEST = 31  # letters of the name of a sheet
_WIDTHS = (8, 20, 20, 18, 14, 14, 14, 14, 14, 14, 40)
_ACROSS = sum(_WIDTHS)
_LINE = 15.0  # points


@dataclass(frozen=True, slots=True)
class BeltStyles:
    """Formats of its words."""

    title: Format
    strong: Format
    heading: Format
    wrapped: Format


def belt_sheet_title(belt: Told, lang: Language) -> str:
    """Return the name of the sheet."""
    return belt.role.title.get(lang)[:_LONGEST]


def write_belt_sheet(
    book: xlsxwriter.Workbook,
    result: ZoneResult,
    belt: Told,
    tables: Mapping[str, Table],
    lang: Language,
    *,
    write: Callable[[Worksheet, tuple[int, int], Column, Any], None],
    styles: BeltStyles,
) -> None:
    """Write the sheet of a barrier, block by block.

    Parameters
    ----------
    book, result, belt, lang
        The workbook, what it is made of, and the barrier.
    tables
        The tables of the result by name, the layers of axis, breaks and gaps among them.
    write
        Writes the value of a column into a cell.
    styles
        Formats of headings and words.
    """
    sheet = book.add_worksheet(belt_sheet_title(belt, lang))
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, belt.role.title.get(lang), styles.title)
    told = (belt_text(belt, result.units) + belt.more).get(lang)
    sheet.merge_range(1, 0, 1, len(_WIDTHS) - 1, told, styles.wrapped)
    wide = 2 if lang == "zh" else 1
    sheet.set_row(1, _LINE * (1 + len(told) * wide // _ACROSS))
    row = 3
    axis, gaps, breaks = (tables[name] for name in (belt.belt.axis, belt.belt.gaps, belt.belt.breaks))
    passes = axis.frame[axis.frame["there"].notna()] if "there" in axis.frame else axis.frame.iloc[:0]
    best = (
        gaps.frame[gaps.frame["chosen"].fillna(value=False).astype(bool)]
        if "chosen" in gaps.frame
        else gaps.frame.iloc[:0]
    )
    blocks = (
        (text("export.belt_best", count=len(best)), gaps, best, _GAPS),
        (text("export.belt_breaks", count=len(breaks.frame)), breaks, breaks.frame, _BREAKS),
        (text("export.belt_passes", count=len(passes)), axis, passes, _PASSES),
        (text("export.belt_gaps", count=len(gaps.frame)), gaps, gaps.frame, _GAPS),
    )
    for title, table, frame, shown in blocks:
        if frame.empty:
            continue
        sheet.write_string(row, 0, title.get(lang), styles.strong)
        filled, declared = _for_people(table, frame, shown, result, lang)
        for place, item in enumerate(declared):
            sheet.write_string(row + 1, place, item.title.get(lang), styles.heading)
        sheet.set_row(row + 1, 3 * _LINE)
        for number, values in enumerate(filled.itertuples(index=False, name=None), row + 2):
            for place, (item, value) in enumerate(zip(declared, values, strict=True)):
                if not pd.isna(value) and value != "":
                    write(sheet, (number, place), item, value)
        row += len(filled) + 3
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _for_people(
    table: Table, frame: pd.DataFrame, shown: tuple[str, ...], result: ZoneResult, lang: Language
) -> tuple[pd.DataFrame, list[Column]]:
    """Return the columns that are shown, with names of units and words in the place of codes."""
    known = {item.name: item for item in table.columns}
    names, parents = (
        unit_names(result.units),
        dict(zip(result.units["code"], result.units["parent"], strict=True)),
    )
    filled, declared = pd.DataFrame(index=frame.index), []
    for name in shown:
        if name in _UNITS:
            codes = frame["county_code"].map(
                lambda code, name=name: code if name == _UNITS[0] else parents.get(code)
            )
            filled[name] = [names[code].get(lang) if code in names else None for code in codes]
            declared.append(Column(name, "text", text(f"words.level_{name}")))
            continue
        chosen = f"{name}_en" if lang == "en" and f"{name}_en" in known else name
        if chosen not in known:
            continue
        item, values = known[chosen], frame[chosen]
        if item.domain:
            words = {code: word.get(lang) for code, word in domain_values(item.domain)}
            values = values.map(lambda code, words=words: words.get(code, code))
        filled[name] = values
        declared.append(known.get(name, item))
    return filled, declared
