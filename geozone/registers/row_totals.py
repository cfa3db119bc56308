"""What a register says of the number of its items, held against the items: totals, titles and running numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from geozone.model import Severity, Status
from geozone.read.totals import is_part_sum, is_sum
from geozone.registers.files import Grid
from geozone.registers.heading_words import PLACE
from geozone.registers.headings import Headings
from geozone.registers.status_words import read_status
from geozone.registers.table_row import SUMMED, Row
from geozone.registers.words import MEASURES, PLACE_COLUMNS, plain, word_set

Tell = Callable[..., None]
_COUNT = re.compile(r"\D*?(\d{1,5})(?P<of>[个处条座项家片])?")  # one number, and nothing behind it
_PART = re.compile(r"([^\d、,;:。()\[\]]+):?(\d{1,5})(?=[个处条座项家片、,;。)\]]|$)")  # 建成2个、在建1个
_OF_WHICH = re.compile(r"^(?:其中|现有|目前|现)?已?")
_TITLED = re.compile(r"共(?:计|有)?(\d{1,5})[个处条座项家片](?!省|市|县|区|乡|镇|批)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_OF_PLACE = re.compile(r"[^全本各]{1,8}[省市县区旗州盟]\S+")  # 唐山市合计
_RUNNING = 3  # rows from which numbers are a series
_SHARE = 0.005  # by which a sum may differ that was made of figures with more decimals
_SHOWN = 5  # numbers that a finding names


@dataclass(frozen=True, slots=True)
class Total:
    """A row that sums up items, or a heading that counts those below it."""

    at: int  # how many items stand above it
    label: str
    word: str
    cells: tuple[str, ...]
    below: bool = False  # it speaks of what follows


@dataclass
class Totals:
    """The totals of one table, and how many items stand above each total and each heading within it."""

    stated: list[Total] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)

    def note(self, kind: str, word: str, label: str, at: int, cells: Sequence[str]) -> None:
        """Keep a row that is no item, where it states how many or how much there is of some."""
        if kind not in {"section", "total"}:
            return
        self.breaks.append(at)
        first = next(filter(None, cells), "")
        found = _COUNT.fullmatch(_half(first))
        if kind == "total" and is_sum(word):
            self.stated.append(Total(at, label, word, tuple(cells)))
        elif kind == "section" and found and found["of"]:
            self.stated.append(Total(at, label, first, tuple(cells), below=True))


def tell_totals(grid: Grid, headings: Headings, items: Sequence[Row], totals: Totals, tell: Tell) -> None:
    """Tell the totals that no group of items around them gives.

    A total may be that of all items, of those above it, of those since any total or heading before it, of those until the
    next, or of those in the place that it names.

    Parameters
    ----------
    grid, headings
        The table and what its columns hold.
    items
        Its items in their order.
    totals
        Its rows of totals.
    tell
        Called with the kind of a finding, the row, and what else it says.
    """
    for one in totals.stated:
        groups = _groups(one, headings, items, totals.breaks)
        for said, numbers in chain(_counts(one, headings, groups), _sums(one, headings, groups)):
            if numbers and said not in numbers:
                tell("total_differs", one.label, word=one.word, said=f"{said:g}", found=f"{numbers[0]:.10g}")
    label = grid.labels[headings.start]
    titles = dict.fromkeys(cell for row in grid.rows[: headings.start] for cell in row if cell)
    for title in titles if "!" not in label and not grid.is_layer else ():
        for number in _TITLED.findall(_half(title)):
            if int(number) != len(items):
                tell("total_differs", label, word=title, said=number, found=str(len(items)))


def tell_gaps(grid: Grid, headings: Headings, tell: Tell) -> None:
    """Tell numbers that are missing in a column that counts the rows: rows that a filter left out, or that were lost."""
    at = headings.columns.get("item_id", -1)
    if at < 0 or plain(headings.names[at]) not in word_set("rows", "running"):
        return
    runs: list[list[int]] = []
    for row in grid.rows[headings.below :]:
        cell = row[at] if at < len(row) else ""
        if not cell.isdecimal():
            continue
        if not runs or int(cell) <= runs[-1][-1]:
            runs.append([])
        runs[-1].append(int(cell))
    for run in runs:
        missing = sorted(set(range(1, run[-1])) - set(run))
        if run[0] == 1 and len(run) >= _RUNNING and missing and 2 * len(missing) <= len(run):
            shown = "、".join(map(str, missing[:_SHOWN])) + ("…" if len(missing) > _SHOWN else "")
            tell("number_missing", grid.labels[headings.start], Severity.NOTE, heading=headings.names[at],
                 last=run[-1], missing=shown)  # fmt: skip


def _groups(
    total: Total, headings: Headings, items: Sequence[Row], breaks: Sequence[int]
) -> list[Sequence[Row]]:
    """Return the groups of items that a total may speak of, the nearest first; none is empty."""
    for column in (*reversed(PLACE_COLUMNS), PLACE):
        place = _at(total.cells, headings.columns.get(column, -1))
        if place and place != total.word and not total.below:
            own = [item for item in items if item.cells.get(column) == place]
            return [own] if own else []
    if not total.below and _OF_PLACE.match(total.word):
        return []  # items of it may stand anywhere
    following = next((at for at in breaks if at > total.at), len(items))
    spans = [] if total.below else [(at, total.at) for at in reversed([0, *breaks])]
    spans.append((total.at, following))
    if not total.below and not is_part_sum(total.word):
        spans.append((0, len(items)))
    return [items[first:last] for first, last in dict.fromkeys(spans) if first < last]


def _counts(
    total: Total, headings: Headings, groups: Sequence[Sequence[Row]]
) -> Iterator[tuple[float, list[float]]]:
    """Yield the numbers of items that a total states, each with the numbers that there are."""
    whole = [float(len(group)) for group in groups]
    for word in dict.fromkeys((total.word, _at(total.cells, headings.columns["name"]))):
        if found := _COUNT.fullmatch(_half(word)):
            yield float(found[1]), whole
    for cell in dict.fromkeys((total.word, *(_at(total.cells, at) for at in _telling(headings)))):
        yield from _parts(_half(cell), groups)
    for at in (*headings.statuses, *headings.marks):
        if found := _COUNT.fullmatch(_half(_at(total.cells, at))):
            yield float(found[1]), [*whole, *chain.from_iterable(map(_by_status, groups))] if whole else []


def _telling(headings: Headings) -> tuple[int, ...]:
    """Return the columns of which a total may say how many items have which status."""
    return (headings.columns["name"], *headings.statuses, *headings.marks)


def _parts(words: str, groups: Sequence[Sequence[Row]]) -> Iterator[tuple[float, list[float]]]:
    """Yield the numbers of items by status that one cell states, each with the numbers that there are.

    What is not yet built may be under construction: 未建成3个 counts the planned items, or both.
    """
    found = _PART.findall(words)
    for part, said in found if len(found) > 1 else ():
        word = _OF_WHICH.sub("", part)
        status = Status.UNKNOWN if is_sum(word) else read_status(word).status
        if status is Status.UNKNOWN:
            continue
        meant: list[set[Status]] = [{status}]
        if status is Status.PLANNED:
            meant.append({status, Status.UNDER_CONSTRUCTION})
        yield float(said), [_number_of(group, some) for group in groups for some in meant]


def _number_of(group: Sequence[Row], statuses: set[Status]) -> float:
    """Return how many items of a group have one of some statuses."""
    return float(sum(_status_of(item) in statuses for item in group))


def _status_of(item: Row) -> Status | None:
    return next((read_status(cell, heading).status for heading, cell in item.statuses if cell), None)


def _by_status(group: Sequence[Row]) -> list[float]:
    """Return how many items of a group there are of each status."""
    found = [_status_of(item) for item in group]
    return [0.0, *(float(found.count(status)) for status in set(found))]


def _sums(
    total: Total, headings: Headings, groups: Sequence[Sequence[Row]]
) -> Iterator[tuple[float, list[float]]]:
    """Yield the sums of measures that a total states, each with the sums that there are, or itself where one fits."""
    for column in MEASURES:
        cell = _half(_at(total.cells, headings.columns.get(column, -1)))
        if not _NUMBER.fullmatch(cell):
            continue
        said = float(cell)
        least = 0.5 * 10.0 ** -len(cell.partition(".")[2])
        sums: list[float] = []
        for group in groups:
            parts = [part for item in group for part in item.cells.get(column, "").split(SUMMED)]
            numbers = [_half(part) for part in parts if part]
            if not numbers or not all(_NUMBER.fullmatch(number) for number in numbers):
                sums = []
                break  # nobody can add them up
            found = sum(map(float, numbers))
            near = abs(found - said) <= max(_SHARE * said, least * (len(numbers) + 1))
            sums.append(said if near else found)
        yield said, sums


def _at(cells: Sequence[str], at: int) -> str:
    return cells[at] if 0 <= at < len(cells) else ""


def _half(cell: str) -> str:
    """Return a cell in half-width letters without spaces and separators of thousands, and without brackets around its end."""
    written = re.sub(r"\s+", "", unicodedata.normalize("NFKC", cell)).strip("()[]【】:：。.")
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", written)
