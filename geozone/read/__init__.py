"""Read vector and raster files of GIS staff, every decision reported."""

from __future__ import annotations

from geozone.read.raster import Raster, open_raster
from geozone.read.safety import LIMITS, Limits
from geozone.read.vector import list_layers, read_layer

__all__ = ["LIMITS", "Limits", "Raster", "list_layers", "open_raster", "read_layer"]
