"""Rasters: which of them are layers of a project, and the names of their classes."""

from __future__ import annotations

from pathlib import Path

from pyogrio.errors import DataSourceError

from geozone.drafting.entries import LAYER, Entry, LeftOut, Look
from geozone.drafting.names import Match, matches
from geozone.drafting.vectors import names_of, take_origin
from geozone.errors import GeozoneError
from geozone.manifest.classes import known_class, load_classes
from geozone.manifest.inputs import load_layers
from geozone.manifest.roles import load_roles
from geozone.messages import text
from geozone.raster.opening import open_raster
from geozone.read.door import vector

_TITLE = "TIFFTAG_IMAGEDESCRIPTION"
_TABLE = ".vat.dbf"  # what a GIS calls the table of the classes beside a raster
_ENCODINGS = ("utf-8", "gb18030")


def look_at_raster(path: Path, folder: Path) -> Look:
    """Return a raster as an entry, or why it is left out."""
    try:
        with open_raster(path, look=False) as raster:
            title = str(raster.dataset.tags().get(_TITLE, ""))
            decisions = [one.reason.text for one in raster.decisions]
    except GeozoneError as error:
        return Look([], [LeftOut(path, "", error.text)])
    names = names_of(path, "", folder, alone=True, titles=[title] if title else [])
    roles, layers = load_roles(), load_layers()
    fits = [one for one in matches(names) if one.kind == LAYER and roles[layers[one.id].role].raster]
    if not fits:
        return Look([], [LeftOut(path, "", text("drafting.not_recognised"))])
    entry = _entry(fits[0], path)
    take_origin(entry, names, [title], "vintage")
    entry.reasons += decisions
    if roles[layers[entry.id].role].classed:
        _take_classes(entry)
    return Look([entry])


def _entry(match: Match, path: Path) -> Entry:
    role = load_roles()[load_layers()[match.id].role]
    keys = {"role": role.id} if role.layer == match.id else {"role": role.id, "id": match.id}
    entry = Entry(LAYER, match.id, path, "", keys, reasons=[match.reason], raster=True)
    if match.guessed:
        entry.guessed = True
        entry.guesses.append(text("drafting.guessed_by_place", place=text(f"drafting.place_{match.place}")))
    return entry


def _take_classes(entry: Entry) -> None:
    """Take the names of classes from the table beside a raster, and those that take several together."""
    table = entry.path.with_name(entry.path.name + _TABLE)
    found: dict[str, list[float]] = {}
    for value, word in _class_words(table):
        known = known_class(word)
        if known is not None:
            found.setdefault(known.id, []).append(value)
    if not found:
        entry.doubts.append(text("drafting.no_classes", table=table.name))
        return
    entry.reasons.append(text("drafting.classes", table=table.name))
    for known in load_classes().values():
        parts = [value for part in known.made_of for value in found.get(part, ())]
        if parts and known.id not in found:
            entry.classes[known.id] = sorted(parts)
    entry.classes = {**found, **entry.classes}


def _class_words(table: Path) -> list[tuple[float, str]]:
    """Return the values and names of the classes of a table; none where there is no table, or no name."""
    for encoding in _ENCODINGS if table.exists() else ():
        try:
            frame = vector.frame(table, encoding=encoding, read_geometry=False)
        except (DataSourceError, UnicodeDecodeError, ValueError):
            continue
        values = next((name for name in frame.columns if str(name).casefold() == "value"), None)
        texts = [name for name in frame.columns if frame[name].dtype.kind not in "iuf"]
        named = [
            [(float(value), str(word)) for value, word in zip(frame[values], frame[name], strict=True)]
            for name in texts
            if values is not None
        ]
        named = [rows for rows in named if any(known_class(word) for _, word in rows)]
        if named:
            return named[0]
    return []
