"""A project file held against its keys: every fault at once, with its line, before anything is opened."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from geozone.manifest.declared import Declarations, nearest
from geozone.manifest.units import load_units
from geozone.messages import Text, text
from geozone.project.keys import PROJECT, SINCE, TABLES, TARGET, Key
from geozone.vintages import is_no_date

Place = tuple[str | int, ...]
Entries = list[tuple[int, Mapping[str, Any]]]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_YEARS = range(1949, 2101)
_CODE = re.compile(r"\d{6}")
_LONGEST = 2000  # characters of a text
_OPEN = ("indicator",)  # tables with more keys, which whoever reads them checks


def sound_entries(declared: Declarations) -> dict[str, Entries]:
    """Keep every fault of a project file that can be told from the file alone, each with its line.

    Returns
    -------
    dict
        For each kind of table (``layer``, ``register``, ...) the entries in which every key is one and holds what it may,
        with their positions in the file.
    """
    check_table(declared, (), declared.tables, PROJECT)
    since = declared.tables.get("since")
    if isinstance(since, Mapping):
        check_table(declared, ("since",), since, SINCE)
    found: dict[str, Entries] = {}
    for name, keys in TABLES.items():
        entries = declared.tables.get(name, [])
        found[name] = []
        for position, entry in enumerate(entries if _is_tables(entries) else ()):
            before = len(declared.faults)
            check_table(declared, (name, position), entry, keys, more=name in _OPEN)
            target = entry.get("target")
            if name == "indicator" and isinstance(target, Mapping):
                _check_target(declared, (name, position, "target"), target)
            if len(declared.faults) == before:
                found[name].append((position, entry))
    return found


def check_table(
    declared: Declarations,
    place: Place,
    table: Mapping[str, Any],
    keys: Mapping[str, Key],
    *,
    more: bool = False,
) -> None:
    """Keep every fault of one table: keys that are none, keys that are missing, values that are not what a key holds.

    Parameters
    ----------
    declared
        The file, which keeps the faults with their lines.
    place
        Where the table stands in it.
    table
        The table.
    keys
        What may stand in it.
    more
        Whether there are other keys, which somebody else checks.
    """
    unknown = [] if more else [name for name in table if name not in keys]
    if not more:
        declared.known_keys(place, table, keys)
    meant = {near for name in unknown for near in get_close_matches(name, keys, n=1, cutoff=0.5)}
    for name, key in keys.items():
        if name not in table:
            if key.required and name not in meant:  # told at the key that was meant for it
                declared.fault(place, "missing_key", name=name)
            continue
        wrong = _KINDS[key.holds](table[name], key)
        if wrong is not None:
            declared.said((*place, name), _told(name, table[name], key, wrong))


def _check_target(declared: Declarations, place: Place, target: Mapping[str, Any]) -> None:
    check_table(declared, place, target, TARGET)
    unit = target.get("unit")
    if isinstance(unit, str) and unit not in load_units():
        declared.fault((*place, "unit"), "unknown_unit", name=unit, nearest=nearest(unit, load_units()))
    base, year = target.get("base_year"), target.get("year")
    if isinstance(base, int) and isinstance(year, int) and base >= year:
        declared.fault((*place, "base_year"), "years_reversed", base=base, year=year)


def _told(name: str, value: Any, key: Key, wrong: str) -> Text:
    if wrong == "choice":
        return text("manifest.unknown_word", name=_short(value), nearest=nearest(str(value), key.choices))
    if wrong in {"control", "long", "empty"}:
        return text(f"project.text_{wrong}", name=name, limit=_LONGEST)
    return text("manifest.wrong_type", name=name, wanted=text(f"project.wanted_{wrong}"), value=_short(value))


def _short(value: Any) -> str:
    """Return a value as a sentence names it, whatever it is."""
    words = _CONTROL.sub("�", value if isinstance(value, str) else repr(value))
    return words if len(words) <= 60 else f"{words[:57]}…"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, Mapping) for one in value)


def _text(value: Any, _key: Key) -> str | None:
    if _is_whole(value):
        return None
    if not isinstance(value, str):
        return "text"
    if _CONTROL.search(value):
        return "control"
    return "long" if len(value) > _LONGEST else None


def _word(value: Any, key: Key) -> str | None:
    return _text(value, key) if isinstance(value, str) else "text"


def _words(value: Any, key: Key) -> str | None:
    if isinstance(value, date):  # when something was published or taken
        return None
    if not isinstance(value, Mapping):
        return _text(value, key)
    if set(value) != {"zh", "en"}:
        return "words"
    return next((wrong for one in value.values() if (wrong := _text(one, key)) is not None), None)


def _address(value: Any, key: Key) -> str | None:
    if not isinstance(value, str):
        return "address"
    return _text(value, key) if value.strip() else "empty"


def _date(value: Any, key: Key) -> str | None:
    if isinstance(value, date):
        return None
    if not isinstance(value, str | int) or isinstance(value, bool):
        return "date"
    words = str(value).strip()
    if not words:
        return "empty"
    return "date" if is_no_date(words) else _text(value, key)


def _number(value: Any, _key: Key) -> str | None:
    fine = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return None if fine else "number"


def _metres(value: Any, key: Key) -> str | None:
    return "metres" if _number(value, key) or value <= 0 else None


def _year(value: Any, _key: Key) -> str | None:
    return None if _is_whole(value) and value in _YEARS else "year"


def _crs(value: Any, _key: Key) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "crs"
    from geozone.read.crs import is_known  # noqa: PLC0415 - few files state one, and it brings all of PROJ

    return None if is_known(value) else "crs"


def _encoding(value: Any, _key: Key) -> str | None:
    from geozone.read.encoding import codec  # noqa: PLC0415 - few files state one

    return None if isinstance(value, str) and value.strip() and codec(value) else "encoding"


def _fields(value: Any, _key: Key) -> str | None:
    if not isinstance(value, Mapping):
        return "fields"
    return None if all(isinstance(one, str) and one.strip() for one in value.values()) else "fields"


def _classes(value: Any, key: Key) -> str | None:
    if not isinstance(value, Mapping):
        return "classes"
    for name, values in value.items():
        if not name.strip():
            return "classes"
        some = values if isinstance(values, list) else [values]
        if not some or any(_number(one, key) for one in some):
            return "classes"
    return None


def _codes(value: Any, _key: Key) -> str | None:
    fine = isinstance(value, list) and all(_CODE.fullmatch(str(one)) for one in value)
    return None if fine else "codes"


def _choice(value: Any, key: Key) -> str | None:
    return None if isinstance(value, str) and value in key.choices else "choice"


def _texts(value: Any, key: Key) -> str | None:
    fine = isinstance(value, list) and bool(value) and all(isinstance(one, str) and one for one in value)
    return next((wrong for one in value if (wrong := _text(one, key)) is not None), None) if fine else "texts"


def _flag(value: Any, _key: Key) -> str | None:
    return None if isinstance(value, bool) else "flag"


def _whole(value: Any, _key: Key) -> str | None:
    return None if _is_whole(value) and value >= 0 else "whole"


def _pattern(value: Any, _key: Key) -> str | None:
    if not isinstance(value, str) or not value:
        return "pattern"
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError):
        return "pattern"
    return None


def _table(value: Any, _key: Key) -> str | None:
    return None if isinstance(value, Mapping) else "table"


def _tables(value: Any, key: Key) -> str | None:
    return None if _is_tables(value) and (value or not key.required) else "tables"


# what is wrong with a value, by what its key may hold; None where it is as it should be
_KINDS: Mapping[str, Callable[[Any, Key], str | None]] = {
    "word": _word,
    "text": _text,
    "words": _words,
    "address": _address,
    "date": _date,
    "number": _number,
    "metres": _metres,
    "year": _year,
    "crs": _crs,
    "encoding": _encoding,
    "fields": _fields,
    "classes": _classes,
    "codes": _codes,
    "choice": _choice,
    "texts": _texts,
    "flag": _flag,
    "whole": _whole,
    "pattern": _pattern,
    "table": _table,
    "tables": _tables,
}
