"""What a draft of a project file consists of: entries, and files that were left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from geozone.messages import Text

LAYER, REGISTER, FIGURES = "layer", "register", "figures"


class State(StrEnum):
    """How sure an entry of a draft is."""

    SURE = "sure"
    GUESSED = "guessed"
    OPEN = "open"  # somebody must decide: it stands in the file as a comment
    LEFT_OUT = "left_out"


@dataclass
class Entry:
    """A block of the project file, and why it is as it is."""

    kind: str  # LAYER, REGISTER or FIGURES
    id: str  # of the layer or register
    path: Path
    inside: str  # the layer or sheet inside the file; empty where there is one only
    keys: dict[str, str]
    fields: dict[str, str] = field(default_factory=dict)  # field of geozone -> field of the file
    classes: dict[str, Sequence[float]] = field(default_factory=dict)
    reasons: list[Text] = field(default_factory=list)  # what it was recognised by, and what was read
    guesses: list[Text] = field(default_factory=list)
    doubts: list[Text] = field(default_factory=list)  # why somebody must decide
    codes: Counter[str] = field(default_factory=Counter)  # of the units that it speaks of
    raster: bool = False
    record: bool = False  # its inside is a table without geometry, and no sheet
    guessed: bool = False  # what it is was told by a field or a folder alone

    @property
    def state(self) -> State:
        """How sure the entry is."""
        return State.OPEN if self.doubts else State.GUESSED if self.guesses else State.SURE

    @property
    def date(self) -> str:
        """The date that it describes; empty where nobody says."""
        date = self.keys.get("vintage", self.keys.get("as_of", ""))
        return "" if date == UNKNOWN else date


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file, or a layer or sheet of one, that the draft does not take."""

    path: Path
    inside: str
    reason: Text


UNKNOWN = "unknown"  # a vintage that nobody states


@dataclass
class Look:
    """What was found in a file."""

    entries: list[Entry] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def add(self, other: Look) -> None:
        """Take what was found in another file."""
        self.entries += other.entries
        self.left_out += other.left_out

    def without(self, folder: Path) -> None:
        """Call files in all sentences as they are called from a folder."""
        start = f"{folder}{os.sep}"

        def shortened(said: Text) -> Text:
            return Text(said.zh.replace(start, ""), said.en.replace(start, ""))

        for entry in self.entries:
            for sentences in (entry.reasons, entry.guesses, entry.doubts):
                sentences[:] = map(shortened, sentences)
        self.left_out = [LeftOut(one.path, one.inside, shortened(one.reason)) for one in self.left_out]
