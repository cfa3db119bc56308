"""The date that data describes, as declarations write it, and which of several is the newest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations

from geozone.messages import Text, text

_DATE = re.compile(
    r"(?P<year>(?:19|20)\d\d)年?"
    r"(?:[-./]?(?P<month>0[1-9]|1[0-2]|(?<=[-./年])[1-9])月?"
    r"(?:[-./]?(?P<day>0[1-9]|[12]\d|3[01]|(?<=[-./月])[1-9])日?)?)?"
)
YEAR = re.compile(r"(?:19|20)\d\d")
_FIRST_DAY = date(1899, 12, 30)  # day 0 of a workbook
_EMPTY = (
    "1899",
    "1900",
    "1970-01-01",
)  # where workbooks, databases and computers begin to count days
_DAY_PARTS = 2  # dashes of a date with its day
_DAYS = (32874, 73050)  # numbers of days that are dates of 1990 to 2099
_YEARS = (1949, 2100)  # numbers that are years
_DIGITS = re.compile(r"[\d年月日./\-\s]+")
_SPAN = re.compile(r"\s*\d{4}\s*年?\s*[-–—~至]\s*\d{4}\s*年?\s*")  # of years

# a date among other words; digits beside it would make it a number
_INSIDE = re.compile(
    r"(?<!\d)(?P<year>19[5-9]\d|20\d\d)(?:(?:年|[-./_])?(?P<month>0[1-9]|1[0-2]|(?<=[年\-./_])[1-9](?!\d))月?"
    r"(?:[-./_]?(?P<day>0[1-9]|[12]\d|3[01]|(?<=[月\-./_])[1-9](?!\d))日?)?)?(?!\d)"
)


def parse_vintage(vintage: str) -> tuple[int, ...] | None:
    """Return year, month and day of a vintage, as far as it states them; None where it states no date.

    >>> parse_vintage("2023年12月"), parse_vintage("20231231"), parse_vintage("unknown")
    ((2023, 12), (2023, 12, 31), None)
    """
    match = _DATE.fullmatch(re.sub(r"\s", "", vintage))
    parts = [part for part in match.groups() if part] if match else []
    if not parts or is_no_day("-".join(part.zfill(2) for part in parts)):
        return None
    return tuple(map(int, parts))


def is_no_day(found: str) -> bool:
    """Tell whether a date names a day that its month does not have.

    >>> is_no_day("2025-02-30"), is_no_day("2025-02-28"), is_no_day("2025-02")
    (True, False, False)
    """
    if found.count("-") < _DAY_PARTS:
        return False
    try:
        date.fromisoformat(found)
    except ValueError:
        return True
    return False


def year_of(date: object) -> int | None:
    """Return the year that a date begins with; None where it begins with none.

    >>> year_of("2023-12"), year_of("unknown"), year_of(None)
    (2023, None, None)
    """
    match = YEAR.match(str(date or ""))
    return int(match[0]) if match else None


def is_no_date(vintage: str) -> bool:
    """Tell whether something is written as a date, and is none; words and spans of years may say what they like.

    >>> is_no_date("2023-13"), is_no_date("2021-2035"), is_no_date("unknown")
    (True, False, False)
    """
    meant = _DIGITS.fullmatch(vintage) and not _SPAN.fullmatch(vintage)
    return bool(meant) and parse_vintage(vintage) is None


def dates_in(words: str) -> list[str]:
    """Return the dates that stand among other words, each as a vintage is written.

    >>> dates_in("440803生态保护红线20231231"), dates_in("截至2026年6月30日"), dates_in("13010020")
    (['2023-12-31'], ['2026-06-30'], [])
    """
    return ["-".join(part.zfill(2) for part in match.groups() if part) for match in _INSIDE.finditer(words)]


def newest_first(vintages: Iterable[str]) -> list[list[str]] | None:
    """Return vintages in groups of one date, the newest first.

    None where it cannot be told which is newer: one states no date, or only the year in which the other lies.
    """
    written = sorted({vintage.strip() for vintage in vintages})
    if len(written) <= 1:
        return [written]
    dates = {vintage: parse_vintage(vintage) for vintage in written}
    groups: dict[tuple[int, ...], list[str]] = {}
    for vintage, parts in dates.items():
        if parts is None:
            return None
        groups.setdefault(parts, []).append(vintage)
    for one, other in combinations(groups, 2):
        shared = min(len(one), len(other))
        if one[:shared] == other[:shared]:
            return None
    return [groups[parts] for parts in sorted(groups, reverse=True)]


def vintage_words(vintage: str) -> Text:
    """Return a vintage as people read it; the declarations call one that nobody states ``unknown``."""
    return text("words.status_unknown") if vintage in {"", "unknown"} else Text(vintage, vintage)


def date_of_number(days: int) -> date | None:
    """Return the date that a workbook keeps as its number of days; None where that is none of 1990 to 2099."""
    return _FIRST_DAY + timedelta(days=days) if _DAYS[0] <= days <= _DAYS[1] else None


def is_empty_date(found: str) -> bool:
    """Tell whether a date is what programs show where none was entered: the first days that they count.

    >>> is_empty_date("1900-01-01"), is_empty_date("1970-01-01"), is_empty_date("1970")
    (True, True, False)
    """
    return found.startswith(_EMPTY)


def year_shown_as_date(day: date) -> int | None:
    """Return the year that a workbook shows as the day of its number, as it does where a cell of 2025 is formatted as a date."""
    days = (day - _FIRST_DAY).days
    return days if _YEARS[0] <= days <= _YEARS[1] else None
