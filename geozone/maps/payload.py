"""What the page says: everything of a zone's result but the geometry, as plain JSON values.

Every number of a rate travels as the text that ``repr`` gives, so that the page holds the very numbers of the
tables and the JSON file. Every text travels in both languages.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT

from geozone import __version__
from geozone.checks.report import grouped
from geozone.manifest.inputs import register_roles, register_title
from geozone.manifest.roles import load_roles
from geozone.messages import Text, room, text
from geozone.model import (
    REGISTER_COLUMNS,
    Document,
    LayerSpec,
    Level,
    Rate,
    Register,
    Status,
    Target,
    ZoneResult,
)
from geozone.overlay.units import member_codes, region_code
from geozone.rates.amounts import amount_text, area_text
from geozone.rates.digits import is_share, value_unit
from geozone.rates.titles import indicator_title
from geozone.rates.wording import (
    by_id,
    gap_text,
    outcome_text,
    parts_text,
    tally,
    target_in_year_text,
    target_of,
    target_text,
    value_text,
)
from geozone.symbology import RATE_MISSING, RATE_ZERO, STATUS_COLOURS, breaks, rate_classes

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


class Strings:
    """Texts of the page, each pair once."""

    def __init__(self) -> None:
        self.pairs: list[list[str]] = []
        self._places: dict[tuple[str, str], int] = {}

    def add(self, value: Text | str | None) -> int:
        """Return the place of a text; one in a single language stands for both."""
        if value is None:
            value = ""
        pair = (value.zh, value.en) if isinstance(value, Text) else (str(value), str(value))
        if pair not in self._places:
            self._places[pair] = len(self.pairs)
            self.pairs.append([clean(part) for part in pair])
        return self._places[pair]


def clean(value: str) -> str:
    """Return a text that UTF-8 can carry: lone surrogates become the replacement character."""
    return value.encode("utf-8", "replace").decode("utf-8")


def to_json(value: Any) -> str:
    """Return JSON that may stand inside a script element: no character of it can end the element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def number(value: Any) -> str | None:
    """Return a number as ``repr`` gives it, None for missing ones."""
    if value is None or pd.isna(value) or not math.isfinite(value):
        return None
    return repr(float(value))


def plain(value: Any) -> Any:
    """Return an attribute as JSON can hold it; anything that is not a number or a flag becomes text."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer) and abs(int(value)) < 1 << 53:
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return clean(value.isoformat() if isinstance(value, date) else str(value)).removesuffix("T00:00:00")


def readings(names: Iterable[str]) -> dict[str, str]:
    """Return the pinyin readings of every Chinese character in some names, by which they may be searched."""
    characters = sorted({character for name in names for character in name if ord(character) in PINYIN_DICT})
    found = {}
    for character in characters:
        (sounds,) = pinyin(character, style=Style.NORMAL, heteronym=True)
        found[character] = " ".join(dict.fromkeys(sound for sound in sounds if sound.isascii()))
    return found


def interned(values: Iterable[Any]) -> Any:
    """Return a column as a list, or as its distinct values and their places where that is shorter."""
    column = [plain(value) for value in values]
    distinct = list(dict.fromkeys(column))
    if len(distinct) * 2 > len(column) or any(isinstance(value, float) for value in distinct):
        return column
    places = {value: place for place, value in enumerate(distinct)}
    return {"values": distinct, "places": [places[value] for value in column]}


def zone_payload(result: ZoneResult) -> dict[str, Any]:
    """Return everything that the page says of a zone."""
    strings = Strings()
    whole = set(result.units.loc[result.units["level"] == Level.ZONE.value, "code"])
    return {
        "version": __version__,
        "texts": {name: [value.zh, value.en] for name, value in (room("words") | room("maps")).items()},
        "zone": {
            "key": result.zone.key,
            "kind": result.zone.kind,
            "title": strings.add(result.title),
            "note": strings.add(result.zone.note),
            "documents": list(result.zone.documents),
        },
        "review": clean(result.review_number.strip()),
        "units": _units(result, strings),
        "regions": _regions(result, strings),
        "places": _places(result, strings),
        "indicators": indicator_entries(result, strings),
        "rates": _rates(result.rates, strings),
        "rate_words": rate_words(result, strings),
        "tally": [
            {"verdict": verdict.value, "title": strings.add(word), "count": count}
            for verdict, word, count in tally(
                (rate for rate in result.rates if rate.unit_code in whole), by_id(result.targets)
            )
        ],
        "targets": {target.id: _target(target, strings) for target in result.targets},
        "documents": {key: _document(document, strings) for key, document in result.documents.items()},
        "registers": {role: _register(register, strings) for role, register in result.registers.items()},
        "findings": [
            {
                "severity": group.first.severity.value,
                "layer": clean(group.first.layer),
                "message": strings.add(group.message),
                "remedy": strings.add(group.first.remedy.text),
            }
            for group in grouped(result.findings)
        ],
        "finding_count": len(result.findings),
        "inputs": [
            {name: plain(_one_text(entry.get(name), strings)) for name in INPUT_FIELDS}
            for entry in result.inputs
            if entry.get("used", True)
        ],
        "status_colours": {status.value: STATUS_COLOURS[status] for status in Status},
        "rate_colours": {"zero": RATE_ZERO, "missing": RATE_MISSING},
        "readings": readings(_names(result)),
        "strings": strings.pairs,
    }


def _names(result: ZoneResult) -> Iterator[str]:
    tables = [result.units, *(register.items for register in result.registers.values())]
    for table in (*tables, *(layer.data for layer in result.layers.values())):
        if "name" in table.columns:
            yield from table["name"].dropna().astype(str).unique()


INPUT_FIELDS = ("layer", "basis", "vintage", "source", "licence", "sha256")


def _one_text(value: Any, strings: Strings) -> Any:
    return strings.add(value) if isinstance(value, Text) else value


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


def _regions(result: ZoneResult, strings: Strings) -> list[dict[str, Any]]:
    """Return the regions of several units that there are rates of."""
    areas = dict(zip(result.units["code"], result.units["area_km2"], strict=True))
    names = {rate.unit_code: rate.unit_name for rate in result.rates if rate.unit_code not in areas}
    return [
        {
            "code": clean(code),
            "name": strings.add(name),
            "members": [clean(member) for member in member_codes(code)],
            "area_km2": number(size),
            "area": strings.add(area_text(size)),
        }
        for code, name in names.items()
        for size in [float(sum(areas[member] for member in member_codes(code)))]
    ]


def _places(result: ZoneResult, strings: Strings) -> dict[str, Any]:
    """Return the places of the documents that are drawn, with the unit or region that each is."""
    roles = load_roles()
    layer = next((one for one in result.layers.values() if one.spec and roles[one.spec.role].nominal), None)
    if layer is None or not set(PLACE_COLUMNS) <= set(layer.data.columns):
        return {"layer": None, "items": []}
    there = {rate.unit_code for rate in result.rates} | set(result.units["code"])
    members = set(result.zone.members)
    items = []
    off = (
        pd.to_numeric(layer.data["accuracy_m"]).fillna(0.0).to_numpy() / METRES
    )  # points are seen from further off
    boxes = shapely.bounds(layer.data.geometry.to_numpy()) + np.outer(off, [-1, -1, 1, 1])
    rows = layer.data[list(PLACE_COLUMNS)].itertuples(index=False)
    for feature, (row, box) in enumerate(zip(rows, boxes, strict=True)):
        codes = tuple(filter(None, str(row.units).split(",")))
        code = result.zone.key if set(codes) == members else region_code(codes)
        items.append(
            {
                "id": row.id,
                "feature": feature,
                "name": strings.add(Text(row.name, row.name_en)),
                "kind": strings.add(Text(row.kind, row.kind_en)),
                "units": list(codes),
                "bbox": [round(float(side), 4) for side in box],
                "code": code if code in there else None,
            }
        )
    return {"layer": layer.id, "items": items}


PLACE_COLUMNS = ("id", "name", "name_en", "kind", "kind_en", "units", "accuracy_m")
METRES = 111_000.0  # of a degree of latitude


def partitions(units: pd.DataFrame) -> dict[str, list[int]]:
    """Return for each level the rows that cover the zone once: a city without counties stands for them."""
    rank = {level.value: place for place, level in enumerate(Level)}
    rows = {str(code): place for place, code in enumerate(units["code"])}
    levels = [str(level) for level in units["level"]]
    parents = [str(parent or "") for parent in units["parent"]]
    leaves = [place for code, place in rows.items() if code not in set(parents)]
    found: dict[str, list[int]] = {}
    for level in sorted(set(levels), key=rank.__getitem__):
        chosen: dict[int, None] = {}
        for leaf in leaves:
            place, seen = leaf, {leaf}
            while rank[levels[place]] < rank[level]:
                upper = rows.get(parents[place])
                if upper is None or upper in seen:
                    break
                seen.add(upper)
                place = upper
            chosen[place] = None
        found[level] = sorted(chosen)
    return found


def indicator_entries(result: ZoneResult, strings: Strings) -> dict[str, Any]:
    """Return title, kind, unit and, by level, the classes of every indicator."""
    covers = partitions(result.units)
    codes = [str(code) for code in result.units["code"]]
    found: dict[str, dict[str, Any]] = {}
    for rate in result.rates:
        entry = found.get(rate.indicator)
        if entry is None:
            entry = found[rate.indicator] = {
                "title": strings.add(indicator_title(rate, result)),
                "share": is_share(rate),
                "rank": _rank(rate.indicator, result),
                "classes": {},
            }
    for name, entry in found.items():
        rates = [rate for rate in result.rates if rate.indicator == name]
        values = {rate.unit_code: rate.value if rate.value is not None else rate.low for rate in rates}
        for level, places in covers.items():
            shown = [value for place in places if (value := values.get(codes[place])) is not None]
            if len(shown) > 1:
                bounds = breaks(shown, 100.0 if entry["share"] else 1.0)
                zero, *classes = rate_classes(bounds, value_unit(rates[0]))
                entry["classes"][level] = {
                    "bounds": bounds,
                    "colours": [item.colour for item in classes],
                    "titles": [strings.add(item.label) for item in classes],
                    "zero": strings.add(zero.label),
                }
    return found


def _rank(name: str, result: ZoneResult) -> int | None:
    """Return the place of an indicator among those that maps are coloured by; None where it is not one of them."""
    indicator = result.indicators.get(name)
    rank: int | None = indicator.map_rank if indicator else None
    return rank


def _rates(rates: list[Rate], strings: Strings) -> dict[str, list[Any]]:
    def pieces(rate: Rate) -> dict[str, Any]:
        return {
            "unit_code": clean(rate.unit_code),
            "indicator": rate.indicator,
            "kind": rate.kind and rate.kind.value,
            "unit": rate.unit,
            **{name: number(getattr(rate, name)) for name in RATE_NUMBERS},
            "basis": rate.basis and rate.basis.value,
            "target_id": rate.target_id,
            "comparator": rate.comparator and rate.comparator.value,
            "target_year": rate.target_year,
            "verdict": rate.verdict and rate.verdict.value,
            "gap_unit": rate.gap_unit,
            "vintage": rate.vintage,
            "method": strings.add(rate.method),
            "note": strings.add(rate.note),
        }

    rows = [pieces(rate) for rate in rates]
    names = list(rows[0]) if rows else []
    return {name: interned(row[name] for row in rows) for name in names}


def rate_words(result: ZoneResult, strings: Strings) -> dict[str, list[Any]]:
    """Return what the page says of each rate: value, parts of it, target, verdict and what is missing."""
    targets = by_id(result.targets)

    def words(rate: Rate) -> dict[str, int | None]:
        target = target_of(rate, targets)
        said = {
            "value_text": value_text(rate),
            "parts_text": parts_text(rate),
            "target_text": target_text(rate, target) if rate.comparator else None,
            "outcome_text": outcome_text(rate, target),
            "gap_text": gap_text(rate),
        }
        return {name: None if one is None else strings.add(one) for name, one in said.items()}

    rows = [words(rate) for rate in result.rates]
    return {name: interned(row[name] for row in rows) for name in (rows[0] if rows else ())}


RATE_NUMBERS = ("numerator", "denominator", "value", "low", "high", "target_value", "gap")


def _target(target: Target, strings: Strings) -> dict[str, Any]:
    reading = target.reading
    return {
        "title": strings.add(target.title),
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
    }


def _register(register: Register, strings: Strings) -> dict[str, Any]:
    items = register.items.reindex(columns=list(REGISTER_COLUMNS))
    return {
        "id": register.id,
        "title": strings.add(register_title(register.id)),
        "item": strings.add(register_roles()[register.role]),
        "basis": register.basis.value,
        "as_of": clean(str(register.as_of)),
        "source": strings.add(register.source),
        "items": {name: interned(items[name]) for name in REGISTER_COLUMNS},
        "totals": [
            {"unit_code": total.unit_code, "count": total.count, "source": total.source}
            for total in register.totals
        ],
    }


def layer_entry(spec: LayerSpec, strings: Strings) -> dict[str, Any]:
    """Return what the page says of a layer: title, role, basis, source, licence, date, accuracy, note."""
    return {
        "id": clean(spec.id),
        "role": spec.role,
        "title": strings.add(spec.title),
        "basis": spec.basis.value,
        "source": strings.add(spec.source),
        "licence": clean(spec.licence),
        "vintage": clean(spec.vintage),
        "accuracy": strings.add(spec.accuracy),
        "note": strings.add(spec.note),
    }


ATTRIBUTE_ROWS = 4096  # rows of a compressed piece; a reader of one feature unpacks one piece


def attributes(columns: Mapping[str, Any], number: int) -> tuple[bytes, list[int]]:
    """Return attribute columns for a data block, in compressed pieces of `ATTRIBUTE_ROWS` rows.

    Returns
    -------
    data, ends
        The pieces one after another, and where each ends.
    """
    pieces = []
    plain_columns = {clean(str(name)): list(values) for name, values in columns.items()}
    for first in range(0, max(number, 1), ATTRIBUTE_ROWS):
        part = {
            name: interned(values[first : first + ATTRIBUTE_ROWS]) for name, values in plain_columns.items()
        }
        text = json.dumps(part, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        pieces.append(gzip.compress(text.encode(), 9, mtime=0))
    return b"".join(pieces), np.cumsum([len(piece) for piece in pieces]).tolist()
