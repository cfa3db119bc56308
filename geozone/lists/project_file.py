"""The project file that names the tables of a template, with a block for every layer that is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from geozone.lists.headings import field_heading, unit_word
from geozone.lists.missing import FIELDS, LAYER, VINTAGE, Item, Missing
from geozone.lists.sheets import Sheet, Tables
from geozone.manifest.fields import load_fields
from geozone.manifest.inputs import layer_title, load_layers, load_registers, register_title
from geozone.manifest.roles import load_roles
from geozone.messages import NO_TEXT, Language, Text, text
from geozone.model import Basis
from geozone.project.written import block, comment, toml_value

_COORDINATES = "EPSG:4490"


def project_text(missing: Sequence[Missing], zone: tuple[str, Text], tables: Tables, lang: Language) -> str:
    """Return the project file.

    The block of the figures holds as it is: rows without a value do not count. Layers and registers cannot be empty, so that
    their blocks are comments until the table is filled in or the file is there.

    Parameters
    ----------
    missing
        What is missing.
    zone
        Key and title of the zone.
    tables
        The tables that were written.
    lang
        Language of the comments.
    """
    blocks = [_comment(text("lists.project_head", title=zone[1]), lang) + f"\nzone = {toml_value(zone[0])}"]
    blocks += [_register(name, sheet, lang) for name, sheet in tables.registers.items()]
    if tables.figures is not None:
        keys = {"path": tables.figures.path, "sheet": tables.figures.name, "basis": Basis.OFFICIAL.value}
        blocks.append(_comment(text("lists.project_figures"), lang) + "\n" + _block("figures", keys))
    blocks += [_points(name, sheet, lang) for name, sheet in tables.points.items()]
    blocks += [_layer(item, lang) for item in _layers(missing, tables.points)]
    return "\n\n".join(blocks) + "\n"


def _register(name: str, sheet: Sheet, lang: Language) -> str:
    known = load_registers().get(name)
    keys = {"role": known.role if known else name}
    if known is None or known.id != known.role:
        keys["id"] = name
    if known and known.level:
        keys["level"] = known.level.value
    keys |= {"path": sheet.path, "sheet": sheet.name, "basis": Basis.OFFICIAL.value, "as_of": ""}
    said = text("lists.project_register", title=register_title(name))
    return _comment(said, lang) + "\n" + comment(_block("register", keys, fields=_own_fields(sheet, lang)))


def _points(name: str, sheet: Sheet, lang: Language) -> str:
    headings = {heading.name for heading in sheet.headings}
    fields = [field for field in load_fields() if field_heading(field, lang) in headings]
    keys = {**_identity(name), "path": sheet.path, "layer": sheet.name}
    keys |= {"basis": Basis.OFFICIAL.value, "vintage": "", "crs": _COORDINATES}
    mapped = {field: field_heading(field, lang) for field in ("name", *fields)}
    said = text("lists.project_points", title=layer_title(name))
    return _comment(said, lang) + "\n" + comment(_block("layer", keys, fields=mapped))


def _layer(item: Item, lang: Language) -> str:
    said = text(
        f"lists.project_{item.what}",
        title=item.title,
        kind=text(f"lists.kind_{item.kind or 'layer'}"),
        asked=_asked(item, lang),
    )
    keys = {**_identity(item.id), "path": "", "basis": Basis.OFFICIAL.value, "vintage": ""}
    classes = item.fields if item.kind == "raster" else ()
    fields = {} if item.kind == "raster" else dict.fromkeys(item.fields, "")
    return _comment(said, lang) + "\n" + comment(_block("layer", keys, fields=fields, classes=classes))


def _layers(missing: Iterable[Missing], points: Mapping[str, Sheet]) -> list[Item]:
    """Return the layers that are missing, those that want an older vintage or a field, each once with all fields."""
    found: dict[tuple[str, str], Item] = {}
    for one in missing:
        item = one.item
        of_layer = item.what in {LAYER, VINTAGE} or (item.what == FIELDS and item.kind)
        if not of_layer or item.id in points:
            continue
        known = found.get((item.what, item.id), item)
        fields = tuple(dict.fromkeys((*known.fields, *item.fields)))
        found[item.what, item.id] = Item(
            item.what, item.id, item.title, item.role, item.kind, fields=fields, unit=known.unit or item.unit
        )
    return list(found.values())


def _asked(item: Item, lang: Language) -> Text:
    """Return what a layer must have: fields, classes, or values in a unit."""
    comma = "、" if lang == "zh" else ", "
    if item.kind == "raster" and item.fields:
        return text("lists.layer_classes", classes=comma.join(item.fields))
    if item.fields:
        return text("lists.layer_fields", fields=comma.join(field_heading(one, lang) for one in item.fields))
    return text("lists.layer_unit", unit=unit_word(item.unit, lang)) if item.unit else NO_TEXT


def _identity(name: str) -> dict[str, str]:
    known = load_layers().get(name)
    if known is None:
        return {"role": "", "id": name}
    role = load_roles()[known.role]
    return {"role": role.id} if role.layer == name else {"role": role.id, "id": name}


def _own_fields(sheet: Sheet, lang: Language) -> dict[str, str]:
    """Return the declared fields among the headings of a register, which its reader may not know by themselves."""
    headings = {heading.name for heading in sheet.headings}
    return {name: title for name in load_fields() if (title := field_heading(name, lang)) in headings}


def _comment(said: Text, lang: Language) -> str:
    return comment(said.get(lang))


def _block(
    kind: str,
    keys: Mapping[str, str],
    *,
    fields: Mapping[str, str] | None = None,
    classes: Iterable[str] = (),
) -> str:
    return block(kind, keys, {"fields": fields or {}, "classes": dict.fromkeys(classes, ())})
