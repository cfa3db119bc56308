"""Rates in words and real units, for markup that is written without a script."""

from __future__ import annotations

from geozone.messages import Text, room, text
from geozone.model import Comparator, Kind, Modality, Rate, Target

_SIGNS = {Comparator.AT_LEAST: "≥ ", Comparator.AT_MOST: "≤ ", Comparator.EQUAL: "= "}
MOST_DIGITS = 6


def both(value: str) -> Text:
    """Return a text that is the same in both languages."""
    return Text(value, value)


def number_text(value: float, digits: int = 0) -> str:
    """Return a number with thousands separators."""
    return f"{value:,.{digits}f}"


def area_digits(value: float) -> int:
    """Return how many decimals an area in km² is shown with."""
    return 0 if abs(value) >= 100 or value == 0 else 1 if abs(value) >= 10 else 2


def amount_text(value: float, kind: Kind | None, digits: int | None = None) -> str:
    """Return a value of an indicator in its unit: a fraction in per cent, an area in km²."""
    if kind is Kind.AREA:
        return f"{number_text(value, area_digits(value) if digits is None else digits)} km²"
    return f"{number_text(value * 100, 1 if digits is None else digits)}%"


def rate_text(rate: Rate) -> Text:
    """Return the value of a rate, or its band, with enough digits to tell it from its target."""
    if rate.value is None:
        if not rate.applies:
            return text("maps.not_applicable")
        if rate.low is None or rate.high is None:
            return text("maps.no_value")
        return both(f"{amount_text(rate.low, rate.kind)} – {amount_text(rate.high, rate.kind)}")
    area = rate.kind is Kind.AREA
    digits, factor = (area_digits(rate.value), 1) if area else (1, 100)
    target = rate.target_value
    if target is not None and target != rate.value:
        while digits < MOST_DIGITS and f"{rate.value * factor:.{digits}f}" == f"{target * factor:.{digits}f}":
            digits += 1
    return both(amount_text(rate.value, rate.kind, digits))


def target_text(rate: Rate) -> Text:
    """Return the target that a rate is held against: ``≥ 55%（2027）``."""
    if rate.comparator is None:
        return both("—")
    amount = ""
    if rate.target_value is not None:
        scaled = rate.target_value * 100
        digits = 0 if abs(scaled - round(scaled)) < 1e-9 else 1
        amount = amount_text(rate.target_value, rate.kind, None if rate.kind is Kind.AREA else digits)
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
    size = abs(rate.gap)
    whole = 0 if float(size).is_integer() else 1
    if rate.gap_unit == "count":
        amount = text("maps.amount_count", amount=number_text(size, whole))
    elif rate.gap_unit == "percentage_points":
        amount = text("maps.amount_points", amount=number_text(size, 1))
    elif rate.gap_unit == "km2":
        amount = both(f"{number_text(size, area_digits(size))} km²")
    else:
        amount = both(f"{number_text(size, whole)} {rate.gap_unit}")
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
