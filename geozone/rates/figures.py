"""Reported figures: numbers that an authority gave, of a unit, for a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from geozone.manifest.units import converted
from geozone.messages import NO_TEXT, Text
from geozone.model import Basis, Comparator

VALUE, FLOOR, PLAN = "value", "floor", "plan"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that an authority reported."""

    indicator: str
    scope: str  # code of a unit, key of a zone, id of a place; empty for any other scope
    scope_name: Text
    year: int | None
    value: float
    unit: str
    comparator: str  # "=" | ">=" | "<=" | "about"
    kind: str  # "value" | "floor": a legal floor | "plan": what somebody plans
    basis: Basis
    source: Text
    published: str
    period: Text = NO_TEXT  # where it is not a whole year
    context: tuple[str, ...] = ()  # zones beside whose rows it may stand, its scope being another
    superseded: bool = False
    preliminary: bool = False
    certainty: str = ""
    note: Text = NO_TEXT
    short: Text = NO_TEXT  # its source in a few words: who printed it, or the number of the document
    places: int = 0  # decimals that it was printed with: 27.0 is not 27

    def in_unit(self, unit: str) -> float | None:
        """Return the value in a unit; None where that measures something else."""
        return converted(self.value, self.unit, unit)

    def rounding_in(self, unit: str) -> float:
        """Return half of the last place of a value that is printed as about, in a unit: 5 of about 140; else nothing."""
        if self.comparator != Comparator.ABOUT.value or not self.value:
            return 0.0
        place = Decimal(str(self.value)).normalize().as_tuple().exponent
        assert isinstance(place, int), self.value
        return converted(0.5 * 10.0**place, self.unit, unit) or 0.0


class Figures:
    """Figures by indicator and scope."""

    def __init__(self, figures: Iterable[Figure] = ()) -> None:
        self.all = tuple(figures)
        self._by_place: dict[tuple[str, str], list[Figure]] = {}
        for one in self.all:
            self._by_place.setdefault((one.indicator, one.scope), []).append(one)

    def __len__(self) -> int:
        return len(self.all)

    def under(self, scopes: Mapping[str, str], asked: Mapping[tuple[str, str], str]) -> Figures:
        """Return the same figures, those of some scopes under another name; of an indicator and a scope, as `asked` says."""

        def scope(one: Figure) -> str:
            return asked.get((one.indicator, one.scope), scopes.get(one.scope, one.scope))

        return Figures(replace(one, scope=scope(one)) for one in self.all)

    def series(self, indicator: str, scope: str) -> list[Figure]:
        """Return what was reported of a scope, a figure a year, the latest last; undated ones first.

        Of several figures of one year the one that is not preliminary counts, and of these the last. What has been superseded
        counts only where nothing else is known.
        """
        found: dict[int, Figure] = {}
        given = [one for one in self._by_place.get((indicator, scope), ()) if one.kind != PLAN]
        in_force = [one for one in given if not one.superseded]
        for figure in in_force or given:
            year = figure.year or 0
            if year not in found or found[year].preliminary or not figure.preliminary:
                found[year] = figure
        return [found[year] for year in sorted(found)]

    def latest(self, indicator: str, scope: str) -> Figure | None:
        """Return the latest figure of a scope."""
        if (indicator, scope) not in self._by_place:  # as most units, which are many
            return None
        series = self.series(indicator, scope)
        return series[-1] if series else None

    def of_year(self, indicator: str, scope: str, year: int) -> Figure | None:
        """Return the figure of a year."""
        return next((one for one in self.series(indicator, scope) if one.year == year), None)

    def context(self, indicator: str, zone: str) -> list[Figure]:
        """Return the latest figure of every other scope that may stand beside a zone's rows."""
        found: dict[str, Figure] = {}
        for figure in self.all:
            if figure.indicator == indicator and zone in figure.context and not figure.superseded:
                known = found.get(figure.scope_name.zh)
                if known is None or (figure.year or 0) >= (known.year or 0):
                    found[figure.scope_name.zh] = figure
        return list(found.values())

    def scopes(self, indicator: str) -> set[str]:
        """Return the codes that have a figure."""
        return {one.scope for one in self.all if one.indicator == indicator and one.scope}
