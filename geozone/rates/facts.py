"""What the measures of a zone are made from: its units, and the quantities of its layers, registers and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isclose
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geozone.errors import ConservationError, DataError
from geozone.manifest.declared import nearest
from geozone.manifest.indicators import Indicator
from geozone.manifest.roles import load_roles
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Basis, LayerSpec, Level, Register, Zone
from geozone.overlay.plane import Indices
from geozone.overlay.slivers import Sliver
from geozone.overlay.units import code_prefix, member_codes
from geozone.rates.completion import worst_basis
from geozone.rates.figures import Figure, Figures
from geozone.rates.filters import passes
from geozone.rates.grouping import Joined
from geozone.rates.item_counts import ItemPlaces
from geozone.rates.needs import Need

_TOLERANCE = 1e-9
_ROUNDING = 1e-12  # of an amount: what two sums of the same ground differ by
_SQUARE_METRES_BELOW = 0.1  # km²


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, or a region that a clause speaks of: several units together, or a place."""

    code: str
    name: Text
    level: Level
    area_km2: float
    members: tuple[str, ...] = ()  # codes of the units of a region
    indicators: frozenset[str] = frozenset()  # of a region: the indicators that ask for it
    note: Text = NO_TEXT  # what a reader must know of its ground

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
    note: Text = NO_TEXT
    layers: tuple[str, ...] = ()  # ids, for basis and vintage
    basis: Basis | None = None  # where it is not that of the layers
    vintage: str | None = None
    method: Text | None = None
    baseline: float | None = None  # the value that a change is held against
    lost: float | None = None  # of a change: what was there and is no more
    projection: Callable[[int], float] | None = None  # year -> value if the pace so far holds
    figure: Figure | None = None  # the reported figure that it is
    empty: bool = False  # the unit has nothing of it: a row only where somebody asks

    @classmethod
    def of_counts(cls, unit: Unit, sure: int, unknown: int, total: int, note: str, **about: Any) -> Value:
        """Return the share of things that count, where some may count or not.

        From none of the unknown ones to all of them is the band; where there are any, there is no single value, and the text
        `note` says how many there are.
        """
        return cls(
            unit,
            "count",
            numerator=float(sure),
            denominator=float(total),
            value=None if unknown else sure / total,
            low=sure / total,
            high=(sure + unknown) / total,
            note=text(note, count=unknown) if unknown else NO_TEXT,
            **about,
        )


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
    slivers
        Layer -> unit code -> a part of the layer in the unit that is thinner than the layers are accurate: no share is made of it.
    shortest_km
        By layer of lines, the length below which no share is made of it, since its ends are not known so well.
    incomplete
        Ids of layers of which not every feature counts.
    fields
        By layer id, the fields that its features have.
    vintages
        Ids of the layers that are there in an older vintage as well.
    told
        Layer -> what the run found out about the layer as a whole, for the row of the zone.
    before
        The same of the older vintages, where a layer has one: a change without a stated base year is held against it.
    """

    zone: Zone
    units: Sequence[Unit]
    parents: Mapping[str, str]
    specs: Mapping[str, LayerSpec]
    tables: Mapping[Need, pd.DataFrame]
    registers: Mapping[str, Register]
    figures: Figures
    slivers: Mapping[str, Mapping[str, Sliver]] = field(default_factory=dict)
    shortest_km: Mapping[str, float] = field(default_factory=dict)
    incomplete: frozenset[str] = frozenset()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    vintages: frozenset[str] = frozenset()
    told: Mapping[str, Text] = field(default_factory=dict)
    before: Facts | None = None
    older: frozenset[str] = frozenset()  # of `before`: ids of the layers that are there in an older vintage
    found: dict[tuple[str, str], Value] = field(
        default_factory=dict
    )  # (indicator, unit code) -> value so far
    measured: dict[str, list[Value]] = field(
        default_factory=dict
    )  # by indicator, what its measure gives, where that hangs on `tables` alone
    places: dict[Any, ItemPlaces] = field(
        default_factory=dict
    )  # by registers and filter, where their items lie; not to be kept beside registers that have other items
    _below: dict[tuple[str, Level], list[str]] = field(default_factory=dict)  # `units_below` so far

    @property
    def whole(self) -> Unit:
        """The zone itself."""
        return self.units[0]

    @cached_property
    def above(self) -> Mapping[str, Sequence[str]]:
        """By finest unit each unit and region that it belongs to, itself included."""
        parents = set(self.parents.values())
        finest = [unit.code for unit in self.units if not unit.region and unit.code not in parents]
        found = {code: list(self._upward(code)) for code in finest}
        for region in self.units:
            if region.region:
                inside = [
                    code for code, uppers in found.items() if not set(region.members).isdisjoint(uppers)
                ]
                for code in inside or region.members:
                    found.setdefault(code, []).append(region.code)
        return found

    @cached_property
    def _uppers(self) -> dict[str, tuple[str, ...]]:
        """By unit its code and those of the units that it lies in."""
        return {unit.code: tuple(self._upward(unit.code)) for unit in self.units}

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
        if (unit.code, level) not in self._below:
            self._below[unit.code, level] = self._units_below(unit, level)
        return self._below[unit.code, level]

    def _units_below(self, unit: Unit, level: Level) -> list[str]:
        members = set(unit.members) or {unit.code}
        uppers = self._uppers
        inside = [one for one in self.units if not one.region and not members.isdisjoint(uppers[one.code])]
        codes = [one.code for one in inside if one.level is level]
        if level is Level.CITY:
            with_cities = {self.parents.get(code, "") for code in codes}
            codes += [
                one.code for one in inside if one.level is Level.PROVINCE and one.code not in with_cities
            ]
        return codes

    def by_unit(self, need: Need, column: str) -> dict[str, float]:
        """Return the sums of a column by unit and region, from the finest units that lie in them."""
        joined = self._joined(need)
        sums = self.tables[need][column].iloc[joined.rows].groupby(joined.units).sum()
        return dict(zip(joined.codes, map(float, sums), strict=True))

    def rows_by_unit(self, need: Need) -> dict[str, Indices]:
        """Return the places of the rows of a table by unit and region, in their order."""
        return self._joined(need).by_unit()

    def _joined(self, need: Need) -> Joined:
        return Joined.of(self.tables[need]["code"], self.above)

    def features_by_unit(self, need: Need) -> dict[str, Indices]:
        """Return the same of a table of features, each feature once in every unit and region."""
        features = self.tables[need]["feature"].to_numpy()
        found = {}
        for code, rows in self.rows_by_unit(need).items():
            first = np.unique(features[rows], return_index=True)[1]
            found[code] = rows[np.sort(first)]
        return found

    def outcomes_by_unit(
        self, need: Need, where: Mapping[str, tuple[str, ...]]
    ) -> dict[str, npt.NDArray[np.int8]]:
        """Return by unit and region what a filter says of each feature in it, as `geozone.rates.filters.passes`; each counts once."""
        outcome = passes(self.tables[need], where)
        return {code: outcome[rows] for code, rows in self.features_by_unit(need).items()}

    def missing(self, indicator: Indicator) -> list[str]:
        """Return the ids of the layers and registers that an indicator is made from and the zone lacks."""
        layers = [name for name in indicator.layers if name not in self.specs]
        layers += [name for name in indicator.changing if name not in self.vintages]
        return layers + [name for name in indicator.registers if name not in self.registers]

    def missing_fields(self, indicator: Indicator) -> list[str]:
        """Return the fields that an indicator asks for and its layer or register does not have at all."""
        there = self.fields.get(indicator.layers[0]) if indicator.layers else None
        if there is None and len(indicator.registers) == 1 and indicator.registers[0] in self.registers:
            there = frozenset(self.registers[indicator.registers[0]].items.columns)
        return [] if there is None else [name for name in indicator.fields if name not in there]

    def is_older(self, layer: str) -> bool:
        """Tell whether these are facts of an older vintage of a layer."""
        return layer in self.older

    def too_little(self, unit: Unit, amount: float, layer: str) -> Text | None:
        """Return why what a unit has of a layer is too little to make a share of; None where it is enough."""
        if amount <= 0:
            return text("rates.note_nothing_here", layer=self.specs[layer].title)
        sliver = self.slivers.get(layer, {}).get(unit.code)
        if sliver is not None:
            return _too_thin(self.specs[layer].title, sliver)
        shortest = self.shortest_km.get(layer, 0.0)
        if amount < shortest:
            return text("rates.note_too_short", length=f"{amount:.3g}", shortest=f"{shortest:.3g}")
        return None

    def not_applicable(
        self,
        unit: Unit,
        measured_in: str,
        indicator: Indicator,
        amount: float = 0.0,
        reason: Text | None = None,
    ) -> Value:
        """Return the row of a unit in which the question does not arise; its denominator says how little there is."""
        if reason is None and indicator.layers:
            reason = text("rates.note_nothing_here", layer=self.specs[indicator.layers[0]].title)
        return Value(
            unit,
            measured_in,
            denominator=amount,
            note=reason or text("rates.note_no_items"),
            layers=indicator.layers,
            empty=not amount,
        )

    def no_items(self, unit: Unit, indicator: Indicator) -> Value | None:
        """Return the row of a unit without items of a register: of the zone, and of an inland province for bays."""
        roles = load_roles()
        marine = any(
            roles[self.registers[name].role].marine
            for name in indicator.registers
            if self.registers[name].role in roles
        )
        inland = (
            not self.zone.coastal
            if unit.level is Level.ZONE
            else not any(
                coast.startswith(code_prefix(code))
                for coast in self.zone.coastal
                for code in member_codes(unit.code)
            )
        )
        if unit.level is Level.ZONE or (marine and unit.level is Level.PROVINCE):
            note = text("rates.note_no_coast" if marine and inland else "rates.note_no_items")
            if marine and inland:
                return replace(self.not_applicable(unit, "count", indicator, reason=note), empty=False)
            return Value(unit, "count", note=note)
        return None

    def class_codes(self, indicator: Indicator) -> set[float]:
        """Return the values of a class raster that an indicator names, by class names of the layer or as they are.

        Raises
        ------
        DataError
            If the layer has no class of a name.
        """
        return class_codes(self.specs[indicator.options["layer"]], indicator)

    def band(self, indicator: str, code: str) -> tuple[float, float] | None:
        """Return the band of another indicator for a unit; None where it has none."""
        value = self.found.get((indicator, code))
        if value is None or value.low is None or value.high is None:
            return None
        return value.low, value.high

    def worst_basis(self, indicators: Iterable[str], code: str) -> Basis | None:
        """Return the least trustworthy basis of other indicators of a unit."""
        found = [self.found.get((name, code)) for name in indicators]
        bases = [basis.value for value in found if value and (basis := self.basis_of(value))]
        return worst_basis(bases, Basis.PUBLIC) if bases else None

    def basis_of(self, value: Value) -> Basis | None:
        """Return where a value stands: as the least of its layers."""
        if value.basis is not None:
            return value.basis
        specs = [self.specs[name] for name in value.layers if name in self.specs]
        return worst_basis([spec.basis.value for spec in specs], Basis.PUBLIC) if specs else None


def _too_thin(layer: Text, sliver: Sliver) -> Text:
    """Return why a part of a layer is none: in square metres where it is small, in km² where it is a long strip."""
    large = sliver.area_km2 >= _SQUARE_METRES_BELOW
    area = f"{sliver.area_km2:,.3g} km²" if large else f"{sliver.area_km2 * 1e6:,.3g} m²"
    return text(
        "rates.note_too_thin",
        layer=layer,
        area=area,
        width=f"{sliver.width_m:,.2g}" if sliver.width_m < 10 else f"{sliver.width_m:,.0f}",
        accuracy=f"{sliver.accuracy_m:,.4g}",
    )


def class_codes(spec: LayerSpec, indicator: Indicator) -> set[float]:
    """Return the values of a class raster that an indicator names, by class names of the layer or as they are.

    Raises
    ------
    DataError
        If the layer has no class of a name.
    """
    codes: set[float] = set()
    for name in indicator.options["classes"]:
        if isinstance(name, int | float):
            codes.add(float(name))
        elif name in spec.classes:
            codes.update(map(float, spec.classes[name]))
        else:
            near = nearest(str(name), spec.classes)
            raise DataError("rates.no_such_class", layer=indicator.options["layer"], name=name, nearest=near)
    return codes


def measured(unit: Unit, measured_in: str, low: float, high: float, layers: tuple[str, ...]) -> Value:
    """Return an amount as the value of a unit: a band where it is not known whether all of it counts."""
    single = isclose(low, high, rel_tol=_ROUNDING)
    high = low if single else high
    return Value(
        unit,
        measured_in,
        numerator=float(low),
        value=float(low) if single else None,
        low=float(low),
        high=float(high),
        note=NO_TEXT if single else text("rates.note_unknown_features"),
        layers=layers,
    )


def share(
    unit: Unit,
    part: float,
    whole: float,
    measured_in: str,
    layers: tuple[str, ...],
    *,
    most: float | None = None,
    note: Text = NO_TEXT,
) -> Value:
    """Return a part of a whole as the value of a unit: a band where the part may be as much as `most`.

    Raises
    ------
    ConservationError
        If the part is more than the whole.
    """
    most = part if most is None or isclose(part, most, rel_tol=_ROUNDING) else most
    if most > whole * (1 + _TOLERANCE):
        raise ConservationError(
            "rates.more_than_there_is", indicator=",".join(layers), unit=unit.name, part=most, total=whole
        )
    low, high = min(1.0, part / whole), min(1.0, most / whole)
    if low != high:
        note = text("rates.note_unknown_features") + note
    single = low if low == high else None
    return Value(unit, measured_in, part, whole, single, low, high, note=note, layers=layers)
