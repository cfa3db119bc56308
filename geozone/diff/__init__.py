"""What differs between two builds or GeoPackages: data, rates, verdicts and why they changed."""

from __future__ import annotations

from geozone.diff.comparing import compare, differences
from geozone.diff.difference import Difference
from geozone.diff.package import Package, Tables, packages_of
from geozone.diff.release import SinceRelease
from geozone.diff.showing import difference_groups, difference_rows, difference_text, part_title, told_rows

__all__ = [
    "Difference",
    "Package",
    "SinceRelease",
    "Tables",
    "compare",
    "difference_groups",
    "difference_rows",
    "difference_text",
    "differences",
    "packages_of",
    "part_title",
    "told_rows",
]
