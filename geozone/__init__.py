"""Maps, completion rates and GeoPackages for China's Beautiful China pilot zones."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geozone.api import change, coverage, mosaic, page
    from geozone.checks import check, repair
    from geozone.notebook import Map
    from geozone.opened import OpenProject, open_project
    from geozone.raster.means import zonal_means
    from geozone.raster.shares import zonal_shares
    from geozone.read import read_layer
    from geozone.sizes import area_km2, length_km
    from geozone.terrain.barrier import barrier

__version__ = "0.2.0"

__all__ = [
    "Map",
    "OpenProject",
    "area_km2",
    "barrier",
    "change",
    "check",
    "coverage",
    "length_km",
    "mosaic",
    "open_project",
    "page",
    "read_layer",
    "repair",
    "zonal_means",
    "zonal_shares",
]

_HOME = {
    "Map": "geozone.notebook",
    "OpenProject": "geozone.opened",
    "area_km2": "geozone.sizes",
    "barrier": "geozone.terrain.barrier",
    "change": "geozone.api",
    "check": "geozone.checks",
    "coverage": "geozone.api",
    "length_km": "geozone.sizes",
    "mosaic": "geozone.api",
    "open_project": "geozone.opened",
    "page": "geozone.api",
    "read_layer": "geozone.read",
    "repair": "geozone.checks",
    "zonal_means": "geozone.raster.means",
    "zonal_shares": "geozone.raster.shares",
}


def __getattr__(name: str) -> Any:
    # imported on first use, so that `geozone --help` does not wait for GDAL and the page
    if name not in _HOME:
        raise AttributeError(f"module 'geozone' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
