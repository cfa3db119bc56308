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
from geozone.model import Severity
from geozone.read.archive import Budget, unpack
from geozone.read.contents import Contents, contents_of, is_packed, layers_of_data_set
from geozone.read.door.database import is_logged, settle, unsettled
from geozone.read.formats import SIDECARS, Format, detect
from geozone.read.geopackage import (
    declare_optional_height,
    is_of_any_kind_with_height,
    refuse_virtual,
)
from geozone.read.notes import Notes
from geozone.read.safety import Limits, is_web_address, local_file, refuse_reaching_markup
from geozone.system import move

_NESTED = 3  # archives in archives that are opened, one inside the other
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
            from geozone.read.door.web import fetch  # noqa: PLC0415 - few files are fetched, and it brings HTTP and TLS

            local = fetch(str(path), scratch, limits)
            notes.decide("file", local.name, "read.fetched", address=str(path))
        else:
            local = _main_file(local_file(path, limits), notes)
            if local.is_symlink():
                notes.decide(
                    "file", local.name, "read.link_followed", path=local.name, target=local.resolve()
                )
        outer = local
        if outer.is_file():
            refuse_reaching_markup(outer, shown)
        kind = detect(local, shown)
        if kind is Format.ARCHIVE:
            inside = scratch / "unpacked"
            inside.mkdir()
            budget = Budget.of(local, limits)
            unpack(local, shown, inside, budget, notes)
            contents = _opened(inside, shown, scratch, budget, notes)
            _tell_packed(contents, notes)
            local, layer = _choose(contents, shown, layer, notes)
        elif kind is Format.FOLDER:
            budget = Budget.of(local, limits)
            local, layer = _choose(_opened(local, shown, scratch, budget, notes), shown, layer, notes)
        kind = detect(local, shown)
        if kind is Format.GEODATABASE:
            local = _as_geodatabase(local, scratch)
        if kind in {Format.ARCHIVE, Format.FOLDER}:
            raise InputError("read.nothing_inside", path=shown, names="–")
        if local != outer and local.is_file():
            refuse_reaching_markup(local, shown)
        if kind is Format.GEOPACKAGE:
            refuse_virtual(local, shown)
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
        found = next((Path(entry.path) for entry in entries if entry.name.casefold() == wanted), None)
    # companions of a file that is itself a link may lie where that leads
    homes = {path.parent.resolve(), path.resolve().parent}
    if found is not None and found.is_symlink() and found.resolve().parent not in homes:
        raise InputError("read.link_outside", path=found, target=found.resolve())
    return found


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


def _opened(folder: Path, shown: Path, scratch: Path, budget: Budget, notes: Notes) -> Contents:
    """Return what is in a folder; where that is archives only, what is in these.

    Raises
    ------
    InputError
        If archives lie deeper inside each other than is opened.
    """
    contents = contents_of(folder)
    for depth in range(_NESTED):
        if contents.found or not contents.archives:
            return contents
        place = scratch / f"nested{depth}"
        place.mkdir()
        for archive in contents.archives:
            inside = place / contents.name(archive)
            inside.mkdir(parents=True)
            unpack(archive, shown, inside, budget, notes)
            notes.decide("file", archive.name, "read.archive_inside", name=contents.name(archive))
        contents = contents_of(place)
    if contents.found or not contents.archives:
        return contents
    raise InputError("read.archive_nested", path=shown, limit=_NESTED)


def _tell_packed(contents: Contents, notes: Notes) -> None:
    """Say which archives beside the data of an archive were not opened: they may hold more of the same."""
    packed = [*contents.archives, *filter(is_packed, contents.others)]
    if contents.found and packed:
        names = ", ".join(map(contents.name, packed[:8]))
        notes.find("archives_beside", Severity.WARNING, count=len(packed), names=names)


def _choose(contents: Contents, shown: Path, layer: str | None, notes: Notes) -> tuple[Path, str | None]:
    """Return the data set of a folder, and the layer inside it."""
    found = contents.found
    if not found:
        others = ", ".join(contents.name(item) for item in (*contents.beside, *contents.others)[:8])
        raise InputError("read.nothing_inside", path=shown, names=others or "–")
    if contents.beside:
        names = ", ".join(contents.name(item) for item in contents.beside)
        notes.decide("beside", names, "read.left_beside", names=names)
    if len(found) == 1:
        notes.decide("file", found[0].name, "read.only_data_set", name=contents.name(found[0]))
        # the layer of a single shapefile may be asked for by the name of the file
        return found[0], None if layer in {found[0].stem, found[0].name, contents.name(found[0])} else layer
    choices = _choices(contents, shown)
    matching = [
        (item, inner)
        for label, item, inner in choices
        if layer in {None, label, inner, item.stem, item.name, contents.name(item)}
    ]
    if len(matching) == 1:
        return matching[0]
    each = sorted(label for label, _, _ in choices)
    names = ", ".join(each)
    if layer is None or matching:
        raise InputError("read.several_layers", path=shown, choices=names, names=each)
    raise InputError("read.no_such_layer", path=shown, layer=layer, choices=names)


def _choices(contents: Contents, shown: Path) -> list[tuple[str, Path, str | None]]:
    """Return label, data set and layer of everything that can be chosen; labels are told apart by the path."""
    choices: list[tuple[str, Path, str | None]] = []
    for item in contents.found:
        inner = layers_of_data_set(item, shown)
        if inner or detect(item, shown) is not Format.KML:
            choices += [(name, item, name) for name in inner] or [(item.stem, item, None)]
    labels = [label for label, _, _ in choices]
    return [
        (label, item, inner)
        if labels.count(label) == 1
        else (f"{contents.name(item)}:{inner}" if inner else contents.name(item), item, inner)
        for label, item, inner in choices
    ]


def _as_geodatabase(folder: Path, scratch: Path) -> Path:
    """Return a file geodatabase under a name and with file names that GDAL takes for one."""
    names = [item.name for item in folder.iterdir()]
    if folder.suffix.lower() == ".gdb" and all(name == name.lower() for name in names):
        return folder
    place = scratch / "geodatabase" / f"{folder.stem or 'data'}.gdb"
    place.mkdir(parents=True)
    unpacked = folder.is_relative_to(scratch)
    for item in folder.iterdir():
        if unpacked:  # its files are ours, and to make links to hundreds takes longer than to read them
            move(item, place / item.name.lower())
        else:
            link(item, place / item.name.lower())
    return place


def _untouched(local: Path, scratch: Path, notes: Notes) -> Path:
    """Return a GeoPackage that can be opened without a trace: SQLite writes beside one in write-ahead mode."""
    logs = unsettled(local)
    plain = not logs and not is_logged(local)
    unknown = is_of_any_kind_with_height(local)
    if plain and not unknown:
        return local
    place = scratch / "copy"
    place.mkdir()
    for item in (local, *logs):
        shutil.copyfile(item, place / item.name)
    settle(place / local.name)
    notes.decide("file", local.name, "read.copied_for_kind" if plain else "read.copied")
    if unknown:
        declare_optional_height(place / local.name)
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
