"""How far the outlines of a layer may be off, in metres: as its features or its declaration say."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from geozone.model import Layer

# what a layer that says nothing is taken for: maps at 1:10,000, from which red lines are drawn, have 5 m in plains and
# 7.5 m in mountains
UNSTATED_M = 10.0
_METRES = {
    "mm": 1e-3,
    "毫米": 1e-3,
    "cm": 0.01,
    "厘米": 0.01,
    "m": 1.0,
    "米": 1.0,
    "km": 1e3,
    "千米": 1e3,
    "公里": 1e3,
}
_SAID = re.compile(r"(\d+(?:\.\d+)?)\s*(mm|cm|km|m|毫米|厘米|千米|公里|米)(?![a-z0-9²³/])", re.IGNORECASE)


def accuracy_m(layer: Layer | None) -> float:
    """Return the accuracy of the outlines of a layer in metres.

    The median of the field ``accuracy_m`` of its features; where they do not tell, the first length in the declared
    accuracy of a user's layer ("±5 m"); else `UNSTATED_M`.
    """
    if layer is None:
        return UNSTATED_M
    stated = stated_accuracy_m(layer.data)
    if stated is not None:
        return stated
    said = _SAID.search(layer.spec.accuracy.zh) if layer.spec is not None else None
    metres = float(said[1]) * _METRES[said[2].lower()] if said else 0.0
    return metres or UNSTATED_M


def features_accuracy_m(features: pd.DataFrame) -> float:
    """Return the accuracy that some features state, as `stated_accuracy_m`; `UNSTATED_M` where they tell nothing."""
    return stated_accuracy_m(features) or UNSTATED_M


def stated_accuracy_m(features: pd.DataFrame) -> float | None:
    """Return the median of the field ``accuracy_m`` of some features, or None where they tell nothing."""
    if "accuracy_m" not in features:
        return None
    stated = pd.to_numeric(features["accuracy_m"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    stated = stated[np.isfinite(stated) & (stated > 0)]
    return float(np.median(stated)) if len(stated) else None
