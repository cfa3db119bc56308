"""The origin of layers, registers and figures: as declared, and in one text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import Origin

KEYS = ("producer", "published", "taken", "citation")  # beside `source`, the title, and `licence`


def read_origin(table: Mapping[str, Any], *, title: Text | None = None) -> Origin:
    """Return an origin as a table declares it: keys ``title`` (unless it is given), ``producer, published, taken, licence, citation``."""
    return Origin(
        title=title or _words(table["title"]),
        producer=_words(table.get("producer")),
        published=str(table.get("published", "")),
        taken=str(table.get("taken", "")),
        licence=_words(table.get("licence")),
        citation=_words(table.get("citation")),
    )


def citation_of(origin: Origin) -> Text:
    """Return how to cite it: as its producer says, else producer, title and date."""
    return origin.citation if origin.citation.zh else in_words(origin)


def in_words(origin: Origin) -> Text:
    """Return producer, title and date of publication in one text."""
    said = origin.title
    if origin.producer.zh:
        said = text("words.origin_by", producer=origin.producer, title=said)
    return text("words.origin_dated", origin=said, published=origin.published) if origin.published else said


def source_of(origins: Sequence[Origin], processing: Text = NO_TEXT) -> Text:
    """Return the source of data in one text: its origins, and what was done to it since."""
    parts = [in_words(origin) for origin in origins]
    return listed([*parts, processing] if processing.zh else parts, "; ")


def licence_of(origins: Sequence[Origin]) -> Text:
    """Return the licences of some origins, each once."""
    return listed(dict.fromkeys(origin.licence for origin in origins if origin.licence.zh), "; ")


def as_record(origin: Origin) -> dict[str, Any]:
    """Return an origin as the run record holds it."""
    return {
        "title": origin.title,
        "producer": origin.producer,
        "published": origin.published,
        "taken": origin.taken,
        "licence": origin.licence,
        "citation": citation_of(origin),
    }


def _words(value: Any) -> Text:
    if value is None:
        return NO_TEXT
    return Text(**value) if isinstance(value, Mapping) else Text(str(value), str(value))
