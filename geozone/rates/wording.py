"""A rate in words and digits: the one home of what every output says of a number, its target and its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from geozone.manifest.units import unit_title
from geozone.messages import Text, text
from geozone.model import Comparator, Kind, Modality, Rate, Target, Verdict
from geozone.rates.amounts import amount_text, figure_text
from geozone.rates.digits import (
    amount_places,
    band_places,
    gap_places,
    in_unit,
    is_share,
    value_places,
    value_unit,
)
from geozone.rates.frame import READING
from geozone.rates.verdicts import NOT_COMPARABLE
from geozone.rounding import digits

NONE = Text("—", "—")
NO_UNIT = "-"  # of an indicator that asks for evidence, and for no number
_CONFIRMED = (Kind.COMPLETION, Kind.SHARE_OF_UNITS)  # bands of items that somebody confirms
_FIGURES = (Comparator.AT_LEAST, Comparator.AT_MOST, Comparator.EQUAL, Comparator.ABOUT)
_WORDED = (Modality.STRIVE, Modality.EXPLORE, Modality.BASICALLY)  # moods that stand before the figure


def has_figure(rate: Rate) -> bool:
    """Tell whether a rate has a value or at least a band."""
    return rate.value is not None or rate.low is not None or rate.high is not None


def tells_something(rate: Rate) -> bool:
    """Tell whether a rate has a value, or a band that leaves something out: one from nothing to everything says nothing."""
    if rate.value is not None or not has_figure(rate):
        return rate.value is not None
    everything = rate.high is None or (is_share(rate) and rate.high == 1)
    return (rate.low or 0.0) > 0 or not everything


def value_text(rate: Rate) -> Text:
    """Return the value of a rate, or its band, with enough digits to tell it from its target.

    A band from nothing to everything is a word, and so is a rate that does not apply or that there is none of.
    """
    if not has_figure(rate):
        return text("words.no_value" if rate.applies else "words.not_applicable")
    if not tells_something(rate):
        return text("words.nothing_confirmed" if rate.kind in _CONFIRMED else "words.nothing_known")
    unit = value_unit(rate)
    if rate.value is not None:
        return amount_text(in_unit(rate.value, rate), unit, value_places(rate))
    return _open_band(rate, unit) or _band(rate, unit)


def _open_band(rate: Rate, unit: str) -> Text | None:
    """Return a band with one end: an amount without an upper one, or a figure printed as at least or at most."""
    low = 0.0 if rate.low is None else in_unit(rate.low, rate)
    high = None if rate.high is None else in_unit(rate.high, rate)
    if rate.kind is not Kind.REPORTED:
        return (
            text("words.target_at_least", amount=amount_text(low, unit, amount_places(low, unit)))
            if high is None
            else None
        )
    if high is None or (is_share(rate) and low > 0 and high == 100.0):
        return figure_text(low, unit, Comparator.AT_LEAST, rate.places)
    return figure_text(high, unit, Comparator.AT_MOST, rate.places) if low == 0 else None


def _band(rate: Rate, unit: str) -> Text:
    low = 0.0 if rate.low is None else in_unit(rate.low, rate)
    high = in_unit(rate.high or 0.0, rate)
    places = band_places(low, high, unit)
    return text("words.band", low=amount_text(low, unit, places[0]), high=amount_text(high, unit, places[1]))


def other_value_text(rate: Rate, value: float, more: int = 0) -> Text:
    """Return another value of the same rate, by another choice, with `more` decimals than usual."""
    number = in_unit(value, rate)
    unit = value_unit(rate)
    return amount_text(number, unit, amount_places(number, unit) + more)


def parts_text(rate: Rate) -> Text | None:
    """Return numerator and denominator: ``6 / 11``; None where there are none."""
    if rate.numerator is None or rate.denominator is None:
        return None
    parts = " / ".join(_part(value, rate.unit) for value in (rate.numerator, rate.denominator))
    if rate.unit == "count":
        return Text(parts, parts)
    return text("words.amount_of", amount=parts, unit=unit_title(rate.unit))


def _part(value: float, unit: str) -> str:
    return digits(value, 0 if float(value).is_integer() else max(1, amount_places(value, unit)))


def target_of(rate: Rate, targets: Mapping[str, Target]) -> Target | None:
    """Return the target that a rate is held against, also where it is read otherwise than printed."""
    return targets.get((rate.target_id or "").removesuffix(READING))


def by_id(targets: Iterable[Target]) -> dict[str, Target]:
    """Return targets by their ids."""
    return {target.id: target for target in targets}


def demands(targets: Iterable[Target]) -> dict[str, Target]:
    """Return the targets that a zone's own documents set, by id: those that another document sets are no demands of it."""
    return {target.id: target for target in targets if not target.reference}


def target_text(rate: Rate, target: Target | None) -> Text:
    """Return the target that a rate is held against, with its year: ``≥ 55%（2027）``."""
    if rate.comparator is None:
        return NONE
    if target is None:
        goal = rate.target_value
        amount = None if goal is None else amount_text(in_unit(goal, rate), value_unit(rate))
        return _in_year(_goal_text(rate.comparator, amount), rate.target_year)
    is_read = (rate.target_id or "").endswith(READING) and target.reading is not None
    return _in_year(demand_text(target, read=is_read), rate.target_year)


def demand_text(target: Target, *, read: bool = False) -> Text:
    """Return what a clause demands, without the year: the figure as printed, or as it was probably meant."""
    value = target.reading.value if read and target.reading else target.value
    amount = None if value is None else amount_text(value, target.unit)
    words = _goal_text(target.comparator, amount)
    if target.modality not in _WORDED:
        return words
    modality = text(f"words.modality_{target.modality.value}")
    return text("words.target_worded", modality=modality, target=words)


def target_in_year_text(target: Target) -> Text:
    """Return what a clause demands, with its year."""
    return _in_year(demand_text(target), target.year)


def _goal_text(comparator: Comparator, amount: Text | None) -> Text:
    name = comparator.name.lower()
    if amount is not None:
        return text(f"words.target_{name}", amount=amount)
    return text("words.target_unstated") if comparator in _FIGURES else text(f"words.comparator_{name}")


def _in_year(words: Text, year: int | None) -> Text:
    if year is None:
        return words
    when = text("words.in_year", year=year)
    return Text(words.zh + when.zh, words.en + when.en)


def gap_text(rate: Rate) -> Text | None:
    """Return what is missing to the target, or how far it is passed; None where nobody may say.

    Nobody may where items of unknown status decide, or where the data may not be held against the target.
    """
    if rate.gap is None or rate.gap_unit is None or rate.value is None:
        return None
    if rate.basis is None or rate.basis in NOT_COMPARABLE:
        return None
    if rate.gap == 0:
        return text("words.gap_none")
    size = abs(rate.gap)
    amount = amount_text(size, rate.gap_unit, gap_places(size, rate.gap_unit))
    if rate.gap > 0:
        return text("words.gap_short", amount=amount)
    return text(
        "words.gap_below" if rate.comparator is Comparator.AT_MOST else "words.gap_over", amount=amount
    )


def verdict_text(rate: Rate, target: Target | None) -> Text | None:
    """Return the word for a verdict; None where no target applies.

    A number that cannot be held against its target is not "not computable": it cannot be judged.
    """
    if rate.verdict is None:
        return None
    if rate.verdict is Verdict.NOT_COMPUTABLE and has_figure(rate):
        return text(
            "words.misprinted"
            if target is not None and target.reading
            else f"words.verdict_{Verdict.REPORT_ONLY.value}"
        )
    return text(f"words.verdict_{rate.verdict.value}")


def leading_of_targets(rates: Iterable[Rate], targets: Mapping[str, Target]) -> dict[str, Rate]:
    """Return the row that leads of every target that a row is held against."""
    leading: dict[str, Rate] = {}
    for rate in rates:
        if rate.verdict is not None and rate.target_id and rate.target_id in targets:
            leading.setdefault(rate.target_id, rate)
    return leading


def tally(rates: Iterable[Rate], targets: Mapping[str, Target]) -> list[tuple[Verdict, Text, int]]:
    """Return how many targets have which outcome, in the order of verdicts.

    Every target counts once, by the number that leads. What has a number, or at least a band, is not computable no more: it
    cannot be judged.
    """
    counts = Counter(outcome(rate) for rate in leading_of_targets(rates, targets).values())
    return [
        (verdict, text(f"words.verdict_{verdict.value}"), counts[verdict])
        for verdict in Verdict
        if counts[verdict]
    ]


def outcome(rate: Rate) -> Verdict | None:
    """Return what a row says of its target: a number that cannot be held against it is not judged, not "not computable"."""
    unjudged = rate.verdict is Verdict.NOT_COMPUTABLE and has_figure(rate)
    return Verdict.REPORT_ONLY if unjudged else rate.verdict


def outcome_text(rate: Rate, target: Target | None) -> Text | None:
    """Return the verdict with its gap: ``未达到，差额 2 个``; None where no target applies."""
    verdict, gap = verdict_text(rate, target), gap_text(rate)
    if verdict is None or gap is None:
        return verdict
    comma = text("words.comma")
    return Text(verdict.zh + comma.zh + gap.zh, verdict.en + comma.en + gap.en)
