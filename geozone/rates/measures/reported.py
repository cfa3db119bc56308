"""Reported figures: the number that an authority gave, as it gave it."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import REPORTED, Indicator
from geozone.manifest.measures import load_measures
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Level
from geozone.rates.facts import Facts, Unit, Value
from geozone.rates.figures import FLOOR, Figure
from geozone.rates.needs import Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return nothing: figures are there as they are."""
    del indicator
    return ()


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the latest figure of every unit that has one.

    1. Of the figures of the unit the latest year counts, one that is not preliminary before one that is.
    2. It is converted to the unit of the indicator where both differ by a factor only.
    3. A figure printed as at least or at most is the end of a band; one printed as about says so.
    """
    for name in indicator.figures:
        for unit in facts.units:
            figure = facts.figures.latest(name, unit.code)
            if figure is not None:
                value = reported(indicator, unit, figure)
                if value is not None:
                    yield value


def reported(indicator: Indicator, unit: Unit, figure: Figure) -> Value | None:
    """Return a figure as the value of a unit; None where it is in a unit that measures something else."""
    number = figure.in_unit(indicator.unit)
    if number is None:
        return None
    number = number / 100 if indicator.share else number
    open_end = figure.comparator in {">=", "<="}
    top = 1.0 if indicator.share else None
    return Value(
        unit,
        indicator.unit,
        value=None if open_end else number,
        low=0.0 if figure.comparator == "<=" else number,
        high=(top if figure.comparator == ">=" else number),
        note=_scope(figure, unit) + _note(figure),
        basis=figure.basis,
        vintage=str(figure.year or figure.published or ""),
        method=load_measures()[REPORTED].method,
        figure=figure,
    )


def _scope(figure: Figure, unit: Unit) -> Text:
    """Return of what the figure is, where that goes by another name than the unit whose row it stands in."""
    place, own = figure.scope_name, unit.name
    if unit.level is Level.ZONE or place.zh in own.zh or own.zh in place.zh:
        return NO_TEXT
    return text("rates.note_of_place", place=place)


def _note(figure: Figure) -> Text:
    note = text("rates.note_reported", source=figure.source)
    if figure.period.zh:
        note += text("rates.note_period", period=figure.period)
    if figure.kind == FLOOR:
        note += text("rates.note_floor")
    if figure.comparator == "about":
        note += text("rates.note_about")
    if figure.superseded:
        note += text("rates.note_superseded")
    if figure.preliminary:
        note += text("rates.note_preliminary")
    return note + (_sentence(figure.note) if figure.note.zh else NO_TEXT)


def _sentence(said: Text) -> Text:
    """Return a remark that ends as a sentence, since others follow it."""
    return Text(
        said.zh if said.zh.endswith(("。", "？", "！")) else f"{said.zh}。",
        said.en if said.en.endswith((".", "?", "!")) else f"{said.en}.",
    )
