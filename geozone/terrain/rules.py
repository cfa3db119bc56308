"""The rules by which ground is mountain: each with its numbers, declared here and nowhere else.

A rule sees cells of 1 km: their mean elevation and, where it asks for it, their mean slope. All rules but `Relief` are
alternatives that show how much hangs on the choice; none is a statutory delineation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from geozone.errors import UsageError
from geozone.terrain.cells import Cells, Mask, large, local_range

Classes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a rule sees of every cell."""

    elevation: Cells  # metres; sea level where there is none
    slope: Cells  # degrees, mean over the cell; 0 where there is none, and where the rule asks for none


class Rule(Protocol):
    """A rule: how far it looks, at which resolution it needs the slope, and what is mountain."""

    @property
    def reach_m(self) -> float:
        """How far from a cell the rule looks, in metres."""

    @property
    def needs_slope(self) -> bool:
        """Whether it looks at the slope."""

    @property
    def slope_resolution_m(self) -> float | None:
        """The resolution of the slope in metres; None for that of the elevation model."""

    def mountains(self, ground: Ground) -> Mask:
        """Return the cells that are mountain."""


@dataclass(frozen=True, slots=True)
class Relief:
    """Relief of `relief_m` or more within `radius_m`: the rule that geozone uses unless another is asked for.

    Chinese studies of relief found windows from 2 km² (90 m and finer grids) to 21 km² (grids of 1 km, Tu and Liu 1991).
    Li, Pan and Han (2008) let hills have less than 200 m and mountains more; cell means of 30 arc-seconds miss summits and
    valley floors, so that half of it keeps the mountains with their higher foothills.
    """

    relief_m: float = 100.0
    radius_m: float = 3000.0

    needs_slope = False
    slope_resolution_m = None

    @property
    def reach_m(self) -> float:
        """How far from a cell the rule looks, in metres."""
        return self.radius_m

    def mountains(self, ground: Ground) -> Mask:
        """Return the cells that are mountain."""
        rugged: Mask = local_range(ground.elevation, self.radius_m) >= self.relief_m
        return rugged


@dataclass(frozen=True, slots=True)
class Slope:
    """A mean slope of `slope_deg` or more.

    2° is the lowest class limit of the slope classes of Chinese land surveys (2, 6, 15 and 25°) and the lowest slope of the
    UNEP-WCMC classes. A slope belongs to a resolution: the finer the pixels the steeper the ground, so that thresholds of
    different elevation models do not compare unless `slope_at_m` is stated.
    """

    slope_deg: float = 2.0
    slope_at_m: float | None = None  # None: the pixels of the elevation model

    needs_slope = True
    reach_m = 0.0

    @property
    def slope_resolution_m(self) -> float | None:
        """The resolution of the slope in metres; None for that of the elevation model."""
        return self.slope_at_m

    def mountains(self, ground: Ground) -> Mask:
        """Return the cells that are mountain."""
        steep: Mask = ground.slope >= self.slope_deg
        return steep


@dataclass(frozen=True, slots=True)
class Kapos:
    """The mountain classes of UNEP-WCMC (Kapos and others 2000, as in Mountain Watch, Blyth and others 2002).

    =====  ================  ======================================================================
    class  elevation in m    and
    =====  ================  ======================================================================
    1      4,500 and more
    2      3,500 to 4,500
    3      2,500 to 3,500
    4      1,500 to 2,500    slope of 2° or more
    5      1,000 to 1,500    slope of 5° or more, or local elevation range above 300 m
    6      300 to 1,000      local elevation range above 300 m
    7                        inner basins and plateaus below 25 km² that mountains enclose
    =====  ================  ======================================================================

    The local elevation range is that within 7 km. The classes were made for GTOPO30, a grid of 30 arc-seconds: the slope is
    taken at 1 km here, whatever the elevation model. The limits are those that the FAO quotes as the definition of the
    United Nations. One copy (WikiAlps) limits class 6 to the ground outside 23° N to 19° S; it is not limited here.
    """

    low_m: float = 300.0
    middle_m: float = 1000.0
    high_m: float = 1500.0
    top_m: float = 2500.0
    gentle_deg: float = 2.0
    steep_deg: float = 5.0
    range_m: float = 300.0
    range_radius_m: float = 7000.0
    basin_km2: float = 25.0
    slope_at_m: float = 1000.0

    needs_slope = True

    @property
    def reach_m(self) -> float:
        """How far from a cell the rule looks, in metres."""
        return self.range_radius_m

    @property
    def slope_resolution_m(self) -> float:
        """The resolution of the slope in metres."""
        return self.slope_at_m

    def classes(self, ground: Ground) -> Classes:
        """Return the class of every cell, 1 to 7; 0 where there is no mountain."""
        height, slope = ground.elevation, ground.slope
        wide = local_range(height, self.range_radius_m) > self.range_m
        conditions = [
            height >= self.top_m + 2000,
            height >= self.top_m + 1000,
            height >= self.top_m,
            (height >= self.high_m) & (height < self.top_m) & (slope >= self.gentle_deg),
            (height >= self.middle_m) & (height < self.high_m) & ((slope >= self.steep_deg) | wide),
            (height >= self.low_m) & (height < self.middle_m) & wide,
        ]
        found: Classes = np.select(conditions, range(1, 7), 0).astype(np.uint8)
        found[self._basins(found > 0)] = 7
        return found

    def mountains(self, ground: Ground) -> Mask:
        """Return the cells that are mountain."""
        mountain: Mask = self.classes(ground) > 0
        return mountain

    def _basins(self, mountain: Mask) -> Mask:
        enclosed = ndimage.binary_fill_holes(mountain) & ~mountain
        small: Mask = enclosed & ~large(enclosed, self.basin_km2)
        return small


RULES: dict[str, type[Relief | Kapos | Slope]] = {"relief": Relief, "kapos": Kapos, "slope": Slope}


def rule_named(rule: str | Rule, numbers: dict[str, float | None]) -> Rule:
    """Return a rule by its name with some of its numbers, or the rule itself.

    Parameters
    ----------
    rule
        A name in `RULES`, or a rule with its numbers.
    numbers
        Numbers by name; None leaves the rule its own.

    Raises
    ------
    UsageError
        If there is no such rule, it has no such number, or a number is not positive.
    """
    given = {name: value for name, value in numbers.items() if value is not None}
    if isinstance(rule, str):
        if rule not in RULES:
            raise UsageError("terrain.no_such_rule", rule=rule, rules=", ".join(RULES))
        known = {field.name for field in fields(RULES[rule])}
        title = rule
    else:
        known, title = set(), type(rule).__name__
    for name in given:
        if name not in known:
            raise UsageError("terrain.no_such_number", name=name, rule=title)
    made: Rule = RULES[rule](**given) if isinstance(rule, str) else rule
    check_positive(numbers_of(made))
    return made


def numbers_of(rule: Rule) -> dict[str, float]:
    """Return the numbers of a rule that are stated."""
    found = {name: getattr(rule, name) for name in getattr(rule, "__dataclass_fields__", {})}
    return {name: float(value) for name, value in found.items() if value is not None}


def check_positive(numbers: dict[str, float]) -> None:
    """Refuse numbers that are not positive.

    Raises
    ------
    UsageError
        If one of them is not.
    """
    for name, value in numbers.items():
        if not value > 0:
            raise UsageError("terrain.not_positive", name=name, value=value)
