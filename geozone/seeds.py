"""What the policy documents say: zones, documents, demands, places and public figures, as read from ``seeds/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any

from geozone.errors import UsageError
from geozone.files import shipped
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import NATIONAL, Comparator, Document, Level, Modality, PlaceGroup, Reading, Target, Zone
from geozone.toml_tables import read_tables

NAMES_ZONE, NAMES_UNIT = "zone", "unit"  # what a place of some kinds is another name of
_ALIKE = 0.5  # of two keys of zones, from which on one is the other mistyped


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a document names, under its proper name.

    It is made of whole units, stands as a point (of its own, or somewhere inside the units that it is said to lie in), or
    cannot be placed, and then `unplaced` says why.
    """

    id: str
    name: Text
    printed: str
    documents: tuple[str, ...]
    clauses: tuple[str, ...]
    kind: Text
    names: str  # what it is another name of: NAMES_ZONE, NAMES_UNIT or nothing
    group: PlaceGroup  # by which symbol it is drawn
    geometry: str
    zone: str | None
    point: tuple[float, float] | None  # longitude, latitude: representative only
    coordinate_basis: str
    accuracy_deg: float | None  # how far the point may be off
    confidence: str
    units: tuple[str, ...]  # adcodes of the units that it is made of
    units_source: Text | None
    partial: bool  # these are only those of its members that are known as whole units
    near: tuple[str, ...]
    unplaced: Text | None
    note: Text | None
    measure: str
    measure_source: str
    trap: str


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass or a basin of a mountain barrier, by which a reader finds a break."""

    name: Text
    point: tuple[float, float]  # longitude, latitude
    within_km: float  # so near to a break it is named there


@dataclass(frozen=True, slots=True)
class Rendering:
    """How a document is recognised and which figures each clause prints, in printed order."""

    document: str
    language: str
    recognised_by: tuple[str, ...]
    figures: Mapping[str, tuple[str, ...]]  # clause -> years and target ids


@cache
def load_zones() -> Mapping[str, Zone]:
    """Return every declared zone by its key."""
    return MappingProxyType(
        {
            key: Zone(
                key=key,
                title=_text(entry),
                kind=entry["kind"],
                members=tuple(entry["members"]),
                levels=tuple(Level(level) for level in entry["levels"]),
                documents=tuple(entry["documents"]),
                coastal=tuple(entry.get("coastal", ())),
                note=_optional_text(entry.get("note")),
                short=_text(entry.get("short", entry)),
            )
            for key, entry in _table("zones").items()
        }
    )


def get_zone(key: str) -> Zone:
    """Return one zone.

    Raises
    ------
    UsageError
        If no zone has this key.
    """
    zones = load_zones()
    if key not in zones:
        raise UsageError("seeds.unknown_zone", zone=key, zones=", ".join(zones), meant=_meant(key, zones))
    return zones[key]


def _meant(word: str, zones: Mapping[str, Zone]) -> Text:
    """Return the question whether zones are meant that are called so, or nearly so; nothing where none is."""
    plain = word.strip().casefold()
    titles = {key: f"{zone.title.zh} {zone.title.en}".casefold() for key, zone in zones.items()}
    keys = [key for key, title in titles.items() if plain and plain in title]
    keys = keys or get_close_matches(plain, zones, n=1, cutoff=_ALIKE)
    if not keys:
        return NO_TEXT
    called = [text("seeds.zone_called", zone=key, title=zones[key].title) for key in keys]
    return text("seeds.meant", zones=listed(called))


@cache
def load_documents() -> Mapping[str, Document]:
    """Return every registered policy document by its id."""
    return MappingProxyType(
        {
            key: Document(
                id=key,
                title=_text(entry["title"]),
                issued=entry["issued"],
                issuer=_text(entry["issuer"]),
                url=entry.get("url"),
                short=_optional_text(entry.get("short")),
                chapters=MappingProxyType(
                    {key: _text(one) for key, one in entry.get("chapters", {}).items()}
                ),
            )
            for key, entry in _table("documents").items()
        }
    )


@cache
def load_renderings() -> Mapping[str, Rendering]:
    """Return, by document, what its text is recognised by and which figures it prints."""
    return MappingProxyType(
        {
            key: Rendering(
                document=key,
                language=entry["language"],
                recognised_by=tuple(entry["recognised_by"]),
                figures=MappingProxyType(
                    {clause: tuple(figures) for clause, figures in entry["figures"].items()}
                ),
            )
            for key, entry in _table("documents").items()
        }
    )


@cache
def load_targets() -> tuple[Target, ...]:
    """Return every registered demand, in the order of the documents."""
    return tuple(_target(key, entry) for key, entry in _table("targets").items())


def zone_targets(key: str) -> list[Target]:
    """Return the demands that hold for one zone: its own, and those of the whole country that its documents make.

    Raises
    ------
    UsageError
        If no zone has this key.
    """
    zone = get_zone(key)
    return [
        target
        for target in load_targets()
        if target.zone == key
        or (target.zone == NATIONAL and any(document in zone.documents for document in target.documents))
    ]


@cache
def load_places() -> tuple[Place, ...]:
    """Return every place that the documents name."""
    kinds = _table("place_kinds")
    return tuple(
        Place(
            id=key,
            name=_text(entry["name"]),
            printed=entry.get("printed", ""),
            documents=tuple(entry["documents"]),
            clauses=tuple(entry["clauses"]),
            kind=_text(kinds[entry["kind"]]),
            names=kinds[entry["kind"]].get("is", ""),
            group=PlaceGroup(kinds[entry["kind"]].get("group", PlaceGroup.UNIT)),
            geometry=entry["geometry"],
            zone=entry.get("zone"),
            point=(entry["lon"], entry["lat"]) if "lon" in entry else None,
            coordinate_basis=entry.get("coordinate_basis", ""),
            accuracy_deg=entry.get("accuracy_deg"),
            confidence=entry.get("units_confidence", entry.get("confidence", "")),
            units=tuple(entry.get("units", ())),
            units_source=_optional_text(entry.get("units_source")),
            partial=entry.get("partial", False),
            near=tuple(entry.get("near", ())),
            unplaced=_optional_text(entry.get("unplaced")),
            note=_optional_text(entry.get("note")),
            measure=entry.get("measure", ""),
            measure_source=entry.get("measure_source", ""),
            trap=entry.get("trap", ""),
        )
        for key, entry in _table("places").items()
    )


@cache
def load_phrases() -> Mapping[str, Text]:
    """Return what the embedded data say in words, by what they hold, in both languages."""
    return {
        held: Text(said.get("zh", held), said.get("en", held)) for held, said in _table("phrases").items()
    }


@cache
def load_passes() -> tuple[Pass, ...]:
    """Return the passes and the basins of the mountain barriers."""
    table = _table("passes")
    return tuple(
        Pass(
            _text(entry["name"]),
            (entry["lon"], entry["lat"]),
            float(entry.get("within_km", table["within_km"])),
        )
        for entry in table["pass"] + table["basin"]
    )


def _target(key: str, entry: Mapping[str, Any]) -> Target:
    reading = entry.get("reading")
    return Target(
        id=key,
        documents=tuple(entry["documents"]),
        clause=entry["clause"],
        zone=entry["zone"],
        region=_text(entry["region"]),
        region_codes=tuple(entry["region"].get("codes", ())),
        place=entry["region"].get("place", ""),
        indicator=entry["indicator"],
        title=_text(entry["title"]),
        comparator=Comparator(entry["comparator"]),
        modality=Modality(entry["modality"]),
        value=None if "value" not in entry else float(entry["value"]),
        unit=entry["unit"],
        year=entry.get("year"),
        base_year=entry.get("base_year"),
        change_basis=entry.get("change_basis"),
        printed=MappingProxyType(dict(entry.get("printed", {}))),
        denominator=_optional_text(entry.get("denominator")),
        reading=reading
        and Reading(
            float(reading["value"]),
            _text(reading["source"]),
            _text(reading["reason"]),
            said=_text(reading.get("said", reading["reason"])),
            short=_text(reading.get("short", reading["source"])),
        ),
        note=_optional_text(entry.get("note")),
    )


def _text(entry: Mapping[str, str]) -> Text:
    return Text(entry["zh"], entry["en"])


def _optional_text(entry: Mapping[str, str] | None) -> Text | None:
    return None if entry is None else _text(entry)


@cache
def _table(name: str) -> dict[str, Any]:
    return read_tables(shipped("seeds") / f"{name}.toml")
