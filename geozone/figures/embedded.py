"""The figures that come with the product: what authorities have published, as ``layers/figures/figures.csv`` holds it."""

from __future__ import annotations

import calendar
import csv
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from geozone.figures.zones import of_zone
from geozone.files import shipped
from geozone.manifest.origins import in_words
from geozone.messages import Text, text
from geozone.model import Basis, Origin, Zone
from geozone.rates.figures import Figure, Figures
from geozone.rounding import printed_places
from geozone.seeds import get_zone

TRUE = "true"
FIGURES = shipped("layers") / "figures" / "figures.csv"  # for its digest
_NUMBER = re.compile(r"（([^（）]*〔\d{4}〕\d+号)）")
_NUMBER_EN = re.compile(r"(Reply|Notice) (\d{4}-\d+)")
_REPLY = "批复"


def embedded_figures(zone: Zone | str) -> Figures:
    """Return the embedded figures that a zone can use (`geozone.figures.zones.of_zone`).

    Raises
    ------
    UsageError
        If no zone has this key.
    """
    zone = get_zone(zone) if isinstance(zone, str) else zone
    return Figures(of_zone(all_figures(), zone))


def all_figures() -> tuple[Figure, ...]:
    """Return every embedded figure, in the order of the file."""
    return tuple(_read())


def origin_of(figure: Figure) -> Origin | None:
    """Return where an embedded figure comes from; None for a figure of the user's own, whose source says it."""
    return _origins().get(_ground(figure))


@cache
def _read() -> Mapping[Figure, Origin]:
    with (shipped("layers") / "figures" / "figures.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(_figure(row), _origin(row)) for row in csv.DictReader(stream, strict=True)]
    return MappingProxyType(dict(rows))


@cache
def _origins() -> Mapping[tuple[object, ...], Origin]:
    return {_ground(figure): origin for figure, origin in _read().items()}


def _ground(figure: Figure) -> tuple[object, ...]:
    """Return what a figure shares with the one that stands for it under another name of its ground."""
    return (
        figure.indicator, figure.scope_name, figure.year, figure.period, figure.kind, figure.value,
        figure.superseded, figure.preliminary, figure.source,
    )  # fmt: skip


def _figure(row: Mapping[str, str]) -> Figure:
    return Figure(
        indicator=row["indicator"],
        scope=row["scope"],
        scope_name=_text(row, "scope"),
        year=int(row["year"]) if row["year"] else None,
        value=float(row["value"]),
        unit=row["unit"],
        comparator=row["comparator"],
        kind=row["kind"],
        basis=Basis.PUBLIC,
        source=in_words(_origin(row)),
        published=row["published"],
        period=_text(row, "period"),
        context=tuple(row["context"].split()),
        superseded=row["superseded"] == TRUE,
        preliminary=row["preliminary"] == TRUE,
        certainty=row["certainty"],
        note=_text(row, "note"),
        short=_short_source(row),
        places=printed_places(row["value"]),
    )


def _short_source(row: Mapping[str, str]) -> Text:
    """Return who printed a figure; of a reply or a notice its number, of one without a number its month."""
    producer, title = _text(row, "producer"), _text(row, "title")
    numbered, number = _NUMBER.search(title.zh), _NUMBER_EN.match(title.en)
    if numbered and number:
        return Text(numbered[1], f"{producer.en} {number[1].lower()} {number[2]}")
    if _REPLY in title.zh and "-" in row["published"]:
        year, month = map(int, row["published"].split("-")[:2])
        zh = text("figures.reply_of", producer=producer, year=year, month=month).zh
        return Text(
            zh, text("figures.reply_of", producer=producer, year=year, month=calendar.month_name[month]).en
        )
    return producer


def _origin(row: Mapping[str, str]) -> Origin:
    return Origin(
        _text(row, "title"), _text(row, "producer"), row["published"], row["taken"], text("figures.licence")
    )


def _text(row: Mapping[str, str], column: str) -> Text:
    return Text(row[f"{column}_zh"], row[f"{column}_en"])
