"""What the page says: everything of a zone's result but the geometry, as plain JSON values.

Every number of a rate travels as the text that ``repr`` gives, so that the page holds the very numbers of the
tables and the JSON file. Every text travels in both languages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from geozone import __version__
from geozone.checks.report import FindingGroup, grouped
from geozone.manifest.inputs import register_roles, register_title
from geozone.manifest.roles import load_roles
from geozone.maps.belt import belt_entries
from geozone.maps.indicators import indicator_entries, mappable, partitions
from geozone.maps.missing import Gap, gaps
from geozone.maps.places import place_entries, region_entries
from geozone.maps.plain import Strings, clean, in_both_languages, interned, number, readings
from geozone.maps.rate_rows import SILENT, dates, rate_rows, rate_words
from geozone.maps.since import since_entry
from geozone.maps.sources import source_entries
from geozone.messages import Text, room, text
from geozone.model import (
    REGISTER_COLUMNS,
    Document,
    LayerSpec,
    Register,
    Status,
    Target,
    Verdict,
    ZoneResult,
)
from geozone.rates.amounts import amount_text, area_text
from geozone.rates.wording import demands, tally, target_in_year_text
from geozone.story.zone import is_uncomputed, leading_indicators, leading_of_demands, zone_story
from geozone.symbology import LEGEND_ORDER, RATE_MISSING, RATE_ZERO, VERDICT_MARKS, Mark

# how items are drawn whose status alone does not say it
_DRAWN = {
    "undated": Status.UNKNOWN.value,
    "mixed": Mark.SEVERAL.value,
    "uncounted": [mark.value for mark in Mark],
    "unlisted": Mark.OFF_REGISTER.value,
    "order": [drawn.value for drawn in LEGEND_ORDER],
}


def zone_payload(result: ZoneResult, strings: Strings | None = None) -> dict[str, Any]:
    """Return everything that the page says of a zone; its texts are collected in `strings`, which it carries too."""
    strings = Strings() if strings is None else strings
    missing = gaps(result)
    indicators = indicator_entries(result, strings)
    leading = leading_indicators(result)
    return {
        "version": __version__,
        "texts": {name: [value.zh, value.en] for name, value in {**room("words"), **room("maps")}.items()},
        "zone": _zone(result, strings),
        "review": clean(result.review_number.strip()),
        "units": _units(result, strings),
        "indicators": indicators,
        "mappable": mappable(indicators, leading, partitions(result.units)),
        "dates": dates(result),
        "regions": region_entries(result, strings),
        "places": place_entries(result, strings),
        "rates": rate_rows(result, strings),
        "rate_words": rate_words(result, strings),
        "tally": _tally(result, strings),
        "story": strings.add(zone_story(result)),
        "leading": leading,
        "belts": belt_entries(result, strings),
        "missing_targets": _missing_targets(result, missing),
        "missing": [_gap(gap, strings) for gap in missing],
        "targets": {target.id: _target(target, strings) for target in result.targets},
        "documents": {key: _document(document, strings) for key, document in result.documents.items()},
        "registers": {
            name: _register(name, register, strings) for name, register in result.registers.items()
        },
        "findings": [_finding(group, strings) for group in grouped(result.findings)],
        "finding_count": len(result.findings),
        "since": since_entry(result.since, strings),
        "sources": source_entries(result, strings),
        "drawn": _DRAWN,
        "marks": {verdict.value: VERDICT_MARKS[verdict] for verdict in Verdict},
        "silent": SILENT,
        "rate_colours": {"zero": RATE_ZERO, "missing": RATE_MISSING},
        "readings": readings(_names(result)),
        "strings": strings.pairs,
    }


def _zone(result: ZoneResult, strings: Strings) -> dict[str, Any]:
    return {
        "key": result.zone.key,
        "kind": result.zone.kind,
        "title": strings.add(result.title),
        "note": strings.add(result.zone.note),
        "documents": list(result.zone.documents),
    }


def _tally(result: ZoneResult, strings: Strings) -> list[dict[str, Any]]:
    return [
        {"verdict": verdict.value, "title": strings.add(word), "count": count}
        for verdict, word, count in tally(result.rates, demands(result.targets))
    ]


def _gap(gap: Gap, strings: Strings) -> dict[str, Any]:
    return {
        "title": strings.add(gap.title),
        "answers": gap.answers,
        "demands": len(gap.demands),
        "rows": gap.rows,
    }


def _finding(group: FindingGroup, strings: Strings) -> dict[str, Any]:
    return {
        "severity": group.first.severity.value,
        "layer": clean(group.first.layer),
        "message": strings.add(group.message),
        "remedy": strings.add(group.first.remedy.text),
    }


def _missing_targets(result: ZoneResult, missing: Sequence[Gap]) -> dict[str, int]:
    """Return how many of the targets that lack something have no number, and how many have a range that says nothing."""
    leading = leading_of_demands(result)
    lacking = set().union(*(gap.demands for gap in missing)) & set(leading)
    uncomputed = {name for name in lacking if is_uncomputed(leading[name])}
    return {"uncomputed": len(uncomputed), "undecided": len(lacking - uncomputed)}


def _names(result: ZoneResult) -> Iterator[str]:
    tables = [result.units, *(register.items for register in result.registers.values())]
    for table in (*tables, *(layer.data for layer in result.layers.values())):
        if "name" in table.columns:
            yield from table["name"].dropna().astype(str).unique()


def _units(result: ZoneResult, strings: Strings) -> dict[str, Any]:
    units = result.units
    return {
        "code": [clean(str(value)) for value in units["code"]],
        "name": [clean(str(value)) for value in units["name"]],
        "name_en": [clean(str(value or "")) for value in units["name_en"]],
        "level": [str(value) for value in units["level"]],
        "parent": [clean(str(value or "")) for value in units["parent"]],
        "area_km2": [number(value) for value in units["area_km2"]],
        "area": [
            None if pd.isna(value) else strings.add(area_text(float(value))) for value in units["area_km2"]
        ],
        "partition": partitions(units),
    }


def _target(target: Target, strings: Strings) -> dict[str, Any]:
    reading = target.reading
    return {
        "title": strings.add(target.title),
        "reference": target.reference,
        "documents": list(target.documents),
        "clause": clean(target.clause),
        "region": strings.add(target.region),
        "text": strings.add(target_in_year_text(target)),
        "printed": {key: clean(str(value)) for key, value in target.printed.items()},
        "denominator": strings.add(target.denominator),
        "reading": reading
        and strings.add(
            text(
                "maps.reading",
                printed=_printed(target),
                value=amount_text(reading.value, target.unit),
                source=reading.source,
                reason=reading.reason,
            )
        ),
        "note": strings.add(target.note),
    }


def _printed(target: Target) -> str | Text:
    printed = next(iter(target.printed.values()), None)
    if printed is not None or target.value is None:
        return clean(str(printed or ""))
    return amount_text(target.value, target.unit)


def _document(document: Document, strings: Strings) -> dict[str, Any]:
    return {
        "title": strings.add(document.title),
        "issued": clean(document.issued),
        "issuer": strings.add(document.issuer),
        "url": document.url,
        "chapters": {number: strings.add(title) for number, title in document.chapters.items()},
    }


def _register(name: str, register: Register, strings: Strings) -> dict[str, Any]:
    items = register.items.reindex(columns=list(REGISTER_COLUMNS))
    return {
        "id": register.id,
        "title": strings.add(register_title(name)),
        "item": strings.add(register_roles()[register.role]),
        "basis": register.basis.value,
        "as_of": clean(str(register.as_of)),
        "source": strings.add(register.source),
        "items": {name: interned(items[name]) for name in REGISTER_COLUMNS}
        | _english_sources(items["source"]),
        "totals": [
            {"unit_code": total.unit_code, "count": total.count, "source": total.source}
            for total in register.totals
        ],
    }


def _english_sources(sources: pd.Series[Any]) -> dict[str, Any]:
    """Return the sources of items in English, where they are words of the embedded registers; titles stay as they are."""
    twins = in_both_languages(sources)
    return {"source_en": interned(twins[1])} if twins else {}


def layer_entry(spec: LayerSpec, strings: Strings) -> dict[str, Any]:
    """Return what the page says of a layer: title, role, register, basis, source, licence, date, accuracy, note."""
    role = load_roles()[spec.role]
    return {
        "id": clean(spec.id),
        "role": spec.role,
        "role_title": strings.add(role.title),
        "made_from": role.made_from,
        "columns": role.columns or clean(spec.id),
        "register": role.register or None,
        "named_to": role.named_to,
        "sea": role.sea,
        "title": strings.add(spec.title),
        "basis": spec.basis.value,
        "source": strings.add(spec.source),
        "licence": clean(spec.licence),
        "vintage": clean(spec.vintage),
        "accuracy": strings.add(spec.accuracy),
        "note": strings.add(spec.note),
    }
