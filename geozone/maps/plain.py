"""Plain JSON values of the page: texts in both languages, numbers as they are, attributes in compressed pieces."""

from __future__ import annotations

import base64
import gzip
import json
import math
from collections.abc import Iterable, Mapping
from datetime import date
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd

from geozone.maps.pinyin import sounds
from geozone.messages import LANGUAGES, Text
from geozone.seeds import load_phrases

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_MIDNIGHT = "T00:00:00"  # a day needs no time of day


class Strings:
    """Texts of the page, each pair once; those that go on from others have the places behind them."""

    def __init__(self, before: Strings | None = None) -> None:
        self.pairs: list[list[str]] = []
        self.places: dict[tuple[str, str], int] = {} if before is None else dict(before.places)

    def add(self, value: Text | str | None) -> int:
        """Return the place of a text; one in a single language stands for both."""
        if value is None:
            value = ""
        pair = (value.zh, value.en) if isinstance(value, Text) else (str(value), str(value))
        if pair not in self.places:
            self.places[pair] = len(self.places)
            self.pairs.append([clean(part) for part in pair])
        return self.places[pair]


def clean(value: str) -> str:
    """Return a text that UTF-8 can carry: lone surrogates become the replacement character."""
    return value.encode("utf-8", "replace").decode("utf-8")


def to_json(value: Any) -> str:
    """Return JSON that may stand inside a script element: no character of it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def number(value: Any) -> str | None:
    """Return a number as ``repr`` gives it, None for missing ones."""
    if value is None or (type(value) is not float and pd.isna(value)) or not math.isfinite(value):
        return None
    return repr(float(value))


def plain(value: Any) -> Any:
    """Return an attribute as JSON can hold it; anything that is not a number or a flag becomes text."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer) and abs(int(value)) < 1 << 53:
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return clean(value.isoformat() if isinstance(value, date) else str(value)).removesuffix(_MIDNIGHT)


def plain_column(values: Iterable[Any]) -> list[Any]:
    """Return a column of attributes, each as `plain` does; most columns hold values of one kind that are plain already."""
    held = _listed(values)
    kinds = set(map(type, held)) - {NoneType}
    if kinds == {str} and _is_clean("".join(filter(None, held))):
        return held
    if kinds == {float}:
        return [None if value is None or not math.isfinite(value) else value for value in held]
    return [plain(value) for value in held]


def _listed(values: Iterable[Any]) -> list[Any]:
    """Return the values of a column; pandas hands out those of a column of texts one by one, which takes long."""
    if isinstance(values, pd.Series) and isinstance(values.dtype, pd.StringDtype):
        texts = values.to_numpy(dtype=object, copy=True)
        texts[values.isna().to_numpy()] = None
        return list(texts)
    return list(values)


def _is_clean(texts: str) -> bool:
    """Whether nothing has to be changed in texts, one after another."""
    return _MIDNIGHT not in texts and (texts.isascii() or clean(texts) == texts)


def readings(names: Iterable[str]) -> dict[str, str]:
    """Return the pinyin readings of every Chinese character in some names, by which they may be searched."""
    characters = sorted({character for name in names for character in name})
    return {
        character: " ".join(found) for character in characters if (found := sounds(character)) is not None
    }


def interned(values: Iterable[Any]) -> Any:
    """Return a column as a list, or as its distinct values and their places where that is shorter."""
    column = plain_column(values)
    distinct = list(dict.fromkeys(column))
    if len(distinct) * 2 > len(column) or any(isinstance(value, float) for value in distinct):
        return column
    places = {value: place for place, value in enumerate(distinct)}
    return {"values": distinct, "places": [places[value] for value in column]}


def in_both_languages(values: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]] | None:
    """Return a column that embedded data hold in one language, in Chinese and in English; None where it holds no known phrase.

    What is no phrase (the title of a publication) stays as it is.
    """
    said = [load_phrases().get(str(held)) for held in values]
    if not any(said):
        return None
    pairs = list(zip(said, values, strict=True))
    chinese, english = (
        pd.Series([one.get(lang) if one else held for one, held in pairs], index=values.index)
        for lang in LANGUAGES
    )
    return chinese, english


def packed(value: Any) -> str:
    """Return plain values as compressed JSON in base64, for a data block."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode("ascii")


ATTRIBUTE_ROWS = 4096  # rows of a compressed piece; a reader of one feature unpacks one piece


def attributes(columns: Mapping[str, Any], number: int) -> tuple[bytes, list[int]]:
    """Return attribute columns for a data block, in compressed pieces of `ATTRIBUTE_ROWS` rows.

    Returns
    -------
    data, ends
        The pieces one after another, and where each ends.
    """
    pieces = []
    plain_columns = {clean(str(name)): _listed(values) for name, values in columns.items()}
    for first in range(0, max(number, 1), ATTRIBUTE_ROWS):
        part = {
            name: interned(values[first : first + ATTRIBUTE_ROWS]) for name, values in plain_columns.items()
        }
        text = json.dumps(part, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        pieces.append(gzip.compress(text.encode(), 9, mtime=0))
    return b"".join(pieces), np.cumsum([len(piece) for piece in pieces]).tolist()
