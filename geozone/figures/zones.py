"""Which figures a zone can use: its own, those of its units and places, and those that may stand beside its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from geozone.model import Zone
from geozone.rates.figures import Figure
from geozone.registers.gazetteer import holds
from geozone.seeds import Place, load_places, load_zones


def of_zone(figures: Iterable[Figure], zone: Zone) -> list[Figure]:
    """Return the figures that a zone can use, in their order.

    Where a zone has one member, the two are the same ground: a figure of either stands for both.
    """
    found = [one for one in figures if concerns(one, zone)]
    there = set(found)
    twins = (twin for one in found for twin in twins_of(one, zone) if twin not in there)
    return [*found, *dict.fromkeys(twins)]


def concerns(figure: Figure, zone: Zone) -> bool:
    """Tell whether a zone can use a figure."""
    return zone.key in figure.context or is_inside(figure.scope, zone)


def is_inside(scope: str, zone: Zone) -> bool:
    """Tell whether a scope is a zone, one of its units, or a place in it."""
    place = places().get(scope)
    if place is not None:
        return place.zone is None or place.zone == zone.key or contains(place.zone, zone)
    return scope == zone.key or any(holds(member, scope) for member in zone.members if scope.isdigit())


def contains(key: str, zone: Zone) -> bool:
    """Tell whether a zone lies wholly in another."""
    upper = load_zones().get(key)
    return upper is not None and all(
        any(holds(member, own) for member in upper.members) for own in zone.members
    )


def twins_of(figure: Figure, zone: Zone) -> Iterator[Figure]:
    """Yield the same figure under the other name of its ground: the zone and its only member."""
    if len(zone.members) != 1:
        return
    names = (zone.key, zone.members[0])
    if figure.scope in names:
        yield replace(figure, scope=names[1 - names.index(figure.scope)])


@cache
def places() -> dict[str, Place]:
    """Return the places of the documents by id."""
    return {place.id: place for place in load_places()}
