"""Columns of values: what a heading says of the figures below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from geozone.figures.scopes import Scopes
from geozone.figures.titles import Titles
from geozone.figures.words import in_brackets, is_word, meanings, squeezed, without_brackets
from geozone.figures.years import Year, head_year, read_year
from geozone.manifest.units import Written, read_unit
from geozone.rates.figures import VALUE


@dataclass(frozen=True, slots=True)
class Names:
    """What a heading may name."""

    titles: Titles
    scopes: Scopes


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column of values, with what its heading says of them."""

    at: int
    heading: str
    kind: str = VALUE
    year: Year | None = None
    indicators: tuple[str, ...] = ()
    unit: Written | None = None
    scope: str = ""  # the name of a unit, zone or place
    aside: tuple[str, ...] = ()  # what its brackets say of its indicator, as `Named.aside`


def value_column(
    at: int, name: str, words: Sequence[str], names: Names, *, plain: bool
) -> ValueColumn | None:
    """Return a column of values by its heading: a year, an indicator, a word for values, or several of these."""
    found = ValueColumn(at, name)
    told = plain
    for written in words:
        if (unit := read_unit(written.strip("()（） "))) is not None:
            found = replace(found, unit=unit)
            continue
        part = _value_part(written, names)
        if part is None:
            told = told and _in_brackets(written)[1]  # nobody knows what 数值（同比） holds
            continue
        told = True
        found = ValueColumn(
            at, name,
            part.kind if part.kind != VALUE else found.kind,
            part.year or found.year,
            part.indicators or found.indicators,
            part.unit or found.unit,
            part.scope or found.scope,
            part.aside or found.aside,
        )  # fmt: skip
    return found if told and not any(is_aside([written]) for written in words) else None


def _value_part(written: str, names: Names) -> ValueColumn | None:
    """Return what one part of a heading says of values: ``2024年``, ``2027年目标值``, ``2024年森林覆盖率（%）``."""
    year = read_year(without_brackets(written))
    rest = "" if year else written
    kind, understood = _in_brackets(written)
    if not understood and year is not None:  # 2024年（1—9月）, but nobody knows what 2024年（同比） holds
        year = read_year(re.sub(r"[()（）]", "", written))
        if year is None:
            return None
    elif year is not None and any(is_word("qualifiers", inside) for inside in in_brackets(written)):
        year = replace(year, preliminary=True)
    if year is None and (head := head_year(written)) is not None:
        year, rest = Year(head[0]), head[1]
    units = [read_unit(re.sub(r"^单位[:：]", "", inside)) for inside in in_brackets(written)]
    unit = next((one for one in units if one), None)
    word = squeezed(without_brackets(rest)) if rest else ""
    if not word or meanings("headings").get(word) == "value":
        return ValueColumn(0, written, kind, year, (), unit) if understood or not word else None
    if word in meanings("value_kinds"):
        return ValueColumn(0, written, meanings("value_kinds")[word], year, (), unit)
    if unit is None and year is not None and (unit := read_unit(rest)):
        return ValueColumn(0, written, VALUE, year, (), unit)
    named = names.titles.find(rest)
    if named.ids:
        year = year or named.year
        return ValueColumn(0, written, VALUE, year, named.ids, unit or named.unit, aside=named.aside)
    return ValueColumn(0, written, VALUE, year, (), unit, scope=rest) if _names_scope(rest, names) else None


def _in_brackets(written: str) -> tuple[str, bool]:
    """Return the kind of values that the brackets of a heading tell, and whether all that stands in them is understood."""
    kind = VALUE
    understood = True
    for inside in in_brackets(written):
        word = squeezed(inside)
        found = meanings("value_kinds").get(word) or meanings("kinds").get(word)
        kind = found or kind
        unit = read_unit(re.sub(r"^单位[:：]", "", inside))
        understood &= bool(found or unit or is_word("qualifiers", inside) or is_word("aside", inside))
    return kind, understood


def _names_scope(words: str, names: Names) -> bool:
    return names.scopes.find("", words).doubt in {"", "several", "outside"}


def is_aside(words: Sequence[str]) -> bool:
    """Tell whether a heading is that of a column that says nothing of a figure."""
    return is_word("aside", words[-1]) or is_word("aside", without_brackets(words[-1]))


def is_heading(cell: str, names: Names) -> bool:
    """Tell whether a cell may be a heading, or a part of one."""
    word = squeezed(without_brackets(cell))
    head = head_year(cell)
    return (
        word in meanings("headings") or word in meanings("value_kinds") or is_word("ambiguous", cell)
        or read_unit(cell.strip("()（）")) is not None or head is not None or bool(names.titles.find(cell).ids)
        or _names_scope(cell, names)
    )  # fmt: skip
