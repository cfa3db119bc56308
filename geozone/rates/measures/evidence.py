"""Evidence of a qualitative demand: what is there to look at; nothing is judged."""

from __future__ import annotations

from collections.abc import Iterator

from geozone.manifest.indicators import Indicator
from geozone.messages import NO_TEXT, Text, text
from geozone.rates.amounts import figure_text
from geozone.rates.facts import Facts, Value
from geozone.rates.needs import Need
from geozone.vintages import vintage_words


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return nothing."""
    del indicator
    return ()


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield one row for the zone that lists the evidence: layers, registers and figures, with their dates and sources."""
    yield Value(facts.whole, indicator.unit, note=text("rates.note_qualitative") + evidence(indicator, facts))


def evidence(indicator: Indicator, facts: Facts) -> Text:
    """Return what there is to look at."""
    note = NO_TEXT
    for name in indicator.layers:
        if name in facts.specs:
            spec = facts.specs[name]
            note += text("rates.evidence_layer", title=spec.title, vintage=spec.vintage, source=spec.source)
        note += facts.told.get(name, NO_TEXT)
    for name in indicator.registers:
        if name in facts.registers:
            register = facts.registers[name]
            note += text(
                "rates.evidence_register", source=register.source, as_of=vintage_words(register.as_of),
                count=len(register.items),
            )  # fmt: skip
    for name in indicator.figures:
        for figure in facts.figures.all:
            if figure.indicator == name and not figure.superseded:
                note += text(
                    "rates.evidence_figure", scope=figure.scope_name, year=figure.year or "—",
                    value=figure_text(figure.value, figure.unit, figure.comparator, figure.places), source=figure.source,
                )  # fmt: skip
    return note
