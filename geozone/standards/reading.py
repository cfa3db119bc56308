"""Read deliveries: every layer of a geodatabase, GeoPackage or folder, or one layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from geozone.addresses import is_database, shown_path
from geozone.errors import GeozoneError
from geozone.read import list_layers, read_layer
from geozone.read.address import split_layer
from geozone.read.geodatabase import xy_tolerances
from geozone.standards.delivery import Delivery, Table

_SEVERAL = {".gpkg", ".gdb", ".zip"}  # endings of what holds a whole delivery, as a folder does


def read_deliveries(
    source: Path | str,
    *,
    layer: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    told: Callable[[str, GeozoneError], None],
    progress: Callable[[int, int], None] | None = None,
) -> list[Delivery]:
    """Read what was handed over: one delivery, or one for each place inside where layers of one name lie in several.

    A city hands over a folder for each of its counties, and every one has the layers of the standard.

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
    progress
        Is called with how many layers were read, and of how many.

    Raises
    ------
    InputError
        If the source itself is missing or cannot be read.
    """
    path, inside = split_layer(source)
    file = shown_path(path, layer)
    whole = layer is None and inside is None and (file.is_dir() or file.suffix.lower() in _SEVERAL)
    # of a database one table is read: that which is named, or the only one
    there = [layer] if layer else [] if is_database(path) else list_layers(source)
    names: list[str | None] = [*there] or [None]
    tolerances = (
        xy_tolerances(file, [name for name in names if name]) if file.suffix.lower() == ".gdb" else {}
    )
    deliveries: list[Delivery] = []
    begun = 0
    for place, inner in _by_place(names).items():
        delivery = Delivery(PurePosixPath(place).stem or file.stem, [], whole, place=place)
        for name in inner:
            if progress is not None:
                progress(begun, len(names))
            begun += 1
            shown = _called(name or file.name.partition("?table=")[2].rpartition(".")[2] or file.stem)
            try:
                read = read_layer(path, layer=name, crs=crs, encoding=encoding)
            except GeozoneError as error:
                told(f"{place}/{shown}".lstrip("/"), error)
                delivery.unread.append(shown)
                continue
            read.id = shown
            delivery.tables.append(Table(shown, read, tolerances.get(name or "")))
        deliveries.append(delivery)
    return deliveries


def _by_place(names: list[str | None]) -> dict[str, list[str | None]]:
    """Return layers by the folder or file inside that they lie in; all together where no two go by one name."""
    called = [_called(name).casefold() for name in names if name]
    if len(set(called)) == len(called):
        return {"": names}
    found: dict[str, list[str | None]] = {}
    for name in names:
        file, colon, _ = (name or "").rpartition(":")
        place = file if colon else str(PurePosixPath(name or "").parent)
        found.setdefault("" if place == "." else place, []).append(name)
    return found


def _called(name: str) -> str:
    """Return what a layer goes by, of how `list_layers` tells one from all others."""
    last = PurePosixPath(name).name
    return PurePosixPath(last).stem if last.lower().endswith(".shp") else last.rpartition(":")[2]
