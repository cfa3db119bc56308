"""The tables about a result: targets, registers, findings, repairs, sources and method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path, PurePath
from typing import Any

import pandas as pd

from geozone import __version__
from geozone.export.columns import column, columns, conformed
from geozone.export.table import Table, plain_table
from geozone.figures.listing import FIGURE_COLUMNS, figure_rows
from geozone.manifest.rules import code_of
from geozone.messages import Language, Text, text
from geozone.model import REGISTER_COLUMNS, Document, Target, ZoneResult
from geozone.registers.package import RECORDS, REGISTER_ID, exported_rows, further_columns


def zone_documents(result: ZoneResult) -> list[Document]:
    """Return the documents of the zone, in its order."""
    return [result.documents[name] for name in result.zone.documents if name in result.documents]


def targets_table(result: ZoneResult, lang: Language) -> Table:
    """Return what the documents demand, a row each."""
    declared = columns(
        "targets",
        (
            "id", "documents", "clause", "zone", "region", "region_codes", "indicator", "title",
            "comparator text comparator", "modality text modality", "value number", "unit", "year integer",
            "base_year integer", "change_basis", "printed", "denominator", "answered_by", "reading_value number",
            "reading_source", "reading_reason", "note",
        ),
    )  # fmt: skip
    return plain_table(
        "targets", declared, [_target_row(target, result.indicators, lang) for target in result.targets]
    )


def _target_row(target: Target, indicators: Mapping[str, Any], lang: Language) -> dict[str, Any]:
    row = {item.name: getattr(target, item.name) for item in fields(target)}
    row |= {name: value.get(lang) for name, value in row.items() if isinstance(value, Text)}
    row |= {name: ",".join(row[name]) for name in ("documents", "region_codes")}
    row["answered_by"] = ",".join(
        indicators[target.indicator].inputs if target.indicator in indicators else ()
    )
    row["printed"] = "; ".join(f"{document}: {figure}" for document, figure in target.printed.items())
    if target.reading:
        row |= {
            "reading_value": target.reading.value,
            "reading_source": target.reading.source.get(lang),
            "reading_reason": target.reading.reason.get(lang),
        }
    return row


def registers_table(result: ZoneResult) -> Table:
    """Return the items of all registers, told apart by their role and id; a person may edit them and read them back.

    Columns that some registers have further, such as kinds, stand behind those that all have.

    What is needed to read them back stands in the hidden columns `RECORDS`.
    """
    numbers = {"shore_km", "area_km2", "length_km"}
    own = [
        f"{name} number"
        if name in numbers
        else "planned_year integer"
        if name == "planned_year"
        else f"{name} text {name if name in {'basis', 'status'} else ''}".strip()
        for name in REGISTER_COLUMNS
    ]
    further: dict[str, str] = {}  # a GeoPackage does not tell Line from line
    for register in result.registers.values():
        for name in further_columns(register.items):
            further.setdefault(name.casefold(), name)
    declared = (
        *(
            replace(item, fixed=item.name not in {"role", REGISTER_ID})
            for item in columns("registers", ("register", REGISTER_ID, "role text role", "as_of"))
        ),
        *columns("registers", own),
        *(column(name, table="registers") for name in further.values()),
        *(replace(item, fixed=True, hidden=True) for item in columns("registers", RECORDS)),
    )
    frames = [
        exported_rows(register, name).rename(columns=lambda each: further.get(each.casefold(), each))
        for name, register in result.registers.items()
    ]
    frame = (
        pd.concat([conformed(item, declared) for item in frames], ignore_index=True)
        if frames
        else pd.DataFrame()
    )
    return plain_table("registers", declared, frame)


def figures_table(result: ZoneResult, lang: Language) -> Table:
    """Return the reported figures of the zone, a row each; a person may edit them and read them back."""
    types = {"year": "year integer", "value": "value number", "basis": "basis text basis"}
    declared = columns("figures", [types.get(name, name) for name in FIGURE_COLUMNS])
    figures = result.figures.all if result.figures is not None else ()
    return plain_table("figures", declared, figure_rows(figures, lang, zone=result.zone))


def findings_table(result: ZoneResult, lang: Language) -> Table:
    """Return what was found in the data."""
    declared = columns(
        "findings",
        (
            "severity text severity",
            "layer",
            "feature",
            "code",
            "kind",
            "message",
            "remedy",
            "longitude number",
            "latitude number",
        ),
    )
    rows = [
        {
            "severity": finding.severity.value,
            "layer": finding.layer,
            "feature": finding.feature,
            "code": code_of(finding),
            "kind": finding.kind,
            "message": finding.message.get(lang),
            "remedy": finding.remedy.get(lang),
            "longitude": finding.place[0] if finding.place else None,
            "latitude": finding.place[1] if finding.place else None,
        }
        for finding in result.findings
    ]
    return plain_table("findings", declared, rows)


def ledger_table(result: ZoneResult) -> Table:
    """Return the repairs with the areas before and after."""
    declared = columns(
        "ledger", ("layer", "feature", "method", "before_km2 number", "after_km2 number", "change number")
    )
    frame = result.ledger
    if len(frame) and "change" not in frame.columns:
        frame = frame.assign(change=frame["after_km2"] - frame["before_km2"])
    return plain_table("ledger", declared, frame)


def run_table(result: ZoneResult, lang: Language) -> Table:
    """Name what the figures are made of. Times, machine paths and library versions stand in the run record alone."""
    declared = columns(
        "run", ("section", "name", "value", "basis text basis", "vintage", "source", "licence", "sha256")
    )
    rows: list[dict[str, Any]] = [
        {"section": "zone", "name": "zone", "value": result.zone.key},
        {"section": "zone", "name": "title", "value": result.title.get(lang)},
        {
            "section": "zone",
            "name": "map_review",
            "value": result.review_number or text("words.not_reviewed").get(lang),
        },
        {"section": "software", "name": "geozone", "value": __version__},
        {"section": "method", "name": "area", "value": text("export.method_area").get(lang)},
        {"section": "method", "name": "coverage", "value": text("export.method_coverage").get(lang)},
    ]
    rows += [
        {"section": "document", "name": document.id, "value": document.title.get(lang), "vintage": document.issued,
         "source": document.issuer.get(lang)}
        for document in zone_documents(result)
    ]  # fmt: skip
    rows += [
        {
            "section": "input" if item.get("used", True) else "unused_input",
            "name": PurePath(str(item.get("path", ""))).name,
            "value": item.get("layer"),
        }
        | {name: _shown(item.get(name), lang) for name in ("basis", "vintage", "source", "licence", "sha256")}
        for item in result.inputs
    ]
    rows += [
        {"section": "register_total", "name": f"{register.id}:{total.unit_code}", "value": str(total.count),
         "basis": register.basis.value, "vintage": total.source_date, "source": total.source}
        for register in result.registers.values()
        for total in register.totals
    ]  # fmt: skip
    rows += [
        {"section": "step", "name": f"{step.name}.{name}", "value": str(_shown(value, lang))}
        for step in result.steps
        for name, value in step.figures.items()
        if not isinstance(value, Path) and not name.endswith("seconds")
    ]
    return plain_table("run", declared, rows)


def _shown(value: Any, lang: Language) -> Any:
    return value.get(lang) if isinstance(value, Text) else value
