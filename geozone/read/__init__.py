"""Read vector and raster files of GIS staff, every decision reported."""

from __future__ import annotations

from geozone.read.vector import read_layer

__all__ = ["read_layer"]
