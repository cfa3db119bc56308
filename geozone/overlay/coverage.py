"""Coverage of zones by a layer, each piece of ground counted once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from geozone.overlay.plane import to_plane
from geozone.overlay.zones import frame_of, make_zones, polygonal

COLUMNS = ("zone_km2", "gross_km2", "net_km2", "overlap_km2", "share", "features")


def coverage(layer: Any, zones: Any, *, by: str | None = None, threads: int | None = None) -> pd.DataFrame:  # noqa: ARG001 - the first form runs on one thread
    """Return how much of every zone a layer covers, each piece of ground counted once.

    Parameters
    ----------
    layer, zones
        A GeoDataFrame, GeoSeries or Layer each, in any CRS.
    by
        Field of `zones` that holds the key; without it, the index of `zones` is the key.
    threads
        Threads to use; by default one for every processor.

    Returns
    -------
    DataFrame
        Index: zone key. Columns: ``zone_km2``, ``gross_km2`` (every feature counted), ``net_km2`` (every piece of ground
        counted once), ``overlap_km2`` (the difference), ``share`` (net of zone), ``features`` (that lie in the zone).
    """
    prepared = make_zones(zones, by)
    features = polygonal(to_plane(frame_of(layer)))
    features = shapely.make_valid(features, method="structure", keep_collapsed=False)
    tree = shapely.STRtree(features)
    shapely.prepare(prepared.polygons)
    rows = []
    for polygon, zone in zip(prepared.polygons, prepared.area, strict=True):
        near = np.sort(tree.query(polygon, predicate="intersects"))
        inside = shapely.intersection(features[near], polygon)
        area = shapely.area(inside)
        gross, net = float(area.sum()), shapely.area(shapely.union_all(inside))
        share = net / zone if zone else np.nan
        rows.append(
            (zone / 1e6, gross / 1e6, net / 1e6, (gross - net) / 1e6, share, int(np.count_nonzero(area)))
        )
    return pd.DataFrame(rows, columns=list(COLUMNS), index=prepared.keys)
