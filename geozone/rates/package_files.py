"""The tables of a GeoPackage that geozone wrote, read as they stand, even where another program has it open."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geozone.errors import InputError
from geozone.model import Role
from geozone.project import layer_id
from geozone.rates.register_files import OWN_TABLE, as_text

_SUFFIX = ".gpkg"
_PARTS = ("", "_areas", "_lines", "_points")  # a layer that mixes kinds is split
_VERSIONS = slice(18, 20)  # of the header of a SQLite file: 1 a journal, 2 a write-ahead log
_LOG = b"\x02\x02"


@dataclass(frozen=True, slots=True)
class PackageTables:
    """The table of registers as text, by feature number, and the features that show the items of one role."""

    registers: pd.DataFrame
    features: pd.DataFrame | None  # with ``item_id``, ``status`` and ``name`` as text
    layer: str
    unsettled: (
        bool  # copied while another program had it open: what that program had not written yet is missing
    )


def read_package(path: Path, role: Role, layer: str | None) -> PackageTables | None:
    """Return the tables of a GeoPackage that geozone wrote; None for any other file, or another layer of it.

    Raises
    ------
    InputError
        If a table cannot be read.
    """
    shown = layer_id(role)
    if path.suffix.lower() != _SUFFIX or layer not in (None, OWN_TABLE, shown):
        return None
    with settled(path) as file:
        try:
            kinds = {str(name): kind for name, kind in pyogrio.list_layers(file)}
            if kinds.get(OWN_TABLE, "absent") is not None:  # a table has no kind of geometry
                return None
            registers = _attributes(file, OWN_TABLE)
            parts = [_attributes(file, name) for part in _PARTS if kinds.get(name := f"{shown}{part}")]
        except (DataSourceError, DataLayerError) as error:
            raise InputError("rates.register_unreadable", path=path, reason=str(error)) from error
    parts = [part for part in parts if {"item_id", "status"} <= set(part.columns)]
    with path.open("rb") as stream:
        logged = stream.read(_VERSIONS.stop)[_VERSIONS] == _LOG
    features = pd.concat(parts, ignore_index=True).fillna("") if parts else None
    return PackageTables(registers, features, shown, logged and not _log_of(path).exists())


@contextmanager
def settled(path: Path) -> Iterator[Path]:
    """Yield a SQLite file with what another program still keeps in the log beside it; neither file is touched."""
    log = _log_of(path)
    if not log.exists() or not log.stat().st_size:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="geozone-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        shutil.copyfile(log, _log_of(copy))
        yield copy


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _attributes(path: Path, layer: str) -> pd.DataFrame:
    frame = pyogrio.read_dataframe(path, layer=layer, read_geometry=False, fid_as_index=True)
    return pd.DataFrame(frame).map(as_text)
