"""The keys of a project file: what each may hold, table by table. Every list of keys is derived from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geozone.manifest.origins import KEYS as ORIGIN_KEYS
from geozone.model import UNIT_LEVELS, Basis, ChangeBasis, Comparator, Level, Modality


@dataclass(frozen=True, slots=True)
class Key:
    """What a key may hold.

    ``holds`` is one of: word, text (a whole number is one too), words (text, or text in both languages), address (a file or a
    database), date, number, metres, year, crs, encoding, fields (column -> heading), classes (name -> values), codes (of
    units), texts (a list), flag, whole (a number from 0 on), pattern (a regular expression), table, tables, or choice (one of
    ``choices``).
    """

    holds: str
    required: bool = False
    choices: tuple[str, ...] = ()


def _choice(words: type[Basis | ChangeBasis | Comparator | Modality], *, required: bool = False) -> Key:
    return Key("choice", required, tuple(word.value for word in words))


_ORIGIN = {name: Key("words") for name in ("source", "licence", *ORIGIN_KEYS)}
PROJECT: Mapping[str, Key] = {
    "zone": Key("word", required=True),
    "title": Key("words"),
    "map_review_number": Key("text"),
    "layer": Key("tables"),
    "register": Key("tables"),
    "figures": Key("tables"),
    "indicator": Key("tables"),
    "since": Key("table"),
}
LAYER: Mapping[str, Key] = {
    "role": Key("word", required=True),
    "id": Key("text"),
    "path": Key("address", required=True),
    "layer": Key("text"),
    "basis": _choice(Basis, required=True),
    "vintage": Key("date", required=True),
    "title": Key("words"),
    "accuracy": Key("words"),
    "note": Key("words"),
    "crs": Key("crs"),
    "encoding": Key("encoding"),
    "fields": Key("fields"),
    "classes": Key("classes"),
    "width_m": Key("metres"),
    "processing": Key("words"),
    **_ORIGIN,
}
REGISTER: Mapping[str, Key] = {
    "role": Key("word", required=True),
    "id": Key("text"),
    "path": Key("address", required=True),
    "layer": Key("text"),
    "sheet": Key("text"),
    "level": Key("choice", choices=tuple(level.value for level in UNIT_LEVELS if level is not Level.ZONE)),
    "basis": _choice(Basis, required=True),
    "as_of": Key("date", required=True),
    "title": Key("words"),
    "fields": Key("fields"),
    **_ORIGIN,
}
FIGURES: Mapping[str, Key] = {
    "path": Key("address", required=True),
    "layer": Key("text"),
    "sheet": Key("text"),
    "basis": _choice(Basis, required=True),
    "fields": Key("fields"),
    **_ORIGIN,
}
INDICATOR: Mapping[str, Key] = {  # beside these, the keys of its measure
    "id": Key("text", required=True),
    "title": Key("words"),
    "note": Key("words"),
    "target": Key("table"),
}
TARGET: Mapping[str, Key] = {
    "comparator": _choice(Comparator, required=True),
    "modality": _choice(Modality),
    "value": Key("number"),
    "unit": Key("text"),
    "year": Key("year"),
    "base_year": Key("year"),
    "change_basis": _choice(ChangeBasis),
    "source": Key("words"),
    "region": Key("words"),
    "region_codes": Key("codes"),
    "clause": Key("text"),
    "note": Key("words"),
}
SINCE: Mapping[str, Key] = {"path": Key("address", required=True)}
TABLES: Mapping[str, Mapping[str, Key]] = {
    "layer": LAYER,
    "register": REGISTER,
    "figures": FIGURES,
    "indicator": INDICATOR,
}
