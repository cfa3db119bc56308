"""Features with the zones that they lie in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from geozone.overlay.plane import to_plane
from geozone.overlay.zones import frame_of, make_zones


def features_in_zones(
    layer: Any, zones: Any, *, by: str | None = None, stated: str | None = None
) -> pd.DataFrame:
    """Return the features of a layer with the zone that each lies in.

    A point on the border of several zones lies in the first of them, so that zones add up; a line or an area has a row
    for every zone that it shares more than its edge with.

    Parameters
    ----------
    layer
        A GeoDataFrame, GeoSeries or Layer of points, lines or areas, in any CRS.
    zones, by
        As for `geozone.coverage`.
    stated
        Field of the layer in which a feature names its zone: one that lies in none, such as a site at sea, belongs to it.

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
        rows.append(others[feature[inner]])
        keys.append(over[inner])
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
