"""What every row of the rates must hold by itself, however it was made, and against its target."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from geozone.manifest.units import is_share_unit
from geozone.messages import Text, text
from geozone.model import Comparator, Verdict
from geozone.verify.rederived.expected import EXACT

READING = ":reading"  # a target that is read otherwise than printed
_ROUNDING = 0.005  # of a share: what may be missing to it at whole per cent
Row = Mapping[str, Any]


def contradictions(row: Row, targets: Mapping[str, Row]) -> Iterator[tuple[str, Text]]:
    """Yield the columns of a row that contradict others of it, each with what it should be."""
    low, value, high = row["low"], row["value"], row["high"]
    if (
        value is not None
        and low is not None
        and high is not None
        and (_above(low, value) or _above(value, high))
    ):
        yield "value", text("verify.between", low=low, high=high)
    if low is not None and high is not None and _above(low, high):
        yield "low", text("verify.at_most", value=high)
    whole, part = row["denominator"], row["numerator"]
    if part is not None and whole and low is not None and row["kind"] != "change":
        share = min(1.0, part / whole)
        if abs(low - share) > EXACT * max(share, 1.0):
            yield "low", text("verify.ratio", value=repr(share))
    yield from _of_target(row, targets)


def _above(one: float, other: float) -> bool:
    """Tell whether a number is larger than another by more than sums round."""
    return one > other and not math.isclose(one, other, rel_tol=EXACT)


def _of_target(row: Row, targets: Mapping[str, Row]) -> Iterator[tuple[str, Text]]:
    target = targets.get(str(row["target_id"] or "").removesuffix(READING))
    if target is None:
        return
    is_reading = str(row["target_id"]).endswith(READING)
    printed = target["reading_value"] if is_reading else target["value"]
    goal = None if printed is None else printed / 100 if is_share_unit(str(target["unit"])) else printed
    found = row["target_value"]
    if (goal is None) != (found is None) or (goal is not None and abs(goal - found) > EXACT * abs(goal)):
        yield "target_value", text("verify.should_be", value=repr(goal))
    low, high = row["low"], row["high"]
    if goal is None or low is None or high is None or row["comparator"] not in _SIDES:
        return
    at_least = row["comparator"] == Comparator.AT_LEAST
    rounding = _ROUNDING if is_share_unit(str(target["unit"])) else EXACT * abs(goal)
    worst, best = (low, high) if at_least else (-high, -low)
    goal = goal if at_least else -goal
    if row["verdict"] == Verdict.MET and worst < goal - rounding:
        yield "verdict", text("verify.not_reached", value=low if at_least else high, goal=found)
    if row["verdict"] in {Verdict.SHORT, Verdict.ON_TRACK} and best >= goal + rounding:
        yield "verdict", text("verify.reached", value=high if at_least else low, goal=found)


_SIDES = (Comparator.AT_LEAST, Comparator.AT_MOST)
