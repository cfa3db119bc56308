"""The headings of tables to fill in, as geozone's readers know them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from geozone.figures.words import word_table
from geozone.manifest.fields import field_title, load_fields
from geozone.manifest.indicators import Indicator
from geozone.manifest.inputs import DeclaredRegister
from geozone.manifest.units import load_units, unit_title
from geozone.messages import Language
from geozone.model import REGISTER_COLUMNS, Level
from geozone.registers.words import MEASURES, PLACE_COLUMNS, register_words

_CHINESE = re.compile(r"[一-鿿]")
_NAME, _STATUS, _DATE, _PLAN, _SOURCE, _NOTE = (
    "name",
    "status",
    "status_date",
    "planned_year",
    "source",
    "note",
)
_MEASURED_IN = {"shore_km": "km", "length_km": "km", "area_km2": "km²"}
_KNOWN = frozenset({*REGISTER_COLUMNS, *PLACE_COLUMNS})


def register_columns(register: DeclaredRegister | None, indicators: Iterable[Indicator]) -> tuple[str, ...]:
    """Return the columns of a register that indicators ask for, in the order of a table.

    Name, place down to the level of its units, status, its date and the planned year; the measure that items are weighed
    by, and the fields of filters.
    """
    level = register.level if register and register.level else Level.COUNTY
    places = [*PLACE_COLUMNS[: _depth(level)], f"{level.value}_code"]
    asked = [name for one in indicators for name in _asked(one)]
    columns = (_NAME, *places, *asked, _STATUS, _DATE, _PLAN, _SOURCE, _NOTE)
    return tuple(dict.fromkeys(columns))


def field_heading(name: str, lang: Language) -> str:
    """Return the heading of a field: as registers write it, as it is declared, or its id.

    In Chinese it is the first Chinese word that the reader knows for a column of a register; that of a measure names its
    unit.
    """
    if name in load_fields() or name not in _KNOWN:
        return field_title(name).get(lang)
    word = _plainest(register_words("headings").get(name, [name]), lang)
    unit = _MEASURED_IN.get(name)
    return f"{word}（{unit}）" if unit and lang == "zh" else word


def figure_heading(column: str, lang: Language) -> str:
    """Return the heading of a column of a table of figures: the first word of a language that its reader knows."""
    return _plainest(word_table("headings")[column], lang)


def unit_word(unit: str, lang: Language) -> str:
    """Return how a unit is written in a table; one without a sign goes by a word."""
    known = load_units().get(unit)
    return unit_title(unit).get(lang) or (known.written[0] if known and known.written else "")


def status_words(status: str, lang: Language) -> list[str]:
    """Return the words that registers write for a status, the plainest first: one language, three at most."""
    words = [
        one for one in register_words("statuses")[status] if bool(_CHINESE.search(one)) is (lang == "zh")
    ]
    return words[:3]


def _plainest(words: Sequence[str], lang: Language) -> str:
    chosen = (one for one in words if bool(_CHINESE.search(one)) is (lang == "zh"))
    return next(chosen, words[0])


def _asked(indicator: Indicator) -> list[str]:
    by = indicator.options.get("by")
    measures = [by] if by in MEASURES else []
    return [*measures, *(name for name in indicator.where if name != _NAME)]


def _depth(level: Level) -> int:
    return PLACE_COLUMNS.index(level.value) + 1 if level.value in PLACE_COLUMNS else len(PLACE_COLUMNS)
