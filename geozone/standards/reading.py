"""Read a delivery: every layer of a geodatabase, GeoPackage or folder, or one layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from geozone.errors import GeozoneError
from geozone.read import list_layers, read_layer
from geozone.read.address import split_layer
from geozone.read.geodatabase import xy_tolerances
from geozone.standards.delivery import Delivery, Table

_SEVERAL = {".gpkg", ".gdb", ".zip"}  # endings of what holds a whole delivery, as a folder does


def read_delivery(
    source: Path | str,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    told: Callable[[str, GeozoneError], None],
) -> Delivery:
    """Read what was handed over.

    Parameters
    ----------
    source
        A geodatabase, GeoPackage, folder or archive, of which every layer is read; or one layer, as ``FILE:LAYER``, as a file
        that holds one, or by `layer`.
    layer
        The only layer to read.
    crs, encoding
        As `geozone.read_layer` takes them.
    told
        Is called with a layer that cannot be read and what is wrong with it; the others are read all the same.

    Raises
    ------
    InputError
        If the source itself is missing or cannot be read.
    """
    path, inside = split_layer(source)
    file = Path(path)
    whole = layer is None and inside is None and (file.is_dir() or file.suffix.lower() in _SEVERAL)
    names: list[str | None] = [layer] if layer else [*list_layers(source)] or [None]
    tolerances = (
        xy_tolerances(file, [name for name in names if name]) if file.suffix.lower() == ".gdb" else {}
    )
    delivery = Delivery(file.stem, [], whole)
    for name in names:
        shown = PurePosixPath(name or file.stem).name
        shown = PurePosixPath(shown).stem if shown.lower().endswith(".shp") else shown.rpartition(":")[2]
        try:
            read = read_layer(path, layer=name, crs=crs, encoding=encoding)
        except GeozoneError as error:
            told(shown, error)
            delivery.unread.append(shown)
            continue
        read.id = shown
        delivery.tables.append(Table(shown, read, tolerances.get(name or "")))
    return delivery
