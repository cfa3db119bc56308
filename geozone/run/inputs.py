"""What goes into a run: read, checked and repaired, before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd

from geozone.manifest.indicators import Indicator, load_indicators
from geozone.messages import text
from geozone.model import Finding, Layer, LayerSource, LayerSpec, Register
from geozone.rates.figures import Figures
from geozone.run.backdrop import backdrop
from geozone.run.belts import widened
from geozone.run.layers import role_of
from geozone.run.rasters import relief_sources
from geozone.run.reading import Reading
from geozone.run.registers import read_all_figures, read_registers


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run is made of; layers, rasters and registers by id."""

    units: gpd.GeoDataFrame
    layers: Mapping[str, Layer]
    rasters: Mapping[str, LayerSpec]
    earlier: Mapping[str, Layer]  # in their last vintage before the newest
    earlier_rasters: Mapping[str, LayerSpec]
    indicators: Mapping[str, Indicator]
    registers: dict[str, Register]
    figures: Figures
    figure_findings: list[Finding]  # told with those of the registers, after the overlay
    backdrop: Mapping[str, Layer]
    relief: tuple[LayerSource, ...]


def read_inputs(run: Reading) -> Inputs:
    """Return everything that goes in; what cannot be read is told before the long work, not after it."""
    project = run.project
    run.options.progress(text("run.step_read"))
    units = run.units()
    layers, rasters = run.layers(), run.rasters()
    earlier, earlier_rasters = run.earlier_layers(), run.earlier_rasters()
    indicators = {**load_indicators(), **project.indicators}
    registers = read_registers(project, run.inputs, run.reuse)
    figures, figure_findings = read_all_figures(project, indicators, run.inputs)
    around = backdrop(run)
    relief, found = relief_sources(project, units, run.inputs)
    run.keep(found, tell=any(role_of(project.layers[name]).purpose for name in project.own))
    return Inputs(
        units,
        layers,
        rasters,
        earlier,
        earlier_rasters,
        indicators,
        registers,
        figures,
        figure_findings,
        around,
        relief,
    )


def checked_inputs(run: Reading, inputs: Inputs) -> Inputs:
    """Return the inputs with broken features repaired, and lines that stand for belts as wide as they are said to be."""
    run.options.progress(text("run.step_check"))
    units = inputs.units
    layers = run.checked(inputs.layers, units)
    earlier = run.checked(inputs.earlier, units)
    layers, earlier = (widened(some, units.geometry.iloc[-1]) for some in (layers, earlier))
    run.end_step("check", {"findings": len(run.findings), "repaired": len(run.ledger)})
    return replace(inputs, layers=layers, earlier=earlier)
