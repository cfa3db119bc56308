"""What the documents say, held against the declarations: demands, zones, places, published figures."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from typing import Any

from geozone.files import shipped
from geozone.manifest.declared import Declarations, Fault, nearest
from geozone.manifest.indicators import Indicator, load_indicators
from geozone.manifest.roles import load_roles
from geozone.manifest.units import converted, load_units
from geozone.messages import text
from geozone.model import NATIONAL, Comparator

_UNJUDGED = frozenset({Comparator.QUALITATIVE, Comparator.EXTERNAL, Comparator.STABLE})
_CHANGES = frozenset({Comparator.INCREASE, Comparator.DECREASE, Comparator.STABLE})
_NOTHING = "-"


def policy_faults() -> list[Fault]:
    """Return the faults of demands, documents, zones, places and embedded layers."""
    zones, documents, places = (_read(name) for name in ("zones", "documents", "places"))
    codes = _unit_codes()
    for key, zone in zones.tables.items():
        _all_known(zones, (key, "documents"), zone["documents"], documents.tables)
        _all_known(zones, (key, "members"), zone["members"], codes, "unknown_code")
        _all_known(zones, (key, "coastal"), zone.get("coastal", ()), zone["members"], "unknown_code")
    for key, place in places.tables.items():
        _all_known(places, (key, "documents"), place["documents"], documents.tables)
        _all_known(places, (key, "zone"), [place["zone"]] if "zone" in place else [], zones.tables)
    targets = _target_faults(zones.tables, documents.tables, places.tables, codes)
    return [*zones.faults, *places.faults, *targets, *_layer_faults(zones.tables)]


def figure_faults() -> list[Fault]:
    """Return the faults of the embedded figures: indicators and units that do not fit, scopes that nothing is."""
    path = shipped("layers") / "figures" / "figures.csv"
    zones, places = _read("zones").tables, _read("places").tables
    scopes = {"", NATIONAL, *zones, *places, *_unit_codes()}
    faults: list[Fault] = []
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, strict=True)
        declared = Declarations(path.name, "")  # a row is no table: its line is that of the reader
        for row in rows:
            before = len(declared.faults)
            indicator = _indicator(declared, ("", "indicator"), row["indicator"])
            _check_unit(declared, ("", "unit"), row["unit"], indicator)
            _all_known(declared, ("", "scope"), [row["scope"]], scopes)
            _all_known(declared, ("", "context"), row["context"].split(), zones)
            faults += [Fault(path.name, rows.line_num, fault.reason) for fault in declared.faults[before:]]
    return faults


def _target_faults(
    zones: Mapping[str, Any], documents: Mapping[str, Any], places: Mapping[str, Any], codes: Collection[str]
) -> list[Fault]:
    declared = _read("targets")
    for key, table in declared.tables.items():
        comparator = Comparator(table["comparator"])
        indicator = _indicator(declared, (key, "indicator"), table["indicator"])
        if table["unit"] not in load_units():
            near = nearest(table["unit"], load_units())
            declared.fault((key, "unit"), "unknown_unit", name=table["unit"], nearest=near)
        elif not _is_relative(table, comparator) and not (comparator in _UNJUDGED and "value" not in table):
            _check_unit(declared, (key, "unit"), table["unit"], indicator)
        _all_known(declared, (key, "zone"), [table["zone"]], {*zones, NATIONAL})
        _all_known(declared, (key, "documents"), table["documents"], documents)
        _all_known(declared, (key, "region"), table["region"].get("codes", ()), codes, "unknown_code")
        _all_known(declared, (key, "region"), [one] if (one := table["region"].get("place")) else [], places)
        base, year = table.get("base_year"), table.get("year")
        if base is not None and year is not None and base >= year:
            declared.fault((key, "base_year"), "years_reversed", base=base, year=year)
    return declared.faults


def _layer_faults(zones: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of the embedded layers: roles and zones that there are not."""
    faults: list[Fault] = []
    for path in sorted(shipped("layers").glob("*.toml")):
        declared = Declarations.read(path)
        if "role" in declared.tables and path.stem != "template":
            _all_known(declared, ("role",), [declared.tables["role"]], load_roles())
            _all_known(declared, ("zones",), declared.tables.get("zones", ()), zones)
        faults += declared.faults
    return faults


def _is_relative(table: Mapping[str, Any], comparator: Comparator) -> bool:
    """Tell whether a demand is of a change in per cent, whatever its indicator is measured in."""
    return comparator in _CHANGES and load_units()[table["unit"]].share


def _indicator(declared: Declarations, place: tuple[str, ...], name: str) -> Indicator | None:
    known = load_indicators().get(name)
    if known is None:
        close = nearest(name, load_indicators())
        declared.fault(place, "unknown_indicator", name=name, nearest=close)
    return known


def _check_unit(
    declared: Declarations, place: tuple[str, ...], unit: str, indicator: Indicator | None
) -> None:
    """Keep the fault that a value in a unit cannot be one of an indicator."""
    units = load_units()
    if unit not in units:
        declared.fault(place, "unknown_unit", name=unit, nearest=nearest(unit, units))
        return
    if indicator is None or _NOTHING in {unit, indicator.unit}:
        return
    shares = units[unit].share and units[indicator.unit].share
    if not shares and converted(1.0, unit, indicator.unit) is None:
        declared.fault(place, "other_unit", unit=unit, indicator=indicator.id, wanted=indicator.unit)


def _all_known(
    declared: Declarations,
    place: tuple[str, ...],
    names: Collection[str],
    known: Collection[str],
    fault: str = "unknown_word",
) -> None:
    for name in names:
        if name not in known:
            close = nearest(name, known) if fault == "unknown_word" else text("manifest.no_near")
            declared.fault(place, fault, name=name, nearest=close)


def _unit_codes() -> frozenset[str]:
    """Return the code of every unit of the country, and of the cities and provinces that hold them."""
    path = shipped("layers") / "registers" / "units.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        codes = {row["code"] for row in csv.DictReader(stream)}
    return frozenset({*codes, *(f"{code[:4]}00" for code in codes), *(f"{code[:2]}0000" for code in codes)})


def _read(name: str) -> Declarations:
    return Declarations.read(shipped("seeds") / f"{name}.toml")
