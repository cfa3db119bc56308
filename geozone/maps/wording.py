"""Rates in words and real units, for markup that is written without a script."""

from __future__ import annotations

from geozone.messages import Text, room, text
from geozone.model import Comparator, Modality, Rate, Target
from geozone.rates.digits import KM2, gap_places, target_amount, value_text
from geozone.rounding import digits

_SIGNS = {Comparator.AT_LEAST: "≥ ", Comparator.AT_MOST: "≤ ", Comparator.EQUAL: "= "}


def both(value: str) -> Text:
    """Return a text that is the same in both languages."""
    return Text(value, value)


def rate_text(rate: Rate) -> Text:
    """Return the value of a rate, or its band, with enough digits to tell it from its target."""
    if not rate.applies:
        return text("maps.not_applicable")
    shown = value_text(rate)
    return text("maps.no_value") if shown is None else both(shown)


def target_text(rate: Rate) -> Text:
    """Return the target that a rate is held against: ``≥ 55%（2027）``."""
    if rate.comparator is None:
        return both("—")
    amount = target_amount(rate)
    sign = _SIGNS.get(rate.comparator)
    words = both(sign + amount) if sign and amount else _comparator_words(rate.comparator, amount)
    if rate.target_year is None:
        return words
    year = text("maps.in_year", year=rate.target_year)
    return Text(words.zh + year.zh, words.en + year.en)


def _comparator_words(comparator: Comparator, amount: str) -> Text:
    key = f"comparator_{comparator.value}"
    found = text(f"maps.{key}", amount=amount) if key in room("maps") else text("maps.target_unstated")
    return Text(found.zh.strip(), found.en.strip())


def gap_text(rate: Rate) -> Text | None:
    """Return what is missing to the target, or how far it is passed: ``还差 2 个`` / ``2 short``."""
    if rate.gap is None or rate.gap_unit is None:
        return None
    if rate.gap == 0:
        return text("maps.gap_none")
    size = digits(abs(rate.gap), gap_places(abs(rate.gap), rate.gap_unit))
    if rate.gap_unit == "count":
        amount = text("maps.amount_count", amount=size)
    elif rate.gap_unit == "percentage_points":
        amount = text("maps.amount_points", amount=size)
    else:
        amount = both(f"{size} {KM2 if rate.gap_unit == 'km2' else rate.gap_unit}")
    return text("maps.gap_short" if rate.gap > 0 else "maps.gap_over", amount=amount)


def verdict_text(rate: Rate, targets: dict[str, Target]) -> Text | None:
    """Return the verdict with its gap; None where no target applies."""
    if rate.verdict is None:
        return None
    words = text(f"model.verdict_{rate.verdict.value}")
    gap = gap_text(rate)
    if gap is not None:
        comma = text("maps.comma")
        words = Text(words.zh + comma.zh + gap.zh, words.en + comma.en + gap.en)
    target = targets.get(rate.target_id or "")
    if target is not None and target.modality is Modality.STRIVE:
        strive = text("maps.modality_strive")
        words = Text(f"{words.zh}（{strive.zh}）", f"{words.en} ({strive.en})")
    return words
