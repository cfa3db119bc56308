"""Reference targets: floors that another document than the zone's own sets for it or a part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geozone.manifest.indicators import REPORTED, Indicator
from geozone.messages import Text, text
from geozone.model import Comparator, Document, Modality, Target, Zone
from geozone.rates.figures import FLOOR, Figure, Figures

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
        documents[name] = Document(name, figure.source, figure.published, Text("", ""))
        targets.append(_target(figure, indicator, name, zone))
    return References(tuple(_latest(targets)), documents)


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
