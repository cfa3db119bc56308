"""Screening for sensitivity to erosion and to desertification: grades of four factors, and the fourth root of their product.

The formulas were checked against a copy in a paper (Journal of Geographical Sciences, geogsci.com figure 309537). **The limits of the
grades are from memory of the guideline's tables and were not found in any copy**: state your own where you have the text. On
which side a value at a limit falls is a choice made here. Screening, never a statutory line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geozone.errors import UsageError
from geozone.terrain.layers_on_grid import Layers, Values, layers_of
from geozone.terrain.screening import Screening, screened

GRADES = (1.0, 3.0, 5.0)  # general, sensitive, extremely sensitive


@dataclass(frozen=True, slots=True)
class Grading:
    """Two limits between three grades; `falls` where high values are the less sensitive ones."""

    low: float
    high: float
    falls: bool = False

    def of(self, values: Values) -> Values:
        """Return the grade of values: 1, 3 or 5; a value at a limit is of the middle grade."""
        least, most = (GRADES[2], GRADES[0]) if self.falls else (GRADES[0], GRADES[2])
        found = np.full(values.shape, GRADES[1])
        with np.errstate(invalid="ignore"):
            found[values < self.low] = least
            found[values > self.high] = most
        return found


EROSION: dict[str, Grading] = {
    "erosivity": Grading(100.0, 600.0),  # MJ·mm/(hm²·h·a)
    "relief": Grading(50.0, 300.0),  # m
    "cover": Grading(0.2, 0.6, falls=True),  # share of ground under vegetation
}
DESERTIFICATION: dict[str, Grading] = {
    "dryness": Grading(1.5, 16.0),
    "windy_days": Grading(10.0, 30.0),  # days a year of 6 m/s and more
    "cover": Grading(0.2, 0.6, falls=True),
}
CLASS_LIMITS = (2.0, 4.0)  # of the index: general up to the first, extremely sensitive above the second


def erosion_sensitivity(
    erosivity: Any, soil: Any, relief: Any, cover: Any, *,
    gradings: Mapping[str, Grading] | None = None, crs: Any = None,
) -> Screening:  # fmt: skip
    """Return the sensitivity of ground to erosion by water (水土流失): ``SS = (R × K × LS × C)^(1/4)`` of grades.

    Parameters
    ----------
    erosivity
        Rainfall erosivity R, MJ·mm/(hm²·h·a): grade 1 below 100, 3 to 600, 5 above.
    soil
        Grades of erodibility, 1, 3 or 5, that the user gives by texture: 1 gravel, sand, coarse sandy soil, fine sandy soil,
        clay (石砾、沙、粗砂土、细砂土、黏土); 3 silty sand, loam, sandy loam, silty clay, loamy clay (面砂土、壤土、砂壤土、粉黏土、
        壤黏土); 5 sandy silt, silt (砂粉土、粉土).
    relief
        Relief (地形起伏度) in m, which stands for slope and length: grade 1 below 50, 3 to 300, 5 above.
    cover
        Share of the ground under vegetation, 0..1: grade 5 below 0.2, 3 to 0.6, 1 above.
    gradings
        Other limits by input.
    crs
        The coordinate reference system, where files are silent or arrays come with a transform.

    Returns
    -------
    Screening
        An index from 1 to 5, without unit; `sensitivity_classes` makes three classes of it.

    Raises
    ------
    InputError
        If a file cannot be read, or no cell has all inputs.
    UsageError
        If the rasters are not on one grid, the soil has other values than grades, or a cover is no share.

    Warns
    -----
    GeozoneWarning
        If cells have no value because an input has none there.
    """
    layers = layers_of({"erosivity": erosivity, "soil": soil, "relief": relief, "cover": cover}, crs)
    return _index(layers, EROSION, gradings)


def desertification_sensitivity(
    dryness: Any, windy_days: Any, soil: Any, cover: Any, *,
    gradings: Mapping[str, Grading] | None = None, crs: Any = None,
) -> Screening:  # fmt: skip
    """Return the sensitivity of ground to desertification (土地沙化): ``D = (I × W × K × C)^(1/4)`` of grades.

    Parameters
    ----------
    dryness
        Dryness index I (`geozone.terrain.dryness`): grade 1 below 1.5, 3 to 16, 5 above.
    windy_days
        Days a year with winds of 6 m/s and more, that move sand: grade 1 below 10, 3 to 30, 5 above.
    soil
        Grades of texture, 1, 3 or 5, that the user gives: 1 rock, clay (基岩、黏质); 3 gravel, loam (砾质、壤质); 5 sand (砂质).
    cover
        Share of the ground under vegetation, 0..1: grade 5 below 0.2, 3 to 0.6, 1 above.
    gradings, crs
        As for `erosion_sensitivity`, whose result, errors and warnings are these as well.
    """
    layers = layers_of({"dryness": dryness, "windy_days": windy_days, "soil": soil, "cover": cover}, crs)
    return _index(layers, DESERTIFICATION, gradings)


def sensitivity_classes(screening: Screening) -> npt.NDArray[np.uint8]:
    """Return classes of a sensitivity: 1 general (up to 2), 2 sensitive (up to 4), 3 extremely sensitive; 0 no data."""
    with np.errstate(invalid="ignore"):
        # the root of a whole product may miss the limit by its last digit
        found = np.digitize(np.round(screening.values, 9), CLASS_LIMITS, right=True) + 1
    return np.where(np.isnan(screening.values), 0, found).astype(np.uint8)


def _index(
    layers: Layers, declared: Mapping[str, Grading], gradings: Mapping[str, Grading] | None
) -> Screening:
    own = dict(gradings or {})
    for name in own:
        if name not in declared:
            raise UsageError("terrain.screening_limits", name=name, names=", ".join(declared))
    soil = layers.values["soil"][layers.known]
    strange = soil[~np.isin(soil, GRADES)]
    if len(strange):
        raise UsageError("terrain.screening_grades", value=f"{strange[0]:g}")
    cover = layers.values["cover"][layers.known]
    if cover.min() < 0 or cover.max() > 1:
        raise UsageError(
            "terrain.screening_share", name="cover", low=f"{cover.min():g}", high=f"{cover.max():g}"
        )
    product = layers.values["soil"]
    for name, grading in {**declared, **own}.items():
        product = product * grading.of(layers.values[name])
    return screened(layers, product**0.25, "1")
