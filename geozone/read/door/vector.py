"""Files that GDAL reads: opened by their absolute path, with everything switched off by which it would reach elsewhere.

What a file is was told by its content before (`geozone.read.formats`). Documents that lead elsewhere are refused here once
more, whatever the file is called, and so is a driver that no format is read with. On the command line the drivers that
reach elsewhere are not even loaded (`geozone.cli`), and every switch below is set while a file is open.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import pyogrio

from geozone.errors import InputError
from geozone.files import plain_path
from geozone.read.door.content import admitted
from geozone.read.door.database import is_database_file, settled
from geozone.read.door.switches import SWITCHES
from geozone.read.door.whole_numbers import as_whole, may_be_rounded
from geozone.read.formats import DRIVERS
from geozone.read.geopackage import refuse_virtual
from geozone.read.safety import refuse_reaching_markup

# how data is read; the options concern this GDAL alone, and nothing that is not read by it
pyogrio.set_gdal_config_options(
    {
        "CPL_LOG": os.devnull,  # what GDAL says beside its exceptions is found and told feature by feature
        "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING": True,  # closed here, and said
        "GML_SKIP_RESOLVE_ELEMS": "ALL",  # no links are followed
        "DXF_CLOSED_LINE_AS_POLYGON": True,
        "OGR_ARC_STEPSIZE": 0.5,  # degrees: the area of a circle is short by 1.3e-5
        # GDAL's own Arrow reader of FlatGeobuf writes rows over each other after one that has no geometry
        "OGR_FLATGEOBUF_STREAM_BASE_IMPL": True,
        # further readers of one GeoPackage take half as much of the processors again, which are needed for what is read
        "OGR_GPKG_NUM_THREADS": 1,
    }
)
_OF_ROWS = (
    "layer",
    "encoding",
    "where",
    "bbox",
    "mask",
    "fids",
    "sql",
    "sql_dialect",
    "skip_features",
    "max_features",
    "IMMUTABLE",
)
_lock = Lock()
_open = 0  # how many files are open at the moment, over all threads
_kept: dict[str, Any] = {}  # the switches as they were before the first of them


def layers(path: str | Path) -> list[tuple[str, str | None]]:
    """Return the layers of a file with the kind of their geometry, None for a table.

    Raises
    ------
    InputError
        If the file is missing, or leads to other files or addresses.
    pyogrio.errors.DataSourceError
        If GDAL cannot read it.
    """
    with _guarded(path) as local:
        return [(str(name), kind) for name, kind in pyogrio.list_layers(local)]


def info(path: str | Path, **options: Any) -> dict[str, Any]:
    """Return what `pyogrio.read_info` tells of a layer; raises as `layers` does."""
    with _guarded(path) as local:
        found: dict[str, Any] = pyogrio.read_info(local, **options)
    if found["driver"] not in _drivers():
        raise InputError("read.driver", path=path, driver=found["driver"])
    return found


def frame(path: str | Path, **options: Any) -> Any:
    """Return a layer as `pyogrio.read_dataframe` does, with whole numbers to the last digit; raises as `layers` does."""
    with _guarded(path) as local:
        data = pyogrio.read_dataframe(local, **options)
        alone = data.columns[~data.columns.duplicated(keep=False)]
        rounded = [name for name in alone if may_be_rounded(data[name])]
        if rounded:
            asked = {name: given for name, given in options.items() if name in _OF_ROWS}
            _, table = pyogrio.read_arrow(local, columns=rounded, read_geometry=False, **asked)
            for name in rounded if len(table) == len(data) else ():
                exact = as_whole(table.column(name).to_pylist(), data.index)
                data[name] = data[name] if exact is None else exact
        return data


def arrow(path: str | Path, **options: Any) -> tuple[dict[str, Any], Any]:
    """Return what is known of a layer, and its table, as `pyogrio.read_arrow` does; raises as `layers` does."""
    with _guarded(path) as local:
        meta, table = pyogrio.read_arrow(local, **options)
    return meta, table


@contextmanager
def arrow_batches(path: str | Path, **options: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield what is known of a layer, and its table in batches; raises as `layers` does."""
    with _guarded(path) as local, pyogrio.open_arrow(local, use_pyarrow=True, **options) as (meta, reader):
        yield meta, reader


@contextmanager
def features(path: Path, layer: str) -> Iterator[Any]:
    """Yield a layer as fiona reads it, feature by feature, which it can do where the whole cannot be read.

    Raises
    ------
    InputError
        As `layers` does.
    fiona.errors.FionaError
        If GDAL cannot read it.
    """
    import fiona  # noqa: PLC0415 - a second GDAL, for damaged files and curves

    options = SWITCHES | {
        "OGR_ARC_STEPSIZE": "0.1",
        "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING": "YES",
        "CPL_LOG": os.devnull,
    }
    allowed = sorted(_drivers())
    with (
        _guarded(path) as local,
        fiona.Env(**options),
        fiona.open(local, layer=layer, enabled_drivers=allowed) as found,
    ):
        yield found


@contextmanager
def _guarded(path: str | Path) -> Iterator[Path]:
    """Yield the path under which a file can be opened and stays as it is, with all switches set as long as one is open."""
    local = admitted(path)
    if local.is_file():
        state = local.stat()
        _lead_nowhere(local, Path(path), state.st_ino, state.st_size, state.st_mtime_ns)
    _switch(+1)
    try:
        with warnings.catch_warnings(), settled(local) as settled_file, plain_path(settled_file) as file:
            warnings.simplefilter("ignore")  # what GDAL grumbles about is checked here feature by feature
            yield file
    finally:
        _switch(-1)


@lru_cache(maxsize=1024)
def _lead_nowhere(local: Path, shown: Path, *_state: int) -> None:
    """Refuse a document that leads elsewhere; a file is looked at again when it has changed."""
    refuse_reaching_markup(local, shown)
    if is_database_file(local):
        refuse_virtual(local, shown)


def _switch(step: int) -> None:
    global _open  # noqa: PLW0603 - the switches of GDAL are those of the process
    with _lock:
        if _open == 0:
            _kept.update({name: pyogrio.get_gdal_config_option(name) for name in SWITCHES})
            pyogrio.set_gdal_config_options(SWITCHES)
        _open += step
        if _open == 0:
            pyogrio.set_gdal_config_options(_kept)


def _drivers() -> set[str]:
    return {driver for drivers in DRIVERS.values() for driver in drivers}
