"""Reported figures looked up again, and their changes: plain subtraction and division."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geozone.manifest.units import converted, is_share_unit
from geozone.model import Level
from geozone.overlay.units import region_code
from geozone.verify.rederived.delivered import AbsentError, Declared, Delivered
from geozone.verify.rederived.expected import Band, Expected, single

_PLAN = "plan"
_TRUE = "true"


def reported(delivered: Delivered, name: str, indicator: Declared, unit: str) -> Expected:
    """Look up the latest figure of a unit."""
    series = _series(delivered, str(indicator.options.get("figure", name)), unit)
    if not series:
        raise AbsentError(name)
    figure = series[max(series)]
    number = _number(figure, indicator)
    band: dict[str, Band | None] = {"low": single(number), "high": single(number), "value": single(number)}
    if figure["comparator"] in {">=", "<="}:
        band["value"] = None
        if figure["comparator"] == "<=":
            band["low"] = single(0.0)
        else:
            band["high"] = single(1.0) if indicator.share else None
    return Expected(band, always=frozenset({"low"}))


def change_in_years(delivered: Delivered, name: str, indicator: Declared, unit: str) -> Expected:
    """Subtract the figure of the base year from that of the year, or divide them."""
    options = indicator.options
    figures = _series(delivered, str(options.get("figure") or options.get("indicator") or name), unit)
    years = sorted(year for year in figures if year)
    base, end = (
        options.get("base_year") or min(years, default=0),
        options.get("year") or max(years, default=0),
    )
    if base not in figures or end not in figures:
        raise AbsentError(name)
    relative = options.get("as") == "relative"
    wanted = str(figures[base]["unit"])
    if not relative and not (indicator.share and is_share_unit(wanted)):
        wanted = indicator.unit
    start, stop = (
        converted(float(figures[year]["value"]), str(figures[year]["unit"]), wanted) for year in (base, end)
    )
    bounds = any(figures[year]["comparator"] in {">=", "<="} for year in (base, end))
    if start is None or stop is None or bounds or (relative and not start):
        raise AbsentError(name)
    change = stop / start - 1 if relative else stop - start
    change = change / 100 if indicator.share and not relative else change
    return Expected(dict.fromkeys(("value", "low", "high"), single(change)), always=frozenset({"value"}))


def _series(delivered: Delivered, name: str, unit: str) -> dict[int, Mapping[str, Any]]:
    """Return the figures of a unit by year; one in force before one that is superseded, a final one before a preliminary one."""
    scopes = _scopes(delivered, unit)
    given = [
        row
        for row in delivered.rows("figures")
        if row["indicator"] == name and row["unit_code"] in scopes and row["kind"] != _PLAN
    ]
    in_force = [row for row in given if row["superseded"] != _TRUE]
    found: dict[int, Mapping[str, Any]] = {}
    for row in in_force or given:
        year = int(row["year"] or 0)
        known = found.get(year)
        if known is None or known["preliminary"] == _TRUE or row["preliminary"] != _TRUE:
            found[year] = row
    return found


def _scopes(delivered: Delivered, unit: str) -> set[str]:
    """Return under what names the figures of a unit stand: its code, or the id of a place that is the same ground."""
    members, whole = delivered.members, delivered.units.get(unit)
    is_zone = whole is not None and whole.level is Level.ZONE
    found = {unit} | ({members[0]} if is_zone and len(members) == 1 else set())
    for table in ("places", "places_points"):
        for place in delivered.rows_of(table):
            units = [code for code in str(place.get("units") or "").split(",") if code]
            ground = set(units) == set(members) if is_zone else bool(units) and region_code(units) == unit
            found |= {str(place["id"])} if ground else set()
    return found


def _number(figure: Mapping[str, Any], indicator: Declared) -> float:
    number = converted(float(figure["value"]), str(figure["unit"]), indicator.unit)
    if number is None:
        raise AbsentError(str(figure["indicator"]))
    return number / 100 if indicator.share else number
