"""Tables of declarations: read with the lines that they stand on, so that a fault is told with its place."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from geozone.errors import InputError
from geozone.manifest.long_keys import MOST_DOTS, line_of_long_key
from geozone.messages import Text, text
from geozone.toml_tables import parsed

_DIGIT, _BRACKET = re.compile(r"\d"), re.compile(r"[\[{]")
_TABLE = re.compile(r"^\s*\[\[?\s*([^\[\]]+?)\s*\]?\]\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*(?:"([^"]+)"|'([^']+)'|([\w.\-]+))\s*=""")
_ESCAPED = re.compile(r'"[^"\n]*\\[^"\\bfnrtuU\n][^"\n]*"')  # a path of Windows in double quotes

_LONGEST = 60  # characters of a key that a sentence names


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a declaration, with its place."""

    file: str
    line: int
    reason: Text

    @property
    def text(self) -> Text:
        """The fault with its place."""
        return text("manifest.fault", file=self.file, line=self.line, reason=self.reason)


class Declarations:
    """A TOML file of declarations, with the line of every table and key.

    Parameters
    ----------
    name
        What the file is called in messages.
    written
        Its text.
    path
        Where it was read, if it was.

    Raises
    ------
    InputError
        If it is not TOML, or a key in it has more than `MOST_DOTS` dots.
    """

    def __init__(self, name: str, written: str, path: Path | None = None) -> None:
        self.name, self._written = name, written
        if (line := line_of_long_key(written)) is not None:
            raise InputError("manifest.long_key", file=name, line=line, limit=MOST_DOTS)
        try:
            self.tables: dict[str, Any] = parsed(written, path) if path else tomllib.loads(written)
        except tomllib.TOMLDecodeError as error:
            fault = "manifest.not_toml_path" if _ESCAPED.search(written) else "manifest.not_toml"
            raise InputError(fault, file=name, reason=str(error)) from error
        except ValueError as error:
            raise InputError("manifest.too_long", file=name, line=_line_of_most(written, _DIGIT)) from error
        except RecursionError as error:
            raise InputError("manifest.nested", file=name, line=_line_of_most(written, _BRACKET)) from error
        self.faults: list[Fault] = []

    @classmethod
    def read(cls, path: Path) -> Declarations:
        """Read a file.

        Raises
        ------
        InputError
            If it is missing, not UTF-8 or not TOML.
        """
        try:
            return cls(path.name, path.read_text("utf-8-sig"), path)
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("manifest.unreadable", file=path, reason=str(error)) from error

    @cached_property
    def _lines(self) -> dict[tuple[str, ...], int]:
        return _lines_of(self._written)

    def line(self, *place: str | int) -> int:
        """Return the line of a table or key: ``line("redline", "kind")``; of what stands around it if it has none."""
        wanted = tuple(str(part) for part in place)
        while wanted and wanted not in self._lines:
            wanted = wanted[:-1]
        return self._lines.get(wanted, 1)

    def fault(self, place: Iterable[str | int], key: str, /, **params: Any) -> None:
        """Keep a fault; its text is ``manifest.<key>``."""
        self.faults.append(Fault(self.name, self.line(*place), text(f"manifest.{key}", **params)))

    def said(self, place: Iterable[str | int], reason: Text) -> None:
        """Keep a fault that has its own text."""
        self.faults.append(Fault(self.name, self.line(*place), reason))

    def known_keys(
        self, place: tuple[str | int, ...], table: Mapping[str, Any], keys: Collection[str]
    ) -> None:
        """Keep a fault for every key that is not one of some."""
        for name in table:
            if name not in keys:
                self.fault((*place, name), "unknown_key", name=name[:_LONGEST], nearest=nearest(name, keys))

    def stop_on_faults(self) -> None:
        """Raise what was found.

        Raises
        ------
        InputError
            With all faults, each with its line.
        """
        if self.faults:
            ordered = sorted(dict.fromkeys(self.faults), key=lambda fault: fault.line)
            if len(ordered) == 1:
                [only] = ordered
                raise InputError("manifest.fault", file=only.file, line=only.line, reason=only.reason)
            raise InputError(
                "manifest.faults", file=self.name, count=len(ordered), faults=joined_faults(ordered)
            )


def _line_of_most(written: str, sign: re.Pattern[str]) -> int:
    """Return the line with the most of some signs."""
    lines = written.splitlines()
    return 1 + max(range(len(lines)), key=lambda number: len(sign.findall(lines[number])))


def joined_faults(faults: Iterable[Fault]) -> Text:
    """Return faults one below the other."""
    said = [fault.text for fault in faults]
    return Text("\n".join(one.zh for one in said), "\n".join(one.en for one in said))


def nearest(word: str, choices: Collection[str]) -> Text:
    """Return the sentence that names the nearest of some words, or all of them where none is near."""
    close = difflib.get_close_matches(str(word), list(choices), n=1, cutoff=0.5)
    if close:
        return text("manifest.nearest", word=close[0])
    return text("manifest.choices", words=", ".join(sorted(choices)))


def _lines_of(written: str) -> dict[tuple[str, ...], int]:
    """Return the line of every table and key by its path; tables of an array are numbered from 0."""
    lines: dict[tuple[str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    here: tuple[str, ...] = ()
    for number, line in enumerate(written.splitlines(), 1):
        if match := _TABLE.match(line):
            here = _parts(match[1])
            if line.lstrip().startswith("[["):
                place = counts.get(here, 0)
                counts[here] = place + 1
                lines.setdefault(here, number)
                here = (*here, str(place))
            lines.setdefault(here, number)
        elif match := _KEY.match(line):
            name = match[1] or match[2] or match[3]
            parts = (name,) if match[1] or match[2] else tuple(name.split("."))
            for length in range(1, len(parts) + 1):
                lines.setdefault((*here, *parts[:length]), number)
    return lines


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.]+", name))
