"""The questions that can be asked, as a table; for a zone with the demands that ask them and whether there is an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geozone.figures.zones import is_inside
from geozone.lists.at_hand import of_project
from geozone.manifest.indicators import Indicator, load_indicators
from geozone.manifest.inputs import layer_title, register_title
from geozone.messages import Language
from geozone.project import Project
from geozone.rates.compute import chosen_indicators, sources
from geozone.rates.facts import Facts
from geozone.seeds import zone_targets

COMPUTED, REPORTED, MISSING, EVIDENCE = "computed", "reported", "missing", "evidence"  # kinds of answers


def indicators_table(project: Project | None, lang: Language) -> pd.DataFrame:
    """Return the declared indicators, or those that a project's zone asks for, one row each.

    Parameters
    ----------
    project
        The zone with its inputs; None for all indicators.
    lang
        Language of titles.

    Returns
    -------
    DataFrame
        Columns ``indicator, title, measure, unit, levels, layers, registers, figures, indicators``, the inputs by id. For a
        zone also ``targets`` (ids of its demands), ``answer`` (``computed``: all inputs are there; ``reported``: a figure of
        the zone or of a unit of it answers alone; ``missing``; ``evidence``: no number is asked) and ``missing``, the titles
        of the inputs that are not there. Whether layers and registers have the fields that are asked for is seen when they are opened
        (`geozone.lists.missing`).
    """
    if project is None:
        return pd.DataFrame([_row(one, lang) for one in load_indicators().values()])
    indicators = {**load_indicators(), **project.indicators}
    targets = [*zone_targets(project.zone.key), *project.targets]
    asked: dict[str, list[str]] = {}
    for target in targets:
        asked.setdefault(target.indicator, []).append(target.id)
    there = of_project(project, indicators)
    rows = []
    for one in chosen_indicators(indicators, targets, project.indicators):
        missing = missing_titles(one, there, indicators, lang)
        more = {
            "targets": ",".join(asked.get(one.id, ())),
            "answer": answer(one, there, indicators),
            "missing": ("、" if lang == "zh" else ", ").join(missing),
        }
        rows.append(_row(one, lang) | more)
    return pd.DataFrame(rows)


def answer(indicator: Indicator, there: Facts, indicators: Mapping[str, Indicator]) -> str:
    """Return how an indicator is answered by what is there."""
    if indicator.measure.kind is None:
        return EVIDENCE
    if "figure" not in indicator.measure.keys and _has_inputs(indicator, there, indicators):
        return COMPUTED
    named = (indicator.id, *indicator.figures)
    return REPORTED if any(_is_reported(name, there) for name in named) else MISSING


def missing_titles(
    indicator: Indicator, there: Facts, indicators: Mapping[str, Indicator], lang: Language
) -> list[str]:
    """Return the titles of the inputs that an indicator is made from and that are not there."""
    titles = [layer_title(name) for name in indicator.layers if name not in there.specs]
    titles += [register_title(name) for name in indicator.registers if name not in there.registers]
    titles += [
        layer_title(name) for name in indicator.changing if name in there.specs and name not in there.vintages
    ]
    titles += [
        indicators[name].title
        for name in indicator.figures
        if name in indicators and not _is_reported(name, there)
    ]
    titles += [
        indicators[name].title
        for name in sources(indicator)
        if name in indicators and answer(indicators[name], there, indicators) == MISSING
    ]
    return list(dict.fromkeys(title.get(lang) for title in titles))


def _is_reported(name: str, there: Facts) -> bool:
    """Tell whether a figure of the zone or of a unit in it is there: not a plan, and not of another scope."""
    units = [scope for scope in there.figures.scopes(name) if scope.isdigit() or scope == there.zone.key]
    scopes = [scope for scope in units if is_inside(scope, there.zone)]
    return any(there.figures.series(name, scope) for scope in scopes)


def _has_inputs(indicator: Indicator, there: Facts, indicators: Mapping[str, Indicator]) -> bool:
    known = [indicators[name] for name in sources(indicator) if name in indicators]
    return not there.missing(indicator) and all(answer(one, there, indicators) != MISSING for one in known)


def _row(indicator: Indicator, lang: Language) -> dict[str, Any]:
    return {
        "indicator": indicator.id,
        "title": indicator.title.get(lang),
        "measure": indicator.measure.id,
        "unit": indicator.unit,
        "levels": ",".join(level.value for level in indicator.levels),
        "layers": ",".join(indicator.layers),
        "registers": ",".join(indicator.registers),
        "figures": ",".join(indicator.figures),
        "indicators": ",".join(sources(indicator)),
    }
