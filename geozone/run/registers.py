"""The registers and figures of a run: the user's own in the place of the embedded ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from geozone.figures.embedded import FIGURES, embedded_figures
from geozone.figures.merging import merged
from geozone.figures.tables import read_figures
from geozone.files import digest
from geozone.manifest.indicators import Indicator
from geozone.manifest.origins import as_record, in_words, licence_of
from geozone.messages import message, text
from geozone.model import Basis, Finding, Level, Origin, Register, RegisterTotal, Severity, Status, Zone
from geozone.project import Project, RegisterFile
from geozone.rates.figures import VALUE, Figure, Figures
from geozone.registers import embedded_registers, read_register
from geozone.registers.embedded import embedded_dates, embedded_file
from geozone.reuse.files import bytes_read
from geozone.reuse.reuse import Reuse
from geozone.run.layers import TOLD
from geozone.vintages import year_of

_RECORDS = (*TOLD, Register, RegisterTotal, Origin, Basis, Level, Status)


def read_registers(
    project: Project, inputs: list[dict[str, Any]], reuse: Reuse | None = None
) -> dict[str, Register]:
    """Return the registers by id: the user's own in place of the embedded ones; note what was read."""
    found = embedded_registers(project.zone, without=frozenset(entry.id for entry in project.registers))
    files = {name: path for name, one in found.items() if (path := embedded_file(one))}
    for entry in project.registers:
        register = _read(entry, project.zone, reuse or Reuse())
        origin = entry.origin or Origin(register.source)
        found[entry.id] = replace(register, origins=(origin,))
        files.pop(entry.id, None)
        if isinstance(entry.path, Path):
            files[entry.id] = entry.path
    # the user's own stand in the places of those that they replace
    registers = {name: found[name] for name in dict.fromkeys([*embedded_dates(project.zone), *found])}
    inputs += [
        {
            "path": register.id,
            "layer": None,
            "role": register.role,
            "sha256": digest(files[name]) if name in files else None,
            "basis": register.basis.value,
            "vintage": register.as_of,
            "source": register.source,
            "licence": licence_of(register.origins).zh,
            "origins": [as_record(origin) for origin in register.origins],
        }
        for name, register in registers.items()
    ]
    return registers


def _read(entry: RegisterFile, zone: Zone, reuse: Reuse) -> Register:
    def read() -> Register:
        return read_register(
            entry.path,
            role=entry.role,
            id=entry.id,
            level=entry.level,
            basis=entry.basis,
            as_of=entry.as_of,
            source=in_words(entry.origin) if entry.origin else None,
            layer=entry.layer,
            sheet=entry.sheet,
            fields=entry.fields,
            zone=zone,
        )

    return reuse.result("register", entry.id, lambda: [entry, zone, bytes_read(entry.path)], read, _RECORDS)


def read_all_figures(
    project: Project, indicators: Mapping[str, Indicator], inputs: list[dict[str, Any]]
) -> tuple[Figures, list[Finding]]:
    """Return the reported figures of a zone, and what was found in the user's own; note what was read."""
    own: dict[str, Sequence[Figure]] = {}
    found: list[Finding] = []
    newest = _newest_year(project) if project.figures else 0
    for entry in project.figures:
        source = in_words(entry.origin) if entry.origin else None
        table = read_figures(
            entry.path,
            basis=entry.basis,
            source=source,
            layer=entry.layer,
            sheet=entry.sheet,
            fields=entry.fields,
            zone=project.zone,
            indicators=indicators,
        )
        own[entry.name] = [*own.get(entry.name, ()), *table.figures]
        found += [*table.findings, *_later_than_all(table.figures, entry.name, newest)]
        inputs.append(
            {
                "path": entry.name,
                "layer": entry.sheet or entry.layer,
                "role": "figures",
                "sha256": digest(entry.path) if isinstance(entry.path, Path) else None,
                "basis": entry.basis.value,
                "vintage": "",
                "source": source or text("project.own_figures"),
                "licence": entry.origin.licence.zh if entry.origin else "",
                "origins": [as_record(entry.origin)] if entry.origin else [],
            }
        )
    published = embedded_figures(project.zone)
    if len(published):
        inputs.append(
            {
                "path": FIGURES.name,
                "layer": None,
                "role": "figures",
                "sha256": digest(FIGURES),
                "basis": Basis.PUBLIC.value,
                "vintage": "",
                "source": text("words.table_figures"),
                "licence": "",
                "origins": [],
            }
        )
    together, replaced = merged(published, own)
    return together, found + replaced


def _newest_year(project: Project) -> int:
    """Return the latest year that data of the project, or of geozone itself, is of."""
    dates = [entry.as_of for entry in project.registers]
    dates += [project.layers[name].vintage for name in project.own]
    dates += embedded_dates(project.zone).values()
    years = [figure.year for figure in embedded_figures(project.zone).all if figure.kind == VALUE]
    return max((year for year in (*map(year_of, dates), *years) if year is not None), default=0)


def _later_than_all(figures: Sequence[Figure], file: str, newest: int) -> list[Finding]:
    """Return the finding that figures are of a year after all other data: they may be what somebody plans.

    There is no clock here, so that the same inputs give the same outputs on any day.
    """
    years = {figure.year for figure in figures if figure.kind == VALUE}
    later = sorted(year for year in years if year is not None and year > newest)
    if not later:
        return []
    params = {"file": file, "years": ", ".join(map(str, later)), "newest": newest}
    said, remedy = message("run.figures_later", **params), message("run.figures_later_remedy")
    return [Finding("figures_later", Severity.WARNING, file, said, remedy)]
