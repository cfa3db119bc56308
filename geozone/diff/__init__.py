"""What differs between two builds or GeoPackages: data, rates, verdicts and why they changed."""

from __future__ import annotations

from geozone.diff.comparing import compare
from geozone.diff.difference import Difference
from geozone.diff.showing import difference_rows, difference_text

__all__ = ["Difference", "compare", "difference_rows", "difference_text"]
