"""What a delivery holds, as frames: a GeoPackage, or tables that are about to be written as one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from geozone.errors import InputError
from geozone.read.door import vector
from geozone.read.door.database import settled

_ZONE = "zone"
ENDING = ".gpkg"


class Delivery(Protocol):
    """Tables and layers of a zone by their names."""

    @property
    def zone(self) -> str:
        """Key of the zone."""

    @property
    def layers(self) -> Mapping[str, str]:
        """Kind of the geometry of each, empty where it has none."""

    def table(self, name: str) -> pd.DataFrame:
        """Return a table or layer, indexed by feature number; empty where there is none."""


class Tables:
    """A delivery that is not written yet.

    Parameters
    ----------
    zone
        Key of the zone.
    frames
        Kind of the geometry (empty where there is none) and rows of every table, in the order in which they would be written.
    """

    def __init__(self, zone: str, frames: Mapping[str, tuple[str, pd.DataFrame]]) -> None:
        self.zone = zone
        self.layers: Mapping[str, str] = {name: kind for name, (kind, _) in frames.items()}
        self._frames = frames

    def table(self, name: str) -> pd.DataFrame:
        """Return a table or layer as its file would be read; empty where there is none."""
        if name not in self._frames:
            return pd.DataFrame()
        _, frame = self._frames[name]
        return frame.set_axis(range(1, len(frame) + 1))


class Package:
    """A GeoPackage that geozone wrote, edited or not.

    Parameters
    ----------
    path
        The file; what another program keeps in its log beside it is read as well.

    Raises
    ------
    InputError
        If it is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open = ExitStack()
        try:
            self._settled = self._open.enter_context(settled(path))
            listed = vector.layers(self._settled)
        except (DataSourceError, OSError) as error:
            self._open.close()
            raise InputError("diff.unreadable", path=path) from error
        self.layers: Mapping[str, str] = {str(name): str(kind or "") for name, kind in listed}
        if _ZONE not in self.layers:
            raise InputError("diff.not_own", path=path)
        self.zone = str(self.table(_ZONE)["code"].iloc[0]) if len(self.table(_ZONE)) else ""

    def close(self) -> None:
        """Leave the file alone."""
        self._open.close()

    def table(self, name: str) -> pd.DataFrame:
        """Return a table or layer, indexed by feature number; empty where there is none.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        if name not in self.layers:
            return pd.DataFrame()
        try:
            frame: pd.DataFrame = vector.frame(self._settled, layer=name, fid_as_index=True)
        except (DataSourceError, DataLayerError, ValueError) as error:
            raise InputError("diff.unreadable", path=self.path) from error
        return frame


def packages_of(path: Path) -> dict[str, Path]:
    """Return the GeoPackages of a delivery by their zone: a file, or those of a folder of builds.

    Raises
    ------
    InputError
        If there is none.
    """
    if path.is_file():
        files = [path]
    elif path.is_dir():
        files = sorted(path.glob(f"*{ENDING}"))
    else:
        raise InputError("diff.missing", path=path)
    found: dict[str, Path] = {}
    for file in files:
        try:
            package = Package(file)
        except InputError:
            if path.is_file():
                raise
            continue  # another GeoPackage beside those of the build
        zone = package.zone
        package.close()
        if zone in found:
            raise InputError("diff.zone_twice", zone=zone, one=found[zone].name, other=file.name)
        found[zone] = file
    if not found:
        raise InputError("diff.none", path=path)
    return found
