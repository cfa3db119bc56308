"""Which way each measure is made again from what was delivered, and why some are not."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

from geozone.messages import Text, text
from geozone.model import Kind
from geozone.rates.needs import Ground
from geozone.verify.rederived.counting import completion, share_of_units, sites
from geozone.verify.rederived.delivered import AbsentError, Declared, Delivered
from geozone.verify.rederived.expected import (
    AREA,
    LEAST_KM2,
    Band,
    Expected,
    of_amount,
    of_share,
    single,
)
from geozone.verify.rederived.features import (
    Lines,
    connectivity,
    count,
    length,
    length_share,
    mean_of_points,
    share_of_points,
)
from geozone.verify.rederived.geos import Engine, Geos
from geozone.verify.rederived.reported import change_in_years, reported

# what is made from shapes cannot be made again where an edition shows coarser ones
OF_AREAS = ("coverage", "area", "share_of_layer")
_OF_SHAPES = (
    *OF_AREAS,
    "length",
    "length_share",
    "count",
    "share_of_points",
    "mean_of_points",
    "connectivity",
)
_OF_RASTERS, _OF_VINTAGES = ("class_share", "raster_mean"), ("change",)


class NotHeldError(Exception):
    """A row that cannot be made again from what was delivered."""

    def __init__(self, reason: Text) -> None:
        self.reason = reason
        super().__init__(reason.en)


class Measures:
    """The numbers of a row, made again.

    Parameters
    ----------
    delivered
        What was delivered.
    geos
        The second engine.
    engine
        Where areas come from, if not from `geos`; then areas alone are made again.
    """

    def __init__(self, delivered: Delivered, geos: Geos, engine: Engine | None = None) -> None:
        self._delivered, self._geos, self._engine = delivered, geos, engine or geos
        self._lines = Lines(delivered)
        self._known: dict[tuple[str, str, bool], Expected] = {}
        self.areas_alone = engine is not None
        self.title = self._engine.title
        self.unit_areas = {} if delivered.coarse else self._engine.unit_areas()

    def expected(self, row: Mapping[str, Any]) -> Expected:
        """Return what a row should say.

        Raises
        ------
        NotHeldError
            If it cannot be told from what was delivered.
        """
        name, unit = str(row["indicator"]), str(row["unit_code"])
        indicator = self._delivered.indicators.get(name)
        if indicator is None:
            raise NotHeldError(text("verify.not_held_unknown"))
        measure = "reported" if row["kind"] == Kind.REPORTED else indicator.measure
        if measure in _OF_RASTERS:
            raise NotHeldError(text("verify.not_held_raster"))
        if measure in _OF_VINTAGES:
            raise NotHeldError(text("verify.not_held_vintage"))
        if measure in _OF_SHAPES and self._delivered.coarse:
            raise NotHeldError(text("verify.not_held_coarse"))
        key = name, unit, row["kind"] == Kind.REPORTED
        if key not in self._known:
            try:
                self._known[key] = self._made(measure, name, indicator, unit)
            except AbsentError as error:
                raise NotHeldError(text("verify.not_held_absent")) from error
        return self._known[key]

    def _made(self, measure: str, name: str, indicator: Declared, unit: str) -> Expected:
        delivered = self._delivered
        ways: Mapping[str, Callable[[], Expected]] = {
            "coverage": lambda: self._covered(indicator, unit),
            "area": lambda: self._covered(indicator, unit),
            "share_of_layer": lambda: self._inside(indicator, unit),
            "length": lambda: length(self._lines, indicator, unit),
            "length_share": lambda: length_share(self._lines, indicator, unit),
            "count": lambda: count(delivered, indicator, unit),
            "share_of_points": lambda: share_of_points(delivered, indicator, unit),
            "mean_of_points": lambda: mean_of_points(delivered, indicator, unit),
            "connectivity": lambda: connectivity(delivered, self._geos, indicator, unit),
            "completion": lambda: completion(delivered, indicator, unit),
            "sites": lambda: sites(delivered, indicator, unit),
            "share_of_units": lambda: share_of_units(delivered, indicator, unit),
            "reported": lambda: reported(delivered, name, indicator, unit),
            "change_in_years": lambda: change_in_years(delivered, name, indicator, unit),
            "derived": lambda: self._derived(indicator, unit),
        }
        if measure not in ways:
            raise NotHeldError(text("verify.not_held_unknown"))
        return ways[measure]()

    def _covered(self, indicator: Declared, unit: str) -> Expected:
        layer, where = indicator.options["layer"], indicator.where
        part, most = (self._area(unit, Ground.of(layer, where, unsure=unsure)) for unsure in (False, True))
        if indicator.measure == "area":
            return of_amount(part, most, relative=AREA, least=LEAST_KM2)
        whole = sum(self.unit_areas[code] for code in self._delivered.finest_of(unit))
        return of_share(part, most, whole, relative=AREA, least=LEAST_KM2, always=True)

    def _inside(self, indicator: Declared, unit: str) -> Expected:
        layer = Ground.of(indicator.options["layer"], indicator.where)
        part = self._area(unit, layer, *(Ground.of(name) for name in indicator.options["within"]))
        whole = self._area(unit, layer)
        found = of_share(part, part, whole, relative=AREA, least=LEAST_KM2, always=False)
        if not indicator.where:
            return found
        unsure = Ground.of(indicator.options["layer"], indicator.where, unsure=True)
        inside = self._area(unit, unsure, *(Ground.of(name) for name in indicator.options["within"])) - part
        outside = self._area(unit, unsure) - whole - inside
        if inside + outside <= LEAST_KM2:
            return found
        low = part / (whole + outside) if whole + outside > LEAST_KM2 else 1.0
        high = (part + inside) / (whole + inside) if whole + inside > LEAST_KM2 else 0.0
        band: dict[str, Band | None] = {"low": single(low), "high": single(high), "value": None}
        return replace(found, numbers={**found.numbers, **band, "denominator": single(whole + outside)})

    def _area(self, unit: str, *grounds: Ground) -> float:
        return self._delivered.area_of(unit, self._engine.areas(frozenset(grounds)))

    def _derived(self, indicator: Declared, unit: str) -> Expected:
        """Work a formula out at every corner of the bands of what it is made from: its own band holds them all."""
        tree = ast.parse(str(indicator.options["formula"]), mode="eval")
        names = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)})
        bands = [self._delivered.band(name, unit) for name in names]
        known = [band for band in bands if band is not None]
        if len(known) < len(names):
            raise AbsentError(unit)
        values = [worked_out(tree.body, dict(zip(names, corner, strict=True))) for corner in product(*known)]
        low, high = min(values), max(values)
        band: Band = (low, high)
        if low == high:
            return Expected(dict.fromkeys(("value", "low", "high"), band))
        inf = float("inf")
        # a name that stands twice in the formula widens the band of intervals beyond its corners
        return Expected({"low": (-inf, low), "high": (high, inf), "value": None})


def worked_out(node: ast.expr, values: Mapping[str, float]) -> float:
    """Return the value of a formula of names, numbers, ``+ - * /`` and brackets.

    Raises
    ------
    AbsentError
        If it cannot be worked out.
    """
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -worked_out(inner, values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            try:
                return _OPERATIONS[type(op)](worked_out(left, values), worked_out(right, values))
            except ZeroDivisionError as error:
                raise AbsentError(ast.dump(node)) from error
    raise AbsentError(ast.dump(node))


_OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
