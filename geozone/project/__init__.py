"""The user's project file: which zone, and which layers, registers, figures and indicators are the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geozone.catalog import DeclarationError, load_catalog
from geozone.errors import InputError
from geozone.manifest.declared import Declarations
from geozone.manifest.indicators import Indicator
from geozone.messages import Text, text
from geozone.model import Document, LayerSpec, Target, Zone
from geozone.project.entries import known_keys, stated
from geozone.project.indicators import TABLE, read_indicators
from geozone.project.layers import read_layers
from geozone.project.registers import FigureFile, RegisterFile, read_figure_files, read_registers
from geozone.seeds import get_zone

__all__ = ["FigureFile", "Project", "RegisterFile", "embedded_project", "load_project"]
_KEYS = ("zone", "title", "map_review_number", "layer", "register", "figures", TABLE)


@dataclass(frozen=True, slots=True)
class Project:
    """A zone with what its numbers are made from."""

    zone: Zone
    title: Text
    layers: dict[str, LayerSpec]  # by layer id; the user's in place of the embedded ones
    registers: tuple[RegisterFile, ...] = ()
    review_number: str = ""
    path: Path | None = None
    own: frozenset[str] = frozenset()  # ids of the layers that the user supplies
    older: Mapping[str, tuple[LayerSpec, ...]] = field(default_factory=dict)  # older vintages, by layer id
    figures: tuple[FigureFile, ...] = ()
    indicators: Mapping[str, Indicator] = field(default_factory=dict)  # the user's own, by id
    targets: tuple[Target, ...] = ()  # of these
    documents: Mapping[str, Document] = field(default_factory=dict)  # in which these stand


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
        written = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError("project.missing", path=path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("project.unreadable", path=path, reason=str(error)) from error
    try:
        return _parse(Declarations(path.name, written), path)
    except KeyError as error:
        reason = text("catalog.missing_key", name=error.args[0])
        raise InputError("project.unreadable", path=path, reason=reason) from error
    except DeclarationError as error:
        raise InputError("project.unreadable", path=path, reason=error.reason) from error
    except (AttributeError, TypeError) as error:
        raise InputError("project.unreadable", path=path, reason=str(error)) from error


def _parse(declared: Declarations, path: Path) -> Project:
    table = declared.tables
    known_keys(table, _KEYS, path.name)
    zone = get_zone(table["zone"])
    layers = load_catalog()
    own, older = read_layers(table.get("layer", ()), path)
    asked = read_indicators(declared, zone)
    return Project(
        zone=zone,
        title=stated(table, "title") or zone.title,
        layers=layers | own,
        registers=read_registers(table.get("register", ()), path),
        review_number=str(table.get("map_review_number", "")),
        path=path,
        own=frozenset(own),
        older=older,
        figures=read_figure_files(table.get("figures", ()), path),
        indicators=asked.indicators,
        targets=asked.targets,
        documents=asked.documents,
    )
