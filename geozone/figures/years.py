"""Years as tables write them, and what spans another time than a whole year."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from geozone.figures.words import in_brackets, is_word, meanings, squeezed, without_brackets
from geozone.messages import NO_TEXT, Text
from geozone.registers.words import register_words
from geozone.vintages import date_of_number, year_shown_as_date

_YEARS = (1949, 2100)
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_SPELLED = re.compile(r"^[一二][〇零一二三四五六七八九]{3}(?=年|$)")
_BEFORE = re.compile(r"^(?:截至|截止到|截止|到|至|fy|年度:?)")
_WHOLE = re.compile(r"(\d{4})(?:\.0+)?(?:年)?(?:年?度|全年|年值|底|末|年底|年末|年终|1-12月)?")
_MONTH = re.compile(r"(\d{4})(?:年(?:month)?|[-./])(\d{1,2})(月)?(?:份)?(底|末)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_DATE = re.compile(r"(\d{4})(?:年(\d{1,2})月(\d{1,2})日?|([-./])(\d{1,2})\4(\d{1,2}))(?:t?[\d:.]*)")
_MONTHS = re.compile(
    r"(\d{4})(?:年(?:months)?(\d{1,2})月?[-至到](\d{1,2})月?|[-./](\d{1,2})月?[-至到](\d{1,2})月)(?:份)?"
)
_PART = re.compile(r"(\d{4})年?-?([^\d年].*|\d季度)")
_SPAN = re.compile(r"(\d{4})年?(?:[-至到]|/)(\d{4}|\d{2})年?(?:度|期间|平均|均值|年均)?")
_SINCE = re.compile(r"(\d{4})年?(?:比|较|相比|相较于?|since|against|from|comparedwith)(\d{4})年?")
_PLAN = re.compile(r"(十[一二三四五六]五)(?:规划)?(末|期末|末期|时期|期间)?")
_ANY = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=年|\D|$)")
_HEAD = re.compile(r"^((?:19|20)\d{2})年?(?:度)?")


@dataclass(frozen=True, slots=True)
class Year:
    """The year of a figure; `period` says what it spans where that is no whole year."""

    year: int
    period: Text = NO_TEXT
    part: bool = False  # it spans some months of the year
    preliminary: bool = False

    @property
    def whole(self) -> bool:
        """Whether it is a whole year, or the end of one."""
        return not self.period.zh


def read_year(cell: str) -> Year | None:
    """Return the year of a cell; None where the cell is not understood.

    >>> read_year("2024年"), read_year("2024年1—9月").period.zh
    (Year(year=2024, period=Text(zh='', en=''), part=False, preliminary=False), '1—9月')
    """
    plain = unicodedata.normalize("NFKC", cell)
    notes = in_brackets(plain)
    if not all(is_word("qualifiers", note) for note in notes):
        return None
    word = _BEFORE.sub("", squeezed(without_brackets(plain)))
    word = _SPELLED.sub(lambda match: match[0].translate(_DIGITS), word)
    found = _of_word(word)
    if found is None or not _YEARS[0] <= found.year <= _YEARS[1]:
        return None
    return replace(found, preliminary=bool(notes))


def with_period(year: Year, period: str) -> Year:
    """Return a year that spans what a column of periods says; what is not understood is taken for a part of it."""
    since = period.startswith("截至")
    readings = (period, f"截至{year.year}年{period[2:]}" if since else f"{year.year}年{period}")
    found = next((one for words in readings if (one := read_year(words)) and one.year == year.year), None)
    if found is None:
        return replace(year, period=Text(period, period), part=True)
    return replace(found, preliminary=year.preliminary)


def head_year(words: str) -> tuple[int, str] | None:
    """Return the year that some words begin with, and the words behind it: ``2024年目标值``."""
    plain = unicodedata.normalize("NFKC", words).strip()
    match = _HEAD.match(plain)
    if (
        match is None
        or plain[match.end() : match.end() + 1] in {"-", "/", "."}
        or plain[match.end() :][:1].isdigit()
    ):
        return None
    return int(match[1]), plain[match.end() :].strip()


def only_year(words: str) -> int | None:
    """Return the year that a title names; None where it names none, or several."""
    found = set(_ANY.findall(unicodedata.normalize("NFKC", words)))
    return int(next(iter(found))) if len(found) == 1 else None


def _of_word(word: str) -> Year | None:
    found = (made for pattern, make in _FORMS if (match := pattern.fullmatch(word)) and (made := make(match)))
    return next(found, None)


def _whole(match: re.Match[str]) -> Year:
    return Year(int(match[1]))


def _number_of_day(match: re.Match[str]) -> Year | None:
    day = date_of_number(int(match[0]))
    return None if day is None else _of_date(day)


def _plan(match: re.Match[str]) -> Year:
    last = int(register_words("plan_periods").get(match[1], 0))
    during = match[2] in {"时期", "期间"}
    return Year(last, Text(f"“{match[1]}”期间", f"{last - 4}-{last}") if during else NO_TEXT)


def _part(match: re.Match[str]) -> Year | None:
    part = meanings("parts_of_year").get(match[2])
    return Year(int(match[1]), Text(match[2].upper(), part), part=True) if part else None


def _since(match: re.Match[str]) -> Year:
    return Year(int(match[1]), Text(f"较{match[2]}年", f"since {match[2]}"))


def _span(match: re.Match[str]) -> Year | None:
    first = int(match[1])
    last = int(match[2]) if len(match[2]) == 4 else first // 100 * 100 + int(match[2])
    return Year(last, Text(f"{first}—{last}年", f"{first}-{last}")) if first < last else None


def _day(match: re.Match[str]) -> Year | None:
    year, month, *day = (int(part) for part in match.groups() if part and part.isdecimal())
    try:
        return _of_date(date(year, month, day[0])) if day else _month(match)
    except ValueError:
        return None


def _of_date(day: date) -> Year:
    year = year_shown_as_date(day)
    if year is not None:
        return Year(year)
    if (day.month, day.day) == (12, 31):
        return Year(day.year)
    if day.day == 1:  # a month that a workbook made a date
        return Year(day.year, Text(f"{day.month}月", f"month {day.month}"), part=True)
    return Year(day.year, Text(f"截至{day.month}月{day.day}日", f"as of {day:%m-%d}"))


def _month(match: re.Match[str]) -> Year | None:
    month = int(match[2])
    if not 1 <= month <= 12:
        return None
    end = match.re is _MONTH and bool(match[4])
    if end and month == 12:
        return Year(int(match[1]))
    until = Text(f"截至{month}月底", f"as of the end of month {month}")
    return (
        Year(int(match[1]), until)
        if end
        else Year(int(match[1]), Text(f"{month}月", f"month {month}"), part=True)
    )


def _months(match: re.Match[str]) -> Year | None:
    first, last = (int(part) for part in match.groups()[1:] if part)
    if not 1 <= first < last <= 12:
        return None
    if (first, last) == (1, 12):
        return Year(int(match[1]))
    return Year(int(match[1]), Text(f"{first}—{last}月", f"months {first}-{last}"), part=True)


_FORMS = (
    (_WHOLE, _whole), (re.compile(r"\d{5}"), _number_of_day), (_PLAN, _plan), (_DATE, _day), (_COMPACT, _day),
    (_MONTHS, _months), (_MONTH, _month), (_PART, _part), (_SINCE, _since), (_SPAN, _span),
)  # fmt: skip
