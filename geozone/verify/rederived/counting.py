"""Plain counting of register items: every item looked at once, with no table joined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from geozone.model import Basis, Level, Status
from geozone.overlay.units import code_prefix, member_codes
from geozone.verify.rederived.delivered import (
    Declared,
    Delivered,
    RegisterRecord,
    outcomes,
    records,
)
from geozone.verify.rederived.expected import Band, Expected, nothing, single

_COLUMN = {Level.PROVINCE: "province_code", Level.CITY: "city_code", Level.COUNTY: "county_code"}
Item = Mapping[str, Any]


def completion(delivered: Delivered, indicator: Declared, unit: str) -> Expected:
    """Count the built items of a unit, or add up a measure of them."""
    names = _names(indicator)
    counted = _counted(delivered, names, indicator, unit)
    by = indicator.options.get("by", "count")
    weights = [1.0 if by == "count" else _number(item[by]) for item in counted]
    registers = [delivered.registers[name] for name in names if name in delivered.registers]
    unlisted = _unlisted(delivered, registers, names, unit)
    statuses = [str(item["status"]) for item in counted]
    built = sum(weight for weight, status in zip(weights, statuses, strict=True) if status == Status.BUILT)
    doubtful = [_may_be_built(item, registers) for item in counted]
    possible = unlisted + sum(
        weight
        for weight, status, doubt in zip(weights, statuses, doubtful, strict=True)
        if status == Status.UNKNOWN or doubt
    )
    total = sum(weights) + unlisted
    if not total:
        return nothing()
    numbers: dict[str, Band | None] = {
        "numerator": single(built),
        "denominator": single(total),
        "low": single(built / total),
        "high": single(min(1.0, (built + possible) / total)),
        "value": None if possible else single(built / total),
    }
    return Expected(numbers)


def sites(delivered: Delivered, indicator: Declared, unit: str) -> Expected:
    """Count the items of a unit that have a status that counts."""
    names = _names(indicator)
    counted = _counted(delivered, names, indicator, unit)
    counting = set(indicator.options.get("statuses", (Status.BUILT.value,)))
    sure = float(sum(item["status"] in counting for item in counted))
    return Expected({"numerator": single(sure), "low": single(sure)})


def share_of_units(delivered: Delivered, indicator: Declared, unit: str) -> Expected:
    """Count the units of a level that are on a register with a status that counts."""
    names = _names(indicator)
    level = Level(indicator.options.get("level", Level.CITY))
    counting = set(indicator.options.get("statuses", (Status.BUILT.value,)))
    known: dict[str, str] = {}
    for item in _passing(delivered, names, indicator):
        if item[_COLUMN[level]]:
            known.setdefault(str(item[_COLUMN[level]]), str(item["status"]))
    below = _below(delivered, unit, level)
    statuses = [known.get(code, Status.UNKNOWN.value) for code in below]
    sure = float(sum(status in counting for status in statuses))
    unknown = float(sum(status == Status.UNKNOWN for status in statuses))
    total = float(len(below))
    if not total:
        return nothing()
    return Expected(
        {
            "numerator": single(sure),
            "denominator": single(total),
            "low": single(sure / total),
            "high": single((sure + unknown) / total),
            "value": None if unknown else single(sure / total),
        }
    )


def _names(indicator: Declared) -> tuple[str, ...]:
    named = indicator.options.get("register", ())
    return (named,) if isinstance(named, str) else tuple(named)


def _counted(delivered: Delivered, names: tuple[str, ...], indicator: Declared, unit: str) -> Sequence[Item]:
    """Return the items of a unit that an indicator counts."""
    key = repr((names, sorted(indicator.where.items())))
    if key not in delivered.items_by_unit:
        delivered.items_by_unit[key] = _by_unit(delivered, _passing(delivered, names, indicator))
    return _of_unit(delivered, delivered.items_by_unit[key], unit)


def _passing(delivered: Delivered, names: tuple[str, ...], indicator: Declared) -> Sequence[Item]:
    """Return the items that may pass the filter of an indicator; one of which that is not known has no known status."""
    table = delivered.items(names)
    if not indicator.where:
        return records(table)
    found = []
    for item, outcome in zip(records(table), outcomes(table, indicator.where), strict=True):
        if outcome:
            found.append(item if outcome > 0 else item | {"status": Status.UNKNOWN.value})
    return found


def _by_unit(delivered: Delivered, items: Iterable[Item]) -> dict[str, list[Item]]:
    """Return the items of the zone under an empty name, and those that lie wholly in a unit under its code."""
    members = [code_prefix(member) for member in delivered.members]
    found: dict[str, list[Item]] = {"": []}
    for item in items:
        codes = [str(item[column]) for column in _COLUMN.values() if item[column]]
        finest = code_prefix(codes[-1]) if codes else ""
        if codes and not any(finest.startswith(one) or one.startswith(finest) for one in members):
            continue
        for code in dict.fromkeys(("", *codes)):  # a municipality is province and city at once
            found.setdefault(code, []).append(item)
    return found


def _of_unit(delivered: Delivered, items: Mapping[str, list[Item]], unit: str) -> Sequence[Item]:
    known = delivered.units.get(unit)
    if known is not None and known.level is Level.ZONE:
        return items[""]
    return [item for code in member_codes(unit) for item in items.get(code, ())]


def _unlisted(
    delivered: Delivered, registers: Iterable[RegisterRecord], names: tuple[str, ...], unit: str
) -> float:
    """Return how many items of published numbers the lists lack, of the totals that lie inside a unit."""
    everything = Declared(
        "completion", "count", share=True
    )  # a filter takes nothing from the published number
    lacking = 0
    for register in registers:
        for code, count in register.totals.items():
            if _total_lies_in(code, unit, delivered):
                lacking += count - len(_counted(delivered, names, everything, code))
    return float(lacking)


def _total_lies_in(code: str, unit: str, delivered: Delivered) -> bool:
    known = delivered.units.get(unit)
    around = delivered.members if known is not None and known.level is Level.ZONE else member_codes(unit)
    return any(code_prefix(code).startswith(code_prefix(one)) for one in around)


def _may_be_built(item: Item, registers: Iterable[RegisterRecord]) -> bool:
    """Tell whether an item that is honoured may be on the list of the built for all that is known."""
    if item["status"] != Status.RECOGNISED:
        return False
    registers = list(registers)
    working = any(register.basis == Basis.WORKING for register in registers)
    unchecked = item["basis"] != Basis.OFFICIAL if working else item["basis"] == Basis.WORKING
    finest = str(item["city_code"] or item["province_code"])
    published = [code_prefix(code) for register in registers for code in register.totals]
    on_list = any(finest.startswith(prefix) for prefix in published)
    return unchecked and not on_list


def _below(delivered: Delivered, unit: str, level: Level) -> list[str]:
    """Return the units of a level inside a unit; a province without cities counts as one city."""
    mine = [
        one for one in delivered.units.values() if set(member_codes(unit)) & set(delivered.upward(one.code))
    ]
    codes = [one.code for one in mine if one.level is level]
    if level is Level.CITY:
        with_cities = {delivered.units[code].parent for code in codes}
        codes += [one.code for one in mine if one.level is Level.PROVINCE and one.code not in with_cities]
    return codes


def _number(value: Any) -> float:
    return 0.0 if value is None or pd.isna(value) else float(value)
