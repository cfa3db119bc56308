"""Groups, map themes and the printed page of a QGIS project, as ``seeds/desktop.toml`` declares them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from geozone.files import shipped
from geozone.manifest.declared import Declarations, nearest
from geozone.manifest.roles import load_roles
from geozone.messages import Text

Box = tuple[float, float, float, float]  # left, top, width, height in millimetres


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that stand together in the list of layers."""

    title: Text
    roles: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    others: bool = False  # takes every role that no group names

    def holds(self, role: str, named: Collection[str]) -> bool:
        """Whether it holds the layers of a role, where some roles are named by groups."""
        return role in self.roles or bool(role and self.others and role not in named)


@dataclass(frozen=True, slots=True)
class Theme:
    """Layers that are shown together."""

    title: Text
    roles: tuple[str, ...]
    rate: bool  # the units are coloured by their rate


@dataclass(frozen=True, slots=True)
class Page:
    """The printed page: its size and where its parts stand, in millimetres; sizes of letters in points."""

    size: tuple[float, float]
    map: Box
    title: Box
    legend: Box
    north: Box
    scale: Box
    review: Box
    footer: Box
    title_points: float
    text_points: float
    footer_points: float
    legend_points: float


@dataclass(frozen=True, slots=True)
class Desktop:
    """What a QGIS project is made of."""

    groups: tuple[Group, ...]
    themes: tuple[Theme, ...]
    page: Page

    @property
    def named(self) -> frozenset[str]:
        """Roles that groups name."""
        return frozenset(role for group in self.groups for role in group.roles)


@cache
def load_desktop() -> Desktop:
    """Return the declarations.

    Raises
    ------
    InputError
        If the table is not as it should be; the sentence gives file and line.
    """
    declared = Declarations.read(shipped("seeds") / "desktop.toml")
    declared.known_keys((), declared.tables, {"group", "theme", "page"})
    for kind in ("group", "theme"):
        for place, table in enumerate(declared.tables[kind]):
            declared.known_keys((kind, place), table, {"title", "roles", "tables", "rate", "others"})
            for role in table.get("roles", ()):
                if role not in load_roles():
                    near = nearest(role, load_roles())
                    declared.fault((kind, place, "roles"), "unknown_word", name=role, nearest=near)
    declared.stop_on_faults()
    tables = declared.tables
    page: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in tables["page"].items()
    }
    return Desktop(
        tuple(
            Group(
                Text(**one["title"]),
                tuple(one.get("roles", ())),
                tuple(one.get("tables", ())),
                bool(one.get("others")),
            )
            for one in tables["group"]
        ),
        tuple(
            Theme(Text(**one["title"]), tuple(one["roles"]), bool(one.get("rate"))) for one in tables["theme"]
        ),
        Page(**page),
    )
