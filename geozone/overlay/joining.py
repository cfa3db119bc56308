"""Features with the zones that they lie in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geozone.overlay.plane import Geometries, Indices, to_plane
from geozone.overlay.zones import frame_of, make_zones


def features_in_zones(
    layer: Any, zones: Any, *, by: str | None = None, stated: str | None = None, accuracy_m: float = 0.0
) -> pd.DataFrame:
    """Return the features of a layer with the zone that each lies in.

    A point on the border of several zones lies in the first of them, so that zones add up; a line or an area has a row
    for every zone that it shares more than its edge with, and more than a strip that its outline may be off by.

    Parameters
    ----------
    layer
        A GeoDataFrame, GeoSeries or Layer of points, lines or areas, in any CRS.
    zones, by
        As for `geozone.coverage`.
    stated
        Field of the layer in which a feature names its zone: one that lies in none, such as a site at sea, belongs to it.
    accuracy_m
        How far outlines may be off, in metres: of several zones, those that a feature reaches into by less have no part in it.

    Returns
    -------
    DataFrame
        The fields of the features, with ``feature`` (position in the layer) and the zone key, which takes the place of a field
        of that name; no geometry.
    """
    prepared, frame = make_zones(zones, by), frame_of(layer)
    geometries = to_plane(frame)
    points = np.flatnonzero(shapely.get_dimensions(geometries) == 0)
    others = np.flatnonzero(shapely.get_dimensions(geometries) > 0)
    shapely.prepare(prepared.polygons)
    tree = shapely.STRtree(prepared.polygons)
    places = shapely.centroid(geometries[points])  # a point of several counts once, in its middle
    point, zone = tree.query(places, predicate="intersects")
    first = np.unique(point, return_index=True)[1]
    rows = [points[point[first]]]
    keys = [zone[first]]
    if len(others):
        feature, over = tree.query(geometries[others], predicate="intersects")
        inner = ~shapely.touches(prepared.polygons[over], geometries[others][feature])
        feature, over = feature[inner], over[inner]
        real = _more_than_strips(geometries[others], prepared.polygons, (feature, over), accuracy_m)
        rows.append(others[feature[real]])
        keys.append(over[real])
    if stated is not None and stated in frame:
        rest = np.setdiff1d(np.arange(len(frame)), np.concatenate(rows))
        said = prepared.keys.get_indexer(frame[stated].iloc[rest].astype(str))
        rows.append(rest[said >= 0])
        keys.append(said[said >= 0])
    chosen, where = np.concatenate(rows), np.concatenate(keys)
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name).iloc[chosen]).reset_index(drop=True)
    table.insert(0, "feature", chosen)
    table[by or prepared.keys.name or "zone"] = prepared.keys[where].to_numpy()
    return table


def _more_than_strips(
    features: Geometries, zones: Geometries, pairs: tuple[Indices, Indices], accuracy_m: float
) -> npt.NDArray[np.bool_]:
    """Tell in which zones features have more than outlines may be off by; the one with most of a feature always is."""
    feature, zone = pairs
    real = np.ones(len(feature), dtype=bool)
    several = np.flatnonzero(np.bincount(feature, minlength=len(features))[feature] > 1)
    if not len(several) or not accuracy_m:
        return real
    parts = shapely.intersection(shapely.make_valid(features[feature[several]]), zones[zone[several]])
    flat = shapely.get_dimensions(features[feature[several]]) == 1
    length = shapely.length(parts)
    size = np.where(flat, length, shapely.area(parts))
    with np.errstate(invalid="ignore", divide="ignore"):
        reach = np.where(
            flat, length / 2, 2 * shapely.area(parts) / length
        )  # either end of a line may be off
    most = np.zeros(len(features))
    np.maximum.at(most, feature[several], size)
    real[several] = (reach >= accuracy_m) | (size == most[feature[several]])
    return real
