"""The mosaic: zones cut by several layers, and the area of every combination of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geozone.overlay.plane import to_plane
from geozone.overlay.zones import frame_of, make_zones, polygonal


def mosaic(
    layers: Mapping[str, Any],
    zones: Any,
    *,
    by: str | None = None,
    threads: int | None = None,  # noqa: ARG001 - the first form runs on one thread
) -> pd.DataFrame:
    """Return the area of every combination of layers in every zone.

    Parameters
    ----------
    layers
        Up to 16 layers by name: GeoDataFrames, GeoSeries or Layers, in any CRS.
    zones
        A GeoDataFrame, GeoSeries or Layer.
    by
        Field of `zones` that holds the key; without it, the index of `zones` is the key.
    threads
        Threads to use; by default one for every processor.

    Returns
    -------
    DataFrame
        One row for every zone and combination that occurs: the zone key (column named as `by`, as the index of `zones`,
        or ``zone``), one bool column per layer, and ``area_km2``. The rows of a zone add up to its area.
    """
    prepared = make_zones(zones, by)
    key = by or prepared.keys.name or "zone"
    covers = {
        name: shapely.union_all(
            shapely.make_valid(polygonal(to_plane(frame_of(layer))), method="structure", keep_collapsed=False)
        )
        for name, layer in layers.items()
    }
    rows: list[dict[Any, Any]] = []
    for zone, polygon in zip(prepared.keys, prepared.polygons, strict=True):
        for flags in product((False, True), repeat=len(covers)):
            piece = polygon
            for flag, cover in zip(flags, covers.values(), strict=True):
                piece = shapely.intersection(piece, cover) if flag else shapely.difference(piece, cover)
            area = shapely.area(piece) / 1e6
            if area > 1e-12 * max(shapely.area(polygon) / 1e6, 1e-12):
                rows.append({key: zone, **dict(zip(covers, flags, strict=True)), "area_km2": area})
    table = pd.DataFrame(rows, columns=[key, *covers, "area_km2"])
    return table.astype(dict.fromkeys(covers, np.bool_))
