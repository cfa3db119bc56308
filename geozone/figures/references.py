"""What published figures are held against: floors as targets of their own, and the sizes of zones and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from geozone.figures.embedded import all_figures
from geozone.figures.zones import twins_of
from geozone.manifest.indicators import REPORTED, SEA, SHORE, Indicator, load_indicators
from geozone.messages import NO_TEXT, text
from geozone.model import Comparator, Document, Modality, Target, Zone
from geozone.policy.plausibility import Floor, Published
from geozone.rates.figures import FLOOR, Figure, Figures
from geozone.seeds import load_zones

_COMPARATORS = {">=": Comparator.AT_LEAST, "<=": Comparator.AT_MOST}


@dataclass(frozen=True, slots=True)
class References:
    """Reference targets, and the documents that set them."""

    targets: tuple[Target, ...]
    documents: Mapping[str, Document]


def reference_targets(figures: Figures, zone: Zone, indicators: Mapping[str, Indicator]) -> References:
    """Return the floors of a zone and its members as targets of their own.

    Only what is computed is held against a floor; a figure that is the floor itself is not. A floor that has been superseded
    is none.
    """
    targets: list[Target] = []
    documents: dict[str, Document] = {}
    for figure in figures.all:
        indicator = indicators.get(figure.indicator)
        own = figure.scope == zone.key or figure.scope in zone.members
        if indicator is None or not own or figure.superseded or not _is_floor(figure, indicator):
            continue
        name = f"floor_{figure.indicator}_{figure.scope}_{figure.year or ''}".rstrip("_")
        documents[name] = Document(name, figure.source, figure.published, NO_TEXT)
        targets.append(_target(figure, indicator, name, zone))
    return References(tuple(_latest(targets)), documents)


@cache
def published() -> Published:
    """Return what the embedded figures say of the size of zones and units, and the floors that documents set for them.

    A figure of the only member of a zone is one of the zone. What has been superseded counts for nothing; of a size the
    latest figure counts, and none that is only said to be at least or at most so much.
    """
    current = [figure for figure in all_figures() if not figure.superseded]
    zones = load_zones().values()
    known = [*current, *(twin for figure in current for zone in zones for twin in twins_of(figure, zone))]
    floors = (
        Floor(one.scope, one.indicator, one.value, one.unit, one.source)
        for one in known
        if one.kind == FLOOR and one.comparator == ">="
    )
    return Published(tuple(dict.fromkeys(floors)), _sizes(known, SEA), _sizes(known, SHORE))


def _sizes(figures: Sequence[Figure], extent: str) -> dict[str, float]:
    names = {one.id: one.unit for one in load_indicators().values() if one.extent == extent}
    found: dict[str, float] = {}
    for figure in sorted(figures, key=lambda one: one.year or 0):
        value = figure.in_unit(names[figure.indicator]) if figure.indicator in names else None
        if value is not None and figure.comparator in {"=", "about"}:
            found[figure.scope] = value
    return found


def _is_floor(figure: Figure, indicator: Indicator) -> bool:
    computed = indicator.measure.id != REPORTED and indicator.measure.kind is not None
    return computed and figure.kind == FLOOR and figure.comparator in _COMPARATORS


def _target(figure: Figure, indicator: Indicator, name: str, zone: Zone) -> Target:
    value = figure.in_unit(indicator.unit)
    return Target(
        id=name,
        documents=(name,),
        clause="",
        zone=zone.key,
        region=figure.scope_name,
        region_codes=() if figure.scope == zone.key else (figure.scope,),
        indicator=figure.indicator,
        title=indicator.title,
        comparator=_COMPARATORS[figure.comparator],
        modality=Modality.FIRM,
        value=value,
        unit=indicator.unit,
        year=figure.year,
        note=text("rates.note_reference", source=figure.source),
        reference=True,
    )


def _latest(targets: Sequence[Target]) -> list[Target]:
    """Return the floors of the latest year of each indicator and region; one without a year counts as the oldest."""
    found: dict[tuple[str, tuple[str, ...]], Target] = {}
    for target in targets:
        key = (target.indicator, target.region_codes)
        if target.value is not None and (key not in found or (found[key].year or 0) < (target.year or 0)):
            found[key] = target
    return list(found.values())
