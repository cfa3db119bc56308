"""The user's project file: which zone, and which layers, registers, figures and indicators are the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geozone.catalog import load_catalog
from geozone.errors import InputError
from geozone.manifest.declared import Declarations, nearest
from geozone.manifest.indicators import Indicator
from geozone.messages import Text
from geozone.model import Document, LayerSpec, Target, Zone
from geozone.project.entries import release_file, stated
from geozone.project.indicators import Known, read_indicators
from geozone.project.layers import read_layers
from geozone.project.registers import FigureFile, RegisterFile, read_figure_files, read_registers
from geozone.project.schema import sound_entries
from geozone.read.door.content import bytes_of
from geozone.seeds import get_zone, load_zones

__all__ = ["FigureFile", "Project", "RegisterFile", "embedded_project", "load_project"]


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
    since: Path | None = None  # the last release, which a build is held against


def embedded_project(key: str) -> Project:
    """Return the project of a zone with the embedded layers and registers only."""
    zone = get_zone(key)
    return Project(zone, zone.title, load_catalog())


def load_project(path: Path) -> Project:
    """Read a project file (README, "Your own data"): all of it is checked before any of the data is opened.

    Raises
    ------
    InputError
        If the file or a data file named in it is missing, or a key is unknown or has a wrong value; every fault is told
        with its line.
    """
    try:
        raw = bytes_of(path)
    except InputError as error:
        raise InputError("project.missing", path=path) from error
    except OSError as error:
        raise InputError("project.unreadable", path=path, reason=error.strerror or str(error)) from error
    return _parse(Declarations(path.name, _decoded(raw, path)), path)


def _decoded(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
        raise InputError(
            "project.not_utf8",
            file=path.name,
            line=raw.count(b"\n", 0, error.start) + 1,
            encoding="UTF-16" if wide else "GB 18030",
        ) from error


def _parse(declared: Declarations, path: Path) -> Project:
    table = declared.tables
    entries = sound_entries(declared)
    zones = load_zones()
    key = table.get("zone")
    zone = zones.get(key) if isinstance(key, str) else None
    if zone is None and isinstance(key, str):
        declared.fault(("zone",), "unknown_zone", name=key, nearest=nearest(key, zones))
    layers = load_catalog()
    own, older = read_layers(declared, entries["layer"], path)
    registers = read_registers(declared, entries["register"], path)
    figures = read_figure_files(declared, entries["figures"], path)
    # an entry that has a fault of its own is known all the same: that is told once
    known = Known(
        _named(table.get("layer"), "role") | {name: spec.role for name, spec in own.items()},
        frozenset({*_named(table.get("register"), "role"), *(register.id for register in registers)}),
    )
    asked = read_indicators(declared, entries["indicator"], zone, known)
    declared.stop_on_faults()
    assert zone is not None  # else there is a fault
    return Project(
        zone=zone,
        title=stated(table, "title") or zone.title,
        layers=layers | own,
        registers=registers,
        review_number=str(table.get("map_review_number", "")),
        path=path,
        own=frozenset(own),
        older=older,
        figures=figures,
        indicators=asked.indicators,
        targets=asked.targets,
        documents=asked.documents,
        since=release_file(table["since"], path) if "since" in table else None,
    )


def _named(entries: Any, what: str) -> dict[str, str]:
    """Return what the entries of a kind say of themselves by their ids, as far as they have any."""
    tables = [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []
    return {str(entry["id"]): str(entry.get(what, "")) for entry in tables if "id" in entry}
