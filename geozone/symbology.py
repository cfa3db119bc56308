"""Colours, classes and statuses that page, printed sheet and QGIS style share.

The colours are told apart with the common kinds of colour blindness, since their lightness differs.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geozone.messages import Text
from geozone.model import Basis, Layer, Register, Role, Status

RATE_COLOURS = ("#eef3d6", "#c3deb0", "#86c0a0", "#46978f", "#1d6577")
RATE_ZERO = "#f7f5ee"
RATE_MISSING = "#dcdcda"
CLASSES = len(RATE_COLOURS)
STATUS_COLOURS: Mapping[Status, str] = {
    Status.BUILT: "#0b4f94",
    Status.RECOGNISED: "#74b3e2",
    Status.UNDER_CONSTRUCTION: "#e08a00",
    Status.PLANNED: "#f3d36b",
    Status.UNKNOWN: "#a3a8ad",
}
STATUS_ROLES = (Role.BAY, Role.RIVER, Role.LAKE)
WORKING_UNIT = "working_unit"  # of the embedded bays: the sea off a county that stands in for bay units
REGISTER_OF_ROLE = {Role.BAY: "bay", Role.RIVER: "river", Role.LAKE: "lake"}


@dataclass(frozen=True, slots=True)
class RateClass:
    """One class of a rate: above `lower` up to and including `upper`; zero alone where both are 0."""

    lower: float
    upper: float
    colour: str
    label: Text


def breaks(values: Iterable[float | None], scale: float) -> list[float]:
    """Return the upper bounds of at most five classes (Fisher-Jenks), rounded so that a legend can print them.

    The rounded bounds are the classes: legend and map cannot disagree.

    Parameters
    ----------
    values
        The values of the units of one level; zeros have a class of their own, missing ones are left out.
    scale
        100 where the values are fractions shown in per cent, else 1.
    """
    present = [value for value in values if value is not None and math.isfinite(value) and value > 0]
    array = np.asarray(present, float) * scale
    distinct = np.unique(array)
    if not len(distinct):
        return []
    if len(distinct) <= CLASSES:
        bounds = distinct
    else:
        import mapclassify  # noqa: PLC0415 - it brings scikit-learn, a second that most commands need not wait for

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # mapclassify warns where classes are few; the bounds say it
            bounds = mapclassify.FisherJenks(array, k=CLASSES).bins
    step = 10.0 ** (math.floor(math.log10(float(distinct[-1]))) - 1)
    rounded = sorted({math.ceil(round(bound / step, 9)) * step for bound in bounds})
    return [round(bound, 10) / scale for bound in rounded]


def rate_classes(bounds: Sequence[float], scale: float = 100.0) -> list[RateClass]:
    """Return the classes of upper bounds, the class of zeros first, labelled in per cent where `scale` is 100."""
    mark = "%" if scale == 100 else ""
    zero = f"0{mark}"
    classes = [RateClass(0.0, 0.0, RATE_ZERO, Text(zero, zero))]
    for upper, colour in zip(bounds, class_colours(bounds), strict=True):
        lower = classes[-1].upper
        label = f"{_number(lower * scale)}–{_number(upper * scale)}{mark}"
        classes.append(RateClass(lower, upper, colour, Text(label, label)))
    return classes


def class_colours(bounds: Sequence[float]) -> list[str]:
    """Return one colour a class, spread over the whole ramp."""
    if len(bounds) <= 1:
        return [RATE_COLOURS[3]] * len(bounds)
    last = len(RATE_COLOURS) - 1
    return [RATE_COLOURS[round(place * last / (len(bounds) - 1))] for place in range(len(bounds))]


def register_items(layer: Layer, registers: Mapping[str, Register]) -> list[int] | None:
    """Return for each feature of a bay, river or lake layer the row of its register item, -1 for none.

    An item is found by ``item_id``; a working unit by the county that stands in for it; else by name. None where the
    layer has no register.
    """
    role = layer.spec.role if layer.spec else None
    register = registers.get(REGISTER_OF_ROLE.get(role, "")) if role else None
    if register is None:
        return None
    items = register.items
    stand_ins = items["county_code"].where(items["basis"] == Basis.WORKING)
    stand_ins = stand_ins.mask(stand_ins.duplicated(keep=False))
    features = layer.data
    county = pd.Series("", index=features.index, dtype=object)
    if {"code", "kind"} <= set(features.columns):
        county = features["code"].where(features["kind"] == WORKING_UNIT, "")
    found = np.full(len(features), -1)
    for keys, values in (
        (items["item_id"], features.get("item_id")),
        (stand_ins, county),
        (items["name"], features.get("name")),
    ):
        if values is not None:
            rows = {key: row for row, key in reversed(list(enumerate(keys))) if isinstance(key, str) and key}
            there = np.array([rows.get(value, -1) for value in values], dtype=int)
            found = np.where(found < 0, there, found)
    return [int(row) for row in found]


def layer_statuses(layer: Layer, registers: Mapping[str, Register]) -> list[Status] | None:
    """Return the status of each feature of a bay, river or lake layer.

    The layer's own column ``status`` comes first, then its register item; a feature with neither is unknown.
    None where the layer is not drawn by status.
    """
    role = layer.spec.role if layer.spec else None
    if role not in STATUS_ROLES:
        return None
    items = register_items(layer, registers)
    if "status" not in layer.data and items is None:
        return None
    statuses: list[Any] = list(layer.data["status"]) if "status" in layer.data else [None] * len(layer.data)
    if items is not None:
        listed = list(registers[REGISTER_OF_ROLE[role]].items["status"])
        statuses = [
            listed[item] if item >= 0 and not (isinstance(own, str) and own) else own
            for own, item in zip(statuses, items, strict=True)
        ]
    known = {status.value for status in Status}
    return [Status(value) if value in known else Status.UNKNOWN for value in statuses]


def _number(value: float) -> str:
    return f"{value:.10g}"
