"""Every GDAL, GEOS and PROJ in the process: each geospatial package brings its own copies."""

from __future__ import annotations

import platform
import re
import sqlite3
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import fiona
import pyogrio
import pyproj
import rasterio
import shapely
from fiona._env import get_proj_version_tuple as fiona_proj_version

from geozone import __version__
from geozone.system import database_address

_OTHERS = ("geopandas", "pandas", "numpy", "pyarrow", "exactextract", "folium", "matplotlib", "xlsxwriter")


def versions() -> dict[str, dict[str, str]]:
    """Return the version of geozone, Python and every package that computes, with the libraries inside.

    Returns
    -------
    dict
        By package: ``version`` and, where it brings them, ``GDAL``, ``GEOS`` and ``PROJ``. A library whose version
        neither the package nor its files tell is left out.
    """
    found = {
        "geozone": {"version": __version__},
        "python": {"version": platform.python_version()},
        "sqlite": {"version": sqlite3.sqlite_version},
        "shapely": {"version": shapely.__version__, "GEOS": shapely.geos_version_string},
        "pyproj": {"version": pyproj.__version__, "PROJ": pyproj.proj_version_str},
        "pyogrio": {
            "version": pyogrio.__version__,
            "GDAL": pyogrio.__gdal_version_string__,
            "GEOS": _dotted(pyogrio.__gdal_geos_version__),
            "PROJ": _proj_of_database(Path(pyogrio.__file__).parent / "proj_data" / "proj.db"),
        },
        "fiona": {
            "version": fiona.__version__,
            "GDAL": fiona.__gdal_version__,
            "GEOS": _bundled("fiona", "geos"),
            "PROJ": _dotted(fiona_proj_version()),
        },
        "rasterio": {
            "version": rasterio.__version__,
            "GDAL": rasterio.__gdal_version__,
            "GEOS": rasterio.__geos_version__,
            "PROJ": rasterio.__proj_version__,
        },
    }
    for name in _OTHERS:
        try:
            found[name] = {"version": version(name)}
        except PackageNotFoundError:
            continue
    return {name: {part: told for part, told in parts.items() if told} for name, parts in found.items()}


def _dotted(parts: tuple[int, ...] | None) -> str:
    return ".".join(map(str, parts or ()))


def _proj_of_database(path: Path) -> str:
    """Return the PROJ that a bundled database was made by; pyogrio does not tell its PROJ itself."""
    if not path.is_file():
        return ""
    with closing(sqlite3.connect(database_address(path, "mode=ro&immutable=1"), uri=True)) as database:
        row = database.execute("SELECT value FROM metadata WHERE key = 'PROJ.VERSION'").fetchone()
    return str(row[0]) if row else ""


def _bundled(package: str, library: str) -> str:
    """Return the version in the file name of a library that a wheel bundles, e.g. ``libgeos-....so.3.11.2``."""
    folder = Path(fiona.__file__).parent.parent / f"{package}.libs"
    for path in sorted(folder.glob(f"lib{library}-*")):
        if found := re.search(r"\.so\.(\d+\.\d+\.\d+)$", path.name):
            return found[1]
    return ""
