"""All findings of a layer: its geometries, its topology, its attributes."""

from __future__ import annotations

import geopandas as gpd

from geozone.checks.attributes import check_attributes
from geozone.checks.gather import Gather
from geozone.checks.shapes import check_shapes
from geozone.checks.stated_areas import check_stated_areas
from geozone.checks.topology import check_topology
from geozone.model import Finding, Layer, Severity

# what `geozone.checks.repair` sets right; every other error is for the user to set right
REPAIRABLE = frozenset(
    {
        "ring_self_intersection",
        "hole_outside",
        "holes_nested",
        "interior_disconnected",
        "shells_nested",
        "rings_duplicate",
        "too_few_points",
        "geometry_invalid",
        "geometry_collection",
    }
)


def check(layer: Layer, *, units: gpd.GeoDataFrame | None = None) -> list[Finding]:
    """Return everything that is wrong or notable in a layer; the layer is not changed.

    Parameters
    ----------
    layer
        The layer, in EPSG:4490. Its role (``layer.spec``) decides how grave a finding is: overlaps are errors in
        a boundary, and warnings elsewhere, where ground counts once whatever overlaps.
    units
        The units of the zone, with the columns ``code`` and ``name``: tells features outside the zone, codes that
        name no unit, and names that do not belong to their code.

    Returns
    -------
    list of Finding
        Geometries first, then topology, then attributes; what the reader found stays in ``layer.findings``.
    """
    gather = Gather(layer)
    if not len(layer.data):
        gather.add("layer_empty", Severity.WARNING)
    check_shapes(gather)
    check_topology(gather, units)
    check_attributes(gather, units)
    check_stated_areas(gather)
    return gather.findings
