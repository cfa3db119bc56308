"""The indicators of a project file, with their targets: ``[[indicator]]``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geozone.catalog import DeclarationError, choice
from geozone.manifest.declared import Declarations
from geozone.manifest.indicators import Indicator, load_indicators, parse_indicator
from geozone.messages import NO_TEXT, text
from geozone.model import Comparator, Document, Modality, Target, Zone
from geozone.project.entries import known_keys, own_id, stated

TABLE = "indicator"
TARGET_KEYS = (
    "comparator", "modality", "value", "unit", "year", "base_year", "change_basis", "source", "region", "region_codes",
    "clause", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnIndicators:
    """What a project asks for beside the documents of its zone."""

    indicators: Mapping[str, Indicator]
    targets: tuple[Target, ...]
    documents: Mapping[str, Document]


def read_indicators(declared: Declarations, zone: Zone) -> OwnIndicators:
    """Return the indicators of a project file by id, with their targets and where these stand.

    Raises
    ------
    InputError
        If a declaration is not as it should be; the sentence gives the line of each fault.
    """
    indicators: dict[str, Indicator] = {}
    targets: list[Target] = []
    documents: dict[str, Document] = {}
    for position, table in enumerate(declared.tables.get(TABLE, ())):
        place = (TABLE, position)
        if "id" not in table:
            declared.fault(place, "missing_key", name="id")
            continue
        name = own_id(table, "", f"[[{TABLE}]]")
        if name in indicators or name in load_indicators():
            declared.fault((*place, "id"), "twice", name=name, other=f"[[{TABLE}]] / seeds/indicators.toml")
            continue
        indicator = parse_indicator(declared, place, name, table, more=("id", "target"))
        if indicator is None:
            continue
        indicators[name] = indicator
        if "target" in table:
            target, document = _target(table["target"], indicator, zone)
            targets.append(target)
            documents[document.id] = document
    declared.stop_on_faults()
    return OwnIndicators(indicators, tuple(targets), documents)


def _target(entry: Mapping[str, Any], indicator: Indicator, zone: Zone) -> tuple[Target, Document]:
    place = f"[[{TABLE}]] {indicator.id}: target"
    known_keys(entry, TARGET_KEYS, place)
    value = entry.get("value")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise DeclarationError(text("project.not_number", name="value", value=str(value)))
    source = stated(entry, "source") or text("project.own_target")
    document = Document(f"target_{indicator.id}", source, "", NO_TEXT)
    target = Target(
        id=indicator.id,
        documents=(document.id,),
        clause=str(entry.get("clause", "")),
        zone=zone.key,
        region=stated(entry, "region") or zone.title,
        region_codes=tuple(map(str, entry.get("region_codes", ()))),
        indicator=indicator.id,
        title=indicator.title,
        comparator=choice(Comparator, entry, "comparator"),
        modality=choice(Modality, entry, "modality") if "modality" in entry else Modality.FIRM,
        value=None if value is None else float(value),
        unit=str(entry.get("unit", indicator.unit)),
        year=entry.get("year"),
        base_year=entry.get("base_year"),
        change_basis=entry.get("change_basis"),
        note=stated(entry, "note"),
    )
    return target, document
