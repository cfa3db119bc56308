"""What of the inputs of a zone is there: its layers, vintages, registers, figures and their fields."""

from __future__ import annotations

from collections.abc import Mapping

from geozone.manifest.indicators import Indicator
from geozone.model import ZoneResult
from geozone.project import Project
from geozone.rates.facts import Facts
from geozone.rates.regions import places_asked_for
from geozone.registers.words import MEASURES
from geozone.run.layers import covers
from geozone.run.registers import read_all_figures, read_registers
from geozone.seeds import zone_targets


def of_project(project: Project, indicators: Mapping[str, Indicator]) -> Facts:
    """Return what a project has, its layers unopened: their fields are not known.

    Raises
    ------
    InputError
        If a register or table of figures is missing or cannot be read.
    """
    figures, _ = read_all_figures(project, indicators, [])
    targets = [*zone_targets(project.zone.key), *project.targets]
    return Facts(
        zone=project.zone,
        units=(),
        parents={},
        specs={name: spec for name, spec in project.layers.items() if covers(spec, project.zone)},
        tables={},
        registers=read_registers(project, []),
        figures=figures.under({}, places_asked_for(targets)),
        vintages=frozenset(project.older),
    )


def of_result(result: ZoneResult, project: Project) -> Facts:
    """Return what a run of a project had."""
    specs = {name: layer.spec for name, layer in result.layers.items() if layer.spec}
    return Facts(
        zone=result.zone,
        units=(),
        parents={},
        specs={**specs, **result.rasters},
        tables={},
        registers=result.registers,
        figures=result.figures.under({}, places_asked_for(result.targets)),
        fields={name: frozenset(map(str, layer.data.columns)) for name, layer in result.layers.items()},
        vintages=frozenset(project.older),
    )


def missing_measures(indicator: Indicator, there: Facts) -> dict[str, str]:
    """Return the measure that the items of a register are weighed by, by register, where none of its items has it."""
    by = indicator.options.get("by")
    if by not in MEASURES:
        return {}
    items = {name: there.registers[name].items for name in indicator.registers if name in there.registers}
    return {name: by for name, rows in items.items() if not rows[by].notna().any()}
