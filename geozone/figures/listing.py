"""The figures of a zone as rows of a table, for files and databases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from geozone.messages import Language
from geozone.model import Zone
from geozone.rates.figures import Figure

FIGURE_COLUMNS = (
    "zone", "unit_code", "unit_name", "indicator", "year", "value", "unit", "comparator", "kind", "basis", "source",
    "published", "note", "period", "superseded", "preliminary",
)  # fmt: skip
_TRUE = "true"


def figure_rows(figures: Iterable[Figure], lang: Language, *, zone: Zone) -> list[dict[str, Any]]:
    """Return figures as rows, with the columns `FIGURE_COLUMNS`, in their order.

    What is read back by `geozone.figures.tables.read_figures` is what was written, whatever the language. Where the zone has
    one member, a figure of both stands once, under the member.

    Parameters
    ----------
    figures
        The figures of a zone.
    lang
        The language of names, sources and notes.
    zone
        The zone.

    Returns
    -------
    list of dict
        ``value`` in ``unit``, an id of ``seeds/units.toml`` (shares in per cent); ``year`` None where there is none;
        ``superseded`` and ``preliminary`` are ``"true"`` or empty.
    """
    figures = list(figures)
    there = set(figures)
    rows = []
    for figure in figures:
        member = zone.members[0] if len(zone.members) == 1 else None
        if member and figure.scope == zone.key and replace(figure, scope=member) in there:
            continue
        rows.append(
            {
                "zone": zone.key,
                "unit_code": figure.scope,
                "unit_name": figure.scope_name.get(lang),
                "indicator": figure.indicator,
                "year": figure.year,
                "value": figure.value,
                "unit": figure.unit,
                "comparator": figure.comparator,
                "kind": figure.kind,
                "basis": figure.basis.value,
                "source": figure.source.get(lang),
                "published": figure.published,
                "note": figure.note.get(lang),
                "period": figure.period.get(lang),
                "superseded": _TRUE if figure.superseded else "",
                "preliminary": _TRUE if figure.preliminary else "",
            }
        )
    return rows
