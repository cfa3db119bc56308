"""What the measures of a zone are made from: its units, and the quantities of its layers, registers and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from geozone.manifest.indicators import Indicator
from geozone.messages import Text
from geozone.model import Basis, LayerSpec, Level, Register, Zone
from geozone.rates.figures import Figures
from geozone.rates.needs import Need

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, or a region that a clause speaks of: several units together, or a place."""

    code: str
    name: Text
    level: Level
    area_km2: float
    members: tuple[str, ...] = ()  # codes of the units of a region
    indicators: frozenset[str] = frozenset()  # of a region: the indicators that ask for it

    @property
    def region(self) -> bool:
        """Whether it is no unit of the boundary."""
        return bool(self.indicators)


@dataclass(frozen=True, slots=True)
class Value:
    """What a measure gives of one unit; without `value` and `low`, `note` says why."""

    unit: Unit
    measured_in: str  # unit of numerator and denominator
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    note: Text = NOTHING
    applicable: bool = True  # whether the question arises at all
    layers: tuple[str, ...] = ()  # ids, for basis and vintage
    basis: Basis | None = None  # where it is not that of the layers
    vintage: str | None = None
    method: Text | None = None
    baseline: float | None = None  # the value that a change is held against
    projected: Mapping[int, float] = field(default_factory=dict)  # year -> value if the pace so far holds


@dataclass(frozen=True)
class Facts:
    """All that measures may ask for.

    Parameters
    ----------
    zone
        The zone.
    units
        Its units, the zone first and the finest last, then regions.
    above
        Columns ``finest, code``: every finest unit (or place) and what it belongs to, itself included.
    specs
        What is declared of the layers that are there, by id.
    tables
        A table for every need that could be met.
    registers, figures
        By id; all.
    """

    zone: Zone
    units: Sequence[Unit]
    above: pd.DataFrame
    specs: Mapping[str, LayerSpec]
    tables: Mapping[Need, pd.DataFrame]
    registers: Mapping[str, Register]
    figures: Figures

    @property
    def whole(self) -> Unit:
        """The zone itself."""
        return self.units[0]

    def units_of(self, indicator: Indicator) -> list[Unit]:
        """Return the units that an indicator has a row for, and the regions that ask for it."""
        return [
            unit
            for unit in self.units
            if (indicator.id in unit.indicators if unit.region else unit.level in indicator.levels)
        ]

    def by_unit(self, need: Need, column: str) -> dict[str, float]:
        """Return the sums of a column by unit and region, from the finest units that lie in them."""
        table = self.tables[need][["code", column]].rename(columns={"code": "finest"})
        sums = table.merge(self.above, on="finest").groupby("code")[column].sum()
        return {str(code): float(value) for code, value in sums.items()}

    def rows_by_unit(self, need: Need) -> dict[str, pd.DataFrame]:
        """Return the rows of a table by unit and region."""
        table = self.tables[need].rename(columns={"code": "finest"})
        joined = table.merge(self.above, on="finest")
        return {str(code): rows for code, rows in joined.groupby("code")}

    def missing(self, indicator: Indicator) -> list[str]:
        """Return the ids of the layers and registers that an indicator is made from and the zone lacks."""
        layers = [name for name in indicator.layers if name not in self.specs]
        return layers + [name for name in indicator.registers if name not in self.registers]


def share(
    unit: Unit, part: float, whole: float, measured_in: str, layers: Iterable[str], note: Text = NOTHING
) -> Value:
    """Return a part of a whole as the value of a unit."""
    ratio = min(1.0, part / whole)
    return Value(
        unit, measured_in, part, whole, ratio, ratio, ratio, note=note, layers=tuple(layers)
    )  # fmt: skip
