"""Read vector files of GIS staff, every decision reported."""

from __future__ import annotations

from geozone.read.safety import LIMITS, Limits
from geozone.read.vector import list_layers, read_layer

__all__ = ["LIMITS", "Limits", "list_layers", "read_layer"]
