"""Files with geometry: which of their layers are layers of a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import geopandas as gpd
import shapely
from pyogrio.errors import DataSourceError

from geozone.drafting.entries import LAYER, UNKNOWN, Entry, LeftOut, Look
from geozone.drafting.names import Match, Name, basis_of, date_of, matches
from geozone.drafting.zones import codes_at
from geozone.errors import GeozoneError
from geozone.manifest.fields import load_fields
from geozone.manifest.inputs import load_layers
from geozone.manifest.roles import Role, load_roles
from geozone.messages import text
from geozone.model import Basis, Decision, Layer
from geozone.read import list_layers, read_layer
from geozone.read.contents import ARCHIVES
from geozone.read.door import vector
from geozone.read.fields import means

_SAMPLE = 60  # features whose texts may say where the data stand
_OWN = ("code", "name")  # fields of geozone that every layer may have
_TOLD = ("crs", "encoding", "axis_order", "datum", "salvage")  # kinds of decisions that somebody should see


def look_at_vector(path: Path, folder: Path) -> Look:
    """Return the layers of a file that a project may take.

    Parameters
    ----------
    path
        A file, archive or file geodatabase.
    folder
        The folder that is looked at.
    """
    look = Look()
    try:
        insides = list_layers(path)
    except GeozoneError as error:
        look.left_out.append(LeftOut(path, "", error.text))
        return look
    for inside in insides:
        look.add(look_at_layer(path, inside, folder, alone=len(insides) == 1))
    return look


def look_at_layer(
    path: Path,
    inside: str,
    folder: Path,
    *,
    alone: bool,
    titles: Sequence[str] = (),
    chosen: Match | None = None,
) -> Look:
    """Return a layer as an entry, or why it is left out.

    Parameters
    ----------
    path, inside
        The file, and the layer or sheet inside.
    folder
        The folder that is looked at.
    alone
        It is the only one of the file, so that the names of the file speak of it.
    titles
        What stands above it, where it is a sheet.
    chosen
        What it is, where that is known already.
    """
    names = names_of(path, inside, folder, alone=alone, titles=titles)
    about = names_of(path, inside, folder, alone=True, titles=titles)
    meant = [match for match in matches(names) if match.kind == LAYER]
    if chosen:
        meant = [chosen]
    fits = [match for match in meant if not _role(match.id).raster and not _role(match.id).made_from]
    if not fits and not _by_fields(_columns(path, inside)):
        told = text("drafting.wrong_kind", title=load_layers()[meant[0].id].title) if meant else None
        return Look([], [LeftOut(path, "" if alone else inside, told or text("drafting.not_recognised"))])
    try:
        layer = read_layer(path, layer=inside)
    except GeozoneError as error:
        if not fits:
            return Look([], [LeftOut(path, "" if alone else inside, error.text)])
        entry = _entry(fits[0], path, "" if alone else inside, about, [])
        entry.doubts.append(text("drafting.unreadable", reason=error.text))
        return Look([entry])
    dimension = _dimension(layer.data)
    fits = [match for match in fits if dimension in _role(match.id).dimensions]
    if not fits:
        fits = [one for one in _by_fields(layer.data.columns) if dimension in _role(one.id).dimensions]
    if not fits:
        reason = "wrong_kind" if meant else "not_recognised"
        title = load_layers()[meant[0].id].title if meant else ""
        return Look(
            [], [LeftOut(path, "" if alone else inside, text(f"drafting.{reason}", **({"title": title} if meant else {})))]
        )  # fmt: skip
    return Look([_filled(_entry(fits[0], path, "" if alone else inside, about, _texts(layer.data)), layer)])


def names_of(path: Path, inside: str, folder: Path, *, alone: bool, titles: Sequence[str] = ()) -> list[Name]:
    """Return the names that speak of a layer, the surest first."""
    names = [Name("layer", Path(inside).name)] if inside and inside != path.stem else []
    names += [Name("title", title) for title in titles]
    if alone:
        above = [part.name for part in path.parents if part != folder and part.is_relative_to(folder)]
        names += [Name("file", path.stem), *(Name("folder", name) for name in above)]
    return names


def _entry(match: Match, path: Path, inside: str, names: Sequence[Name], contents: Iterable[str]) -> Entry:
    role = _role(match.id)
    keys = {"role": role.id} if role.layer == match.id else {"role": role.id, "id": match.id}
    entry = Entry(LAYER, match.id, path, inside, keys, raster=role.raster)
    entry.reasons.append(match.reason)
    if match.guessed:
        entry.guessed = True
        entry.guesses.append(text("drafting.guessed_by_place", place=text(f"drafting.place_{match.place}")))
    take_origin(entry, names, contents, "vintage")
    if role.purpose == "units":
        entry.doubts.append(text("drafting.own_units"))
    return entry


def take_origin(entry: Entry, names: Sequence[Name], contents: Iterable[str], date_key: str) -> None:
    """Take where the data stand and which date they describe, as far as names and contents tell."""
    basis, word = basis_of(names, contents)
    entry.keys["basis"] = (basis or Basis.WORKING).value
    title = text(f"words.basis_{(basis or Basis.WORKING).value}")
    if basis:
        entry.reasons.append(text("drafting.basis_told", basis=title, word=word))
    else:
        entry.guesses.append(
            text("drafting.basis_untold", basis=title, official=text("words.basis_official"))
        )
    date, place = date_of(names)
    entry.keys[date_key] = date or UNKNOWN
    if not date:
        entry.guesses.append(text(f"drafting.no_{date_key}"))
    else:
        entry.reasons.append(text("drafting.dated", date=date, place=text(f"drafting.place_{place}")))


def _filled(entry: Entry, layer: Layer) -> Entry:
    """Take fields, codes and what was decided and found from a layer that was read."""
    data = layer.data
    entry.reasons.append(text("drafting.features", count=len(data)))
    entry.fields = _fields(data, layer.decisions)
    if "code" in data:
        entry.codes = Counter(str(code)[:6] for code in data["code"] if len(str(code)) >= 6)
    if not entry.codes:
        entry.codes = codes_at(data.geometry)
    entry.reasons += [one.reason.text for one in layer.decisions if one.kind in _TOLD]
    if layer.findings:
        entry.reasons.append(text("drafting.findings", count=len(layer.findings)))
    return entry


def _fields(data: gpd.GeoDataFrame, decisions: Iterable[Decision]) -> dict[str, str]:
    """Return the fields of a file that answer fields of geozone."""
    columns = [str(name) for name in data.columns if name != data.geometry.name]
    taken = dict(
        one.value.split(" = ", 1) for one in decisions if one.kind == "fields" and " = " in one.value
    )
    found = {name: taken[name] for name in _OWN if name in taken}
    for name, known in load_fields().items():
        words = (known.title.zh, known.title.en, *known.written)
        heads = [column for column in columns if any(_is_headed(column, word) for word in words)]
        if heads and name not in columns:
            found[name] = heads[0]
    return found


def _is_headed(column: str, word: str) -> bool:
    plain = column.partition("（")[0].partition("(")[0].strip()
    return means(plain, word) or plain.casefold().endswith(f"_{word.casefold()}")


def _by_fields(columns: Iterable[str]) -> list[Match]:
    """Return the roles that fields tell, those that the most of them tell first."""
    names = [str(column) for column in columns]
    found = []
    for role in load_roles().values():
        known = [name for name in names if any(means(name, word) for word in role.telling_fields)]
        if known:
            found.append((-len(known), Match(LAYER, role.layer, known[0], "heading")))
    return [match for _, match in sorted(found, key=lambda one: one[0])]


def _columns(path: Path, inside: str) -> list[str]:
    """Return the fields of a layer without reading it; of an archive and a table they are not known."""
    if path.suffix.lower() in ARCHIVES:
        return []
    try:
        return [str(name) for name in vector.info(path, layer=inside)["fields"]]
    except (DataSourceError, ValueError):
        return []


def _dimension(data: gpd.GeoDataFrame) -> int:
    dimensions = Counter(int(one) for one in shapely.get_dimensions(data.geometry.values) if one >= 0)
    return dimensions.most_common(1)[0][0] if dimensions else -1


def _texts(data: gpd.GeoDataFrame) -> list[str]:
    columns = [name for name in data.columns if name != data.geometry.name]
    return [
        cell
        for row in data[columns].head(_SAMPLE).itertuples(index=False)
        for cell in row
        if isinstance(cell, str)
    ]


def _role(layer: str) -> Role:
    return load_roles()[load_layers()[layer].role]
