"""The monitoring points of an example, each with what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import shapely

from geozone.example.areas import shore_points
from geozone.example.chance import drawn, fraction, shuffled
from geozone.example.declared import Entry, of_zone, prefixes, seed, zones
from geozone.example.features import Feature, MadeLayer
from geozone.example.ground import County, ground

_PER_DEGREE = 360_000  # hundredths of a second, to which positions are kept


def points(entry: Entry, zone: str, made: object) -> MadeLayer:
    """Make points in some counties.

    Keys: ``groups``, ``share`` of the counties that have one, ``aside``; ``grade`` or ``words`` (the field that is
    measured in classes or in words) with ``values`` and their weights; ``measured``, fields of numbers; ``missing``, how
    many have no value; ``waters``, bodies of water with points of their own; ``offshore``, one point off the shore of
    every coastal county; ``kinds``, of the points on land and off the shore.
    """
    del made
    features = list(_placed(entry, zone))
    lost = shuffled(
        [place for place, one in enumerate(features) if not one.fields["water"]], seed(zone), entry["id"]
    )
    for place in lost[: entry.get("missing", 0)]:
        features[place] = features[place].with_fields(**dict.fromkeys(_measured_fields(entry)))
    if "outside_point" in entry.get("wrong", ()):
        x, y = zones()[zone]["outside"]
        values = {**features[0].fields, "code": "", "county": "界外", "city": ""}
        features.append(Feature("", _point(x, y), values, counts=False))
    numbered = tuple(feature.with_fields(number=place) for place, feature in enumerate(features, 1))
    return MadeLayer(entry, numbered)


def _placed(entry: Entry, zone: str) -> Iterator[Feature]:
    kinds = [*entry.get("kinds", ()), "", ""]
    for county in ground(zone).chosen(prefixes(zone, entry["groups"])):
        here = [
            water for water in entry.get("waters", ()) if county.code.startswith(tuple(water["prefixes"]))
        ]
        is_there = fraction(seed(zone), entry["id"], "there", county.code) < entry["share"]
        number = here[0]["each"] if here else int(is_there)
        for order in range(1, number + 1):
            values = _values(county, entry, zone, order=order, kind=kinds[0], water=here[0] if here else None)
            yield Feature(county.code, _point(*_spot(county, entry, order)), values)
    if "offshore" in entry:
        for county in ground(zone).chosen(prefixes(zone, entry["offshore"]["groups"])):
            place = _off_shore(county, zone, entry["offshore"]["degrees"])
            yield Feature(
                county.code, _point(*place), _values(county, entry, zone, order="海", kind=kinds[1])
            )


def _values(
    county: County,
    entry: Entry,
    zone: str,
    *,
    order: int | str,
    kind: str,
    water: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    key = (seed(zone), entry["id"], county.code, order)
    values: dict[str, Any] = {
        "code": county.code, "county": county.name, "city": county.city, "order": order, "kind": kind,
        "water": water["name"] if water else "",
    }  # fmt: skip
    choices: Mapping[str, float] = (water or entry).get("values", {})
    chosen = drawn(list(choices), list(choices.values()), *key) if choices else None
    if "grade" in entry:
        values[entry["grade"]] = None if chosen is None else int(chosen)
    elif "words" in entry:
        values[entry["words"]] = chosen
    for field, range_ in entry.get("measured", {}).items():
        low, high, step = (of_zone(range_[name], zone) for name in ("low", "high", "step"))
        steps = round((high - low) / step)
        values[field] = round(low + step * int(fraction(*key, field) * (steps + 1)), 6)
    return values


def _measured_fields(entry: Entry) -> list[str]:
    named = [entry[name] for name in ("grade", "words") if name in entry]
    return named + list(entry.get("measured", {}))


def _spot(county: County, entry: Entry, order: int) -> tuple[float, float]:
    if order == 1 and not entry.get("aside"):
        return county.middle
    roomy = county.spots[county.spots[:, 2] >= county.spots[0, 2] * 0.3]
    place = roomy[int(fraction(entry["id"], county.code, order) * len(roomy))]
    return float(place[0]), float(place[1])


def _off_shore(county: County, zone: str, degrees: float) -> tuple[float, float]:
    """Return a point at sea: off the corner of the shore that lies farthest from the middle of the county."""
    corners = shore_points(county, zone)
    middle = np.asarray(county.middle)
    land = [one.outline for one in ground(zone).chosen(prefixes(zone, ["coast"]))]
    away = corners - middle
    distance = np.round(np.hypot(away[:, 0], away[:, 1]), 9)
    for place in np.argsort(-distance, kind="stable"):
        x, y = np.round(corners[place] + away[place] / distance[place] * degrees, 4)
        if min(shapely.distance(land, shapely.Point(x, y))) > degrees / 4:
            return float(x), float(y)
    x, y = corners[0] + [degrees, 0]
    return float(x), float(y)


def _point(x: float, y: float) -> shapely.Point:
    return shapely.Point(round(x * _PER_DEGREE) / _PER_DEGREE, round(y * _PER_DEGREE) / _PER_DEGREE)
