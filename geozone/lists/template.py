"""Empty tables with the headings of all that is missing, and the project file that names them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from geozone.errors import UsageError
from geozone.files import whole_file
from geozone.lists.headings import field_heading, figure_heading, register_columns, status_words, unit_word
from geozone.lists.missing import FIELDS, FIGURE, LAYER, REGISTER, Item, Missing
from geozone.lists.project_file import project_text
from geozone.lists.sheets import Heading, Sheet, Tables, write_sheet
from geozone.manifest.fields import load_fields
from geozone.manifest.indicators import Indicator
from geozone.manifest.inputs import layer_title, load_registers, register_title
from geozone.manifest.units import load_units, unit_title
from geozone.messages import Language, Text, text
from geozone.model import Level, Status
from geozone.overlay.units import member_codes

PROJECT_FILE = "project.toml"
_UNSAFE = re.compile(r"[<>:\"/\\|?*“”]")
_POINT = "point"
_PLACE = ("name", "county_code")  # of a site, beside its coordinates
_REQUIRED = {"name", "status", "kind", "province_code", "city_code", "county_code"}


def write_templates(
    missing: Sequence[Missing],
    asked: Iterable[Indicator],
    zone: tuple[str, Text],
    folder: Path,
    lang: Language,
) -> list[Path]:
    """Write empty tables for what is missing, and a project file that names them.

    A workbook for every register and every layer of points, with a second sheet that explains its columns; one for all
    reported figures, with a row for each that is missing; ``project.toml`` with a block for every table and layer.

    Parameters
    ----------
    missing
        What `geozone.lists.missing.missing_inputs` returns.
    asked
        All indicators of the zone: a table has the columns that any of them asks for.
    zone
        Key and title of the zone.
    folder
        A folder that does not exist yet, or is empty: what somebody has filled in is never written over.
    lang
        Language of headings and explanations.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    UsageError
        If the folder holds anything, or cannot be written to.
    """
    require_new_folder(folder)
    tables = _tables(missing, list(asked), lang)
    with whole_file(folder) as unfinished:
        unfinished.mkdir()
        for sheet in tables.all:
            write_sheet(sheet, unfinished, lang)
        words = project_text(missing, zone, tables, lang)
        (unfinished / PROJECT_FILE).write_text(words, "utf-8", newline="\n")
        if folder.exists():
            folder.rmdir()
    return [*(folder / sheet.path for sheet in tables.all), folder / PROJECT_FILE]


def require_new_folder(folder: Path) -> None:
    """Refuse a folder that holds anything: tables that were filled in must not be written over.

    Raises
    ------
    UsageError
        If it does.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("lists.folder_in_use", path=folder)


def _tables(missing: Sequence[Missing], asked: Sequence[Indicator], lang: Language) -> Tables:
    registers = dict.fromkeys(one.item.id for one in missing if one.item.what == REGISTER)
    points = dict.fromkeys(
        one.item.id for one in missing if one.item.what == LAYER and one.item.kind == _POINT
    )
    figures = figure_sheet(missing, lang)
    taken = {figures.path}
    return Tables(
        {
            name: _apart(
                name, register_sheet(name, [one for one in asked if name in one.registers], lang), taken
            )
            for name in registers
        },
        {
            name: _apart(
                name, point_sheet(name, [one for one in asked if one.layers[:1] == (name,)], lang), taken
            )
            for name in points
        },
        figures if figures.rows else None,
    )


def _apart(name: str, sheet: Sheet, taken: set[str]) -> Sheet:
    """Return a table whose file goes by its id where another has its title."""
    if sheet.path in taken:
        sheet = replace(sheet, path=_file(name))
    taken.add(sheet.path)
    return sheet


def register_sheet(name: str, indicators: Sequence[Indicator], lang: Language) -> Sheet:
    """Return the empty table of a register that indicators count."""
    register = load_registers().get(name)
    columns = register_columns(register, indicators)
    level = register.level if register and register.level else None
    headings = tuple(_register_heading(column, indicators, level, lang) for column in columns)
    counted = [
        text("lists.counts", title=one.title, words=_words(_counting(one), lang)) for one in indicators
    ]
    title = register_title(name).get(lang)
    notes = (*(note.get(lang) for note in counted), text("lists.status_unclear").get(lang))
    return Sheet(_file(title), text("lists.sheet_register").get(lang), title, headings, notes=notes)


def point_sheet(name: str, indicators: Sequence[Indicator], lang: Language) -> Sheet:
    """Return the empty table of a layer of points: name, code of the county, coordinates, the fields that are asked for."""
    asked = dict.fromkeys(field for one in indicators for field in one.fields)
    headings = (
        *(Heading(field_heading(one, lang), text(f"lists.about_{one}").get(lang), one == "name", is_text=True) for one in _PLACE),
        *(Heading(text(f"lists.heading_{one}").get(lang), text(f"lists.about_{one}").get(lang), True) for one in ("east", "north")),
        *(
            Heading(field_heading(one, lang), _about_field(one, indicators, lang), True, _grades(one))
            for one in asked
        ),
    )  # fmt: skip
    title = layer_title(name).get(lang)
    return Sheet(_file(title), text("lists.sheet_points").get(lang), title, headings)


def figure_sheet(missing: Iterable[Missing], lang: Language) -> Sheet:
    """Return the table of the figures that are missing, one row each."""
    required = {"unit_name", "indicator", "value", "unit", "year", "source"}
    headings = tuple(
        Heading(
            figure_heading(one, lang), text(f"lists.about_figure_{one}").get(lang),
            one in required, is_text=one == "unit_code",
        )
        for one in _FIGURE_COLUMNS
    )  # fmt: skip
    rows: dict[tuple[str, str, int | None], list[object]] = {}
    notes: dict[str, None] = {}
    for one in missing:
        item = one.item
        key = (item.title.zh, one.unit_code, item.year)
        if item.what != FIGURE or key in rows:
            continue
        code = "" if len(member_codes(one.unit_code)) > 1 else one.unit_code
        instead = [other.item for other in missing if _is_instead(other, one)]
        rows[key] = [
            one.unit_name.get(lang), code, item.title.get(lang), item.year, None, unit_word(item.unit, lang), None, None,
        ]  # fmt: skip
        notes |= dict.fromkeys(_instead(item, instead, lang))
    title = text("lists.figures_title").get(lang)
    return Sheet(_file(title), title, title, headings, list(rows.values()), tuple(notes))


_FIGURE_COLUMNS = ("unit_name", "unit_code", "indicator", "year", "value", "unit", "source", "note")


def _is_instead(other: Missing, one: Missing) -> bool:
    """Tell whether something answers a demand in the place of a figure."""
    same = other.target.id == one.target.id and other.unit_code == one.unit_code
    return same and other.alternative != one.alternative and other.item.what in {LAYER, REGISTER, FIELDS}


def _instead(figure: Item, items: Iterable[Item], lang: Language) -> list[str]:
    """Return what answers in the place of a figure; it stands beside the table, not in what is read of it."""
    titles = list(dict.fromkeys(item.title.get(lang) for item in items))
    inputs = ("、" if lang == "zh" else ", ").join(titles)
    return [text("lists.instead", title=figure.title, inputs=inputs).get(lang)] if titles else []


def _register_heading(
    column: str, indicators: Sequence[Indicator], level: Level | None, lang: Language
) -> Heading:
    if column == "status":
        words = tuple(found[0] for status in Status if (found := status_words(status.value, lang)))
        about = text("lists.about_status", words=_words([status.value for status in Status], lang)).get(lang)
        return Heading(field_heading(column, lang), about, True, words)
    if column in load_fields():
        about = _about_field(column, indicators, lang)
    elif level is not None and column == "name":
        about = text("lists.about_name_of_unit").get(lang)
    else:
        about = text(f"lists.about_{column}").get(lang)
    return Heading(field_heading(column, lang), about, column in _REQUIRED, is_text=column.endswith("_code"))


def _about_field(name: str, indicators: Sequence[Indicator], lang: Language) -> str:
    """Return what stands in a field: its unit, and the values that indicators look for."""
    known = load_fields().get(name)
    parts = [text("lists.in_unit", unit=unit_title(known.unit))] if known and known.unit else []
    if grades := _grades(name):
        parts.append(text("lists.one_of", words="、".join(grades)))
    parts += [
        text("lists.looks_for", title=one.title, words="、".join(values))
        for one in indicators
        if (values := one.where.get(name))
    ]
    return ("" if lang == "zh" else " ").join(part.get(lang) for part in parts)


def _grades(name: str) -> tuple[str, ...]:
    known = load_fields().get(name)
    return load_units()[known.unit].grades if known and known.unit else ()


def _counting(indicator: Indicator) -> Sequence[str]:
    statuses: Sequence[str] = indicator.options.get("statuses", (Status.BUILT.value,))
    return statuses


def _words(statuses: Iterable[str], lang: Language) -> str:
    found = [word for status in statuses for word in status_words(status, lang)]
    return ("、" if lang == "zh" else ", ").join(found)


def _file(title: str) -> str:
    return f"{_UNSAFE.sub('', title).strip()}.xlsx"
