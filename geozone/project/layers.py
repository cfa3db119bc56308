"""The layers of a project file: ``[[layer]]``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

from geozone.catalog import DeclarationError, choice, declared_role
from geozone.manifest.declared import Declarations
from geozone.manifest.inputs import load_layers
from geozone.manifest.origins import source_of
from geozone.manifest.roles import Role, get_role
from geozone.messages import NO_TEXT, Text, text
from geozone.model import Basis, LayerSource, LayerSpec
from geozone.project.entries import data_file, faults_kept, joined, own_id, stated, stated_origin, word_of
from geozone.project.schema import Entries
from geozone.vintages import newest_first

_PLACE = "[[layer]]"


def read_layers(
    declared: Declarations, entries: Entries, project: Path
) -> tuple[dict[str, LayerSpec], dict[str, tuple[LayerSpec, ...]]]:
    """Return the layers by id in their newest vintage, and those of older ones; faults are kept in `declared`."""
    by_id: dict[str, list[LayerSpec]] = {}
    last: dict[str, int] = {}
    for position, entry in entries:
        with faults_kept(declared, ("layer", position)):
            spec = _layer(entry, project)
            by_id.setdefault(spec.id, []).append(spec)
            last[spec.id] = position
    chosen = {}
    for name, specs in by_id.items():
        with faults_kept(declared, ("layer", last[name])):
            if len(roles := {spec.role for spec in specs}) > 1:
                raise DeclarationError(text("project.two_roles", id=name, roles=", ".join(sorted(roles))))
            chosen[name] = _newest(specs)
    newest = {name: spec for name, (spec, _) in chosen.items()}
    return newest, {name: older for name, (_, older) in chosen.items() if older}


def _layer(entry: Mapping[str, Any], project: Path) -> LayerSpec:
    role = get_role(declared_role(entry))
    if role.made_from:
        raise DeclarationError(
            text("project.made_role", role=role.title, source=get_role(role.made_from).title)
        )
    name = own_id(entry, role.layer, _PLACE)
    known = load_layers().get(name)
    if known is not None and known.role != role.id:
        raise DeclarationError(text("project.id_of_role", id=name, role=known.role, given=role.id))
    file, inside = data_file(entry["path"], project)
    source = LayerSource(
        file,
        word_of(entry, "layer") or inside,
        crs=entry.get("crs"),
        encoding=entry.get("encoding"),
        fields=entry.get("fields", {}),
    )
    title = known.title if known else role.title
    origin = stated_origin(entry, text("project.own_layer"))
    processing = stated(entry, "processing") or NO_TEXT
    return LayerSpec(
        id=name,
        role=role.id,
        title=stated(entry, "title")
        or text("project.layer_title", role=title, file=Text(source.name, source.name)),
        basis=choice(Basis, entry, "basis"),
        source=source_of([origin], processing),
        licence=origin.licence.zh,
        vintage=str(entry["vintage"]).strip(),
        accuracy=stated(entry, "accuracy") or text("project.accuracy_unstated"),
        sources=(source,),
        style=known.style if known else role.style,
        note=stated(entry, "note"),
        classes=_classes(entry.get("classes", {})),
        origins=(origin,),
        processing=processing,
        width_m=_width(entry.get("width_m"), role),
    )


def _width(value: Any, role: Role) -> float | None:
    """Return the width of the belt that lines stand for, on each side, in metres."""
    if value is None:
        return None
    if role.kind != "area" or "line" not in role.also:
        raise DeclarationError(text("project.no_width", role=role.title))
    return float(value)


def _classes(table: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
    """Return the named classes of a raster: name -> values."""
    found = {}
    for name, value in table.items():
        values = value if isinstance(value, list) else [value]
        found[name] = tuple(float(one) for one in values)
    return found


def _newest(specs: list[LayerSpec]) -> tuple[LayerSpec, tuple[LayerSpec, ...]]:
    """Return the newest vintage of a layer as one, and the files of older ones.

    A layer may stand in several files of one vintage, such as a red line on land and one at sea.
    """
    title = get_role(specs[0].role).title
    for one, other in combinations([spec.sources[0] for spec in specs], 2):
        if one.path == other.path and (one.layer == other.layer or None in (one.layer, other.layer)):
            raise DeclarationError(text("project.same_file", role=title, file=one.name))
    groups = newest_first(spec.vintage for spec in specs)
    if groups is None:
        vintages = ", ".join(dict.fromkeys(spec.vintage for spec in specs))
        raise DeclarationError(text("project.vintage_unclear", role=title, vintages=vintages))
    newest = [spec for spec in specs if spec.vintage.strip() in groups[0]]
    older = tuple(spec for spec in specs if spec not in newest)
    return together(newest), older


def newest_of(specs: Sequence[LayerSpec]) -> LayerSpec:
    """Return the newest vintage among some of one layer."""
    return _newest(list(specs))[0]


def together(specs: Sequence[LayerSpec]) -> LayerSpec:
    """Return files of one layer and vintage as one; where they stand differently, the least certain counts."""
    first = specs[0]
    if len(specs) == 1:
        return first
    named_by_file = all(spec.title == _title_of_files([spec]) for spec in specs)
    notes = [spec.note for spec in specs if spec.note]
    if len({spec.basis for spec in specs}) > 1:
        bases = joined((text(f"words.basis_{spec.basis.value}") for spec in specs), ", ")
        notes.append(text("project.mixed_basis", bases=bases))
    return replace(
        first,
        title=_title_of_files(specs) if named_by_file else joined(spec.title for spec in specs),
        basis=max((spec.basis for spec in specs), key=list(Basis).index),
        source=joined(spec.source for spec in specs),
        licence=joined(Text(spec.licence, spec.licence) for spec in specs).zh,
        accuracy=joined(spec.accuracy for spec in specs),
        note=joined(notes) if notes else None,
        sources=tuple(source for spec in specs for source in spec.sources),
        classes={name: values for spec in specs for name, values in spec.classes.items()},
        origins=tuple(dict.fromkeys(origin for spec in specs for origin in spec.origins)),
        processing=joined(spec.processing for spec in specs if spec.processing.zh),
    )


def _title_of_files(specs: Sequence[LayerSpec]) -> Text:
    files = joined((Text(source.name, source.name) for spec in specs for source in spec.sources), ", ")
    return text("project.layer_title", role=get_role(specs[0].role).title, file=files)
