"""The areas and lines of an example: one function for every way in which ``seeds/example/layers.toml`` has them made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from geozone.example.chance import drawn, fraction
from geozone.example.declared import Entry, prefixes, seed, zones
from geozone.example.features import (
    Feature,
    MadeLayer,
    area_feature,
    line_feature,
    plane_points,
    projected,
    self_touching,
)
from geozone.example.ground import County, edges_of, ground, other_edges
from geozone.example.patches import blob, star
from geozone.model import CRS

Made = Sequence[MadeLayer]
_FAR = 9.9


def patches(entry: Entry, zone: str, made: Made) -> MadeLayer:
    """Make a patch in every county of some groups.

    Keys: ``groups``, ``share`` of the counties that have one, ``low``, ``high``, ``farthest`` and ``aside`` of
    `geozone.example.patches.star`, ``kinds``; ``projected``.
    """
    del made
    return _finished(entry, zone, list(_patches(entry, zone, entry["id"], entry.get("kinds", ()))))


def earlier(entry: Entry, zone: str, made: Made) -> MadeLayer:
    """Make an earlier vintage of the layer of the same id: some patches are missing, and some are there that went since.

    Keys: ``without``, the share that is missing; ``more``, patches of counties that have none now.
    """
    now = _of(made, entry["id"])
    features = [
        feature
        for feature in now.counted
        if fraction(seed(zone), "since", feature.county) >= entry["without"] or feature.fields.get("mended")
    ]
    there = {feature.county for feature in now.features}
    key = f"{entry['id']} before"
    lost = [one for one in _patches(entry["more"], zone, key, entry["kinds"]) if one.county not in there]
    return _finished(entry, zone, features + lost)


def nested(entry: Entry, zone: str, made: Made) -> MadeLayer:
    """Make patches that lie around or inside those of another layer.

    Keys: ``of``; ``whole`` and ``part``, the shares that get a larger and a smaller one; ``factors`` of the two;
    ``more``, patches in other counties.
    """
    base = _of(made, entry["of"])
    counties = {county.code: county for county in ground(zone).counties}
    kinds = entry.get("kinds", ())
    features = []
    for feature in base.counted:
        chance = fraction(seed(zone), entry["id"], feature.county)
        larger, smaller = entry["factors"]
        if chance >= entry["whole"] + entry["part"] or feature.star is None:
            continue
        county = counties[feature.county]
        outline = feature.star.outline(larger if chance < entry["whole"] else smaller)
        if not shapely.contains_properly(county.outline, outline):
            outline = feature.star.outline()
        features.append(area_feature(county.code, outline, _values(county, kinds, zone)))
    there = {feature.county for feature in base.features}
    if "more" in entry:
        features += [
            one for one in _patches(entry["more"], zone, entry["id"], kinds) if one.county not in there
        ]
    return _finished(entry, zone, features)


def whole_units(entry: Entry, zone: str, made: Made) -> MadeLayer:
    """Make one area of the counties of every group, a county in the first that has it. Keys: ``groups``, ``names``."""
    del made
    land = ground(zone)
    features = []
    taken: set[str] = set()
    for group, name in zip(entry["groups"], entry["names"], strict=True):
        codes = {county.code for county in land.chosen(prefixes(zone, [group]))} - taken
        taken |= codes
        features.append(area_feature("", land.union(sorted(codes)), {"name": name}))
    return _finished(entry, zone, features)


def ribbon(entry: Entry, zone: str, made: Made) -> MadeLayer:
    """Make a belt along a path, in parts with gaps between them.

    Keys: ``path``, ``half_width``, ``gap`` and ``wide_gaps`` (number of the part behind it -> degrees), in degrees.
    """
    del made
    path = np.asarray(entry["path"], np.float64)
    steps = np.diff(path, axis=0)
    lengths = np.round(np.hypot(steps[:, 0], steps[:, 1]), 9)
    along = steps / lengths[:, None]
    turns = np.vstack([along[:1], along[:-1] + along[1:], along[-1:]])
    turns /= np.round(np.hypot(turns[:, 0], turns[:, 1]), 9)[:, None]
    features = []
    for number in range(1, len(path) - 1):
        # from the middle of one leg around a corner to the middle of the next
        before, after = (_gap(entry, place) / 2 for place in (number, number + 1))
        start = path[number] - along[number - 1] * (lengths[number - 1] / 2 - before)
        end = path[number] + along[number] * (lengths[number] / 2 - after)
        middle = np.vstack([start, path[number], end])
        across = np.vstack([along[number - 1], turns[number], along[number]])[:, ::-1] * [-1, 1]
        sides = [middle + across * entry["half_width"], middle - across * entry["half_width"]]
        outline = shapely.Polygon(np.round(np.vstack([sides[0], sides[1][::-1]]), 6))
        features.append(area_feature("", outline, {}))
    return _finished(entry, zone, features)


def shore(entry: Entry, zone: str, made: Made) -> MadeLayer:
    """Make the shore of the coastal counties: the edges of their largest parts that no other unit has.

    Keys: ``groups``, ``kinds`` with their ``weights``; a line changes its kind from piece to piece.
    """
    del made
    land = ground(zone)
    features: list[Feature] = []
    for county in land.chosen(prefixes(zone, entry["groups"])):
        for number, points in enumerate(_shore_lines(county, zone)):
            pieces = max(1, len(points) // 6)
            for place, piece in enumerate(np.array_split(np.arange(len(points) - 1), pieces)):
                kind = drawn(entry["kinds"], entry["weights"], seed(zone), county.code, number, place)
                field = {
                    name: kind
                    for name, heading in entry["fields"].items()
                    if "{kind}" in entry["columns"][heading]
                }
                values = {**_place(county), "kind": kind, **field}
                features.append(line_feature(county.code, points[piece[0] : piece[-1] + 2], values))
    return _finished(entry, zone, features)


def shore_points(county: County, zone: str) -> np.ndarray[Any, Any]:
    """Return the corners of the shore of a county, as longitudes and latitudes."""
    return np.vstack(list(_shore_lines(county, zone)))


def _shore_lines(county: County, zone: str) -> Iterator[np.ndarray[Any, Any]]:
    elsewhere = other_edges(zone)
    boxes = [shapely.box(*item["box"]) for item in zones()[zone].get("inland", ())]
    free = {
        edge
        for edge in edges_of(county.outline)
        if edge not in elsewhere and not any(box.contains(shapely.LineString(edge)) for box in boxes)
    }
    points = [tuple(point) for point in shapely.get_coordinates(county.outline.exterior).tolist()]
    edges = [tuple(sorted(ends)) in free for ends in pairwise(points)]
    if not any(edges):
        return
    start = next((place for place, is_shore in enumerate(edges) if not is_shore), 0)
    points = points[start:-1] + points[: start + 1]
    edges = edges[start:] + edges[:start]
    line: list[tuple[float, ...]] = []
    for place, is_shore in enumerate([*edges, False]):
        if is_shore:
            line = line or [points[place]]
            line.append(points[place + 1])
        elif line:
            yield np.asarray(line)
            line = []


def _patches(entry: Entry, zone: str, key: str, kinds: Sequence[str]) -> Iterator[Feature]:
    for county in ground(zone).chosen(prefixes(zone, entry["groups"])):
        if fraction(seed(zone), key, "there", county.code) >= entry.get("share", 1.0):
            continue
        made = star(
            county, entry["low"], entry["high"], seed(zone), key,
            farthest=entry.get("farthest", _FAR), aside=entry.get("aside", False),
        )  # fmt: skip
        yield area_feature(county.code, made.outline(), _values(county, kinds, zone), made)


def _values(county: County, kinds: Sequence[str], zone: str) -> dict[str, Any]:
    kind = drawn(kinds, [1] * len(kinds), seed(zone), "kind", county.code) if kinds else ""
    return {**_place(county), "kind": kind}


def _place(county: County) -> dict[str, Any]:
    return {"code": county.code, "county": county.name, "city": county.city}


def _gap(entry: Entry, number: int) -> float:
    wide: Mapping[str, float] = entry["wide_gaps"]
    return float(wide.get(str(number), entry["gap"]))


def _of(made: Made, name: str) -> MadeLayer:
    return next(layer for layer in made if layer.entry["id"] == name)


def _finished(entry: Entry, zone: str, features: list[Feature]) -> MadeLayer:
    """Return a layer in its plane, with numbers, and with what is wrong in it on purpose."""
    wrong = entry.get("wrong", ())
    crs = zones()[zone]["crs"] if entry.get("projected") else CRS
    if entry.get("projected"):
        mended = len(features) // 2
        features = [
            _projected(feature, crs, touching="self_touch" in wrong and place == mended)
            for place, feature in enumerate(features)
        ]
    if "repeated_feature" in wrong:
        features = [*features, replace(features[0], counts=False)]
    if "outside_feature" in wrong:
        outside = blob(tuple(zones()[zone]["outside"]), 0.06, seed(zone), entry["id"])
        values = {**features[0].fields, "code": "", "county": "", "city": ""}
        far = replace(area_feature("", outside.outline(), values), counts=False)
        features.append(replace(_projected(far, crs, touching=False), counts=False))
    numbered = tuple(feature.with_fields(number=place) for place, feature in enumerate(features, 1))
    return MadeLayer(entry, numbered, crs)


def _projected(feature: Feature, crs: str, *, touching: bool) -> Feature:
    if feature.written is not None:
        return feature  # of an earlier vintage: it stands as it stood
    if not touching:
        return projected(feature, crs)
    points = plane_points(shapely.get_coordinates(feature.geometry), crs)
    return projected(feature.with_fields(mended=True), crs, self_touching(points))
