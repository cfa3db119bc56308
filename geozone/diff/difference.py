"""One difference between two deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from geozone.messages import NO_TEXT, Text


class Part(StrEnum):
    """What of a delivery differs."""

    ZONES = "zones"
    INPUTS = "inputs"
    DATA = "data"
    TARGETS = "targets"
    FIGURES = "figures"
    RATES = "rates"
    VERDICTS = "verdicts"


class Change(StrEnum):
    """How something differs."""

    ADDED = "added"
    DELETED = "deleted"
    CHANGED = "changed"
    KEY = "key_changed"
    GEOMETRY = "geometry"
    FIELD_ADDED = "field_added"
    FIELD_DELETED = "field_deleted"


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs: an item of a table, its field, and what stood there and stands there now."""

    zone: str
    part: Part
    table: str  # layer, register or table
    item: str  # its key
    name: Text
    change: Change
    field: str = ""
    old: Any = None
    new: Any = None
    why: Text = NO_TEXT
    words: tuple[Text, Text] | None = None  # of a number that people read otherwise, before and after


def same_text(word: str) -> Text:
    """Return a name or code that both languages share."""
    return Text(word, word)
