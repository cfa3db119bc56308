"""From what the user names to one file that can be opened: archives, folders, companions, layers."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geozone.errors import InputError
from geozone.read.archive import unpack
from geozone.read.bulk import filled_layers, spatial_layers
from geozone.read.formats import SIDECARS, Format, detect
from geozone.read.notes import Notes
from geozone.read.safety import Limits, fetch, is_web_address, local_file, refuse_reaching_markup

# a file of one of these endings is a data set of its own inside a folder or archive
_DATA_ENDINGS = {
    ".shp", ".gpkg", ".gdb", ".geojson", ".json", ".topojson", ".fgb", ".parquet", ".geoparquet", ".kml", ".gml",
    ".gpx", ".dxf", ".tab", ".mif", ".csv", ".xlsx", ".txt",
}  # fmt: skip
_SECONDARY = {".csv", ".xlsx", ".txt", ".json"}  # often lists or notes beside the data
_SEVERAL_LAYERS = {Format.GEOPACKAGE, Format.GEODATABASE, Format.KML, Format.GML, Format.GPX}
# names that libraries read as addresses rather than paths
_PLAIN = re.compile(r"[\w ./\\:()\[\]{}+,=~@\-]*", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Source:
    """One file to open."""

    shown: Path  # as the user knows it
    path: Path
    format: Format
    layer: str | None  # the layer asked for
    scratch: Path  # a temporary folder of this reading


@contextmanager
def open_source(
    path: Path | str, layer: str | None, limits: Limits, notes: Notes, *, remote: bool = False
) -> Iterator[Source]:
    """Yield the file to open; what had to be unpacked goes when the block ends.

    Raises
    ------
    InputError
        If there is nothing that can be opened, or several data sets to choose from.
    """
    shown = Path(path)
    with tempfile.TemporaryDirectory(prefix="geozone-") as folder:
        scratch = Path(folder)
        if remote and is_web_address(path):
            local = fetch(str(path), scratch, limits)
            notes.decide("file", local.name, "read.fetched", address=str(path))
        else:
            local = _main_file(local_file(path, limits), notes)
        if local.is_file():
            refuse_reaching_markup(local, shown)
        kind = detect(local, shown)
        if kind is Format.ARCHIVE:
            inside = scratch / "unpacked"
            inside.mkdir()
            unpack(local, shown, inside, limits, notes)
            local, layer = _choose(inside, shown, layer, notes)
            kind = detect(local, shown)
        elif kind is Format.FOLDER:
            local, layer = _choose(local, shown, layer, notes)
            kind = detect(local, shown)
        if kind in {Format.ARCHIVE, Format.FOLDER}:
            raise InputError("read.nothing_inside", path=shown)
        if local.is_file():
            refuse_reaching_markup(local, shown)
        if kind is Format.GEOPACKAGE:
            local = _untouched(local, scratch, notes)
        yield Source(shown, _plain_name(local, scratch), kind, layer, scratch)


def link(target: Path, place: Path) -> None:
    """Make a file or folder known under another path; it is copied only where links are not allowed."""
    try:
        place.symlink_to(target)
    except OSError:
        if target.is_dir():
            shutil.copytree(target, place)
        else:
            shutil.copyfile(target, place)


def companion(path: Path, ending: str) -> Path | None:
    """Return the file beside another with a different ending, however it is capitalised."""
    wanted = (path.stem + ending).casefold()
    with os.scandir(path.parent) as entries:
        return next((Path(entry.path) for entry in entries if entry.name.casefold() == wanted), None)


def _main_file(local: Path, notes: Notes) -> Path:
    """Return the file that a companion belongs to: the .shp of a .dbf, the folder of a .gdbtable."""
    if local.suffix.lower() == ".gdbtable":
        notes.decide("file", local.parent.name, "read.companion", given=local.name, main=local.parent.name)
        return local.parent
    for ending in SIDECARS.get(local.suffix.lower(), ()):
        main = companion(local, ending)
        if main is not None:
            notes.decide("file", main.name, "read.companion", given=local.name, main=main.name)
            return main
    return local


def _choose(folder: Path, shown: Path, layer: str | None, notes: Notes) -> tuple[Path, str | None]:
    """Return the data set of a folder, and the layer inside it."""
    found = _data_sets(folder)
    if not found:
        raise InputError("read.nothing_inside", path=shown)
    if len(found) == 1:
        notes.decide("file", found[0].name, "read.only_data_set", name=found[0].name)
        # the layer of a single shapefile may be asked for by the name of the file
        return found[0], None if layer == found[0].stem else layer
    choices: list[tuple[str, Path, str | None]] = []
    for item in found:
        inner = _layers_of(item, shown)
        if inner or detect(item, shown) is not Format.KML:
            choices += [(name, item, name) for name in inner] or [(item.stem, item, None)]
    matching = [choice for choice in choices if layer in {None, choice[0], choice[1].stem, choice[1].name}]
    if len(matching) == 1:
        return matching[0][1], matching[0][2]
    each = sorted(name for name, _, _ in choices)
    names = ", ".join(each)
    if layer is None:
        raise InputError("read.several_layers", path=shown, choices=names, names=each)
    raise InputError("read.no_such_layer", path=shown, layer=layer, choices=names)


def _layers_of(item: Path, shown: Path) -> list[str]:
    try:
        kind = detect(item, shown)
        names = spatial_layers(item, shown) if kind in _SEVERAL_LAYERS else []
        # a KMZ has a root document that only points to others
        return filled_layers(item, names) if kind is Format.KML else names
    except InputError:
        return []


def _data_sets(folder: Path) -> list[Path]:
    """Return the data sets of a folder and the folders below, geodatabases as one."""
    found: list[Path] = []
    for root, folders, files in os.walk(folder):
        inside = Path(root)
        for name in sorted(folders):
            if name.lower().endswith(".gdb"):
                found.append(inside / name)
                folders.remove(name)
        found += [inside / name for name in sorted(files) if Path(name).suffix.lower() in _DATA_ENDINGS]
    tables = {item.with_suffix("") for item in found if item.suffix.lower() == ".tab"}
    found = [item for item in found if item.suffix.lower() != ".mif" or item.with_suffix("") not in tables]
    primary = [item for item in found if item.suffix.lower() not in _SECONDARY]
    return primary or found


def _untouched(local: Path, scratch: Path, notes: Notes) -> Path:
    """Return a GeoPackage that can be opened without a trace: SQLite writes beside one in write-ahead mode."""
    with local.open("rb") as stream:
        modes = stream.read(20)[18:]
    logs = [local.with_name(local.name + ending) for ending in ("-wal", "-journal")]
    if modes == b"\x01\x01" and not any(log.exists() for log in logs):
        return local
    place = scratch / "copy"
    place.mkdir()
    for item in (local, *logs):
        if item.exists():
            shutil.copyfile(item, place / item.name)
    notes.decide("file", local.name, "read.copied")
    return place / local.name


def _plain_name(local: Path, scratch: Path) -> Path:
    """Return the path under a name that no library takes for an address ("!", "?", "#", "%" mislead them)."""
    if _PLAIN.fullmatch(str(local)):
        return local
    place = scratch / "plain"
    place.mkdir()
    name = re.sub(r"[^\w.\-]", "_", local.name)
    stem, plain_stem = local.stem, Path(name).stem
    for item in local.parent.iterdir():
        if item.name == local.name:
            link(item, place / name)
        elif item.stem == stem and item.is_file():
            link(item, place / f"{plain_stem}{item.suffix}")
    return place / name
