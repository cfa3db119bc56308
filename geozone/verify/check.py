"""What a verification found of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from geozone.export.fingerprint import spreadsheet_digits
from geozone.messages import Message, message

MOST = 20  # differences of a file that are told one by one; the others are counted


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was verified of one file."""

    file: str
    passed: bool
    message: Message


def passed(file: str, told: Message) -> Check:
    """Return a check that a file passed."""
    return Check(file, passed=True, message=told)


def failed(file: str, told: Message) -> Check:
    """Return a check that a file failed."""
    return Check(file, passed=False, message=told)


def told(file: str, differences: Sequence[Message]) -> Iterator[Check]:
    """Yield a failed check for each difference of a file, and one that counts those beyond `MOST`."""
    for difference in differences[:MOST]:
        yield failed(file, difference)
    if len(differences) > MOST:
        yield failed(file, message("verify.more", count=len(differences) - MOST))


def comparable(value: Any, *, rounded: bool = False) -> Any:
    """Return a value such that the same content is equal: nothing is "", a whole number is the same as a float.

    `rounded` leaves a number the digits that every spreadsheet keeps.
    """
    if value is None or value != value:  # noqa: PLR0124 - a number that is none
        return ""
    if isinstance(value, bool):
        return int(value)
    if not isinstance(value, int | float):
        return str(value)
    return spreadsheet_digits(float(value)) if rounded else float(value)


def shown(value: Any) -> str:
    """Return a value as a message says it."""
    if value is None or value == "":
        return "—"
    return repr(value) if isinstance(value, float) else str(value)
