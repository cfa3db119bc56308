"""Layers of a GeoPackage that was renamed: a QGIS project names its file, and QGIS knows no name for the file that it lies in.

While a project is read, a layer whose GeoPackage is not there is looked for in the GeoPackage that holds the project, or
beside the project in the one that has the table. Where there is none, or more than one, QGIS asks as ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from qgis.core import QgsPathResolver, QgsProject, QgsVectorLayer

_STORED = "geopackage:"  # how the name of a project begins that lies in a GeoPackage
_ENDING, _LAYER = ".gpkg", "|layername="


class Renamed:
    """Finds the layers of renamed GeoPackages as long as the plugin is loaded."""

    def __init__(self) -> None:
        self._project: Any = QgsProject.instance()
        self._reading = False
        self._key: str | None = None

    def begin(self) -> None:
        """Look at every path of a project that is read from now on."""
        # paths of layer definitions, which may be added to an open project, lie elsewhere: they are left alone
        self._project.cleared.connect(self._begun)
        self._project.readProject.connect(self._ended)
        self._key = QgsPathResolver.setPathPreprocessor(self._present)

    def end(self) -> None:
        """Leave paths alone again."""
        if self._key is None:
            return
        QgsPathResolver.removePathPreprocessor(self._key)
        self._project.cleared.disconnect(self._begun)
        self._project.readProject.disconnect(self._ended)
        self._key = None

    def _begun(self) -> None:
        self._reading = True

    def _ended(self, *_: Any) -> None:
        self._reading = False

    def _present(self, source: str) -> str:
        return present(source, self._project.fileName()) if self._reading else source


def present(source: str, project: str) -> str:
    """Return the source of a layer as it lies now.

    Parameters
    ----------
    source
        A source as a project writes it, relative to the project: ``./bth.gpkg|layername=units``.
    project
        Name of the project's file, or ``geopackage:FILE?projectName=NAME``.

    Returns
    -------
    str
        The same source with the name of the file that is there; `source` itself where its file is there, or nobody can know
        which one is meant.
    """
    file, sign, table = source.partition(_LAYER)
    if not sign or not project or not file.startswith("./") or not file.lower().endswith(_ENDING):
        return source
    stored = project.startswith(_STORED)
    holder = Path(project[len(_STORED) :].rpartition("?")[0] if stored else project)
    if stored and not holder.exists():  # as an address is written
        holder = Path(unquote(str(holder)))
    if (holder.parent / file).exists():
        return source
    beside = [holder] if stored else sorted(holder.parent.glob(f"*{_ENDING}"))
    found = [path for path in beside if _holds(path, table.partition("|")[0])]
    return f"./{found[0].name}{sign}{table}" if len(found) == 1 else source


def _holds(path: Path, table: str) -> bool:
    valid: bool = QgsVectorLayer(f"{path}{_LAYER}{table}", table, "ogr").isValid()
    return valid
