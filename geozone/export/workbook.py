"""The workbook of a zone: a cover and a sheet for each table, ready to print and to filter."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from geozone.errors import UsageError
from geozone.export.belt_sheet import BeltStyles, write_belt_sheet
from geozone.export.columns import Column, domain_values
from geozone.export.since_table import since_table
from geozone.export.table import Table
from geozone.export.workbook_cover import write_cover
from geozone.export.workbook_formats import LINE, SHEETS, Formats, height, letters
from geozone.files import whole_file
from geozone.manifest.units import unit_title
from geozone.messages import Language, text
from geozone.model import Level, Rate, ZoneResult
from geozone.overlay.units import level_of, member_codes
from geozone.rates.digits import in_unit, is_share, value_places
from geozone.rates.titles import indicator_titles
from geozone.rates.wording import by_id, gap_text, has_figure, target_of, verdict_text
from geozone.rounding import exact_places

_FIXED_CREATION = datetime(2000, 1, 1)  # noqa: DTZ001 - a constant of the format, so that equal input gives equal bytes
_MOST_ROWS = 1_048_575  # of a worksheet, below its heading
_SIGNS = ("=", "+", "-", "@")  # what a formula begins with
_WIDEST = 60
_WRAPPED = {"note", "method", "message", "remedy", "title", "reading_reason", "source", "value"}
_FRACTIONS = {"value", "low", "high", "target_value"}


class _Exact(float):
    """A number that is written with all its digits: the sixteen that XlsxWriter writes can change the last one."""

    __slots__ = ()

    def __format__(self, _specification: str) -> str:
        return repr(int(self) if self.is_integer() and abs(self) < 2**53 else float(self))


def write_workbook(result: ZoneResult, tables: list[Table], path: Path, lang: Language) -> None:
    """Write the tables of a zone as a workbook.

    Each sheet has two heading rows (the title people know, the name of the column in all other files), frozen and
    filtered. Fractions show as per cent and stay fractions. Texts are always texts: one that begins like a formula
    is stored as a quoted text.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    by_name = {table.name: table for table in tables}
    amounts = {place for place, rate in enumerate(result.rates) if not is_share(rate)}
    with whole_file(path) as unfinished:
        try:
            with xlsxwriter.Workbook(
                unfinished,
                {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
            ) as book:
                book.set_properties(
                    {
                        "title": result.title.get(lang),
                        "subject": text("export.workbook_subject").get(lang),
                        "created": _FIXED_CREATION,
                    }
                )
                formats = Formats(book)
                write_cover(book, result, formats, lang)
                _overview(book, result, formats, lang)
                for name in SHEETS:
                    _sheet(book, by_name[name], formats, lang, amounts)
                if result.since is not None:
                    _sheet(book, since_table(result.since, lang), formats, lang, amounts)
                for belt in result.belts.values():
                    write_belt_sheet(
                        book, result, belt, by_name, lang,
                        write=lambda sheet, place, item, value: _write(
                            sheet, place, value, _format(item, value, formats, fraction=item.fraction)
                        ),
                        styles=BeltStyles(formats.title, formats.strong, formats.heading, formats.wrapped),
                    )  # fmt: skip
        except (XlsxWriterException, OSError) as error:
            raise UsageError("files.unwritable", path=path, reason=str(error)) from error


def _overview(book: xlsxwriter.Workbook, result: ZoneResult, formats: Formats, lang: Language) -> None:
    """Write the rates of the zone and its provinces in words, for people; the sheet of rates has the codes."""
    names = ("unit_name", "level", "indicator", "rates_value", "low", "high", "basis", "comparator", "target_value",
             "target_year", "verdict", "gap", "gap_unit", "note")  # fmt: skip
    sheet = book.add_worksheet(text("export.sheet_overview").get(lang))
    for place, (name, width) in enumerate(
        zip(names, (20, 8, 26, 12, 10, 10, 12, 10, 12, 8, 12, 10, 10, 60), strict=True)
    ):
        sheet.write_string(0, place, text(f"words.column_{name}").get(lang), formats.heading)
        sheet.set_column(place, place, width, formats.text)
    titles, targets = indicator_titles(result), by_id(result.targets)
    row = 0
    for rate in result.rates:
        if not _is_of_provinces(rate) or not (has_figure(rate) or rate.verdict):
            continue
        row += 1
        value, goal = _digits(rate, formats)
        target = target_of(rate, targets)
        verdict = verdict_text(rate, target)
        told = gap_text(rate) is not None  # where nobody may say what is missing, nor does the sheet
        cells: list[tuple[Any, Format]] = [
            (rate.unit_name.get(lang), formats.text),
            (_word("level", rate.level, lang), formats.text),
            (titles[rate.indicator].get(lang), formats.text),
            (rate.value, value),
            (rate.low, value),
            (rate.high, value),
            (_word("basis", rate.basis, lang), formats.text),
            (_word("comparator", rate.comparator, lang), formats.text),
            (rate.target_value, goal),
            (rate.target_year, formats.whole),
            (verdict and verdict.get(lang), formats.strong),
            (rate.gap if told else None, formats.number),
            (unit_title(rate.gap_unit).get(lang) if told and rate.gap_unit else None, formats.text),
            (rate.note.get(lang), formats.wrapped),
        ]
        for place, (value, style) in enumerate(cells):
            if value is not None and value != "":
                quoted = isinstance(value, str) and value.startswith(_SIGNS)
                _write(sheet, (row, place), value, formats.quoted if quoted else style)
        sheet.set_row(row, height(rate.note.get(lang), 60))
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(row, 1), len(names) - 1)
    _print(sheet)


def _is_of_provinces(rate: Rate) -> bool:
    """Tell whether a row is of the zone, a province, or several provinces together."""
    if rate.level is Level.REGION:
        return all(level_of(code) is Level.PROVINCE for code in member_codes(rate.unit_code))
    return rate.level in {Level.ZONE, Level.PROVINCE}


def _digits(rate: Rate, formats: Formats) -> tuple[Format, Format]:
    """Return the formats of the value of a rate and of its target, with the digits that all outputs show."""
    share = is_share(rate)
    places = value_places(rate) if rate.value is not None else 1 if share else 2
    goal = 0 if rate.target_value is None else exact_places(in_unit(rate.target_value, rate))
    return formats.digits(places, share=share), formats.digits(goal, share=share)


def _word(domain: str, value: StrEnum | None, lang: Language) -> str | None:
    return dict(domain_values(domain))[value.value].get(lang) if value is not None else None


def _print(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&R&P / &N")


def _sheet(
    book: xlsxwriter.Workbook, table: Table, formats: Formats, lang: Language, amounts: Collection[int]
) -> None:
    sheet = book.add_worksheet(text(f"words.table_{table.name}").get(lang))
    frame = table.frame.drop(columns="geometry", errors="ignore")
    if len(frame) > _MOST_ROWS:
        raise UsageError("export.too_many_rows", table=table.title, rows=len(frame), most=_MOST_ROWS)
    columns = [item for item in table.columns if item.name in frame.columns]
    widths: list[int] = []
    for place, item in enumerate(columns):
        sheet.write_string(0, place, item.title.get(lang), formats.heading)
        sheet.write_string(1, place, item.name, formats.name)
        if item.domain:
            words = "\n".join(f"{value}: {title.get(lang)}" for value, title in domain_values(item.domain))
            sheet.write_comment(0, place, words, {"author": "", "x_scale": 2, "y_scale": 2})
        widths.append(_width(item, frame[item.name], lang))
        sheet.set_column(place, place, widths[-1], formats.text, {"hidden": item.hidden})
    filled = frame[[item.name for item in columns]].notna().to_numpy()
    shares = [table.name == "rates" and item.name in _FRACTIONS for item in columns]
    wrapped = [item.name in _WRAPPED for item in columns]
    for number, (index, row, there) in enumerate(
        zip(frame.index, frame.itertuples(index=False, name=None), filled.tolist(), strict=True), 2
    ):
        tall = LINE
        for place, value in enumerate(row):
            if not there[place] or value == "":
                continue
            item = columns[place]
            fraction = item.fraction or (shares[place] and index not in amounts)
            _write(sheet, (number, place), value, _format(item, value, formats, fraction=fraction))
            if wrapped[place] and isinstance(value, str):
                tall = max(tall, height(value, widths[place]))
        if tall > LINE:
            sheet.set_row(number, tall)
    sheet.set_row(0, 34)
    sheet.freeze_panes(2, min(3, len(columns)))
    if columns:
        sheet.autofilter(1, 0, max(1, len(frame) + 1), len(columns) - 1)
    _print(sheet)
    sheet.repeat_rows(0, 1)


def _write(sheet: Worksheet, place: tuple[int, int], value: Any, style: Format) -> None:
    match value:
        case str():
            sheet.write_string(*place, value, style)
        case bool() | np.bool_():
            sheet.write_boolean(*place, bool(value), style)
        case _:
            sheet.write_number(*place, _Exact(value), style)


def _format(item: Column, value: Any, formats: Formats, *, fraction: bool) -> Format:
    if isinstance(value, str):
        if value.startswith(_SIGNS):
            return formats.quoted
        return formats.wrapped if item.name in _WRAPPED else formats.text
    if item.type == "number":
        return formats.percent if fraction else formats.number
    return formats.whole if item.type == "integer" else formats.text


def _width(item: Column, values: pd.Series[Any], lang: Language) -> int:
    """Return a column width that shows most contents; a Chinese character is as wide as two letters."""
    shown = [letters(value) for value in values.head(500) if isinstance(value, str)]
    longest = sorted(shown)[int(len(shown) * 0.9)] if shown else 10
    return min(_WIDEST, max(10, longest + 2, letters(item.title.get(lang)) // 2 + 3, len(item.name) + 3))
