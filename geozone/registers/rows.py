"""The rows of a register: which ones are items, and what the others are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from geozone.model import Level, Severity
from geozone.overlay.units import level_of
from geozone.read.encoding import REPLACED
from geozone.read.totals import is_counted, total_words
from geozone.registers.files import Grid
from geozone.registers.gazetteer import Gazetteer
from geozone.registers.heading_checks import tell_unused
from geozone.registers.heading_words import PLACE
from geozone.registers.headings import KINDS, Headings
from geozone.registers.row_totals import Totals, tell_gaps, tell_totals
from geozone.registers.subject import Subject
from geozone.registers.table_row import SUMMED, Row
from geozone.registers.words import (
    MEASURES,
    PLACE_COLUMNS,
    SENTENCE,
    is_blank,
    is_several,
    plain,
    unit_factor,
    word_set,
)

Tell = Callable[..., None]  # kind, row, severity, parameters: makes a finding
CODE_OR_PLACE = ("province_code", "city_code", "county_code", *PLACE_COLUMNS, PLACE)

_ORDINAL = re.compile(
    r"^(第?[一二三四五六七八九十]+[部章类批]?分?[、.．:：]|[（(][一二三四五六七八九十]+[)）])"
)
_COUNTED = re.compile(r"[（(]共?\d+[个处条座项家][）)]$")
_ALL_OF = re.compile(
    r"^(以上|上述|前述)?(全|本|各|共)?[省市县区国页表]?(级|域)?(美丽)?(海湾|河湖|河流|湖库|湖泊|项目|单元|岸线)?$"
)
_WHOLE = re.compile(r"^[全本各][省市县区国](级|域)?$")  # in the place of a name
_ALONE = re.compile(
    r"\W+|(19|20)\d\d年\d{1,2}月(\d{1,2}日)?"
)  # in a row of its own: dots, the date of the table
_MARKED = re.compile(r"[*＊※①-⑳⑴-⒇]")  # before the words of a footnote
_COLUMN_NUMBER = re.compile(r"^[(（]?(\d{1,2}|[甲乙丙丁戊])[)）]?$")
_LONG = 25  # characters of a sentence rather than a name


@dataclass
class RowCount:
    """How many rows there are below the headings, and why some are no items."""

    rows: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def read_rows_of(
    grid: Grid,
    headings: Headings,
    gazetteer: Callable[[], Gazetteer],
    count: RowCount,
    tell: Tell,
    *,
    subject: Subject | None = None,
) -> list[Row]:
    """Return the items of a grid; what is left out, and what was found in the cells, is told.

    Parameters
    ----------
    grid, headings
        The table and what its columns hold.
    gazetteer
        Gives the units, to know a heading within the table by the place that it names.
    count
        Takes the numbers of rows.
    tell
        Called with the kind of a finding, the row, and what else it says.
    subject
        What the register lists.
    """
    table = _Table(grid, headings, gazetteer, subject)
    items: list[Row] = []
    spans: dict[int, Row] = {}
    totals = Totals()
    section, note = "", ""
    for place in range(headings.below, len(grid.rows)):
        if not any(grid.rows[place]):
            continue
        count.rows += 1
        kind, word = table.kind_of(place)
        label = grid.labels[place]
        if kind != "item":
            section = word if kind == "section" else section
            if kind == "heading" and note:
                tell("second_table", label, word=note)
            note = word if kind == "note" else ""
            totals.note(kind, word, label, len(items), grid.rows[place])
            count.skipped[kind] += 1
            unsure = kind == "unnamed" or (kind == "section" and not table.is_upper_unit(word))
            if kind != "empty":
                tell(f"{kind}_row", label, Severity.WARNING if unsure else Severity.NOTE, word=word)
            continue
        note = ""
        item = table.item(place)
        item.section = section
        span = grid.spans.get((place, headings.columns["name"]), -1)
        if span in spans:
            table.join(spans[span], item, place)
            count.skipped["joined"] += 1
            tell("joined_row", label, Severity.NOTE, name=item.cells["name"], first=spans[span].label)
            continue
        if span >= 0:
            spans[span] = item
        table.look_closely(place, item, tell)
        items.append(item)
    tell_totals(grid, headings, items, totals, tell)
    tell_gaps(grid, headings, tell)
    _tell_hidden(grid, headings, tell)
    tell_unused(headings, grid, tell)
    return items


@dataclass
class _Table:
    """A grid with its headings, while its rows are told apart."""

    grid: Grid
    headings: Headings
    gazetteer: Callable[[], Gazetteer]
    subject: Subject | None = None
    noted: bool = False  # a note was seen: what stands alone in a row below it is one too

    def __post_init__(self) -> None:
        self.shared = self._shared_spans()

    def kind_of(self, place: int) -> tuple[str, str]:
        """Return what a row is ("item", "total", "note", …) and the word that tells."""
        row = self.grid.rows[place]
        filled = [cell for cell in row if cell]
        distinct = list(dict.fromkeys(filled))
        name = self.name(row)
        if self.grid.is_layer and name:
            return ("total" if _is_total(name, self.gazetteer) else "item"), name
        total = self._total(filled, name)
        kinds = (
            ("heading", distinct[0] if self._repeats_headings(filled) else ""),
            ("numbering", self._numbers_columns(place, distinct)),
            ("total", total),
            ("note", self._note(filled, name)),
            ("section", self._section(place, distinct)),
            ("item", name),
            ("unnamed", self._telling(row)),
        )
        kind, word = next(((kind, word) for kind, word in kinds if word), ("empty", distinct[0]))
        self.noted |= kind == "note"
        return kind, word

    def is_upper_unit(self, word: str) -> bool:
        """Tell whether a heading within the table names a city or province: a county may be the name of an item."""
        found = self.gazetteer().find(word)
        return bool(found) and all(level_of(code) != "county" for code in found)

    def name(self, row: list[str]) -> str:
        """Return the name of an item; a unit may be named by its place, and a municipality by its province."""
        places = self.headings.names_of_units or [self.headings.columns["name"]]
        cells = [_cell(row, at) for at in places]
        return next((cell for cell in cells if not is_blank(cell)), cells[0])

    def item(self, place: int) -> Row:
        """Return a row as an item."""
        row, headings = self.grid.rows[place], self.headings
        cells = {column: _cell(row, at) for column, at in headings.columns.items()}
        cells |= {column: _cell(row, at) for column, at in headings.further.items()}
        cells["name"] = self.name(row)
        if headings.units is not None:
            unit = _cell(row, headings.units)
            cells |= {column: f"{cells[column]}{unit or '?'}" for column in self._bare_measures(cells, unit)}
        if self.subject is not None and self.subject.units:
            # what is the name already says nothing more as a place
            own = {column for column in (*PLACE_COLUMNS, PLACE) if cells.get(column) == cells["name"]}
            cells |= dict.fromkeys(own, "")
        statuses = [(headings.names[at], _cell(row, at)) for at in headings.statuses]
        statuses += [(headings.names[at].rpartition("/")[2], _cell(row, at)) for at in headings.marks]
        return Row(self.grid.labels[place], cells, statuses, headings.factors)

    def _bare_measures(self, cells: dict[str, str], unit: str) -> list[str]:
        """Return the measures of a row that are numbers without a unit, and that a unit of the row can be of."""
        factors = self.headings.factors
        fitting = [column for column in factors if unit_factor(unit, KINDS[column]) is not None]
        # without a unit, or with a word that is none, the number of a measure is one that nobody can use
        wanted = fitting if unit_factor(unit) is not None else list(factors)
        return [
            column
            for column in wanted
            if column in self.headings.bare and factors[column] == 1.0 and cells[column][-1:].isdigit()
        ]

    def join(self, first: Row, other: Row, place: int) -> None:
        """Add a further row of an item whose name is merged over several rows."""
        for column, cell in other.cells.items():
            if not cell or (place, self.headings.columns[column]) in self.grid.copies:
                continue
            known = first.cells.get(column, "")
            if not known:
                first.cells[column] = cell
            elif column in MEASURES:
                first.cells[column] = known + SUMMED + cell
            elif column in CODE_OR_PLACE and cell not in known.split("、"):
                first.cells[column] = f"{known}、{cell}"
        first.statuses += [told for told in other.statuses if told[1] and told not in first.statuses]

    def look_closely(self, place: int, item: Row, tell: Tell) -> None:
        """Tell what is wrong with the cells of an item, and take off what cannot be its own."""
        grid, headings = self.grid, self.headings
        used = {at: column for column, at in headings.columns.items()}
        used |= dict.fromkeys([*headings.statuses, *headings.marks], "status")
        for at, column in used.items():
            if (place, at) in grid.faults:
                error = grid.faults[place, at]
                tell(
                    "error_cell" if error else "no_result", item.label, word=error, heading=headings.names[at]
                )
            told = {
                "name": item.cells["name"],
                "heading": headings.names[at],
                "word": _cell(grid.rows[place], at),
            }
            for kind, more in grid.marks(place, at):
                if kind != "scaled" or column in MEASURES:
                    tell(kind, item.label, **more, **told)
            if column in MEASURES and grid.spans.get((place, at)) in self.shared:
                if item.cells[column]:
                    tell("shared_measure", item.label, word=item.cells[column], heading=headings.names[at])
                item.cells[column] = ""
        self._look_at_row(place, item, tell)

    def _look_at_row(self, place: int, item: Row, tell: Tell) -> None:
        """Tell what is wrong with a row as a whole."""
        grid, name = self.grid, item.cells["name"]
        if is_several(name):
            tell("several_items", item.label, name=" ".join(name.split()))
        if any(grid.rows[place][len(self.headings.names) :]):
            tell("long_row", item.label, name=name)
        if any(REPLACED in cell for cell in grid.rows[place]):
            tell("text_lost", item.label, name=name)
        if place in grid.stray:
            tell("stray_quote", item.label, name=name)

    def _shared_spans(self) -> set[int]:
        """Return the merged ranges of measures that reach over the rows of several items."""
        columns, spans = self.headings.columns, self.grid.spans
        measures = {columns[column] for column in MEASURES if column in columns}
        held: dict[int, set[int]] = {}
        for (row, at), span in spans.items():
            if at in measures:
                # the range of its name, or the row itself
                held.setdefault(span, set()).add(spans.get((row, columns["name"]), -1 - row))
        return {span for span, names in held.items() if len(names) > 1}

    def _repeats_headings(self, filled: list[str]) -> bool:
        above = self.grid.rows[self.headings.start : self.headings.below]
        return not self.grid.is_layer and any(filled == [cell for cell in row if cell] for row in above)

    def _numbers_columns(self, place: int, cells: list[str]) -> str:
        """Return the first cell of a row that only counts the columns: (1) (2) (3), or 甲 乙 1 2."""
        if place > self.headings.below + 1 or len(cells) < 2:
            return ""
        if not all(_COLUMN_NUMBER.match(cell) for cell in cells):
            return ""
        numbers = [int(digits[0]) for cell in cells if (digits := re.findall(r"\d+", cell))]
        counts = not numbers or numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        return cells[0] if counts else ""

    def _total(self, filled: list[str], name: str) -> str:
        """Return the word by which a row is a total; the name of one is that word, a number, or nothing."""
        total = next((cell for cell in filled[:4] if _is_total(cell, self.gazetteer)), "")
        is_named = bool(re.search(r"[^\W\d_]", re.sub(r"[个处条座项]", "", name)))
        return "" if is_named and name != total else total

    def _note(self, filled: list[str], name: str) -> str:
        first = filled[0]
        # a long name may stand alone where nothing else is known of an item
        is_long = len(first) > _LONG and not (name and len(filled) == 1)
        alone = len(set(filled)) == 1 and (
            self.noted
            or is_long
            or bool(SENTENCE.search(first) or _ALONE.fullmatch(first) or _MARKED.match(first))
        )
        return first[:_LONG] if alone or _is_note(first) else ""

    def _section(self, place: int, distinct: list[str]) -> str:
        """Return the words of a heading within the table, which stands alone above a row that says more."""
        rows = (self.grid.rows[at] for at in range(place + 1, len(self.grid.rows)))
        below = next((row for row in rows if any(row)), [])
        if len(distinct) != 1 or len({cell for cell in below if cell}) < 2:
            return ""
        words = _COUNTED.sub("", _ORDINAL.sub("", distinct[0])).strip()
        found = self.gazetteer().find(words)
        if self.subject is not None and self._is_listed(found):
            return ""  # a unit of which nothing else is told
        return words if words != distinct[0].strip() or found else ""

    def _is_listed(self, codes: set[str]) -> bool:
        """Tell whether a register of units lists units like these."""
        assert self.subject is not None
        if not self.subject.units or not codes:
            return False
        units, level = self.gazetteer(), self.subject.level or Level.CITY
        return any(units.unit_at(code, level) or level_of(code) == Level.COUNTY for code in codes)

    def _telling(self, row: list[str]) -> str:
        """Return what a row without a name says of an item."""
        columns = [*self.headings.statuses, *self.headings.marks]
        columns += [
            at for column, at in self.headings.columns.items() if column in {*CODE_OR_PLACE, *MEASURES}
        ]
        return "、".join([cell for at in columns if (cell := _cell(row, at))][:3])


def _is_total(cell: str, gazetteer: Callable[[], Gazetteer]) -> bool:
    words = plain(cell) or plain(cell.strip("()（）[]【】"))
    known = total_words()
    if words in known or is_counted(words) or _WHOLE.match(words):
        return True
    if not words.endswith(tuple(known)):
        return False
    for word in known:
        before = words.removesuffix(word)
        if before != words and before:
            return bool(_ALL_OF.match(before) or gazetteer().find(before))
    return False


def _is_note(cell: str) -> bool:
    written = unicodedata.normalize("NFKC", cell).strip()
    words = re.sub(r"\s+", "", written).casefold()
    if words[:1] in {"*", "※"} and (len(words) > _LONG or SENTENCE.search(words)):
        return True
    before, mark, _ = words.partition(":")
    if not mark:
        before = words
    before = re.sub(r"\d+[.、]?$", "", before.strip("（()）"))
    return before in word_set("rows", "note")


def _tell_hidden(grid: Grid, headings: Headings, tell: Tell) -> None:
    rows = [row for row in sorted(grid.hidden_rows) if row >= headings.below and any(grid.rows[row])]
    if rows:
        tell("hidden_rows", grid.labels[rows[0]], count=len(rows))
    struck = [row for row in sorted(grid.struck_rows) if row >= headings.below]
    if struck:
        tell("struck_rows", grid.labels[struck[0]], count=len(struck))
    used = {*headings.columns.values(), *headings.statuses, *headings.marks}
    columns = [headings.names[at] for at in sorted(grid.hidden_columns & used) if at < len(headings.names)]
    if columns:
        tell("hidden_columns", grid.labels[headings.start], headings="、".join(columns))


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""
