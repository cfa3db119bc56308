"""Decode the text of a layer that was read as raw bytes, in the encoding that all of it speaks for."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.bulk import text_columns
from geozone.read.encoding import (
    Guess,
    codec,
    convincing,
    decode,
    guess,
    is_western,
    score,
    string_is_lost,
    text_is_lost,
)
from geozone.read.notes import Notes

RAW = "ISO-8859-1"  # every byte is one character: text read so keeps its bytes
_SAMPLES = 3


def given_codec(given: str | None, path: Any) -> str | None:
    """Return the codec of the encoding that the user gave.

    Raises
    ------
    InputError
        If there is no such encoding.
    """
    if given is None:
        return None
    found = codec(given)
    if found is None:
        raise InputError("read.bad_encoding", path=path, encoding=given)
    return found


def recode(
    data: gpd.GeoDataFrame, declared: list[tuple[str, str]], given: str | None, notes: Notes
) -> gpd.GeoDataFrame:
    """Return the layer with its text and field names decoded.

    Parameters
    ----------
    data
        The layer as read with the encoding `RAW`.
    declared
        What the file says its encoding is, best source first, as (source, codec).
    given
        The codec that the user gave, which goes before all else.
    notes
        Takes the decision and the findings.
    """
    columns = text_columns(data)
    factors = {name: pd.factorize(data[name]) for name in columns}
    raw: set[bytes] = {str(name).encode("latin-1", "replace") for name in data.columns}
    for _, unique in factors.values():
        raw.update(str(value).encode("latin-1", "replace") for value in unique)
    texts = {text for text in raw if not text.isascii()}
    encoding = decide(texts, declared, given, notes)
    for name, (codes, unique) in factors.items():
        values = [_text(str(value).encode("latin-1", "replace"), encoding) for value in unique]
        decoded = np.array([*values, None], dtype=object)[codes]  # the code of a missing value is -1
        data[name] = pd.Series(decoded, index=data.index, dtype="str")
    return _rename(data, encoding)


def decide(texts: set[bytes], declared: list[tuple[str, str]], given: str | None, notes: Notes) -> str:
    """Return the encoding of texts beyond ASCII: the user's, else the file's where it is true, else the guess."""
    sound = {text for text in texts if not text_is_lost(text)}
    if given is not None:
        notes.decide("encoding", given, "read.encoding_given", encoding=given)
        failed = score(sound, given)[0]
        if failed:
            notes.find("encoding_undecodable", Severity.WARNING, encoding=given, count=failed)
        return given
    found = guess(texts)
    stated = next(iter(declared), None)
    if not texts:
        encoding = stated[1] if stated else "utf-8"
        notes.decide("encoding", encoding, "read.encoding_ascii")
        return encoding
    if stated is not None and not _overruled(sound, stated[1], found):
        notes.decide("encoding", stated[1], "read.encoding_stated", source=stated[0], encoding=stated[1])
        return stated[1]
    sample = "、".join(_samples(sound or texts, found.encoding))
    if stated is not None:
        notes.decide(
            "encoding",
            found.encoding,
            "read.encoding_not_stated_one",
            source=stated[0],
            stated=stated[1],
            encoding=found.encoding,
        )
        if not is_western(stated[1]):
            notes.find(
                "encoding_overruled",
                Severity.WARNING,
                source=stated[0],
                stated=stated[1],
                encoding=found.encoding,
                sample=sample,
            )
    elif sound:
        notes.decide(
            "encoding", found.encoding, "read.encoding_guessed", encoding=found.encoding, sample=sample
        )
    if sound and not found.sure:
        notes.find("encoding_unsure", Severity.WARNING, encoding=found.encoding, sample=sample)
    return found.encoding


def _overruled(texts: set[bytes], stated: str, found: Guess) -> bool:
    """Tell whether the text contradicts the encoding that the file states."""
    if stated == found.encoding:
        return False
    failed = score(texts, stated)[0]
    if failed:
        return found.sure and score(texts, found.encoding)[0] < failed
    if is_western(stated):
        return found.sure
    return convincing(texts, found.encoding) and not convincing(texts, stated)


def report_lost(data: gpd.GeoDataFrame, notes: Notes) -> None:
    """Find text whose characters were lost before the file was written, field by field."""
    for name in text_columns(data):
        unique = data[name].dropna().unique()
        lost = {value for value in unique if string_is_lost(str(value))}
        if lost:
            count = int(data[name].isin(lost).sum())
            notes.find("text_lost", Severity.WARNING, field=str(name), count=count, sample=min(lost)[:20])


def _text(raw: bytes, encoding: str) -> str:
    text = decode(raw, encoding)
    return raw.decode(encoding, "replace") if text is None else text


def _samples(texts: set[bytes], encoding: str) -> list[str]:
    longest = sorted(texts, key=lambda text: (-len(text), text))
    return sorted(_text(raw, encoding)[:12] for raw in longest[:_SAMPLES])


def _rename(data: gpd.GeoDataFrame, encoding: str) -> gpd.GeoDataFrame:
    names = {
        name: _text(str(name).encode("latin-1", "replace"), encoding)
        for name in data.columns
        if name != data.geometry.name and not str(name).isascii()
    }
    return data.rename(columns=names) if names else data
