"""What a register lists: waters that a map shows, units, or sites."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from geozone.manifest.inputs import load_registers
from geozone.manifest.roles import load_roles
from geozone.model import Level


@dataclass(frozen=True, slots=True)
class Subject:
    """What the items of a register are."""

    role: str
    id: str = ""  # of the register
    level: Level | None = None  # of its units

    @property
    def units(self) -> bool:
        """Whether the items are administrative units themselves."""
        return self.role in _unit_roles()

    @property
    def programme(self) -> bool:
        """Whether the items are followed by a programme, not drawn as waters are."""
        return self.role not in _drawn_roles()

    @property
    def sites(self) -> bool:
        """Whether the items are what lies in units and is drawn by no layer: of these many share a name."""
        return self.programme and not self.units

    @property
    def name(self) -> str:
        """What ids of items begin with that the file gives none."""
        return self.id or self.role if self.programme else self.role


def subject_of(role: str, id_: str = "", level: Level | None = None) -> Subject:
    """Return what a register lists; a declared register has the level that is declared."""
    declared = load_registers().get(id_)
    return Subject(role, id_, level or (declared.level if declared else None))


@cache
def _unit_roles() -> frozenset[str]:
    return frozenset(register.role for register in load_registers().values() if register.level is not None)


@cache
def _drawn_roles() -> frozenset[str]:
    return frozenset(role.register for role in load_roles().values() if role.register)
