"""Screening for ecological importance and sensitivity by the formulas of the guideline for red lines of 2017.

生态保护红线划定指南 (环办生态〔2017〕48号) gives quick formulas on net primary productivity (NPP), beside models that need far more
data. They rank ground inside one region. What they yield is *screening*: it draws no line and stands for no statutory one.

The formulas stand in the guideline's annexes on functions (NPP 定量指标评估法) and on sensitivity. They were checked against a
copy in a paper (Journal of Geographical Sciences, tables of its methods: geogsci.com figures 309536 and 309537), not
against the guideline itself, whose text was not at hand. What that copy leaves open is said with each function.

Every function takes its rasters as arrays of one grid (NaN or masked where there is no value) or as files, open datasets or
pairs of array and transform of one grid, and works on whole arrays: about 8 bytes a cell for each raster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
from affine import Affine

from geozone.errors import UsageError
from geozone.messages import Text, text
from geozone.terrain.layers_on_grid import Layers, Limits, Mask, Values, layers_of

STEEPEST = 90.0  # degrees


@dataclass(frozen=True, slots=True)
class Screening:
    """A raster of screening, never a statutory line."""

    values: Values  # NaN where an input has no value
    unit: str
    nodata_share: float  # of the cells
    missing: dict[str, float]  # the share of cells without a value, by input
    transform: Affine | None = None  # where it lies, unless the inputs were arrays
    crs: pyproj.CRS | None = None
    areas: Values | None = None  # km² of every cell, unless the inputs were arrays

    @property
    def statement(self) -> Text:
        """What has to stand beside it wherever it is shown."""
        return text("terrain.screening_statement")


def water_conservation(
    npp: Any, infiltration: Any, precipitation: Any, slope: Any, *,
    limits: Mapping[str, Limits] | None = None, crs: Any = None,
) -> Screening:  # fmt: skip
    """Return the importance of ground for keeping water (水源涵养): ``WR = NPP × Fsic × Fpre × (1 − Fslo)``.

    Parameters
    ----------
    npp
        Net primary productivity, mean of many years, g C/(m²·a), not negative. The copy at hand does not say whether it is
        scaled; it is taken as it is, which ranks cells like any multiple of it.
    infiltration
        Soil infiltration factor Fsic (土壤渗流因子), from texture (HWSD); any unit.
    precipitation
        Mean precipitation of many years, mm/a.
    slope
        Slope in degrees.
    limits
        By input, what stands for 0 and for 1. By default the lowest and the highest value among the cells that have all
        inputs (最大最小值法), so that results of two regions do not compare unless limits are stated.
    crs
        The coordinate reference system, where files are silent or arrays come with a transform.

    Returns
    -------
    Screening
        g C/(m²·a), scaled down by three factors between 0 and 1.

    Raises
    ------
    InputError
        If a file cannot be read, or no cell has all inputs.
    UsageError
        If the rasters are not on one grid, an input has one value only and no limits, or NPP is negative.

    Warns
    -----
    GeozoneWarning
        If cells have no value because an input has none there.
    """
    layers = layers_of(
        {"npp": npp, "infiltration": infiltration, "precipitation": precipitation, "slope": slope}, crs
    )
    scaled = _scaling(layers, limits, "infiltration", "precipitation", "slope")
    productivity = _not_negative(layers, "npp")
    found = productivity * scaled["infiltration"] * scaled["precipitation"] * (1 - scaled["slope"])
    return screened(layers, found, "g C/(m²·a)")


def soil_retention(
    npp: Any, erodibility: Any, slope: Any, *, limits: Mapping[str, Limits] | None = None, crs: Any = None
) -> Screening:
    """Return the importance of ground for keeping soil (水土保持): ``Spro = NPP × (1 − K) × (1 − Fslo)``.

    Parameters
    ----------
    npp
        Net primary productivity, mean of many years, g C/(m²·a), not negative.
    erodibility
        Soil erodibility K (`geozone.terrain.soil_erodibility`); any unit, as it is scaled to 0..1. The copy at hand does not
        say whether the guideline scales it; unscaled, (1 − K) would hardly tell one soil from another.
    slope
        Slope in degrees.
    limits, crs
        As for `water_conservation`, whose result, errors and warnings are these as well.
    """
    layers = layers_of({"npp": npp, "erodibility": erodibility, "slope": slope}, crs)
    scaled = _scaling(layers, limits, "erodibility", "slope")
    found = _not_negative(layers, "npp") * (1 - scaled["erodibility"]) * (1 - scaled["slope"])
    return screened(layers, found, "g C/(m²·a)")


def sand_fixing(
    npp: Any, erodibility: Any, climate_erosivity: Any, slope: Any, *,
    limits: Mapping[str, Limits] | None = None, crs: Any = None,
) -> Screening:  # fmt: skip
    """Return the importance of ground for fixing sand (防风固沙): ``Sws = NPP × K × Fq × D`` with ``D = 1 / cos θ``.

    Parameters
    ----------
    npp
        Net primary productivity, mean of many years, g C/(m²·a), not negative.
    erodibility
        Soil erodibility K, any unit.
    climate_erosivity
        Climatic erosivity of wind Fq (`geozone.terrain.climate_erosivity`), any unit.
    slope
        Slope θ in degrees, of which the roughness D of the surface is made. That D is 1 / cos θ and is not scaled was not in
        the copy at hand: it is how papers that follow the guideline describe it. Scaled, level ground would have none.
    limits, crs
        As for `water_conservation`, whose result, errors and warnings are these as well.
    """
    layers = layers_of(
        {"npp": npp, "erodibility": erodibility, "climate_erosivity": climate_erosivity, "slope": slope}, crs
    )
    scaled = _scaling(layers, limits, "erodibility", "climate_erosivity")
    found = _not_negative(layers, "npp") * scaled["erodibility"] * scaled["climate_erosivity"]
    return screened(layers, found * _roughness(layers), "g C/(m²·a)")


def biodiversity(
    npp: Any, precipitation: Any, temperature: Any, altitude: Any, *,
    limits: Mapping[str, Limits] | None = None, crs: Any = None,
) -> Screening:  # fmt: skip
    """Return the importance of ground for biodiversity (生物多样性维护): ``Sbio = NPP × Fpre × Ftem × (1 − Falt)``.

    Parameters
    ----------
    npp
        Net primary productivity, mean of many years, g C/(m²·a), not negative.
    precipitation
        Mean precipitation of many years, mm/a.
    temperature
        Mean temperature of many years, °C.
    altitude
        Altitude, m.
    limits, crs
        As for `water_conservation`, whose result, errors and warnings are these as well.
    """
    layers = layers_of(
        {"npp": npp, "precipitation": precipitation, "temperature": temperature, "altitude": altitude}, crs
    )
    scaled = _scaling(layers, limits, "precipitation", "temperature", "altitude")
    found = _not_negative(layers, "npp") * scaled["precipitation"] * scaled["temperature"]
    return screened(layers, found * (1 - scaled["altitude"]), "g C/(m²·a)")


def _scaling(layers: Layers, limits: Mapping[str, Limits] | None, *names: str) -> dict[str, Values]:
    given = dict(limits or {})
    for name in given:
        if name not in names:
            raise UsageError("terrain.screening_limits", name=name, names=", ".join(names))
    return {name: layers.scaled(name, given.get(name)) for name in names}


def _not_negative(layers: Layers, name: str) -> Values:
    values = layers.values[name]
    lowest = float(values[layers.known].min())
    if lowest < 0:
        raise UsageError("terrain.screening_negative", name=name, value=f"{lowest:g}")
    return values


def _roughness(layers: Layers) -> Values:
    slope = layers.values["slope"]
    some = slope[layers.known]
    if some.min() < 0 or some.max() >= STEEPEST:
        beyond = some.min() if some.min() < 0 else some.max()
        raise UsageError("terrain.screening_slope", value=f"{beyond:g}")
    return np.asarray(1 / np.cos(np.radians(slope)))


def screened(layers: Layers, values: Values, unit: str) -> Screening:
    """Return values of some layers as a screening, without those of cells where a layer has none."""
    known: Mask = layers.known
    values = np.where(known, values, np.nan)
    place = layers.transform, layers.crs, layers.areas
    return Screening(values, unit, float(1 - known.mean()), layers.missing, *place)
