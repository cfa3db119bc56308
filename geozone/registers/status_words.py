"""What a cell says about the status of an item: the words of ``words.toml``, with what stands around them.

A cell is read as clauses, which brackets and punctuation divide. Nothing is passed over: a cell counts only where all of
it is understood and no part contradicts another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from geozone.model import Status
from geozone.registers.status_vocabulary import answers, lengths, plain_status, vocabulary
from geozone.registers.words import register_words
from geozone.vintages import is_empty_date

_BRACKETS = "([{【〔〖〈《<“‘\"')]}】〕〗〉》>”’"
_DIVIDING = ",;:。、，；：!…→\n\r\t|"
_FOOTNOTES = ("*", "＊")  # what the note below says is not known here
_DASHES = "-—–―/~"
_NO_QUOTES = str.maketrans("", "", "“”‘’「」『』\"'")
_DATE = re.compile(
    r"(?P<year>(?:19|20)\d{2}|(?<!\d)(?:2\d|3[0-5])(?=年))"
    r"(?:(?:年|[-./])(?P<month>1[0-2]|0?[1-9])(?!\d)(?:(?:月|[-./])(?:(?P<day>[12]\d|3[01]|0?[1-9])(?!\d)日?)?)?|年)?"
    r"(?:度|期间|(?P<part>年?[底末初]|年?内|[上下]半年|第?[一二三四1-4]季度))?(?:以前|(?P<before>之前|前(?!后))|前后|左右|止|起)?"
)
_AS_OF = re.compile(r"^截[至止]到?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})?")  # 20251231
# months of parts of a year, the twelfth for all others: what is due by the end of this year is not there yet
_PARTS = {
    "初": "01",
    "上半年": "06",
    "一季": "03",
    "1季": "03",
    "二季": "06",
    "2季": "06",
    "三季": "09",
    "3季": "09",
}
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_TO_COME = re.compile(r"[待未].{0,6}(?:验收|认定|复核|公示|批复|核定)")  # 待省厅验收
_BATCH = re.compile(r"第?[一二三四五六七八九十\d]+批次?|(?P<count>\d+[个处条座项])")
# kinds of words that take a status back without saying which one holds instead
_TAKEN_BACK_BY = {
    Status.BUILT: {"built_in_part", "not_accepted", "withdrawn"},
    Status.RECOGNISED: {"not_accepted", "withdrawn", "future"},
}

# kinds of words by which the answers below a heading are no statuses of today
_OTHERWISE = {"future", "built_in_part", "not_accepted", "withdrawn", "period"}


@dataclass(frozen=True, slots=True)
class StatusReading:
    """The status that a cell states, and what is to be said about it."""

    status: Status
    date: str = ""  # when it was reached, as far as the cell says: 2024, 2024-05, 2024-05-01
    planned_year: int | None = None
    doubt: str = ""  # why it is unknown although the cell says something: "word", "qualified", "counted", "past", "open"
    inferred: bool = False  # not the bare word: its qualifiers were read


@dataclass
class _Clause:
    """What one clause holds."""

    statuses: list[Status] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    dates: list[str] = field(default_factory=list)
    percents: list[float] = field(default_factory=list)
    answer: bool | None = None  # "yes" or "no" and nothing else
    rest: str = ""


@lru_cache(1 << 12)
def read_status(cell: Any, heading: str = "", as_of: str = "", *, programme: bool = False) -> StatusReading:
    """Return the status that a cell states.

    Parameters
    ----------
    cell
        The cell as text.
    heading
        The heading of its column: "是否在建" asks for another status than "是否建成", and only where a heading asks
        can 1 and 0 answer.
    as_of
        Date of the register: what is dated later has not happened yet.
    programme
        The register lists units or sites of a programme, so that 命名, 推进, 治理 and the like tell a status.
    """
    words, known = plain_status(cell), vocabulary(programme)
    if programme:
        words = words.translate(_NO_QUOTES)  # “无废城市” is the name of a programme, not a remark
    if not words or words in {"nan", "none", "null"}:
        return StatusReading(Status.UNKNOWN)
    if str(cell).strip().endswith(_FOOTNOTES):
        return StatusReading(Status.UNKNOWN, doubt="qualified")
    if words in known and known[words][0] == "status":
        return StatusReading(Status(known[words][1]))
    if "%" in heading and re.fullmatch(r"\d+(\.\d+)?", words):
        words += "%"
    asked = asked_status(heading, programme=programme)
    if asked is not None and words in {"1", "0", "1.0", "0.0"}:
        words = "是" if words.startswith("1") else "否"
    if asked not in {None, Status.BUILT} and answers().get(words) is False:
        return StatusReading(Status.UNKNOWN, doubt="open")  # not under construction: built, or not begun
    clauses = [_clause(part, asked or Status.BUILT, as_of, programme=programme) for part in _divided(words)]
    if (
        asked is not None and _DATE.fullmatch(words) and not is_empty_date(words)
    ):  # the year in which it was reached, in place of a mark
        clauses.append(_Clause([asked]))
    return _merged([clause for clause in clauses if clause is not None], as_of)


def contradicts(note: str, status: Status, as_of: str = "", *, programme: bool = False) -> bool:
    """Tell whether a remark beside a status states another one, has a word that takes a status back, or one that doubts the item."""
    words = plain_status(note)
    if any(word in words for word in register_words("status_notes")["doubting"]):
        return True
    if any(word in words for word in register_words("status_notes")["taken_back"]) or _TO_COME.search(words):
        return status in _TAKEN_BACK_BY
    found = read_status(note, as_of=as_of, programme=programme)
    known = not found.doubt and found.status is not Status.UNKNOWN
    return known and (found.status in _TAKEN_BACK_BY) != (status in _TAKEN_BACK_BY)


@lru_cache(1 << 12)  # of the rows that may be headings every cell is asked several times
def asked_status(heading: str, *, programme: bool = False) -> Status | None:
    """Return the status that a heading asks for or names (是否建成, 建成, 在建); None where it asks for none."""
    bare = re.sub(r"[(（\[【].*?([)）\]】]|$)", "", heading)
    if re.search(r"[/／|、，,;；]", bare):
        return None  # 建成（1）/未建成（0）: which of them a cell answers is not known
    words = plain_status(bare)
    around = {"title", "works", "neutral"}
    for question in sorted(register_words("heading_parts")["question"], key=len, reverse=True):
        if words.startswith(question):
            words = words.removeprefix(question)
            break
    else:
        around = set()
    clause = _clause(words, Status.BUILT, programme=programme)
    if clause is None or clause.answer is not None or clause.rest or clause.flags - around:
        return None
    if clause.dates or clause.percents:
        return None
    return clause.statuses[0] if len(clause.statuses) == 1 else None


def heading_aside(words: str, *, programme: bool = False) -> tuple[set[str], str, str]:
    """Return what words beside a status say in a heading: those that make it another, the last date, and what is not understood."""
    written = _AS_OF.sub("", plain_status(words))
    clauses = [_clause(part, Status.BUILT, programme=programme) for part in _divided(written)]
    found = [clause for clause in clauses if clause is not None and clause.answer is None]
    if len({status for clause in found for status in clause.statuses}) > 1:
        return set(), "", ""  # the answers to choose from
    flags = set().union(*(clause.flags for clause in found)) & _OTHERWISE
    flags |= {"future"} if any(Status.PLANNED in clause.statuses for clause in found) else set()
    dates = [date for clause in found for date in clause.dates]
    return flags, max(dates, default=""), "".join(clause.rest for clause in found)


def later(date: str, as_of: str) -> bool:
    """Tell whether a date is later than that of a register, as far as both are told."""
    if not date or not re.match(r"\d{4}", as_of):
        return False
    told = min(len(date), len(as_of))
    return date[:told] > as_of[:told]


def _with_dashes(words: str) -> str:
    """Return a date that is digits alone, 20251231 or 202512, with dashes between its parts; other words as they are."""
    match = _COMPACT.fullmatch(words)
    return "-".join(filter(None, match.groups())) if match else words


def find_date(words: str) -> str:
    """Return the last date in some words as ``2024``, ``2024-05`` or ``2024-05-01``; empty where there is none."""
    written = plain_status(_without_hour(_with_dashes(words.strip())))
    dates = [_as_date(match) for match in _DATE.finditer(written)]
    return dates[-1] if dates else ""


def is_cut_date(words: str) -> bool:
    """Tell whether the last date in some words is only the beginning of one: the 13th month of ``2023年13月``."""
    written = _with_dashes(plain_status(_without_hour(words)))
    ends = [match.end() for match in _DATE.finditer(written)]
    return bool(ends) and re.match(r"[-./年月]?\d", written[ends[-1] :]) is not None


def _without_hour(words: str) -> str:
    """Return words without the time of day behind a date, whose digits are none of the date."""
    return re.sub(r"(?:[Tt\s]+|(?<=[日号]))\d{1,2}\s*[:：时点].*$", "", words.strip())


def _divided(words: str) -> Iterator[str]:
    """Yield the parts of a cell between brackets and punctuation; dates and words that hold a dash stay whole."""
    part = ""
    place = 0
    while place < len(words):
        match = _DATE.match(words, place)
        if match and not (place and words[place - 1].isdigit()):
            part += match[0]
            place = match.end()
            continue
        character = words[place]
        if character in _BRACKETS + _DIVIDING + _DASHES:
            yield part
            part = ""
        else:
            part += character
        place += 1
    yield part


def _clause(words: str, asked: Status, as_of: str = "", *, programme: bool = False) -> _Clause | None:
    """Return what a clause holds; None for an empty one."""
    words = words.strip(".'\"*")
    if not words:
        return None
    clause = _Clause()
    if words in answers():
        clause.answer = answers()[words]
        clause.statuses = [asked if clause.answer else Status.PLANNED]
        return clause
    known, sizes = vocabulary(programme), lengths(programme)
    place = 0
    while place < len(words):
        if match := _PERCENT.match(words, place):
            clause.percents.append(float(match[1]))
        elif match := _BATCH.match(words, place):
            clause.flags |= {"counted"} if match["count"] else set()
        elif (match := _DATE.match(words, place)) and not (place and words[place - 1].isdigit()):
            clause.dates.append(_as_date(match))
            clause.flags |= _flags_of(match)
        else:
            size = next((n for n in sizes if words[place : place + n] in known), 0)
            if size:
                kind, value = known[words[place : place + size]]
                _take(clause, kind, value)
            else:
                clause.rest += words[place]
            place += size or 1
            continue
        place = match.end()
    return _settled(clause, as_of)


def _flags_of(date: re.Match[str]) -> set[str]:
    """Return what a date says beside the date: 2025年前建成 is how plans put it, and 2025 is over then."""
    if not date["before"]:
        return set()
    return {"future"} if date["part"] or date["month"] else {"future", "before_year"}


def _take(clause: _Clause, kind: str, value: str) -> None:
    if kind == "status":
        clause.statuses.append(Status(value))
    elif kind == "negation" and Status.BUILT in clause.statuses:
        clause.flags.add(
            "withdrawn"
        )  # 建成未投用: what is denied is said of the status, and is not the status
    elif kind == "plan_periods":
        clause.dates.append(value)
        clause.flags.add("period")
    else:
        clause.flags.add(kind)


def _settled(clause: _Clause, as_of: str) -> _Clause:
    """Return a clause with the status that its words make together."""
    found = set(clause.statuses)
    implied = not found and _implied(clause.flags)
    clause.flags -= {"named", "pursued", "joined"}
    if implied:
        ahead = "future" in clause.flags or any(later(date, as_of) for date in clause.dates)
        clause.flags |= {"future"} if ahead else set()
        found = {Status.PLANNED} if ahead and implied is Status.UNDER_CONSTRUCTION else {implied}
    elif "title" in clause.flags and not found:
        if "works" in clause.flags and not clause.flags & {"negation", "future"}:
            clause.rest = clause.rest or "?"
        found = {Status.BUILT}
    if found == {Status.BUILT, Status.PLANNED} or (found == {Status.BUILT} and "future" in clause.flags):
        found = {Status.PLANNED}
        clause.flags.add("future")
    if found == {Status.BUILT} and any(later(date, as_of) for date in clause.dates):
        found = {Status.PLANNED}
    if "negation" in clause.flags and found:
        clause.rest = clause.rest or ("" if found == {Status.BUILT} or implied else "?")
        found = {Status.PLANNED}
        clause.flags.discard("negation")
    if Status.BUILT in found and len(found) > 1 and found != {Status.BUILT, Status.RECOGNISED}:
        clause.rest = clause.rest or "?"
    clause.statuses = sorted(found)
    return clause


def _implied(flags: set[str]) -> Status | None:
    """Return the status that a clause without a word for one implies: taking part is under way, a name is an honour."""
    if "pursued" in flags or ("joined" in flags and "works" in flags):
        return Status.UNDER_CONSTRUCTION
    return Status.RECOGNISED if "named" in flags and "title" not in flags else None


def _merged(clauses: list[_Clause], as_of: str) -> StatusReading:
    """Return the status of all clauses together."""
    flags = set().union(*(clause.flags for clause in clauses))
    dates = [date for clause in clauses for date in clause.dates]
    percents = [percent for clause in clauses for percent in clause.percents]
    claimed = {status for clause in clauses for status in clause.statuses}
    date = max(dates, default="")
    ahead = later(date, as_of)
    if any(clause.rest for clause in clauses):
        return StatusReading(Status.UNKNOWN, doubt="word")
    status = _by_progress(_together(claimed), percents) if percents else _together(claimed)
    if not claimed and not percents and date and (ahead or "future" in flags):
        status = Status.PLANNED
    if status is Status.BUILT and not flags & _TAKEN_BACK_BY[status] and ("future" in flags or ahead):
        status = Status.PLANNED
    doubt = _doubt(status, flags, date, as_of)
    if status is None or doubt:
        known = bool(claimed or percents or "negation" in flags)
        return StatusReading(Status.UNKNOWN, doubt=doubt or ("qualified" if known else "word"))
    inferred = len(claimed) > 1 or bool(percents or dates or flags - {"neutral", "title", "whole"})
    if status in {Status.PLANNED, Status.UNDER_CONSTRUCTION}:
        year = int(date[:4]) if date and (ahead or "future" in flags) else None
        return StatusReading(status, planned_year=year, inferred=inferred)
    return StatusReading(status, date, inferred=inferred and status not in claimed)


def _doubt(status: Status | None, flags: set[str], date: str, as_of: str) -> str:
    """Return why a status does not hold, with what stands beside it."""
    if status is not None and ("negation" in flags or flags & _TAKEN_BACK_BY.get(status, set())):
        return "qualified"
    if status is Status.BUILT and "period" in flags:
        return "qualified"  # some time in five years: perhaps after the date of the register
    if status is not None and "counted" in flags and "whole" not in flags:
        return "counted"  # 建成5个 of how many? 全部建成（5个） is all of them
    past = bool(date) and (date < as_of[: len(date)] or ("before_year" in flags and date[:4] <= as_of[:4]))
    return "past" if status is Status.PLANNED and past else ""


def _together(found: set[Status]) -> Status | None:
    """Return the one status that several say together; None where they contradict each other."""
    if not found or Status.UNKNOWN in found:
        return None
    if len(found) == 1:
        return next(iter(found))
    if Status.BUILT in found:
        return Status.BUILT if found == {Status.BUILT, Status.RECOGNISED} else None
    return Status.UNDER_CONSTRUCTION if Status.UNDER_CONSTRUCTION in found else Status.PLANNED


def _by_progress(status: Status | None, percents: Iterable[float]) -> Status | None:
    """Return the status of an item that is built to some percent: built at a hundred."""
    least, most = min(percents), max(percents)
    if most > 100 or least != most:
        return None
    if status in {None, Status.BUILT}:
        if most == 100:
            return Status.BUILT
        return Status.UNDER_CONSTRUCTION if most else Status.PLANNED
    if status is Status.UNDER_CONSTRUCTION:
        return status if most < 100 else None
    if status is Status.PLANNED:
        return status if not most else Status.UNDER_CONSTRUCTION if most < 100 else None
    return status


def _as_date(match: re.Match[str]) -> str:
    year = match["year"] if len(match["year"]) == 4 else f"20{match['year']}"
    parts = [year, *(f"{int(match[name]):02d}" for name in ("month", "day") if match[name])]
    if match["part"] and not match["month"]:
        parts.append(next((month for part, month in _PARTS.items() if part in match["part"]), "12"))
    return "-".join(parts)


def match_status(word: Any) -> Status | None:
    """Return the status that a word of a list means; None where it is not known."""
    reading = read_status(word)
    return None if reading.doubt else reading.status
