"""The cover of a workbook: what it is, where its data stand, and what each sheet holds."""

from __future__ import annotations

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from geozone.export.about_tables import zone_documents
from geozone.export.belt_sheet import belt_sheet_title
from geozone.export.table import about_layer
from geozone.export.workbook_formats import SHEETS, Formats, height
from geozone.messages import Language, text
from geozone.model import Basis, ZoneResult

_ABOUT = 96  # width of the second column, in letters


def write_cover(book: xlsxwriter.Workbook, result: ZoneResult, formats: Formats, lang: Language) -> None:
    """Write the first sheet of the workbook of a zone."""
    sheet = _page(book, lang)
    sheet.write_string(0, 0, result.title.get(lang), formats.title)
    row = _facts(sheet, 2, result, formats, lang)
    row = _layers(sheet, row + 1, result, formats, lang)
    _contents(sheet, row + 1, result, formats, lang)


def _page(book: xlsxwriter.Workbook, lang: Language) -> Worksheet:
    sheet = book.add_worksheet(text("export.sheet_cover").get(lang))
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, _ABOUT)
    return sheet


def _facts(sheet: Worksheet, row: int, result: ZoneResult, formats: Formats, lang: Language) -> int:
    """Write the approval number, the method and the documents from a row on; return the row below them."""
    review = result.review_number or text("words.not_reviewed").get(lang)
    lines = [
        ("words.column_map_review", review, formats.strong),
        ("words.column_method", text("export.method_area").get(lang), formats.wrapped),
        (None, text("export.method_coverage").get(lang), formats.wrapped),
        ("export.cover_numbers", text("export.cover_numbers_note").get(lang), formats.wrapped),
    ]
    lines += [
        ("words.column_documents" if number == 0 else None, document.title.get(lang), formats.wrapped)
        for number, document in enumerate(zone_documents(result))
    ]
    for place, (heading, content, style) in enumerate(lines, row):
        sheet.write_string(place, 0, text(heading).get(lang) if heading else "", formats.strong)
        sheet.write_string(place, 1, content, style)
        sheet.set_row(place, height(content, _ABOUT))
    return row + len(lines)


def _layers(sheet: Worksheet, row: int, result: ZoneResult, formats: Formats, lang: Language) -> int:
    """Write where the data of each layer stand from a row on; return the row below them."""
    sheet.write_string(row, 0, text("export.cover_layers").get(lang), formats.strong)
    row += 1
    for layer in result.layers.values():
        if layer.spec is None:
            continue
        title, about = layer.spec.title.get(lang), about_layer(layer.spec).get(lang)
        given = layer.spec.basis in {Basis.OFFICIAL, Basis.PUBLIC}
        sheet.write_string(row, 0, title, formats.wrapped)
        sheet.write_string(row, 1, about, formats.wrapped if given else formats.warning)
        sheet.set_row(row, max(height(about, 92), height(title, 24)))
        row += 1
    return row


def _contents(sheet: Worksheet, row: int, result: ZoneResult, formats: Formats, lang: Language) -> None:
    """Write the list of the sheets from a row on, each a link to the sheet."""
    sheet.write_string(row, 0, text("export.cover_sheets").get(lang), formats.strong)
    sheets = [(text("export.sheet_overview"), text("export.about_overview"))]
    sheets += [(text(f"words.table_{name}"), text(f"export.about_{name}")) for name in SHEETS]
    if result.since is not None:
        sheets.append((text("words.table_since"), result.since.summary()))
    linked = [(title.get(lang), about.get(lang)) for title, about in sheets]
    linked += [
        (belt_sheet_title(belt, lang), text("export.about_belt").get(lang)) for belt in result.belts.values()
    ]
    for place, (title, about) in enumerate(linked, row + 1):
        sheet.write_url(place, 0, f"internal:'{title}'!A1", string=title)
        sheet.write_string(place, 1, about, formats.wrapped)
