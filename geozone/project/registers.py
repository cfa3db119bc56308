"""The registers and reported figures of a project file: ``[[register]]`` and ``[[figures]]``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geozone.catalog import DeclarationError, choice
from geozone.manifest.declared import Declarations
from geozone.manifest.inputs import load_registers, register_roles, register_title
from geozone.messages import Text, text
from geozone.model import Basis, LayerSource, Level, Origin
from geozone.project.entries import data_file, faults_kept, known_word, own_id, stated, stated_origin, word_of
from geozone.project.schema import Entries


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A register that the user supplies."""

    role: str  # of its items
    path: Path | str  # a file, or the address of a database
    basis: Basis
    as_of: str
    origin: Origin | None  # None where nobody says: a register that geozone wrote says it itself
    layer: str | None = None
    fields: Mapping[str, str] | None = None
    sheet: str | None = None  # of a workbook; "*" for all that are registers
    id: str = ""  # the role where it is the only register of that role
    level: Level | None = None  # of a register of units
    title: Text | None = None

    @property
    def name(self) -> str:
        """What it is called; of a database host, database and table, without credentials."""
        return LayerSource(self.path, self.layer).name


@dataclass(frozen=True, slots=True)
class FigureFile:
    """A table of figures that the user supplies."""

    path: Path | str  # a file, or the address of a database
    basis: Basis
    origin: Origin | None = None
    layer: str | None = None
    sheet: str | None = None
    fields: Mapping[str, str] | None = None

    @property
    def name(self) -> str:
        """What it is called; of a database host, database and table, without credentials."""
        return LayerSource(self.path, self.layer).name


def read_registers(declared: Declarations, entries: Entries, project: Path) -> tuple[RegisterFile, ...]:
    """Return the registers; faults are kept in `declared`, such as two of one id."""
    found: dict[str, RegisterFile] = {}
    for position, entry in entries:
        with faults_kept(declared, ("register", position)):
            register = _register(entry, project)
            if register.id in found:
                files = f"{found[register.id].name}, {register.name}"
                raise DeclarationError(
                    text("project.second_register", role=register_title(register.id), files=files)
                )
            found[register.id] = register
    return tuple(found.values())


def read_figure_files(declared: Declarations, entries: Entries, project: Path) -> tuple[FigureFile, ...]:
    """Return the tables of figures; faults are kept in `declared`."""
    found = []
    for position, entry in entries:
        with faults_kept(declared, ("figures", position)):
            path, inside = data_file(entry["path"], project)
            found.append(
                FigureFile(
                    path,
                    choice(Basis, entry, "basis"),
                    _origin(entry),
                    word_of(entry, "layer") or inside,
                    word_of(entry, "sheet"),
                    entry.get("fields"),
                )
            )
    return tuple(found)


def _register(entry: Mapping[str, Any], project: Path) -> RegisterFile:
    role = known_word(str(entry.get("role", "")), tuple(register_roles()), "role")
    drawn = role in load_registers()  # the register of a role that has a layer goes by it
    name = own_id(entry, role if drawn else "", "[[register]]")
    known = load_registers().get(name)
    if known is not None and known.role != role:
        raise DeclarationError(text("project.id_of_role", id=name, role=known.role, given=role))
    level = word_of(entry, "level") or (known.level.value if known and known.level else None)
    path, inside = data_file(entry["path"], project)
    return RegisterFile(
        role=role,
        path=path,
        basis=choice(Basis, entry, "basis"),
        as_of=str(entry["as_of"]),
        origin=_origin(entry),
        layer=word_of(entry, "layer") or inside,
        fields=entry.get("fields"),
        sheet=word_of(entry, "sheet"),
        id=name,
        level=Level(level) if level else None,
        title=stated(entry, "title"),
    )


def _origin(entry: Mapping[str, Any]) -> Origin | None:
    """Return the origin that an entry states; None where nobody says: a table that geozone wrote says it itself."""
    said = stated(entry, "source")
    return stated_origin(entry, said) if said else None
