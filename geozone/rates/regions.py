"""Regions: several units that a clause speaks of together, and places that are made of units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from geozone.manifest.indicators import Indicator
from geozone.messages import NO_TEXT, Text
from geozone.model import Target, Zone
from geozone.overlay.units import region_code
from geozone.policy.places import known_name
from geozone.rates.facts import Unit
from geozone.seeds import Place


def regions(
    units: Sequence[Unit],
    targets: Sequence[Target],
    zone: Zone,
    places: Sequence[Place] = (),
    indicators: Sequence[Indicator] = (),
) -> list[Unit]:
    """Return the regions of several units that rows are computed for.

    1. The units that a clause speaks of together, for the indicator that it asks for; all coastal members stand for the
       zone.
    2. The places that are made of several units, for every indicator that has rows of units of their level. A place of one
       unit, or of all members of the zone, is that unit or the zone itself.

    Where both are the same units they are one region, under the name that the clause gives it. What the boundary lacks a
    unit of is no region.
    """
    size = {unit.code: unit for unit in units}
    found: dict[str, Unit] = {}
    asked = [*_of_clauses(size, targets, zone), *_of_places(size, places, zone, indicators)]
    for region in asked:
        known = found.get(region.code, region)
        asked_by = known.indicators | region.indicators
        found[region.code] = replace(
            known, indicators=asked_by, note=known.note if known.note.zh else region.note
        )
    return list(found.values())


def place_scopes(places: Iterable[Place], units: Iterable[Unit], zone: Zone) -> dict[str, str]:
    """Return the codes of the units and regions that places are, by their ids: a figure of one is a figure of the other.

    A place of which only some members are known is none of them.
    """
    there = {unit.code for unit in units}
    scopes = {
        place.id: ground_code(place.units, zone) for place in places if place.units and not place.partial
    }
    return {name: code for name, code in scopes.items() if code in there}


def places_asked_for(targets: Iterable[Target]) -> dict[tuple[str, str], str]:
    """Return the code of the unit or region whose row answers a clause that speaks of a place, by indicator and place."""
    return {
        (target.indicator, target.place): region_code(target.region_codes)
        for target in targets
        if target.place and target.region_codes
    }


def ground_code(units: Collection[str], zone: Zone) -> str:
    """Return the code of the unit, the zone or the region that some units together are."""
    return zone.key if set(units) == set(zone.members) else region_code(units)


def _of_clauses(size: dict[str, Unit], targets: Sequence[Target], zone: Zone) -> Iterator[Unit]:
    for target in targets:
        codes = target.region_codes
        if len(codes) > 1 and set(codes) != set(zone.coastal) and set(codes) <= set(size):
            yield _region(size, codes, target.region, {target.indicator}, NO_TEXT)


def _of_places(
    size: dict[str, Unit], places: Sequence[Place], zone: Zone, indicators: Sequence[Indicator]
) -> Iterator[Unit]:
    for place in places:
        codes = place.units
        if len(codes) > 1 and set(codes) != set(zone.members) and set(codes) <= set(size):
            levels = {size[code].level for code in codes}
            asked = {one.id for one in indicators if levels <= set(one.levels)}
            if asked:
                yield _region(size, codes, known_name(place), asked, place.note or NO_TEXT)


def _region(
    size: dict[str, Unit], codes: Sequence[str], name: Text, asked: Iterable[str], note: Text
) -> Unit:
    area = sum(size[code].area_km2 for code in codes)
    return Unit(region_code(codes), name, size[codes[0]].level, area, tuple(codes), frozenset(asked), note)
