"""What every table of a project file has in common: its keys, its words, its files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geozone.addresses import is_database, without_password
from geozone.catalog import DeclarationError
from geozone.errors import GeozoneError, InputError
from geozone.manifest.declared import Declarations, nearest
from geozone.manifest.origins import read_origin
from geozone.messages import Text, listed, text
from geozone.model import Origin
from geozone.read.address import split_layer
from geozone.read.door.content import admitted, stay_inside
from geozone.read.safety import is_remote
from geozone.system import slashed

_ID = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED = {
    "zone", "units", "mosaic", "rates", "targets", "registers", "figures", "findings", "ledger", "run", "layer_styles",
}  # fmt: skip  # tables of the GeoPackage
_RESERVED_BEGINNINGS = (
    "sqlite_",
    "gpkg_",
    "rtree_",
)  # of the tables that SQLite and GeoPackage keep for themselves
_LONGEST_ID = 60  # characters


@contextmanager
def faults_kept(declared: Declarations, place: tuple[str | int, ...]) -> Iterator[None]:
    """Keep what is wrong with an entry as a fault on its line, so that the other entries are read as well."""
    try:
        yield
    except DeclarationError as error:
        declared.said(place, error.reason)
    except GeozoneError as error:
        declared.said(place, error.text)


def known_word(word: str, words: Collection[str], name: str) -> str:
    """Return a word that is one of some; DeclarationError names the nearest."""
    if word not in words:
        raise DeclarationError(
            text("project.unknown_word", name=name, word=word, nearest=nearest(word, words))
        )
    return word


def own_id(entry: Mapping[str, Any], default: str, place: str) -> str:
    """Return the id of an entry: small letters, digits and ``_``, since tables and files are named after it."""
    name = word_of(entry, "id") or default
    if (
        not _ID.fullmatch(name)
        or name in _RESERVED
        or name.startswith(_RESERVED_BEGINNINGS)
        or len(name) > _LONGEST_ID
    ):
        raise DeclarationError(text("project.bad_id", place=place, id=name))
    return name


def stated(entry: Mapping[str, Any], name: str) -> Text | None:
    """Return a text that is written once, or once a language; None where it is not there."""
    value = entry.get(name)
    if value is None:
        return None
    return Text(**value) if isinstance(value, dict) else Text(str(value), str(value))


def stated_origin(entry: Mapping[str, Any], otherwise: Text) -> Origin:
    """Return the origin that an entry states: ``source`` is its title; `otherwise` is where nobody says."""
    return read_origin(entry, title=stated(entry, "source") or otherwise)


def word_of(entry: Mapping[str, Any], name: str) -> str | None:
    """Return a text; a whole number is one too, such as a sheet that is called 2026."""
    value = entry.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise DeclarationError(text("project.not_text", name=name, value=str(value)))
    return value


def data_file(name: str, project: Path) -> tuple[Path | str, str | None]:
    """Return a file, and the layer in it that ``FILE:LAYER`` names; the address of a database as it is.

    Raises
    ------
    InputError
        If the file, by its path relative to the project file, does not exist, or is a link that leads out of its folder.
    """
    if is_database(name):
        return name, None
    file, layer = split_layer(project.parent / name)
    if not Path(file).exists():  # a project that was written on Windows
        file, layer = split_layer(project.parent / slashed(name))
    if not Path(file).exists():
        if is_remote(name):
            raise InputError("read.remote", path=without_password(name))
        raise InputError("project.missing_file", project=project, path=file)
    local = admitted(file)
    # a project comes from somebody else: what it leads to is to be read in it
    stay_inside(local.parent, [local])
    return Path(file), layer


def release_file(entry: Mapping[str, Any], project: Path) -> Path:
    """Return the last release that a project file names, by its path relative to the file; a build looks whether it is there."""
    name = str(entry["path"])
    found = project.parent / name
    return (
        found if found.exists() else project.parent / slashed(name)
    )  # a project that was written on Windows


def joined(texts: Iterable[Text], sign: str = "; ") -> Text:
    """Return texts in one, each once."""
    known = [found for found in dict.fromkeys(texts) if found.zh]
    return listed(known, sign)
