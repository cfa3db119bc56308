"""What a row of a table says of its figures: of whom, of what, of when, and how certain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

from geozone.figures.headings import SCOPES, Headings
from geozone.figures.lines import Line
from geozone.figures.numbers import EXACT
from geozone.figures.remarks import Telling
from geozone.figures.scopes import Scope, Scopes
from geozone.figures.table_titles import Around
from geozone.figures.titles import Named, Titles
from geozone.figures.value_columns import ValueColumn
from geozone.figures.values import Cell, Measured, Tell, is_over_time, row_unit
from geozone.figures.words import is_blank, is_word, meanings, squeezed
from geozone.figures.years import Year, read_year, with_period
from geozone.manifest.indicators import Indicator
from geozone.manifest.units import Written
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Basis, Severity
from geozone.registers.status_words import find_date

_OF_FIGURES = re.compile(
    r"^(?:为|系|采用|取|使用|用)|(?:的?(?:数据|数值|统计数|数|值|口径|平均|均值|情况))$"
)  # 为2022年数据


@dataclass(frozen=True, slots=True)
class Said:
    """What all figures of a row have in common."""

    scope: Scope | None  # None where the columns name them
    named: Named | None  # None where the columns or the title name the indicators
    unit: Written | None
    year: Year | None
    kind: str  # empty where only the column says it
    comparator: str  # empty where only the cell says it


@dataclass
class RowReader:
    """Reads the rows of one table; what is not understood is told.

    Parameters
    ----------
    headings, around
        What the columns hold, and what the title says.
    titles, scopes
        The indicators and scopes that there are.
    basis
        Where the figures stand, where a row does not say.
    telling
        Takes the findings.
    """

    headings: Headings
    around: Around
    titles: Titles
    scopes: Scopes
    basis: Basis
    telling: Telling

    def read(self, line: Line) -> Said | None:
        """Return what a row says; None where scope, unit, year or another word is not understood."""
        by_column = all(one.scope for one in self.headings.values)
        scope = None if by_column else self._scope(line)
        named = self._indicator(line)
        unit, unit_sure = row_unit(line.cells.get("unit", ""), self.teller(line))
        year, year_sure = self._year(line)
        kind, kind_sure = self._word(line, "kind", "kinds")
        kind = kind or meanings("kinds").get(
            squeezed(line.cells.get("note", "")), ""
        )  # a remark that is only that
        comparator, comparator_sure = self._word(line, "comparator", "comparators")
        if not (by_column or scope) or not (unit_sure and year_sure and kind_sure and comparator_sure):
            return None
        return Said(scope, named, unit, year, kind, comparator)

    def indicators(self, line: Line, said: Said, column: ValueColumn) -> tuple[str, ...]:
        """Return the indicators that a value is of; what their title says in brackets and nobody looks at is told."""
        aside = column.aside if column.indicators or not said.named else said.named.aside
        if aside:
            written = column.heading if column.indicators else line.cells.get("indicator", "")
            self._tell(line, "qualified", word=written, aside="、".join(aside))
        return column.indicators or (said.named.ids if said.named else self.around.indicators)

    def year(self, line: Line, said: Said, column: ValueColumn) -> tuple[Year | None, bool]:
        """Return the year of a value: of its column or the title of its indicator, else of its row; and whether they agree."""
        of_title = None if column.indicators or said.named is None else said.named.year
        own, heading = (
            column.year or of_title,
            column.heading if column.year else line.cells.get("indicator", ""),
        )
        if own is None or said.year is None or "year" not in self.headings.columns:
            found = own or said.year
            if found is None:
                self._tell(line, "no_year")
            return found, True
        if own.year != said.year.year:
            self._tell(line, "years_differ", heading=heading, year=str(said.year.year))
            return None, False
        return said.year if own.whole else own, True

    def units(self, said: Said, column: ValueColumn) -> list[Written]:
        """Return the units that are stated for a value, each once."""
        of_indicator = said.named.unit if said.named and not column.indicators else None
        return list(
            dict.fromkeys(unit for unit in (said.unit, column.unit, of_indicator) if unit is not None)
        )

    def scope(self, line: Line, said: Said, column: ValueColumn) -> Scope | None:
        """Return whom a value speaks of: as its column says, else as its row does; None where that is not certain."""
        return (
            self._certain(line, self.scopes.find("", column.scope), "", column.scope)
            if column.scope
            else said.scope
        )

    def held_for(self, line: Line, scope: Scope, year: Year | None, indicator: Indicator) -> Scope:
        """Return whom a figure is held for: nobody, where it spans some months and its indicator is one of whole years.

        It may stand beside the rows of the zone then, where it is of the zone or a member, and is never judged.
        """
        if year is None or year.whole:
            return scope
        if not (year.part and is_over_time(indicator)):
            self._tell(line, "part_of_year", Severity.NOTE, period=year.period, year=str(year.year))
            return scope
        self._tell(line, "not_annual", period=year.period, year=str(year.year), indicator=indicator.title)
        zone = self.scopes.zone
        beside = scope.id in {zone.key, *zone.members} or bool(scope.context)
        return Scope("", scope.name, (zone.key,) if beside else ())

    def comparator(self, line: Line, said: Said, cell: Cell, value: Measured) -> str:
        """Return the comparator of a value, of its cell or its row; empty where the two contradict each other."""
        if said.comparator and value.comparator not in {EXACT, said.comparator}:
            self._tell(line, "comparators_differ", word=cell.written, comparator=said.comparator)
            return ""
        return said.comparator or value.comparator

    def look_at_remark(self, line: Line, said: Said) -> None:
        """Tell a remark by which the figures of a row are corrected, or speak of less or another time than they seem to."""
        remark = squeezed(line.cells.get("note", ""))
        if any(word in remark for word in meanings("doubting")) or self._is_of_another_time(remark, said):
            self._tell(line, "remark_doubts", word=line.cells["note"])

    def _is_of_another_time(self, remark: str, said: Said) -> bool:
        """Tell whether a remark is another year than those of the figures of a row, or a part of theirs."""
        bare = _OF_FIGURES.sub("", remark)
        years = {one.year for one in (said.year, *(each.year for each in self.headings.values)) if one}
        told = [read_year(words) for words in (bare, *(f"{year}年{bare}" for year in years))]
        if not bare or bare.isdecimal():  # the number of a footnote is no month
            return False
        return any(one and (one.part or one.year not in years) for one in told) and bool(years)

    def teller(self, line: Line) -> Tell:
        """Return what tells things of a row: called with the kind of a finding, its severity and what else it says."""
        return partial(self._tell, line)

    def basis_of(self, line: Line) -> Basis:
        """Return where the figures of a row stand."""
        written = line.cells.get("basis", "")
        if is_blank(written):
            return self.basis
        words = {squeezed(name): one for one in Basis for name in _basis_names(one)}
        if squeezed(written) not in words:
            self._tell(line, "unknown_word", word=written, near=_nearest(written, words))
        return words.get(squeezed(written), self.basis)

    def flag(self, line: Line, column: str) -> bool:
        """Return whether a row marks its figures as superseded or preliminary; an unknown mark counts as one."""
        written = squeezed(line.cells.get(column, ""))
        if column == "preliminary" and is_word("qualifiers", line.cells.get("note", "")):
            return True  # a remark that is only that
        if written not in meanings("flags"):
            self._tell(line, "unknown_word", word=written, near="true")
        return meanings("flags").get(written, "true") == "true"

    @staticmethod
    def published(line: Line) -> str:
        """Return the date on which the figures of a row were published, as far as it is one."""
        return find_date(line.cells.get("published", ""))

    @staticmethod
    def text(line: Line, column: str) -> Text:
        """Return the words of a column that are told as they stand."""
        written = line.cells.get(column, "")
        return NO_TEXT if is_blank(written) else Text(written, written)

    def _scope(self, line: Line) -> Scope | None:
        code, name = (line.cells.get(column, "") for column in ("unit_code", "unit_name"))
        code, name = ("" if is_blank(cell) else cell for cell in (code, name))
        if not code and not name:
            name = self._joined_name(line) or line.cells.get("zone", "")
        if code or not is_blank(name):
            found: Scope | None = self.scopes.find(code, name)
        else:
            found = line.section or self.around.scope
        if found is None:
            self._tell(line, "no_scope")
            return None
        return self._certain(line, found, code, name)

    def _certain(self, line: Line, found: Scope, code: str, name: str) -> Scope | None:
        """Return a scope; None where there is a doubt, which is told."""
        if found.doubt:
            self._tell(line, f"scope_{found.doubt}", word=found.words or name or code, near=named_or_none(found.near),
                       zone=self.scopes.zone.title)  # fmt: skip
            return None
        if found.taken_for == "place":
            self._tell(line, "place_not_unit", Severity.NOTE, word=found.words)
        elif found.taken_for == "code":
            self._tell(line, "name_not_known", Severity.NOTE, word=name, code=code, scope=found.name)
        return found

    def _joined_name(self, line: Line) -> str:
        """Return the columns of province, city and county as one name; 全省 below a province is the province."""
        whole = [cell for column in SCOPES[3:] if not is_blank(cell := line.cells.get(column, ""))]
        if len(whole) > 1 and meanings("scopes").get(squeezed(whole[-1])) == "member":
            whole = whole[:-1]
        return "".join(dict.fromkeys(whole))

    def _indicator(self, line: Line) -> Named | None:
        if "indicator" not in self.headings.columns:
            return None
        written = line.cells.get("indicator", "")
        if is_blank(written):
            if not all(one.indicators for one in self.headings.values):
                self._tell(line, "no_indicator")
            return Named()
        found = self.titles.find(written)
        if found.choices:
            self._tell(line, "several_indicators", word=written, choices="、".join(found.choices))
        elif not found.ids:
            self._tell(line, "unknown_indicator", word=written, near=named_or_none(found.near))
        return found

    def _year(self, line: Line) -> tuple[Year | None, bool]:
        written = line.cells.get("year", "")
        found = Year(self.around.year) if is_blank(written) and self.around.year else read_year(written)
        if found is None and not is_blank(written):
            self._tell(line, "unknown_year", word=written)
            return None, False
        period = line.cells.get("period", "")
        return (found if found is None or is_blank(period) else with_period(found, period)), True

    def _word(self, line: Line, column: str, table: str) -> tuple[str, bool]:
        """Return what a word of the vocabulary means, and whether it is one."""
        word = line.cells.get(column, "")
        if is_blank(word):
            return "", True
        if squeezed(word) not in meanings(table):
            self._tell(line, "unknown_word", word=word, near=_nearest(word, meanings(table)))
            return "", False
        return meanings(table)[squeezed(word)], True

    def _tell(self, line: Line, kind: str, severity: Severity = Severity.WARNING, **params: object) -> None:
        self.telling.tell(kind, line.label, severity, **params)


def named_or_none(words: str) -> Text:
    """Return words as both languages show them, and that there are none where there are none."""
    return Text(words, words) if words else Text("无", "none")


def _basis_names(basis: Basis) -> tuple[str, ...]:
    title = text(f"words.basis_{basis}")
    return basis.value, title.zh, title.en


def _nearest(word: str, words: Iterable[str]) -> str:
    return get_close_matches(squeezed(word), [one for one in words if one], n=1, cutoff=0.0)[0]
