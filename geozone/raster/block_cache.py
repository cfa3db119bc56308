"""Blocks of rasters that GDAL keeps decoded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import rasterio
from rasterio.env import get_gdal_config, set_gdal_config

_KEPT = 64 << 20  # bytes


@contextmanager
def small_cache() -> Iterator[None]:
    """Let GDAL keep few decoded blocks while none is read twice.

    By default it keeps a twentieth of the memory of the machine, and a fifth of the time goes to touching that for the first time.
    """
    with rasterio.Env():
        before = get_gdal_config("GDAL_CACHEMAX")
        set_gdal_config("GDAL_CACHEMAX", _KEPT)
        try:
            yield
        finally:  # GDAL does not forget it with the environment
            set_gdal_config("GDAL_CACHEMAX", before)
