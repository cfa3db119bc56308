"""The user's project file: which zone, and which layers and registers stand in for the embedded ones."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from geozone.catalog import DeclarationError, choice, load_catalog
from geozone.errors import InputError
from geozone.messages import Text, text
from geozone.model import Basis, LayerSource, LayerSpec, LayerStyle, Role, Zone
from geozone.seeds import get_zone
from geozone.vintages import newest_first

LAYER_OF_ROLE = {Role.BAY: "bays", Role.RIVER: "rivers", Role.LAKE: "lakes"}  # other roles name their layer
_PROJECT_KEYS = {"zone", "title", "map_review_number", "layer", "register"}
_LAYER_KEYS = {
    "role",
    "path",
    "layer",
    "basis",
    "vintage",
    "source",
    "licence",
    "title",
    "accuracy",
    "note",
    "crs",
    "encoding",
    "fields",
}
_REGISTER_KEYS = {"role", "path", "layer", "sheet", "basis", "as_of", "source", "fields"}


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A register that the user supplies."""

    role: Role
    path: Path
    basis: Basis
    as_of: str
    source: Text | None  # None where nobody says: a register that geozone wrote says it itself
    layer: str | None = None
    fields: Mapping[str, str] | None = None
    sheet: str | None = None  # of a workbook; "*" for all that are registers


@dataclass(frozen=True, slots=True)
class Project:
    """A zone with the layers and registers that its numbers are made from."""

    zone: Zone
    title: Text
    layers: dict[str, LayerSpec]  # by layer id; the user's in place of the embedded ones
    registers: tuple[RegisterFile, ...] = ()
    review_number: str = ""
    path: Path | None = None
    own: frozenset[str] = frozenset()  # ids of the layers that the user supplies
    older: Mapping[str, tuple[LayerSpec, ...]] = field(
        default_factory=dict
    )  # files of older vintages, by layer id


def layer_id(role: Role) -> str:
    """Return the id of the layer that has a role, as the GeoPackage names it."""
    return LAYER_OF_ROLE.get(role, role.value)


def embedded_project(key: str) -> Project:
    """Return the project of a zone with the embedded layers and registers only."""
    zone = get_zone(key)
    return Project(zone, zone.title, load_catalog())


def load_project(path: Path) -> Project:
    """Read a project file (README, "Your own data").

    Raises
    ------
    InputError
        If the file or a data file named in it is missing, or a key is unknown or has a wrong value.
    UsageError
        If the zone is unknown.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError("project.missing", path=path) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("project.unreadable", path=path, reason=str(error)) from error
    try:
        return _parse(table, path)
    except KeyError as error:
        reason = text("catalog.missing_key", name=error.args[0])
        raise InputError("project.unreadable", path=path, reason=reason) from error
    except DeclarationError as error:
        raise InputError("project.unreadable", path=path, reason=error.reason) from error
    except (AttributeError, TypeError) as error:
        raise InputError("project.unreadable", path=path, reason=str(error)) from error


def _parse(table: dict[str, Any], path: Path) -> Project:
    _known(table, _PROJECT_KEYS, path.name)
    zone = get_zone(table["zone"])
    layers = load_catalog()
    by_role: dict[str, list[LayerSpec]] = {}
    for entry in table.get("layer", ()):
        spec = _layer(entry, path, layers)
        by_role.setdefault(spec.id, []).append(spec)
    chosen = {name: _newest(specs) for name, specs in by_role.items()}
    own = {name: newest for name, (newest, _) in chosen.items()}
    older = {name: specs for name, (_, specs) in chosen.items() if specs}
    if "barrier" in own:
        layers.pop("barrier_gaps", None)  # the embedded gaps belong to the embedded barrier
    registers = _registers(table.get("register", ()), path)
    title = Text(table["title"], table["title"]) if "title" in table else zone.title
    review_number = str(table.get("map_review_number", ""))
    return Project(zone, title, layers | own, registers, review_number, path, frozenset(own), older)


def _newest(specs: list[LayerSpec]) -> tuple[LayerSpec, tuple[LayerSpec, ...]]:
    """Return the newest vintage of a role as one layer, and the files of older ones.

    A role may stand in several files of one vintage, such as a red line on land and one at sea.
    """
    title = text(f"model.role_{specs[0].role.value}")
    for one, other in combinations([spec.sources[0] for spec in specs], 2):
        if one.path == other.path and (one.layer == other.layer or None in (one.layer, other.layer)):
            raise DeclarationError(text("project.same_file", role=title, file=one.path.name))
    groups = newest_first(spec.vintage for spec in specs)
    if groups is None:
        vintages = ", ".join(dict.fromkeys(spec.vintage for spec in specs))
        raise DeclarationError(text("project.vintage_unclear", role=title, vintages=vintages))
    newest = [spec for spec in specs if spec.vintage.strip() in groups[0]]
    older = tuple(spec for spec in specs if spec not in newest)
    return _together(newest), older


def _together(specs: list[LayerSpec]) -> LayerSpec:
    """Return files of one role and vintage as one layer; where they stand differently, the least certain counts."""
    first = specs[0]
    if len(specs) == 1:
        return first
    named_by_file = all(spec.title == _title_of_files([spec]) for spec in specs)
    notes = [spec.note for spec in specs if spec.note]
    if len({spec.basis for spec in specs}) > 1:
        bases = _joined((text(f"model.basis_{spec.basis.value}") for spec in specs), ", ")
        notes.append(text("project.mixed_basis", bases=bases))
    return replace(
        first,
        title=_title_of_files(specs) if named_by_file else _joined(spec.title for spec in specs),
        basis=max((spec.basis for spec in specs), key=list(Basis).index),
        source=_joined(spec.source for spec in specs),
        licence=_joined(Text(spec.licence, spec.licence) for spec in specs).zh,
        accuracy=_joined(spec.accuracy for spec in specs),
        note=_joined(notes) if notes else None,
        sources=tuple(source for spec in specs for source in spec.sources),
    )


def _title_of_files(specs: Sequence[LayerSpec]) -> Text:
    files = _joined(
        (Text(source.path.name, source.path.name) for spec in specs for source in spec.sources), ", "
    )
    return text("project.layer_title", role=text(f"model.role_{specs[0].role.value}"), file=files)


def _joined(texts: Iterable[Text], sign: str = "; ") -> Text:
    known = [found for found in dict.fromkeys(texts) if found.zh]
    chinese = {"; ": "；", ", ": "、"}[sign]
    return Text(chinese.join(found.zh for found in known), sign.join(found.en for found in known))


def _layer(entry: dict[str, Any], project: Path, embedded: dict[str, LayerSpec]) -> LayerSpec:
    _known(entry, _LAYER_KEYS, "[[layer]]")
    role = choice(Role, entry, "role")
    file = _data_file(entry["path"], project)
    model = embedded.get(layer_id(role))
    title = text(
        "project.layer_title", role=text(f"model.role_{role.value}"), file=Text(file.name, file.name)
    )
    return LayerSpec(
        id=layer_id(role),
        role=role,
        title=_stated(entry, "title") or title,
        basis=choice(Basis, entry, "basis"),
        source=_stated(entry, "source") or text("project.own_layer"),
        licence=entry.get("licence", ""),
        vintage=str(entry["vintage"]).strip(),
        accuracy=_stated(entry, "accuracy") or text("project.accuracy_unstated"),
        sources=(
            LayerSource(
                file,
                entry.get("layer"),
                crs=entry.get("crs"),
                encoding=entry.get("encoding"),
                fields=entry.get("fields", {}),
            ),
        ),
        style=model.style if model else LayerStyle("fill"),
        note=_stated(entry, "note"),
    )


def _stated(entry: Mapping[str, Any], name: str) -> Text | None:
    return Text(entry[name], entry[name]) if name in entry else None


def _registers(entries: Iterable[dict[str, Any]], project: Path) -> tuple[RegisterFile, ...]:
    found: dict[Role, RegisterFile] = {}
    for entry in entries:
        register = _register(entry, project)
        if register.role in found:
            files = f"{found[register.role].path.name}, {register.path.name}"
            role = text(f"model.role_{register.role.value}")
            raise DeclarationError(text("project.second_register", role=role, files=files))
        found[register.role] = register
    return tuple(found.values())


def _register(entry: dict[str, Any], project: Path) -> RegisterFile:
    _known(entry, _REGISTER_KEYS, "[[register]]")
    role = choice(Role, entry, "role")
    if role not in LAYER_OF_ROLE:
        choices = ", ".join(LAYER_OF_ROLE)
        raise DeclarationError(text("project.no_register", role=role.value, choices=choices))
    return RegisterFile(
        role=role,
        path=_data_file(entry["path"], project),
        basis=choice(Basis, entry, "basis"),
        as_of=str(entry["as_of"]),
        source=_stated(entry, "source"),
        layer=_words(entry, "layer"),
        fields=entry.get("fields"),
        sheet=_words(entry, "sheet"),
    )


def _words(entry: Mapping[str, Any], name: str) -> str | None:
    value = entry.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # a sheet that is called 2026
    if value is not None and not isinstance(value, str):
        raise DeclarationError(text("project.not_text", name=name, value=str(value)))
    return value


def _data_file(name: str, project: Path) -> Path:
    file = project.parent / name
    if not file.exists():
        raise InputError("project.missing_file", project=project, path=file)
    return file


def _known(table: Mapping[str, Any], keys: set[str], place: str) -> None:
    for name in table:
        if name not in keys:
            raise DeclarationError(
                text("project.unknown_key", place=place, name=name, choices=", ".join(sorted(keys)))
            )
