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
from geozone.model import Layer, Register, Role, Status

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
    last = len(RATE_COLOURS) - 1
    zero = f"0{mark}"
    classes = [RateClass(0.0, 0.0, RATE_ZERO, Text(zero, zero))]
    for place, upper in enumerate(bounds):
        colour = RATE_COLOURS[round(place * last / (len(bounds) - 1))] if len(bounds) > 1 else RATE_COLOURS[3]
        lower = classes[-1].upper
        label = f"{_number(lower * scale)}–{_number(upper * scale)}{mark}"
        classes.append(RateClass(lower, upper, colour, Text(label, label)))
    return classes


def layer_statuses(layer: Layer, registers: Mapping[str, Register]) -> pd.Series[Any] | None:
    """Return the status of each feature of a bay, river or lake layer.

    The layer's own column ``status`` comes first, then the register's item of the same name; a feature
    with neither is unknown. None where the layer is not drawn by status.
    """
    role = layer.spec.role if layer.spec else None
    if role not in STATUS_ROLES:
        return None
    data = layer.data
    register = registers.get(REGISTER_OF_ROLE[role])
    statuses = pd.Series("", index=range(len(data)), dtype=object)
    if "status" in data:
        statuses = pd.Series(data["status"].to_numpy(), dtype=object).fillna("")
    if register is not None and len(register.items) and "name" in data:
        by_name = dict(zip(register.items["name"], register.items["status"], strict=True))
        listed = pd.Series(data["name"].to_numpy(), dtype=object).map(by_name)
        statuses = statuses.where(statuses.astype(str) != "", listed)
    known = set(Status)
    return statuses.map(lambda value: Status(value) if value in known else Status.UNKNOWN)


def _number(value: float) -> str:
    return f"{value:.10g}"
