"""What goes into a run: read, checked and repaired, before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

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
    relief: tuple[LayerSource, ...]
    # of `with_lists`
    registers: dict[str, Register] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)
    figure_findings: list[Finding] = field(
        default_factory=list
    )  # told with those of the registers, after the overlay
    backdrop: Mapping[str, Layer] = field(default_factory=dict)


def read_inputs(run: Reading) -> Inputs:
    """Return the ground, the layers and the rasters of a run."""
    project = run.project
    run.options.progress(text("run.step_read"))
    units = run.units()
    layers, rasters = run.layers(), run.rasters()
    earlier, earlier_rasters = run.earlier_layers(), run.earlier_rasters()
    indicators = {**load_indicators(), **project.indicators}
    relief, found = relief_sources(project, units, run.inputs)
    run.keep(found, tell=any(role_of(project.layers[name]).purpose for name in project.own))
    return Inputs(units, layers, rasters, earlier, earlier_rasters, indicators, relief)


def with_lists(run: Reading, inputs: Inputs) -> Inputs:
    """Return the inputs with registers and figures, and with what is drawn around the units.

    What cannot be read of them is told before the long work, not after it.
    """
    registers = read_registers(run.project, run.inputs, run.reuse)
    figures, found = read_all_figures(run.project, inputs.indicators, run.inputs)
    return replace(
        inputs, registers=registers, figures=figures, figure_findings=found, backdrop=backdrop(run)
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
