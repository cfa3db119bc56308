"""Indicators: every question that can be asked, as declared in ``seeds/indicators.toml`` and in a project file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Any

from geozone.errors import UsageError
from geozone.files import shipped
from geozone.manifest.declared import Declarations, nearest
from geozone.manifest.formulas import names_in, parse_formula
from geozone.manifest.measures import Key, Measure, load_measures
from geozone.manifest.units import is_share_unit, load_units
from geozone.messages import Text, text
from geozone.model import UNIT_LEVELS, Level, Status

ALWAYS, WHERE_KNOWN = "always", "where_known"  # also where no clause asks; only where there is a figure
TOLD = ("by_clause", ALWAYS, WHERE_KNOWN)
SEA, SHORE = "sea", "shore"  # of what its reported figures are the extent
REPORTED = "reported"  # the measure that takes a figure as it was given
_OWN_KEYS = {
    "title",
    "measure",
    "unit",
    "levels",
    "told",
    "part_of",
    "map_rank",
    "extent",
    "note",
    "said",
    "change",
    "printed_change",
    "approved",
}
_AS_SHARE = ("points", "relative")  # changes that are fractions
_SEVERAL = ("areas", "layers", "registers", "figures")
AREA_WEIGHT = "area"  # of a mean; any other weight is a raster
LAYER_KINDS = frozenset({"area", "line", "point", "raster"})  # that a key may ask of a layer
_LAYERS = ("area", "line", "point", "raster", "layer", "layers", "areas")


@dataclass(frozen=True, slots=True)
class Said:
    """How sentences speak of a completion rate."""

    subject: Text  # what is being completed: beautiful bays
    items: Text  # what its registers hold: bays
    coastal: bool = False  # whether it applies on the coast only


@dataclass(frozen=True, slots=True)
class Indicator:
    """A declared question: what is measured, in what, of which inputs."""

    id: str
    title: Text
    measure: Measure
    unit: str
    levels: tuple[Level, ...]
    told: str
    part_of: str | None
    map_rank: int | None
    extent: str  # SEA or SHORE where its figures say how much of it a zone has
    note: Text | None
    said: Said | None = None  # how sentences speak of a completion rate
    approved: str = ""  # id of the indicator of its part at sea, where plans set its area
    change: str = ""  # id of the indicator whose figures say how far it has changed
    printed_change: str = (
        ""  # id of the indicator whose figures print its change in per cent, to be held against its values
    )
    options: Mapping[str, Any] = field(default_factory=dict)  # the keys of its measure

    @property
    def share(self) -> bool:
        """Whether its value is a fraction."""
        return self.measure.share or is_share_unit(self.unit)

    @property
    def layers(self) -> tuple[str, ...]:
        """Ids of the layers that it is made from, the one it speaks of first."""
        return self._inputs(_LAYERS)

    @property
    def registers(self) -> tuple[str, ...]:
        """Ids of the registers that it counts."""
        return self._inputs(("register", "registers"))

    @property
    def figures(self) -> tuple[str, ...]:
        """Ids of the reported figures that it is made from."""
        named = self._inputs(("figure", "figures"))
        return named or ((self.id,) if "figure" in self.measure.keys else ())

    @property
    def inputs(self) -> tuple[str, ...]:
        """Ids of all layers, registers and figures that answer it."""
        return tuple(dict.fromkeys([*self.layers, *self.registers, *self.figures]))

    @property
    def in_formula(self) -> tuple[str, ...]:
        """Ids of the indicators in its formula."""
        formula = self.options.get("formula")
        return names_in(formula) if formula else ()

    @property
    def indicators(self) -> tuple[str, ...]:
        """Ids of the indicators that it is made from."""
        return self._inputs(("indicator",))

    @property
    def where(self) -> Mapping[str, tuple[str, ...]]:
        """The filter of its features, rows or items: field -> values."""
        found: Mapping[str, tuple[str, ...]] = self.options.get("where", {})
        return found

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that it asks for of its layer or register: those of its filter, its value and its weight."""
        named = [
            self.options[name]
            for name, key in self.measure.keys.items()
            if key.holds == "field" and name in self.options
        ]
        return tuple(dict.fromkeys([*self.where, *named]))

    @property
    def changing(self) -> tuple[str, ...]:
        """Ids of the layers that it needs in two vintages."""
        return self.layers if self.measure.vintages else ()

    def _inputs(self, holds: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for name, key in self.measure.keys.items():
            if key.holds in holds and name in self.options:
                value = self.options[name]
                found += [value] if isinstance(value, str) else list(value)
            elif key.holds == "weight" and "layer" in holds and self.options.get(name, "area") != "area":
                found.append(self.options[name])
        return tuple(dict.fromkeys(found))


@cache
def load_indicators() -> Mapping[str, Indicator]:
    """Return every indicator of the product by its id.

    Raises
    ------
    InputError
        If a declaration is not as it should be; the sentence gives file and line of each fault.
    """
    declared = Declarations.read(shipped("seeds") / "indicators.toml")
    found = {key: parse_indicator(declared, (key,), key, table) for key, table in declared.tables.items()}
    for key, indicator in found.items():
        for name in ("part_of", "change", "printed_change", "approved"):
            other = getattr(indicator, name, None)
            if other and other not in found:
                declared.fault((key, name), "unknown_indicator", name=other, nearest=nearest(other, found))
    declared.stop_on_faults()
    return MappingProxyType({key: indicator for key, indicator in found.items() if indicator})


def parse_indicator(
    declared: Declarations,
    place: tuple[str | int, ...],
    key: str,
    table: Mapping[str, Any],
    more: Collection[str] = (),
) -> Indicator | None:
    """Return one indicator; faults are kept in `declared`, and None returned where it cannot be used.

    Parameters
    ----------
    declared, place
        The file, and the place of the table in it.
    key
        Its id.
    table
        The declaration.
    more
        Keys that the caller reads itself.
    """
    before = len(declared.faults)
    measures = load_measures()
    for name in ("title", "measure"):
        if name not in table:
            declared.fault(place, "missing_key", name=name)
    measure = measures.get(str(table.get("measure")))
    if measure is None:
        if "measure" in table:
            close = nearest(str(table["measure"]), measures)
            declared.fault((*place, "measure"), "unknown_measure", name=table["measure"], nearest=close)
        return None
    declared.known_keys(place, table, {*_OWN_KEYS, *measure.keys, *more})
    unit = _unit(declared, place, table, measure)
    told = table.get("told", TOLD[0])
    if told not in TOLD:
        declared.fault((*place, "told"), "unknown_word", name=told, nearest=nearest(str(told), TOLD))
    extent = table.get("extent", "")
    if extent not in {"", SEA, SHORE}:
        declared.fault(
            (*place, "extent"), "unknown_word", name=extent, nearest=nearest(str(extent), (SEA, SHORE))
        )
    every = [level.value for level in UNIT_LEVELS]
    if table.get("levels") == []:
        declared.fault((*place, "levels"), "nothing_named", name="levels")
    levels = _words(declared, (*place, "levels"), table.get("levels", every), UNIT_LEVELS)
    options = _options(declared, place, table, measure)
    if len(declared.faults) > before:
        return None
    return Indicator(
        id=key,
        title=_text(table["title"]),
        measure=measure,
        unit=unit,
        levels=tuple(Level(level) for level in levels),
        told=told,
        part_of=table.get("part_of"),
        map_rank=table.get("map_rank"),
        extent=extent,
        note=_text(table["note"]) if "note" in table else None,
        said=_said(table["said"]) if "said" in table else None,
        approved=table.get("approved", ""),
        change=table.get("change", ""),
        printed_change=table.get("printed_change", ""),
        options=MappingProxyType(options),
    )


def _unit(
    declared: Declarations, place: tuple[str | int, ...], table: Mapping[str, Any], measure: Measure
) -> str:
    """Return the unit of the values; a fault is kept where nobody knows it, or the measure has another."""
    units = load_units()
    unit = str(table.get("unit", measure.unit or ("%" if measure.share else "")))
    if unit not in units:
        declared.fault((*place, "unit"), "unknown_unit", name=unit, nearest=nearest(unit, units))
    elif measure.unit is not None and unit != measure.unit:
        declared.fault((*place, "unit"), "wrong_unit", measure=measure.id, wanted=measure.unit, unit=unit)
    elif (measure.share or table.get("as") in _AS_SHARE) and not units[unit].share:
        declared.fault((*place, "unit"), "no_share", measure=measure.id, unit=unit)
    return unit


def _said(table: Mapping[str, Any]) -> Said:
    return Said(_text(table["subject"]), _text(table["items"]), bool(table.get("coastal", False)))


def _options(
    declared: Declarations, place: tuple[str | int, ...], table: Mapping[str, Any], measure: Measure
) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name, key in measure.keys.items():
        if name not in table:
            if key.required:
                declared.fault(place, "missing_key", name=name)
            continue
        options[name] = _option(declared, (*place, name), key, table[name])
    base, year = options.get("base_year"), options.get("year")
    if isinstance(base, int) and isinstance(year, int) and base >= year:
        declared.fault((*place, "base_year"), "years_reversed", base=base, year=year)
    return options


def _option(declared: Declarations, place: tuple[str | int, ...], key: Key, value: Any) -> Any:
    """Return the value of a key as the measure takes it; faults are kept."""
    if key.holds == "where":
        return _filter(declared, place, key, value)
    if key.holds in {"number", "year"}:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value < inf:
            wanted = text("manifest.a_number_from_0")
            declared.fault(place, "wrong_type", name=key.name, wanted=wanted, value=value)
        return value
    if key.holds == "choice" and value not in key.choices:
        declared.fault(place, "unknown_word", name=value, nearest=nearest(str(value), key.choices))
    if key.holds == "statuses":
        return _words(declared, place, value, Status)
    if key.holds == "level":
        return next(iter(_words(declared, place, [value], Level)), "")
    if key.holds == "formula":
        _check_formula(declared, place, str(value))
    if value in ([], ""):
        declared.fault(place, "nothing_named", name=key.name)
    if key.holds in _SEVERAL or key.holds == "classes":
        return tuple(value) if isinstance(value, list) else (value,)
    return str(value)


def _check_formula(declared: Declarations, place: tuple[str | int, ...], formula: str) -> None:
    try:
        parse_formula(formula)
    except UsageError as error:
        declared.said(place, error.text)


def _filter(
    declared: Declarations, place: tuple[str | int, ...], key: Key, value: Any
) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not all(map(_is_filled, value.values())):
        declared.fault(place, "wrong_type", name=key.name, wanted="{ field = [values] }", value=value)
        return {}
    return {str(name): tuple(map(str, some)) for name, some in value.items()}


def _is_filled(values: Any) -> bool:
    """Tell whether a filter names some values."""
    return (
        isinstance(values, list)
        and bool(values)
        and all(isinstance(one, str | int | float) for one in values)
    )


def _words(declared: Declarations, place: tuple[str | int, ...], values: Any, words: Any) -> tuple[str, ...]:
    known = {word.value for word in words}
    values = values if isinstance(values, list) else [values]
    for value in values:
        if value not in known:
            declared.fault(place, "unknown_word", name=value, nearest=nearest(str(value), known))
    return tuple(value for value in values if value in known)


def _text(value: Any) -> Text:
    return Text(**value) if isinstance(value, dict) else Text(str(value), str(value))
