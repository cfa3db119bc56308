"""Figures that say the same twice, or contradict each other; and the user's in the place of the embedded ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from geozone.figures.remarks import Telling
from geozone.figures.values import is_signed
from geozone.manifest.indicators import load_indicators
from geozone.manifest.units import unit_title
from geozone.messages import Text, listed
from geozone.model import Finding, Severity
from geozone.rates.figures import PLAN, Figure, Figures

# times a published figure, of what does not change by so much; a unit of ten thousands is told from one of millions
_MANY = {"km2": 5.0, "km": 5.0, "ug/m3": 5.0, "million_kw": 20.0, "million_t": 20.0}
_NO_ZERO = 5.0  # per cent from which on a share does not become none
Placed = tuple[Figure, str]  # a figure, and what its row is called


def agreed(placed: Iterable[Placed], telling: Telling) -> list[Figure]:
    """Return figures that are certain: once where two repeat each other, not at all where they disagree.

    Two figures are of one thing where indicator, scope, year, period and kind are the same. Which of two that differ holds
    nobody can know, so neither counts.

    Parameters
    ----------
    placed
        Figures, each with what its row is called; several files, each with its file.
    telling
        Takes what is told.
    """
    groups: dict[tuple[object, ...], list[Placed]] = {}
    for figure, row in placed:
        groups.setdefault(_thing(figure), []).append((figure, row))
    found = []
    for group in groups.values():
        first, row = group[0]
        differing = [one for one in group if not _same(one[0], first)]
        if differing:
            values = "、".join(dict.fromkeys(f"{_sign(one)}{one.value:.10g}" for one, _ in group))
            for _, place in group:
                telling.tell("disagree", place, scope=first.scope_name, year=str(first.year or "—"), values=values,
                             indicator=_title(first))  # fmt: skip
            continue
        for _, other in group[1:]:
            if other != row:
                telling.tell("repeated", other, Severity.NOTE, first=row)
        found.append(first)
    return found


def merged(embedded: Figures, own: Mapping[str, Sequence[Figure]]) -> tuple[Figures, list[Finding]]:
    """Return the embedded figures and the user's as one.

    What the user gives of an indicator and a scope replaces all that is embedded of them but plans, so that one series
    never mixes two sources; a plan of the user's replaces nothing. It is told.

    Parameters
    ----------
    embedded
        The figures of `geozone.figures.embedded.embedded_figures`.
    own
        The user's figures by file, as `geozone.figures.tables.read_figures` returns them. Two files that contradict each
        other are told like two rows.
    """
    telling = Telling("、".join(own))
    figures = agreed(((one, file) for file, some in own.items() for one in some), telling)
    series = (one for one in figures if one.scope and one.kind != PLAN and not one.superseded)
    given = {(one.indicator, one.scope) for one in series}
    replaced = [one for one in embedded.all if (one.indicator, one.scope) in given and one.kind != PLAN]
    for indicator in dict.fromkeys(one.indicator for one in replaced):
        names = dict.fromkeys(one.scope_name for one in replaced if one.indicator == indicator)
        telling.tell(
            "replaced", severity=Severity.NOTE,
            indicator=next(_title(one) for one in replaced if one.indicator == indicator),
            scopes=listed(names),
            number=sum(1 for one in replaced if one.indicator == indicator),
        )  # fmt: skip
    _tell_far(figures, replaced, embedded, telling)
    gone = set(replaced)
    return Figures([*(one for one in embedded.all if one not in gone), *figures]), telling.findings


def _tell_far(
    figures: Sequence[Figure], replaced: Sequence[Figure], embedded: Figures, telling: Telling
) -> None:
    """Tell which figures of the user's are many times those that were published: most likely the unit is another."""
    series = {(one.indicator, one.scope) for one in replaced}
    for figure in figures:
        indicator = load_indicators().get(figure.indicator)
        # a change may be any; an indicator of the user's own has no published figure
        if indicator is None or is_signed(indicator) or _thing(figure)[:2] not in series:
            continue
        published = [
            one
            for one in embedded.all
            if (one.indicator, one.scope, one.unit) == (figure.indicator, figure.scope, figure.unit)
            and one.value > 0
        ]
        nearest = min(published, key=lambda one: abs((one.year or 0) - (figure.year or 0)), default=None)
        if nearest is None:
            continue
        if _is_far(figure.value, nearest.value, figure.unit):
            telling.tell("far_from_published", scope=figure.scope_name, indicator=_title(figure), value=f"{figure.value:.10g}",
                         other=f"{nearest.value:.10g}", year=str(figure.year or "—"), then=str(nearest.year or "—"),
                         unit=unit_title(figure.unit))  # fmt: skip


def _is_far(value: float, published: float, unit: str) -> bool:
    """Tell whether a value is many times a published one, or zero in its place."""
    many = _MANY.get(unit)
    if many is None:
        return unit == "%" and value == 0.0 and published >= _NO_ZERO
    return not 1 / many < value / published < many


def _thing(figure: Figure) -> tuple[object, ...]:
    # scopes without a code are told apart by their names
    scope = figure.scope or figure.scope_name.zh
    return (
        figure.indicator,
        scope,
        figure.year,
        figure.period.zh,
        figure.kind,
        figure.superseded,
        figure.preliminary,
    )


def _same(one: Figure, other: Figure) -> bool:
    return (one.value, one.unit, one.comparator) == (other.value, other.unit, other.comparator)


def _sign(figure: Figure) -> str:
    return {"=": "", "about": "约"}.get(figure.comparator, figure.comparator)


def _title(figure: Figure) -> Text:
    known = load_indicators().get(figure.indicator)
    return known.title if known else Text(figure.indicator, figure.indicator)
