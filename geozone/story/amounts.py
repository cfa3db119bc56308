"""Amounts, goals and dates as sentences write them."""

from __future__ import annotations

import re

from geozone.manifest.units import load_units
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Comparator, Kind, Modality, Rate, Target
from geozone.rates.amounts import amount_text
from geozone.rates.digits import amount_places, gap_places
from geozone.rates.figures import Figure
from geozone.rounding import digits, exact_places

NARROW = "\u202f"  # a narrow space that does not break, between a number and its unit
_HAN = "\u4e00-\u9fff"
_UNIT_AFTER = re.compile(rf"(?<![A-Za-z\d.,])(\d[\d,.]*) ?(?=[{_HAN}])(?!{text('story.number_sign').zh})")
_NUMBER_AFTER = re.compile(rf"(?<=[{_HAN}]) ?(?=\d)")
_SYMBOL = re.compile(r"[A-Z]?[^\s]{1,5}")
_CHANGES = {Comparator.INCREASE: "rise", Comparator.DECREASE: "fall"}


def sentence(*parts: Text, stop: bool = True) -> Text:
    """Return parts as one sentence, spaced as print spaces them; English begins with a capital."""
    whole = joined(*parts)
    zh, en = whole.zh, whole.en
    # a name that begins with its article keeps a small letter inside of a sentence
    at = next((place for place, sign in enumerate(en) if sign.isalnum()), 0) if not en.startswith("(") else 0
    sample, en = (en[: en.index(")") + 2], en[en.index(")") + 2 :]) if en.startswith("(") else ("", en)
    en = sample + en[:at] + en[at : at + 1].upper() + en[at + 1 :]
    end = text("story.stop") if stop else NO_TEXT
    return Text(spaced(zh) + end.zh, en + end.en)


def joined(*parts: Text) -> Text:
    """Return parts of a sentence, one behind the other."""
    return Text("".join(part.zh for part in parts), "".join(part.en for part in parts))


def spaced(zh: str) -> str:
    """Return Chinese with a narrow space between a number and its unit, and a space between a word and a number.

    >>> spaced("河北省2024年为0个（国函〔2025〕19号）").replace(NARROW, "_")
    '河北省 2024_年为 0_个（国函〔2025〕19号）'
    """
    return _NUMBER_AFTER.sub(" ", _UNIT_AFTER.sub(rf"\1{NARROW}", zh))


def amount(value: float, unit: str, places: int | None = None) -> Text:
    """Return a number in its unit as sentences write it: 42,300 平方千米, where tables write km²."""
    known = load_units().get(unit)
    if known is None or known.grades or unit == "%":
        return amount_text(value, unit, places)
    if known.shown is not None:
        zh = _digits(value * known.shown.zh_factor, places)
        return Text(
            zh + known.shown.unit.zh,
            _with_unit(_digits(value * known.shown.en_factor, places), known.shown.unit.en),
        )
    number = _digits(value, places)
    if unit == "count":
        return text("story.count", count=number)
    return Text(number + known.spoken.zh, _with_unit(number, known.spoken.en))


def computed_amount(value: float, unit: str) -> Text:
    """Return a number that was computed, with the decimals that tables give it."""
    return amount(value, unit, amount_places(value, unit))


def goal_text(target: Target, *, read: float | None = None) -> Text:
    """Return what a target demands: 不低于 55%, 40%左右, 提高 10 个百分点左右."""
    value = target.value if read is None else read
    if target.comparator in _CHANGES:
        word = _CHANGES[target.comparator]
        if value is None:
            return text(f"story.{word}")
        loose = target.modality is Modality.ABOUT
        key = f"about_{word}" if loose else target.comparator.value
        return text(f"story.{key}", amount=amount(value, target.unit))
    if value is None:
        return text("story.external") if target.comparator is Comparator.EXTERNAL else text("story.stable")
    if target.comparator in {Comparator.STABLE, Comparator.FULL}:
        return text(f"story.{target.comparator.value}")
    if load_units()[target.unit].grades:
        return amount(value, target.unit)
    loose = target.modality is Modality.ABOUT or target.comparator is Comparator.ABOUT
    key = "about" if loose else _KEYS.get(target.comparator, "equal")
    return text(f"story.{key}", amount=amount(value, target.unit))


_KEYS = {Comparator.AT_LEAST: "at_least", Comparator.AT_MOST: "at_most"}


def target_text(target: Target) -> Text:
    """Return how a sentence names a target: 2027 年目标; 2027 年力争目标 where the document strives for it."""
    when = text("story.year", year=target.year) if target.year else NO_TEXT
    strive = text("story.strive") if target.modality is Modality.STRIVE else NO_TEXT
    named = text("story.target", when=when, strive=strive)
    return Text(named.zh, named.en.strip())


def gap_amount(rate: Rate) -> Text | None:
    """Return how far a value is from its target: of a reported one with the digits that it has; None where nobody may say."""
    if rate.gap is None or rate.gap_unit is None or rate.value is None:
        return None
    size = abs(rate.gap)
    places = exact_places(size) if rate.kind is Kind.REPORTED else gap_places(size, rate.gap_unit)
    return amount(size, rate.gap_unit, places)


def reported_amount(figure: Figure) -> Text:
    """Return a figure in its unit, with the decimals that it was printed with."""
    longer = figure.places > exact_places(figure.value)
    return amount(figure.value, figure.unit, figure.places if longer else None)


def when_text(target: Target) -> Text:
    """Return the year of a target, which stands before its goal in Chinese and behind it in English."""
    return text("story.by_year", year=target.year) if target.year else NO_TEXT


def _with_unit(number: str, unit: str) -> str:
    return f"{number}{NARROW if _SYMBOL.fullmatch(unit) else ' '}{unit}"


def _digits(value: float, places: int | None) -> str:
    return digits(value, exact_places(value) if places is None else places)
