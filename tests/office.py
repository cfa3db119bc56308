"""Workbooks as offices write them, made small for tests."""

import zipfile

import openpyxl
import xlwt


def write_book(path, sheets, merges=(), change=None, formats=None):
    """Write an XLSX of sheets (title -> rows); `merges` are ranges of the first sheet; `change` gets the workbook.

    `formats` are number formats of its cells by row and column, counted from 1.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    for span in merges:
        book.worksheets[0].merge_cells(span)
    for place, shape in (formats or {}).items():
        book.worksheets[0].cell(*place).number_format = shape
    if change is not None:
        change(book)
    book.save(path)
    book.close()
    return path


def write_old_book(path, sheets, merges=(), hidden=(), struck=(), *, formats=None):
    """Write an XLS; `merges` are (first row, last row, first column, last column), counted from 0; `formats` as of `write_book`."""
    book = xlwt.Workbook(encoding="utf-8")
    for title, rows in sheets.items():
        sheet = book.add_sheet(title)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    style = xlwt.easyxf("font: struck_out on" if number in struck else "")
                    style.num_format_str = (formats or {}).get((number + 1, column + 1), "General")
                    sheet.write(number, column, value, style)
        for top, bottom, left, right in merges:
            sheet.merge(top, bottom, left, right)
        for number in hidden:
            sheet.row(number).hidden = True
    book.save(str(path))
    return path


def edit_part(path, old, new, part="xl/worksheets/sheet1.xml"):
    """Replace text in one part of an XLSX, as a program would have written it that gets it wrong."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[part].decode("utf-8")
    assert old in text
    parts[part] = text.replace(old, new).encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path
