"""Roles: what a layer can be, as declared in ``seeds/roles.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from geozone.errors import UsageError
from geozone.files import shipped
from geozone.manifest.declared import Declarations, nearest
from geozone.messages import Text
from geozone.model import LayerStyle

Kind = Literal["area", "line", "point", "raster"]
KINDS: tuple[Kind, ...] = ("area", "line", "point", "raster")
GEOMETRIES: Mapping[str, str] = {"area": "MultiPolygon", "line": "MultiLineString", "point": "MultiPoint"}
BACKDROP = ("sea", "water", "names", "seats")  # purposes of what maps draw around and over the units
PURPOSES = ("units", "relief", *BACKDROP)
_DIMENSIONS: Mapping[str, int] = {"area": 2, "line": 1, "point": 0}
_DEFAULTS: Mapping[str, Any] = {
    "also": (), "layer": "", "several": False, "marine": False, "shown": True, "sensitive": False,
    "statutory": False, "partition": False, "register": "", "purpose": "", "natural": (), "shore": False, "sea": False, "offshore": False, "named_to": 0, "flow": "", "outlined": False,
    "classed": False,
    "nominal": False, "belt": None, "made_from": "", "columns": "", "grades": None, "words": (), "fields": {}, "field_words": (),
}  # fmt: skip
_KEYS = {"title", "kind", "order", "style", *_DEFAULTS}


@dataclass(frozen=True, slots=True)
class Belt:
    """How the ground of a role is looked at as a belt that must hold (`geozone.barriers.analysis`)."""

    axis: str  # ids of the layers that are made
    breaks: str
    gaps: str
    protected: tuple[str, ...]  # layers whose ground is protected
    reach_m: float  # the widest cut that is one; patches farther apart belong to different belts
    link_m: float  # patches so near to each other are connected
    narrow_m: float  # a belt less wide is narrow there
    protected_m: float  # a belt with less protected width is unprotected there
    gap_km2: float  # the smallest gap that is listed
    side_km2: float  # the smallest belt, and the smallest side of a break
    arm_m: float  # the shortest arm of an axis
    close: int  # how many gaps to close are chosen
    passages: bool  # it is to lead from province to province
    built: str = ""  # the class of land cover that breaks it; none
    built_share: float = 1.0  # where it has so much of a step of the axis or more


@dataclass(frozen=True, slots=True)
class Grades:
    """How a field tells the features of a layer apart: classes of a number, or codes with their words."""

    field: str
    colours: tuple[str, ...]  # one a class, or one a code
    bounds: tuple[float, ...] = ()  # where the next class begins
    unit: str = ""  # of the number
    widths: tuple[float, ...] = ()  # of lines, one a class
    codes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()  # of points, one a code
    domain: str = ""  # value domain of the codes
    rank: str = ""  # a field that counts from the first
    first: int = 0  # how many of the first are drawn larger


@dataclass(frozen=True, slots=True)
class Role:
    """What a layer of this role is, and how it is treated."""

    id: str
    title: Text
    kind: Kind
    order: int  # place in the drawing order, from the bottom
    style: LayerStyle
    also: tuple[Kind, ...]
    layer: str  # id of the layer where a project names none
    several: bool
    marine: bool
    shown: bool
    sensitive: bool
    statutory: bool
    partition: bool
    register: str  # the register whose items its features are
    purpose: str  # one of PURPOSES, or nothing
    natural: tuple[str, ...]
    shore: bool  # its lines belong to the unit that they name or lie nearest to
    sea: bool  # its areas stand for the sea
    offshore: bool  # part of it may lie off the land of the zone
    named_to: int  # maps up to this scale name its features; 0: none
    flow: str  # a field with the class of a stream; the lines run downstream
    outlined: bool  # drawn as an outline on printed sheets
    classed: bool  # the values of the raster are classes, not quantities
    nominal: bool  # its areas name ground and claim none
    belt: Belt | None  # how its ground is looked at as a belt
    columns: str  # whose words its columns have, where that is not the layer itself
    made_from: str  # the role whose layer the run makes it from; nobody supplies it
    grades: Grades | None  # how a field tells its features apart
    words: tuple[str, ...]  # in names of files and layers, by which it is recognised
    fields: Mapping[str, tuple[str, ...]]  # what files call the fields of geozone that only this role has
    field_words: tuple[str, ...]  # further fields that tell the role

    @property
    def geometry(self) -> str:
        """The kind of geometry that takes the layer's own name in a file."""
        return GEOMETRIES.get(self.kind, "MultiPolygon")

    @property
    def dimensions(self) -> tuple[int, ...]:
        """Dimensions of the geometries that it may have: 0 points, 1 lines, 2 areas."""
        return tuple(_DIMENSIONS[kind] for kind in (self.kind, *self.also) if kind in _DIMENSIONS)

    @property
    def telling_fields(self) -> tuple[str, ...]:
        """Fields of files by which it is recognised where no name tells it."""
        return (*(word for words in self.fields.values() for word in words), *self.field_words)

    @property
    def raster(self) -> bool:
        """Whether it is a raster."""
        return self.kind == "raster"


@cache
def load_roles() -> Mapping[str, Role]:
    """Return every role by its id, in the drawing order.

    Raises
    ------
    InputError
        If the table is not as it should be; the sentence gives file and line.
    """
    return parse_roles(Declarations.read(shipped("seeds") / "roles.toml"))


def parse_roles(declared: Declarations) -> Mapping[str, Role]:
    """Return the roles of a table of declarations."""
    roles = [role for key, table in declared.tables.items() if (role := _role(declared, key, table))]
    layers: dict[str, str] = {}
    for role in roles:
        if role.layer in layers:
            declared.fault((role.id, "layer"), "twice", name=role.layer, other=layers[role.layer])
        layers[role.layer] = role.id
    declared.stop_on_faults()
    return MappingProxyType({role.id: role for role in sorted(roles, key=lambda role: role.order)})


def get_role(name: str) -> Role:
    """Return a role by its id.

    Raises
    ------
    UsageError
        If there is none of this id; the nearest is named.
    """
    roles = load_roles()
    if name not in roles:
        raise UsageError("manifest.unknown_role", name=name, nearest=nearest(name, roles))
    return roles[name]


def layer_order() -> list[str]:
    """Return the ids of the layers that go by their role, from the bottom of the map to its top."""
    return [role.layer for role in load_roles().values()]


def role_for(purpose: str) -> Role:
    """Return the only role that serves a purpose, one of `PURPOSES`."""
    return next(role for role in load_roles().values() if role.purpose == purpose)


def _role(declared: Declarations, key: str, table: Any) -> Role | None:
    if not isinstance(table, dict):
        declared.fault((key,), "no_table", name=key)
        return None
    declared.known_keys((key,), table, _KEYS)
    missing = {"title", "kind", "order", "style"} - set(table)
    for name in sorted(missing):
        declared.fault((key,), "missing_key", name=name)
    kinds = [table.get("kind"), *table.get("also", ())]
    for kind in kinds:
        if kind not in KINDS:
            declared.fault((key, "kind"), "unknown_word", name=kind, nearest=nearest(str(kind), KINDS))
    purpose = table.get("purpose", "")
    if purpose and purpose not in PURPOSES:
        declared.fault(
            (key, "purpose"), "unknown_word", name=purpose, nearest=nearest(str(purpose), PURPOSES)
        )
    if missing or not set(kinds) <= set(KINDS):
        return None
    values = {name: table.get(name, default) for name, default in _DEFAULTS.items()}
    values |= {name: tuple(values[name]) for name in ("also", "natural", "words", "field_words")}
    values["fields"] = {name: tuple(words) for name, words in values["fields"].items()}
    values["layer"] = values["layer"] or key
    values["belt"] = _belt(declared, key, table["belt"]) if "belt" in table else None
    values["grades"] = _grades(declared, key, table["grades"]) if "grades" in table else None
    return Role(
        id=key,
        title=Text(**table["title"]),
        kind=table["kind"],
        order=table["order"],
        style=LayerStyle(**table["style"]),
        **values,
    )


def _belt(declared: Declarations, key: str, table: Mapping[str, Any]) -> Belt | None:
    known = {field.name for field in fields(Belt)}
    declared.known_keys((key, "belt"), table, known)
    missing = sorted({field.name for field in fields(Belt) if field.default is MISSING} - set(table))
    for name in missing:
        declared.fault((key, "belt"), "missing_key", name=name)
    return None if missing else Belt(**{**table, "protected": tuple(table["protected"])})


def _grades(declared: Declarations, key: str, table: Mapping[str, Any]) -> Grades | None:
    declared.known_keys((key, "grades"), table, {field.name for field in fields(Grades)})
    missing = sorted({"field", "colours"} - set(table))
    for name in missing:
        declared.fault((key, "grades"), "missing_key", name=name)
    lists = {name: tuple(value) for name, value in table.items() if isinstance(value, list)}
    return None if missing else Grades(**{**table, **lists})
