"""Decode the text of a layer that was read as raw bytes, in the encoding that all of it speaks for."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geozone.errors import InputError
from geozone.model import Severity
from geozone.read.bulk import text_columns
from geozone.read.encoding import (
    MOJIBAKE,
    REPLACED,
    Guess,
    codec,
    convincing,
    decode,
    decode_all,
    guess,
    is_western,
    score,
    without_lost,
)
from geozone.read.notes import Notes

RAW = "ISO-8859-1"  # every byte is one character: text read so keeps its bytes
_SAMPLES = 3
_ENOUGH = 20_000  # texts of a column that are looked at where all are known to be UTF-8


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
    data: gpd.GeoDataFrame,
    declared: list[tuple[str, str]],
    given: str | None,
    notes: Notes,
    *,
    read_as: str = "latin-1",
) -> gpd.GeoDataFrame:
    """Return the layer with its text and field names decoded.

    Parameters
    ----------
    data
        The layer as read with the encoding `read_as`.
    declared
        What the file says its encoding is, best source first, as (source, codec).
    given
        The codec that the user gave, which goes before all else.
    notes
        Takes the decision and the findings.
    read_as
        ``"latin-1"`` where every byte became one character, ``"utf-8"`` where `is_utf8` holds.
    """
    if read_as == "utf-8":
        encoding = decide(_sample(data), declared, given, notes)
        if encoding == "utf-8":
            return data
    factors = {name: pd.factorize(data[name]) for name in text_columns(data)}
    raw = {name: _raw(unique.tolist(), read_as) for name, (_, unique) in factors.items()}
    if read_as != "utf-8":
        texts = {text for text in _raw([str(name) for name in data.columns]) if not text.isascii()}
        for values in raw.values():
            texts.update(text for text in values if not text.isascii())
        encoding = decide(texts, declared, given, notes)
        if not texts:
            return data
    for name, (codes, _) in factors.items():
        decoded = pa.array([*decode_all(raw[name], encoding), None], pa.large_string())
        taken = decoded.take(pa.array(np.where(codes < 0, len(raw[name]), codes)))
        data[name] = pd.Series(pd.array(taken, dtype="str"), index=data.index)
    return _rename(data, encoding, read_as)


def is_utf8(data: gpd.GeoDataFrame) -> bool:
    """Tell whether all text of a layer that was read as UTF-8 is that, to the last byte."""
    for name in text_columns(data):
        try:
            pa.array(data[name]).validate(full=True)
        except (pa.ArrowInvalid, UnicodeDecodeError):
            return False
    return True


def _sample(data: gpd.GeoDataFrame) -> set[bytes]:
    """Return texts beyond ASCII of a layer that is UTF-8 throughout: enough to tell that it is not by chance."""
    texts = {str(name).encode() for name in data.columns if not str(name).isascii()}
    for name in text_columns(data):
        column = pa.array(data[name], from_pandas=True)
        beyond = column.filter(pc.invert(pc.string_is_ascii(column.cast(pa.large_string()))))
        texts.update(
            str(value).encode() for value in beyond[:_ENOUGH].unique().to_pylist() if value is not None
        )
    return texts


def _raw(values: list[str], read_as: str = "latin-1") -> list[bytes]:
    """Return the bytes of texts."""
    joined = "\x1e".join(values).encode(read_as, "replace").split(b"\x1e")
    if len(joined) == len(values):
        return joined
    return [value.encode(read_as, "replace") for value in values]


def decide(texts: set[bytes], declared: list[tuple[str, str]], given: str | None, notes: Notes) -> str:
    """Return the encoding of texts beyond ASCII: the user's, else the file's where it is true, else the guess."""
    sound = without_lost(texts)
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


def _overruled(texts: Collection[bytes], stated: str, found: Guess) -> bool:
    """Tell whether the text contradicts the encoding that the file states."""
    if stated == found.encoding:
        return False
    failed = score(texts, stated)[0]
    if failed:
        return found.sure and score(texts, found.encoding)[0] < failed
    if is_western(stated):
        return found.sure
    return convincing(texts, found.encoding) and not convincing(texts, stated)


def without_broken_text(data: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer in which text that a damaged file leaves in no encoding has signs in its place that say so."""
    for name in text_columns(data):
        column = pa.array(data[name], from_pandas=True)
        try:
            column.validate(full=True)
        except (pa.ArrowInvalid, UnicodeDecodeError):
            raw = column.cast(pa.large_string(), safe=False).cast(pa.large_binary()).to_pylist()
            words = [None if value is None else value.decode("utf-8", "replace") for value in raw]
            data[name] = pd.Series(pd.array(words, dtype="str"), index=data.index)
    return data


def report_lost(data: gpd.GeoDataFrame, notes: Notes) -> None:
    """Find text whose characters were lost before the file was written, field by field."""
    for name in text_columns(data):
        column = data[name].astype("str")
        lost = column.str.contains(REPLACED, regex=False) | column.str.contains(MOJIBAKE, regex=False)
        lost = lost.fillna(value=False).to_numpy(bool)
        if lost.any():
            sample = str(column[lost].iloc[0])[:20]
            notes.find("text_lost", Severity.WARNING, field=str(name), count=int(lost.sum()), sample=sample)


def _text(raw: bytes, encoding: str) -> str:
    text = decode(raw, encoding)
    return raw.decode(encoding, "replace") if text is None else text


def _samples(texts: Collection[bytes], encoding: str) -> list[str]:
    longest = heapq.nsmallest(_SAMPLES, texts, key=lambda text: (-len(text), text))
    return sorted(_text(raw, encoding)[:12] for raw in longest)


def _rename(data: gpd.GeoDataFrame, encoding: str, read_as: str) -> gpd.GeoDataFrame:
    names = {
        name: _text(str(name).encode(read_as, "replace"), encoding)
        for name in data.columns
        if name != data.geometry.name and not str(name).isascii()
    }
    return data.rename(columns=names) if names else data
