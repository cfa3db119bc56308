"""Derived: a ratio, difference or sum of other indicators."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from geozone.manifest.formulas import OPERATIONS, parse_formula
from geozone.manifest.indicators import Indicator
from geozone.messages import NO_TEXT, text
from geozone.rates.facts import Facts, Value
from geozone.rates.needs import Need

Band = tuple[float, float]
_ROUNDING = 1e-9


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return nothing: it is made from other indicators."""
    del indicator
    return ()


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the result of the formula for every unit that has all its indicators.

    1. The formula holds ids of indicators, numbers, ``+ - * /`` and brackets.
    2. It is evaluated with intervals: every indicator stands for its band (Moore 1966), so that what is not known stays
       unknown in the result.
    """
    tree = parse_formula(str(indicator.options["formula"]))
    wanted = indicator.in_formula
    for unit in facts.units_of(indicator):
        bands = {name: facts.band(name, unit.code) for name in wanted}
        known = {name: band for name, band in bands.items() if band is not None}
        if len(known) < len(bands):
            continue
        try:
            low, high = _evaluate(tree, known)
        except ZeroDivisionError:
            yield Value(unit, indicator.unit, note=text("rates.note_division_by_zero"))
            continue
        single = low if low == high else None
        note = text("rates.note_above_whole") if indicator.share and high > 1 + _ROUNDING else NO_TEXT
        basis = facts.worst_basis(wanted, unit.code)
        yield Value(unit, indicator.unit, value=single, low=low, high=high, note=note, basis=basis)


def _evaluate(node: ast.expr, known: Mapping[str, Band]) -> Band:
    if isinstance(node, ast.Name):
        return known[node.id]
    if isinstance(node, ast.Constant):
        return float(node.value), float(node.value)  # type: ignore[arg-type]  # parse_formula lets numbers pass only
    if isinstance(node, ast.UnaryOp):
        low, high = _evaluate(node.operand, known)
        return -high, -low
    assert isinstance(node, ast.BinOp)
    one, other = _evaluate(node.left, known), _evaluate(node.right, known)
    if isinstance(node.op, ast.Div) and other[0] <= 0 <= other[1]:
        raise ZeroDivisionError
    ends = [OPERATIONS[type(node.op)](a, b) for a in one for b in other]
    if isinstance(node.op, ast.Add | ast.Sub) or one[0] != one[1] or other[0] != other[1]:
        return min(ends), max(ends)
    return ends[0], ends[0]
