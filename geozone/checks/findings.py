"""All findings of a layer: its geometries, its topology, its attributes."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd

from geozone.checks.attributes import check_attributes
from geozone.checks.in_force import check_in_force
from geozone.checks.layer_findings import LayerFindings
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

# features that the reader names and leaves out: the others still count
_LOST_FEATURES = frozenset(
    {
        "coordinate_lost",
        "coordinate_not_finite",
        "coordinates_not_finite",
        "feature_broken",
        "record_broken",
        "records_broken",
    }
)

# parts of a layer that count for nothing, or for nothing yet
_LEFT_OUT = _LOST_FEATURES | frozenset(
    {
        "without_geometry",
        "zone_without_area",
        "not_areas",
        "not_counted",
        "counts_differ",
        "entities_not_read",
        "link_not_followed",
        "parcel_is_line",
        "parcel_is_point",
        "parcel_ring",
        "shp_cut",
    }
)


def is_wrong(finding: Finding) -> bool:
    """Tell whether a finding is an error that no repair sets right: a result that rests on it is not the right one."""
    return finding.severity is Severity.ERROR and finding.kind not in REPAIRABLE


def stops(finding: Finding) -> bool:
    """Tell whether a finding ends a run: an error of the layer, not one of single features that are left out and named."""
    return is_wrong(finding) and finding.kind not in _LOST_FEATURES


def leaves_out(finding: Finding) -> bool:
    """Tell whether part of a layer does not count, or cannot be trusted to."""
    return is_wrong(finding) or finding.kind in _LEFT_OUT


def is_complete(findings: Iterable[Finding]) -> bool:
    """Tell whether everything that layers hold counted, as far as the findings tell."""
    return not any(leaves_out(finding) for finding in findings)


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
    layer_findings = LayerFindings(layer)
    if not len(layer.data):
        layer_findings.add("layer_empty", Severity.WARNING)
    check_shapes(layer_findings)
    check_topology(layer_findings, units)
    check_attributes(layer_findings, units)
    check_stated_areas(layer_findings)
    check_in_force(layer_findings)
    return layer_findings.findings
