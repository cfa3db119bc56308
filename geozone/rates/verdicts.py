"""A rate held against a demand: by comparator and mood, at the rounding that the document prints.

The rules stand in ``docs/rates.md``; this module is their only home. It knows no zone, no file and no date.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from geozone import rounding
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Basis, ChangeBasis, Comparator, Modality, Target, Verdict

# a share of a working list, a screening layer or a drawing is never held against a statutory figure
NOT_COMPARABLE = (Basis.DERIVED, Basis.SCHEMATIC, Basis.WORKING)
_NEVER_JUDGED = (
    Modality.ABOUT,
    Modality.BASICALLY,
    Modality.EXPLORE,
)  # moods for which no tolerance is published
JUDGED = (Verdict.MET, Verdict.SHORT, Verdict.ON_TRACK)  # what says how a target stands, the best first
KEPT = (Comparator.STABLE,)  # demands that nothing may be lost
SHARE_UNITS = ("%", "percentage_points")
_FIGURE = re.compile(r"\d[\d,]*(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Measured:
    """What the data give, in the unit of the target: shares as fractions, areas in km²."""

    value: float | None
    low: float | None = None
    high: float | None = None
    basis: Basis | None = None  # None: nobody said where the data stand
    denominator: float | None = None  # in `unit`; makes the gap a real one
    unit: str = "count"
    baseline: float | None = None  # the value of the base year, where the demand is a change
    projected: float | None = None  # the share at the target year if the pace so far holds
    judged: bool = True  # whether the base that a change is held against is that of the clause
    floor: bool = False  # the value is itself a floor that a document sets
    lost: float | None = None  # of a change: what was there before and is no more
    rounding: float = 0.0  # half of the last place of a figure that is printed as about


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with what is missing to the target; a positive gap is missing, a negative one is beyond."""

    verdict: Verdict
    gap: float | None
    gap_unit: str | None
    note: Text


def target_value(target: Target) -> float | None:
    """Return the figure of a target in the unit of a rate: a fraction for percent, else as printed."""
    if target.value is None:
        return None
    return target.value / 100 if target.unit in SHARE_UNITS else target.value


def decimals(target: Target) -> int | None:
    """Return how many decimals a share is compared at; None for what is compared exactly.

    A share is printed rounded, so it is held against the figure at the decimals that the document prints. An area,
    a length or a number of things is a floor as it stands.
    """
    if target.unit not in SHARE_UNITS:
        return None
    found = [_FIGURE.search(figure) for figure in target.printed.values()]
    printed = [len(match.group(1) or "") for match in found if match]
    if printed:
        return max(printed)
    return (
        0
        if target.value is None or target.value == int(target.value)
        else len(f"{target.value}".split(".")[1])
    )


def rounded(value: float, places: int | None) -> float:
    """Return a fraction rounded half up at `places` decimals of a percent; unrounded where `places` is None."""
    if places is None or math.isinf(value):
        return value
    return float(rounding.rounded(value * 100, places) / 100)  # 11 of 40 is 27.5 % and rounds up


def smallest_count(share: float, total: int, places: int | None = 0) -> int:
    """Return the smallest n with n of `total` at least `share` at the rounding printed.

    >>> smallest_count(0.55, 11)  # 6 of 11 is 54.5 %, printed 55 %
    6
    """
    leniency = 0.0 if places is None else 0.5 * 10.0 ** -(places + 2)  # what rounding up may give
    count = max(0, math.floor((share - leniency) * total) - 1)
    while count < total and _below(count / total, share, places):
        count += 1
    return count


def judge(target: Target, measured: Measured, *, places: int | str | None = "printed") -> Judgement:
    """Hold a rate against a target.

    Parameters
    ----------
    target
        The demand, with its comparator and mood.
    measured
        What the data give.
    places
        Decimals of a percent to compare at; by default those that the documents print.

    Returns
    -------
    Judgement
        ``met`` or ``short`` only for a firm or striving demand on data that may be held against it; ``on_track`` where
        the pace so far reaches the target in time; ``report_only`` with the gap where the clause or the data forbid a
        verdict; ``not_computable`` where a figure is missing.
    """
    exact = _places(target, places)
    nothing = _missing(target, measured)
    if nothing is not None:
        return Judgement(Verdict.NOT_COMPUTABLE, None, None, nothing)
    low, high = _band(measured)
    reason = _report_reason(target, measured)
    if reason is None and measured.rounding and _is_in_rounding(target, measured):
        reason = text("rates.verdict_rounded")
    outcomes = {reaches(target, value, measured.baseline, exact) for value in (low, high)}
    gap, gap_unit = _gap(target, measured, low, exact)
    if reason is None and len(outcomes) > 1:
        reason = text("rates.verdict_undecided")
    if reason is not None:
        return Judgement(Verdict.REPORT_ONLY, gap, gap_unit, reason)
    note = text("rates.verdict_aspirational") if target.modality is Modality.STRIVE else NO_TEXT
    if outcomes == {True} and target.comparator in KEPT and (measured.lost or 0.0) > 0:
        return Judgement(
            Verdict.REPORT_ONLY, gap, gap_unit, text("rates.verdict_lost")
        )  # what is lost stays lost
    if outcomes == {True}:
        return Judgement(Verdict.MET, gap, gap_unit, note)
    in_time = measured.projected is not None and reaches(target, measured.projected, measured.baseline, exact)
    if in_time:
        return Judgement(Verdict.ON_TRACK, gap, gap_unit, note + text("rates.verdict_on_track"))
    return Judgement(Verdict.SHORT, gap, gap_unit, note)


def _places(target: Target, places: int | str | None) -> int | None:
    if isinstance(places, str):
        assert places == "printed", places
        return decimals(target)
    return places


def _missing(target: Target, measured: Measured) -> Text | None:
    """Return why nothing can be compared, if so."""
    external = target.comparator is Comparator.EXTERNAL or target.modality is Modality.EXTERNAL
    if external and target.value is None:
        return text("rates.verdict_external")
    if measured.value is None and measured.low is None:
        return text("rates.verdict_no_value")
    change = target.comparator in (Comparator.INCREASE, Comparator.DECREASE, Comparator.STABLE)
    if change and measured.baseline is None:
        return text("rates.verdict_no_baseline", year=target.base_year or "—")
    if change and target.change_basis == ChangeBasis.RELATIVE and not measured.baseline:
        return text("rates.note_base_zero", year=target.base_year or "—")
    if target.value is None and target.comparator in (
        Comparator.AT_LEAST,
        Comparator.AT_MOST,
        Comparator.EQUAL,
        Comparator.ABOUT,
    ):
        return text("rates.verdict_no_figure")
    return None


def _report_reason(target: Target, measured: Measured) -> Text | None:
    """Return why the gap is reported without a verdict, if so."""
    if measured.basis is None or measured.floor or not measured.judged:
        key = "basis_unsaid" if measured.basis is None else "floor" if measured.floor else "base_unstated"
        return text(f"rates.verdict_{key}")
    if measured.basis in NOT_COMPARABLE:
        return text(f"rates.verdict_basis_{measured.basis.value}")
    if target.comparator is Comparator.QUALITATIVE:
        return text("rates.verdict_qualitative")
    if target.comparator is Comparator.ABOUT:
        return text("rates.verdict_about")
    return text(f"rates.verdict_{target.modality.value}") if target.modality in _NEVER_JUDGED else None


def _band(measured: Measured) -> tuple[float, float]:
    if measured.value is not None:
        return measured.value, measured.value
    assert measured.low is not None
    return measured.low, math.inf if measured.high is None else measured.high  # a floor has no upper end


def _is_in_rounding(target: Target, measured: Measured) -> bool:
    """Tell whether the rounding of a figure decides: it stands for what would meet the target and for what would not.

    It is compared exactly: at the decimals printed its lower end would be rounded up to the target (about 36.3 to 36.3).
    """
    low, high = _band(measured)
    ends = (low - measured.rounding, low, high, high + measured.rounding)
    return len({reaches(target, value, measured.baseline, None) for value in ends}) > 1


def _below(value: float, goal: float, places: int | None) -> bool:
    return rounded(value, places) < goal - 1e-12 * max(1.0, abs(goal))


def _above(value: float, goal: float, places: int | None) -> bool:
    return rounded(value, places) > goal + 1e-12 * max(1.0, abs(goal))


def reaches(
    target: Target, value: float, baseline: float | None = None, places: int | str | None = "printed"
) -> bool:
    """Tell whether a value meets the figure of a target, whatever its mood and the data behind it."""
    places = _places(target, places)
    goal = target_value(target)
    reached = goal is not None and not _below(value, goal, places)
    kept = goal is not None and not _above(value, goal, places)
    match target.comparator:
        case Comparator.AT_MOST:
            return kept
        case Comparator.EQUAL:
            return reached and kept
        case Comparator.FULL:
            return value >= 1 - 1e-12  # all means all: 199 of 200 is not rounded up
        case Comparator.INCREASE | Comparator.DECREASE:
            change = _change(target, value, baseline)
            return change > 0 if goal is None else not _below(change, goal, places)
        case Comparator.STABLE:
            assert baseline is not None
            return not _below(value, rounded(baseline, places), places)
        case _:  # at least; about and external too, whose verdict the mood withholds
            return reached


def _change(target: Target, value: float, baseline: float | None) -> float:
    assert baseline is not None
    change = value - baseline if target.comparator is Comparator.INCREASE else baseline - value
    return change / baseline if target.change_basis == ChangeBasis.RELATIVE else change


def _gap(
    target: Target, measured: Measured, value: float, places: int | None
) -> tuple[float | None, str | None]:
    """Return what is missing to the target in the unit of the thing itself."""
    goal = 1.0 if target.comparator is Comparator.FULL else target_value(target)
    if target.comparator in (Comparator.INCREASE, Comparator.DECREASE) and goal is not None:
        missing = goal - _change(target, value, measured.baseline)
        return (missing * 100, "percentage_points") if target.unit in SHARE_UNITS else (missing, target.unit)
    if goal is None or target.comparator in (Comparator.STABLE, Comparator.QUALITATIVE):
        return None, None
    sign = -1 if target.comparator is Comparator.AT_MOST else 1
    if target.unit not in SHARE_UNITS:
        return sign * (goal - value), target.unit
    total = measured.denominator
    if total is None:
        return sign * (goal - value) * 100, "percentage_points"
    if measured.unit == "count" and sign > 0:
        full = target.comparator is Comparator.FULL
        needed = int(total) if full else smallest_count(goal, int(total), places)
        return float(needed - round(value * total)), "count"
    return sign * (goal - value) * total, measured.unit
