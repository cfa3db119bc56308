"""What the measures of a zone are made from: its units, and the quantities of its layers, registers and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from geozone.errors import ConservationError, DataError
from geozone.manifest.declared import nearest
from geozone.manifest.indicators import Indicator
from geozone.manifest.roles import load_roles
from geozone.messages import Text, text
from geozone.model import Basis, LayerSpec, Level, Register, Zone
from geozone.overlay.units import code_prefix
from geozone.rates.completion import worst_basis
from geozone.rates.figures import Figure, Figures
from geozone.rates.needs import Need

NOTHING = Text("", "")
_TOLERANCE = 1e-9


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
    lost: float | None = None  # of a change: what was there and is no more
    projection: Callable[[int], float] | None = None  # year -> value if the pace so far holds
    figure: Figure | None = None  # the reported figure that it is


@dataclass(frozen=True)
class Facts:
    """All that measures may ask for.

    Parameters
    ----------
    zone
        The zone.
    units
        Its units, the zone first and the finest last, then regions.
    parents
        Code of a unit -> code of the unit that it lies in.
    specs
        What is declared of the layers that are there, by id.
    tables
        A table for every need that could be met.
    registers, figures
        By id; all.
    least_km2
        By layer and unit code, the area below which a layer cannot be told from nothing there; 0 where it is not given.
    """

    zone: Zone
    units: Sequence[Unit]
    parents: Mapping[str, str]
    specs: Mapping[str, LayerSpec]
    tables: Mapping[Need, pd.DataFrame]
    registers: Mapping[str, Register]
    figures: Figures
    least_km2: Mapping[tuple[str, str], float] = field(default_factory=dict)
    found: dict[tuple[str, str], Value] = field(default_factory=dict)  # (indicator, unit code) -> value so far

    @property
    def whole(self) -> Unit:
        """The zone itself."""
        return self.units[0]

    @cached_property
    def above(self) -> pd.DataFrame:
        """Columns ``finest, code``: every finest unit, and each unit and region that it belongs to, itself included."""
        finest = [unit.code for unit in self.units if not unit.region and unit.code not in set(self.parents.values())]
        rows = [(code, upper) for code in finest for upper in self._upward(code)]
        for region in self.units:
            if region.region:
                members = {code for code, upper in rows if upper in region.members} or set(region.members)
                rows += [(code, region.code) for code in members]
        return pd.DataFrame(rows, columns=["finest", "code"])

    def _upward(self, code: str) -> Iterator[str]:
        while code:
            yield code
            code = self.parents.get(code, "")

    def units_of(self, indicator: Indicator) -> list[Unit]:
        """Return the units that an indicator has a row for, and the regions that ask for it."""
        return [
            unit
            for unit in self.units
            if (indicator.id in unit.indicators if unit.region else unit.level in indicator.levels)
        ]

    def units_below(self, unit: Unit, level: Level) -> list[str]:
        """Return the codes of the units of a level inside a unit; a province without cities counts as one city."""
        members = set(unit.members) or {unit.code}
        inside = [
            one for one in self.units if not one.region and members & set(self._upward(one.code))
        ]
        codes = [one.code for one in inside if one.level is level]
        if level is Level.CITY:
            with_cities = {self.parents.get(code, "") for code in codes}
            codes += [
                one.code for one in inside if one.level is Level.PROVINCE and one.code not in with_cities
            ]
        return codes

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

    def is_there(self, area_km2: float, unit: Unit, layer: str) -> bool:
        """Tell whether an area of a layer in a unit is more than the accuracy of its outline can make of nothing."""
        return area_km2 > self.least_km2.get((layer, unit.code), 0.0)

    def not_applicable(self, unit: Unit, measured_in: str, indicator: Indicator) -> Value:
        """Return the row of a unit in which the question does not arise."""
        spec = self.specs.get(indicator.layers[0]) if indicator.layers else None
        note = text("rates.note_nothing_here", layer=spec.title) if spec else text("rates.note_no_items")
        return Value(unit, measured_in, note=note, applicable=False, layers=indicator.layers)

    def no_items(self, unit: Unit, indicator: Indicator) -> Value | None:
        """Return the row of a unit without items of a register: of the zone, and of an inland province for bays."""
        marine = any(load_roles()[name].marine for name in indicator.registers if name in load_roles())
        inland = (
            not self.zone.coastal
            if unit.level is Level.ZONE
            else not any(coast.startswith(code_prefix(unit.code)) for coast in self.zone.coastal)
        )
        if unit.level is Level.ZONE or (marine and unit.level is Level.PROVINCE):
            note = text("rates.note_no_coast" if marine and inland else "rates.note_no_items")
            return Value(unit, "count", note=note, applicable=not (marine and inland))
        return None

    def class_codes(self, indicator: Indicator) -> set[float]:
        """Return the values of a class raster that an indicator names, by class names of the layer or as they are.

        Raises
        ------
        DataError
            If the layer has no class of a name.
        """
        declared = self.specs[indicator.options["layer"]].classes
        codes: set[float] = set()
        for name in indicator.options["classes"]:
            if isinstance(name, int | float):
                codes.add(float(name))
            elif name in declared:
                codes.update(map(float, declared[name]))
            else:
                raise DataError(
                    "rates.no_such_class", layer=indicator.options["layer"], name=name,
                    nearest=nearest(str(name), declared),
                )  # fmt: skip
        return codes

    def band(self, indicator: str, code: str) -> tuple[float, float] | None:
        """Return the band of another indicator for a unit; None where it has none."""
        value = self.found.get((indicator, code))
        if value is None or value.low is None or value.high is None:
            return None
        return value.low, value.high

    def basis_of(self, value: Value) -> Basis | None:
        """Return where a value stands: as the least of its layers."""
        if value.basis is not None:
            return value.basis
        specs = [self.specs[name] for name in value.layers if name in self.specs]
        return worst_basis([spec.basis.value for spec in specs], Basis.PUBLIC) if specs else None


def share(
    unit: Unit, part: float, whole: float, measured_in: str, layers: Iterable[str], note: Text = NOTHING
) -> Value:
    """Return a part of a whole as the value of a unit.

    Raises
    ------
    ConservationError
        If the part is more than the whole.
    """
    if part > whole * (1 + _TOLERANCE):
        raise ConservationError(
            "rates.more_than_there_is", indicator=",".join(layers), unit=unit.name, part=part, total=whole
        )
    ratio = min(1.0, part / whole)
    return Value(unit, measured_in, part, whole, ratio, ratio, ratio, note=note, layers=tuple(layers))
