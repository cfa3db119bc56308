"""Factors that the formulas of screening take, from what soil surveys and weather stations give.

All take arrays, or single numbers, that numpy can lay over each other; a value that is missing (NaN) gives one that is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from geozone.errors import UsageError
from geozone.terrain.layers_on_grid import Values


def soil_erodibility(sand: Any, silt: Any, clay: Any, carbon: Any) -> Values:
    """Return the erodibility of soil K by EPIC, adjusted to Chinese soils, in t·hm²·h/(hm²·MJ·mm).

    ``K_EPIC = {0.2 + 0.3 exp[−0.0256 s (1 − f/100)]} · [f/(c + f)]^0.3 · {1 − 0.25 o/[o + exp(3.72 − 2.95 o)]} ·
    {1 − 0.7 n/[n + exp(−5.51 + 22.9 n)]}`` with ``n = 1 − s/100``, and ``K = (−0.01383 + 0.51575 K_EPIC) · 0.1317``.

    The first is that of Williams (EPIC, 1990); the second that of Zhang and others (2008), which the guideline is said to
    quote. Neither was found in a stored copy of the guideline.

    Parameters
    ----------
    sand, silt, clay
        s, f and c: per cent by weight, 0..100.
    carbon
        o: organic carbon, per cent by weight.

    Raises
    ------
    UsageError
        If a share lies beyond 0..100.
    """
    s, f, c, o = (np.asarray(part, dtype=np.float64) for part in (sand, silt, clay, carbon))
    for name, part in (("sand", s), ("silt", f), ("clay", c), ("carbon", o)):
        if np.any(part < 0) or np.any(part > 100):
            low, high = f"{np.nanmin(part):g}", f"{np.nanmax(part):g}"
            raise UsageError("terrain.screening_percent", name=name, low=low, high=high)
    coarse = 1 - s / 100
    with np.errstate(invalid="ignore", divide="ignore"):
        fine = np.where(c + f > 0, f / (c + f), 0.0)
    fine = np.where(np.isnan(c + f), np.nan, fine)
    epic = (
        (0.2 + 0.3 * np.exp(-0.0256 * s * (1 - f / 100)))
        * fine**0.3
        * (1 - 0.25 * o / (o + np.exp(3.72 - 2.95 * o)))
        * (1 - 0.7 * coarse / (coarse + np.exp(-5.51 + 22.9 * coarse)))
    )
    return np.asarray((-0.01383 + 0.51575 * epic) * 0.1317)


def climate_erosivity(
    wind: Sequence[Any], temperature: Sequence[Any], precipitation: Sequence[Any],
    humidity: Sequence[Any], days: Sequence[float] = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31),
) -> Values:  # fmt: skip
    """Return the climatic erosivity of wind Fq (FAO 1979), without unit.

    ``Fq = 1/100 Σ u³ · (ETP − P)/ETP · d`` over the months, with ``ETP = 0.19 (20 + T)² (1 − r)``. A month with more rain than
    evaporation, or none of either, adds nothing: the formula would make it negative. That, and the formula, were not found in
    a copy of the guideline; they are how papers that follow it write it.

    Parameters
    ----------
    wind
        u: mean wind speed at 2 m of each month, m/s. From 10 m it is ``u · (2/10)^(1/7)``.
    temperature
        T: mean temperature of each month, °C.
    precipitation
        P: precipitation of each month, mm.
    humidity
        r: mean relative humidity of each month, 0..1.
    days
        d: days of each month.

    Raises
    ------
    UsageError
        If the months are not equally many, or a humidity is no share.
    """
    months = [
        [np.asarray(one, dtype=np.float64) for one in each]
        for each in (wind, temperature, precipitation, humidity)
    ]
    if len({len(each) for each in (*months, days)}) != 1:
        raise UsageError(
            "terrain.screening_months", counts=", ".join(str(len(each)) for each in (*months, days))
        )
    total: Any = 0.0
    for u, t, p, r, d in zip(*months, days, strict=True):
        if np.any(r < 0) or np.any(r > 1):
            low, high = f"{np.nanmin(r):g}", f"{np.nanmax(r):g}"
            raise UsageError("terrain.screening_share", name="humidity", low=low, high=high)
        evaporation = 0.19 * (20 + t) ** 2 * (1 - r)
        with np.errstate(invalid="ignore", divide="ignore"):
            dry = np.where(evaporation > 0, np.maximum((evaporation - p) / evaporation, 0.0), 0.0)
        total = total + np.where(np.isnan(evaporation + p), np.nan, u**3 * dry * d)
    return np.asarray(total / 100)


def dryness(accumulated_temperature: Any, precipitation: Any) -> Values:
    """Return the dryness index: ``I = 0.16 ΣT / ΣP`` of the time of the year with 10 °C and more; NaN without rain.

    As a paper that follows the guideline copies it (geogsci.com figure 309537).

    Parameters
    ----------
    accumulated_temperature
        ΣT: sum of the daily mean temperatures of the days with 10 °C and more, °C·d.
    precipitation
        ΣP: precipitation of these days, mm.
    """
    heat, rain = (np.asarray(one, dtype=np.float64) for one in (accumulated_temperature, precipitation))
    return np.asarray(0.16 * heat / np.where(rain > 0, rain, np.nan))
