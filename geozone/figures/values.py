"""The value of one cell in the unit of its indicator, with everything that may be wrong about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from geozone.figures.numbers import EXACT, Number, read_grade, read_number
from geozone.figures.words import is_blank, word_table
from geozone.manifest.indicators import Indicator
from geozone.manifest.units import Written, load_units, multiples, read_unit, written_units
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import Kind, Severity
from geozone.rounding import printed_places

NO_UNIT = "-"  # of indicators that are evidence: their figures keep the unit that they have
_DAYS = 366  # of a year, at most

Tell = Callable[..., None]  # kind of a finding, severity, and what else it says, of the row in hand


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in the unit of its indicator."""

    value: float
    unit: str
    comparator: str
    preliminary: bool = False
    note: Text = NO_TEXT  # how it is written, where it was converted
    places: int = 0  # decimals that it is written with, where it was not converted


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with a value, and the units that are said to be its own."""

    written: str
    heading: str
    units: Sequence[Written]  # of its row and of its column, the first going first
    above: Sequence[Written] = ()  # stated above the table, where nothing else says it


def row_unit(cell: str, tell: Tell) -> tuple[Written | None, bool]:
    """Return the unit of a cell of units, and whether the row can be used: a word that is no unit spoils it."""
    if is_blank(cell):
        return None, True
    unit = read_unit(cell)
    if unit is None:
        near = get_close_matches(cell, [word for word, _ in written_units()], n=1, cutoff=0.0)
        tell("unknown_unit", word=cell, near=near[0] if near else "")
    return unit, unit is not None


def measured(cell: Cell, indicator: Indicator, tell: Tell) -> Measured | None:
    """Return the value of a cell; None where it has none that can be used, which is told.

    1. Every part of the cell has to be understood: number, comparator, multiple, unit.
    2. The unit is that of the cell, its row, its column or the table; where two of the first three differ, none counts.
    3. Without any, it is that of the indicator where that has no multiples: nobody can know whether a bare area is in
       km² or in 万亩.
    4. What cannot be is left out: a share outside 0 to 100 %, a quantity below zero, a class that there is not.
    """
    unit = load_units().get(indicator.unit)
    if unit is not None and unit.grades:
        return _grade(cell, indicator, unit.grades, tell)
    number = read_number(cell.written)
    if number is None:
        tell("not_a_number", word=cell.written, heading=cell.heading)
    elif number.direction and not is_signed(indicator):
        tell("direction", word=cell.written, indicator=indicator.title)
    else:
        return _number(cell, number, indicator, tell)
    return None


def is_signed(indicator: Indicator) -> bool:
    """Tell whether figures of an indicator are changes, which may lie below zero or above 100 %."""
    return indicator.measure.kind is Kind.CHANGE or indicator.id in word_table("signed")["indicators"]


def is_over_time(indicator: Indicator) -> bool:
    """Tell whether figures of an indicator are means or sums over a year."""
    words = word_table("over_time")
    return indicator.id not in words["parts"] and (
        indicator.unit in words["units"] or indicator.id in words["indicators"]
    )


def unit_title(unit: str) -> Text:
    """Return a unit as messages name it."""
    title = load_units()[unit].title
    return title if title.zh else Text("无量纲", "no unit")


def _grade(cell: Cell, indicator: Indicator, grades: Sequence[str], tell: Tell) -> Measured | None:
    grade = read_grade(cell.written, grades)
    if grade is None:
        tell("no_grade", word=cell.written, indicator=indicator.title, grades="、".join(grades))
        return None
    other = next((unit for unit in cell.units if unit.unit != indicator.unit), None)
    if other is not None:
        tell(
            "wrong_unit",
            unit=unit_title(other.unit),
            wanted=unit_title(indicator.unit),
            indicator=indicator.title,
        )
        return None
    return Measured(float(grade), indicator.unit, EXACT)


def _number(cell: Cell, number: Number, indicator: Indicator, tell: Tell) -> Measured | None:
    if number.marked:
        tell("marked", Severity.NOTE, word=cell.written)
    written, sure = _unit_of(cell, number, indicator, tell)
    if not sure:
        return None
    found = _converted(number, written, indicator)
    if found is None:
        given = unit_title(written.unit if written else NO_UNIT)
        tell("wrong_unit", unit=given, wanted=unit_title(indicator.unit), indicator=indicator.title)
        return None
    unit = written.unit if written and indicator.unit == NO_UNIT else indicator.unit
    value = float(found) + 0.0  # no zero has a sign
    if not _plausible(value, unit, indicator):
        tell("impossible", word=cell.written, indicator=indicator.title)
        return None
    if load_units()[unit].share and 0 < value <= 1 and number.unit is None and not is_signed(indicator):
        tell("small_share", word=cell.written, indicator=indicator.title)
    places = printed_places(str(number.value)) if found == number.value else 0
    note = _as_written(cell, number, written, unit)
    return Measured(value, unit, number.comparator, number.preliminary, note, places)


def _unit_of(cell: Cell, number: Number, indicator: Indicator, tell: Tell) -> tuple[Written | None, bool]:
    """Return the unit of a number, and whether it can be known."""
    given = [*([number.unit] if number.unit else []), *cell.units]
    if len(set(given)) > 1 or (number.multiple != 1 and any(unit.multiple != 1 for unit in given)):
        tell("units_differ", word=cell.written, units=_listed(given))
        return None, False
    if given:
        return given[0], True
    units = load_units()
    above = [unit for unit in cell.above if _base(unit.unit) == _base(indicator.unit)]
    if len(above) == 1:
        tell("unit_above", Severity.NOTE, unit=_shown(above[0]), indicator=indicator.title)
        return above[0], True
    if indicator.unit == NO_UNIT:
        return None, True
    title = unit_title(indicator.unit)
    if any(other.base == _base(indicator.unit) and other.id != indicator.unit for other in units.values()):
        tell("no_unit", indicator=indicator.title, unit=title)
        return None, False
    tell("unit_assumed", Severity.NOTE, indicator=indicator.title, unit=title)
    return Written(indicator.unit, Decimal(1)), True


def _converted(number: Number, written: Written | None, indicator: Indicator) -> Decimal | None:
    """Return a number in the unit of its indicator; None where the two measure different things."""
    value = -abs(number.value) if number.direction == "down" else number.value
    value *= number.multiple
    if written is None:
        return value
    value *= written.multiple
    if indicator.unit in {NO_UNIT, written.unit}:
        return value
    if _base(written.unit) != _base(indicator.unit):
        return None
    units = load_units()
    return value * Decimal(str(units[written.unit].factor)) / Decimal(str(units[indicator.unit].factor))


def _plausible(value: float, unit: str, indicator: Indicator) -> bool:
    """Tell whether a value can be."""
    top = 100.0 if load_units()[unit].share else float(_DAYS) if unit == "days" else float("inf")
    return is_signed(indicator) or 0 <= value <= top


def _as_written(cell: Cell, number: Number, written: Written | None, unit: str) -> Text:
    """Return how a value is written where it was converted."""
    if number.multiple == 1 and (written is None or written == Written(unit, Decimal(1))):
        return NO_TEXT
    unit_words = _shown(written) if written and not number.unit else NO_TEXT
    return text("figures.as_written", written=Text(cell.written, cell.written) + unit_words)


def _listed(units: Sequence[Written]) -> Text:
    shown = [_shown(unit) for unit in dict.fromkeys(units)]
    return listed(shown)


def _base(unit: str) -> str:
    return load_units()[unit].base


def _shown(unit: Written) -> Text:
    """Return a unit with its multiple, as messages name it."""
    title = unit_title(unit.unit)
    if unit.multiple == 1:
        return title
    word = next(
        (word for word, times in multiples().items() if times == unit.multiple), f"{unit.multiple:,f}"
    )
    return Text(f"{word}{title.zh}", f"{unit.multiple:,f} {title.en}")
