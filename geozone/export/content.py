"""What a result holds, as tables: the one source of the GeoPackage, PostGIS, the sheets and the other files.

Every layer and table is there even when it has no rows, so that a reader may rely on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePath
from typing import Any

import geopandas as gpd
import pandas as pd

from geozone import __version__, messages
from geozone.export.columns import Column, column, columns, conformed, type_of
from geozone.export.geometry import GEOMETRY_OF_ROLE, ascii_names, single_type
from geozone.messages import Language, Text, text
from geozone.model import (
    CRS,
    RATE_COLUMNS,
    REGISTER_COLUMNS,
    Basis,
    Kind,
    Layer,
    LayerSpec,
    LayerStyle,
    Level,
    Rate,
    Register,
    Role,
    Target,
    ZoneResult,
)
from geozone.symbology import layer_statuses

LAYERS: dict[str, Role] = {
    "redline": Role.REDLINE,
    "barrier": Role.BARRIER,
    "barrier_gaps": Role.BARRIER,
    "bays": Role.BAY,
    "rivers": Role.RIVER,
    "lakes": Role.LAKE,
    "coastline": Role.COASTLINE,
}
MAIN_RATES = (
    "redline_coverage",
    "barrier_coverage",
    "blue_green_share",
)  # what maps are coloured by, the best first
TABLES = ("rates", "targets", "registers", "findings", "ledger", "run")

_PROVENANCE = ("source", "licence", "basis text basis", "accuracy_m number", "vintage")
_NUMBERS = {"numerator", "denominator", "value", "low", "high", "target_value", "gap"}
_RATE_DOMAINS = {
    "level": "level",
    "kind": "rate_kind",
    "basis": "basis",
    "comparator": "comparator",
    "verdict": "verdict",
}


@dataclass(frozen=True)
class Table:
    """One layer (with a geometry type) or one plain table, in one language."""

    name: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    frame: pd.DataFrame  # a GeoDataFrame with the column ``geometry`` where it is a layer
    geometry: str | None = None  # e.g. "MultiPolygon"
    style: LayerStyle | None = None
    spec: LayerSpec | None = None


def content(result: ZoneResult, lang: Language) -> list[Table]:
    """Return all layers and tables of a result, in the order of the GeoPackage.

    Parameters
    ----------
    result
        What the run computed.
    lang
        Language of names and notes inside the tables; codes and figures are the same in both.
    """
    tables = [_zone(result, lang), _units(result)]
    names = [*LAYERS, *(name for name in result.layers if name not in LAYERS)]
    for name in names:
        tables += _layer(name, result.layers.get(name), result.registers)
    tables.append(_mosaic(result))
    tables += [
        _table("rates", rate_columns(), [rate.row(lang) for rate in result.rates]),
        _table("targets", _target_columns(), [_target_row(target, lang) for target in result.targets]),
        _registers(result),
        _findings(result, lang),
        _ledger(result),
        _run(result, lang),
    ]
    return tables


def rate_columns() -> tuple[Column, ...]:
    """Return the fixed columns of the rates."""
    declared = []
    for name in RATE_COLUMNS:
        type_ = "number" if name in _NUMBERS else "integer" if name == "target_year" else "text"
        declared.append(f"{name} {type_} {_RATE_DOMAINS.get(name, '')}".strip())
    return columns("rates", declared)


def indicator_titles(result: ZoneResult) -> dict[str, Text]:
    """Return what people call each indicator of a result.

    Those of the first release have the name that the page gives them; one of the documents' own has the title of its
    target.
    """
    texts = messages.room("maps")
    titles = {target.indicator: target.title for target in reversed(result.targets)}
    for rate in result.rates:
        known = texts.get(f"indicator_{rate.indicator}")
        titles[rate.indicator] = known or titles.get(rate.indicator) or Text(rate.indicator, rate.indicator)
    return titles


def has_figure(rate: Rate) -> bool:
    """Return whether a rate has a value or at least a band."""
    return rate.value is not None or rate.low is not None or rate.high is not None


def main_rate(result: ZoneResult, wanted: str | None = None) -> str | None:
    """Return the indicator that maps are coloured by.

    It is the wanted one, else the first of `MAIN_RATES` with values on the finest level, else None.
    """
    if wanted is not None:
        return wanted
    present = set(result.units["level"])
    finest = next((level for level in Level if level.value in present), None)
    valued = {rate.indicator for rate in result.rates if rate.level is finest and rate.value is not None}
    return next((name for name in MAIN_RATES if name in valued), None)


def rate_variants(rates: Iterable[Rate]) -> dict[tuple[str, str | None, str], str]:
    """Return the column of ``units`` for every (indicator, kind, unit) that has a figure.

    The first variant of an indicator takes its plain name, the others (completion by shore length or by area)
    add their unit: ``bay_completion``, ``bay_completion_km``.
    """
    names: dict[tuple[str, str | None, str], str] = {}
    for rate in rates:
        key = (rate.indicator, rate.kind, rate.unit)
        if key in names or not has_figure(rate):
            continue
        plain = rate.indicator not in names.values()
        name = rate.indicator if plain else f"{rate.indicator}_{rate.unit}"
        names[key] = name if name not in names.values() else f"{name}_{rate.kind}"
    return names


def _table(
    name: str, declared: tuple[Column, ...], rows: Iterable[Mapping[str, Any]] | pd.DataFrame
) -> Table:
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), dtype="object")
    return Table(
        name, text(f"export.table_{name}"), text(f"export.about_{name}"), declared, conformed(frame, declared)
    )


def _zone(result: ZoneResult, lang: Language) -> Table:
    declared = columns(
        "zone",
        ("code", "name", "name_en", "kind", "title", "members", "documents", "area_km2 number", "map_review"),
    )
    units = result.units[result.units["level"] == Level.ZONE.value]
    rows = units[["code", "name", "name_en", "area_km2"]].assign(
        kind=result.zone.kind,
        title=result.title.get(lang),
        members=",".join(result.zone.members),
        documents="；".join(document.title.get(lang) for document in result.documents.values()),
        map_review=result.review_number or text("export.not_reviewed").get(lang),
    )
    return _spatial("zone", declared, rows, units, LayerStyle("line", stroke="#333333", width=1.4))


def _units(result: ZoneResult) -> Table:
    """Join the figures of all rates to the units, a column each, so that a GIS can draw and filter by them."""
    variants = rate_variants(result.rates)
    banded = {
        variants[key]
        for rate in result.rates
        if (key := (rate.indicator, rate.kind, rate.unit)) in variants
        and (rate.low, rate.high) != (rate.value,) * 2
    }
    bases: dict[str, set[Basis | None]] = {}
    titles = indicator_titles(result)
    for rate in result.rates:
        if has_figure(rate) and (name := variants.get((rate.indicator, rate.kind, rate.unit))):
            bases.setdefault(name, set()).add(rate.basis)
    declared = list(
        columns("units", ("code", "name", "name_en", "level text level", "parent", "area_km2 number"))
    )
    for (indicator, kind, unit), name in variants.items():
        fraction = kind != Kind.AREA
        title = titles[indicator]
        if name != indicator:
            title = text("export.qualified", title=title, word=Text(unit, unit))
        if len(bases[name]) == 1 and (only := next(iter(bases[name]))) not in {None, Basis.OFFICIAL}:
            title = text("export.qualified", title=title, word=text(f"export.basis_{only}"))
        declared.append(Column(name, "number", title, fraction=fraction))
        for bound in ("low", "high") if name in banded else ():
            label = text(f"export.bound_{bound}", title=title)
            declared.append(Column(f"{name}_{bound}", "number", label, fraction=fraction))
        declared.append(Column(f"{name}_basis", "text", text("export.basis_of", title=title), "basis"))
    rows = result.units.drop(columns="geometry").set_index("code", drop=False)
    figures: dict[str, dict[str, Any]] = {}
    for rate in result.rates:
        chosen = variants.get((rate.indicator, rate.kind, rate.unit))
        if chosen is None or not has_figure(rate):
            continue
        for suffix, value in (
            ("", rate.value),
            ("_low", rate.low),
            ("_high", rate.high),
            ("_basis", rate.basis),
        ):
            figures.setdefault(f"{chosen}{suffix}", {}).setdefault(rate.unit_code, value)
    joined = pd.DataFrame({name: pd.Series(values, dtype="object") for name, values in figures.items()})
    rows = rows.join(joined.reindex(rows.index))
    rows.index = result.units.index
    return _spatial(
        "units", tuple(declared), rows, result.units, LayerStyle("rate", stroke="#ffffff", width=0.4)
    )


def _spatial(
    name: str, declared: tuple[Column, ...], rows: pd.DataFrame, source: gpd.GeoDataFrame, style: LayerStyle
) -> Table:
    frame = conformed(pd.DataFrame(rows), declared)
    [(_, geometry, kept)] = single_type(source.geometry, "MultiPolygon")
    data = gpd.GeoDataFrame(frame.loc[kept.index], geometry=kept.to_numpy(), crs=CRS)
    return Table(
        name, text(f"export.table_{name}"), text(f"export.about_{name}"), declared, data, geometry, style
    )


def _layer(name: str, layer: Layer | None, registers: Mapping[str, Register]) -> list[Table]:
    """Return a layer as one table for each kind of geometry in it; the first keeps the layer's name."""
    base = columns(name, ("name", "name_en", *_PROVENANCE))
    expected = GEOMETRY_OF_ROLE.get(
        LAYERS.get(name) or (layer.spec.role if layer and layer.spec else Role.REDLINE), "MultiPolygon"
    )
    title = _layer_title(name, layer)
    if layer is None:
        empty = gpd.GeoDataFrame(
            conformed(pd.DataFrame(), base), geometry=gpd.GeoSeries([], crs=CRS), crs=CRS
        )
        return [Table(name, title, text("export.absent"), base, empty, expected)]
    frame = pd.DataFrame(layer.data.drop(columns=layer.data.geometry.name))
    spec = layer.spec
    statuses = layer_statuses(layer, registers)
    if statuses is not None:
        frame["status"] = statuses.to_numpy()
    if spec is not None:
        for field, value in (
            ("source", spec.source.zh),
            ("licence", spec.licence),
            ("basis", spec.basis.value),
            ("vintage", spec.vintage),
        ):
            frame[field] = frame[field].fillna(value) if field in frame.columns else value
    names = ascii_names(frame.columns)
    frame = frame.rename(columns=names)
    known = {item.name for item in base}
    own = [
        column(
            new,
            type_of(frame[new]),
            table=name,
            domain="status" if new == "status" else None,
            title=Text(str(old), str(old)),
        )
        for old, new in names.items()
        if new not in known
    ]
    declared = (*base, *own)
    frame = conformed(frame, declared)
    style = spec.style if spec else None
    return [
        Table(
            f"{name}{suffix}",
            title,
            _about(spec),
            declared,
            gpd.GeoDataFrame(frame.loc[kept.index], geometry=kept.to_numpy(), crs=CRS),
            geometry,
            style,
            spec,
        )
        for suffix, geometry, kept in single_type(layer.data.geometry, expected)
    ]


def _layer_title(name: str, layer: Layer | None) -> Text:
    """Return the declared title: a screening layer must not take the name of the statutory line."""
    if layer is not None and layer.spec is not None:
        return layer.spec.title
    return messages.room("export").get(f"table_{name}", Text(name, name))


def _about(spec: LayerSpec | None) -> Text:
    if spec is None:
        return Text("", "")
    about = text(
        "export.about_layer",
        basis=text(f"export.basis_{spec.basis.value}"),
        source=spec.source,
        licence=spec.licence,
        vintage=spec.vintage,
        accuracy=spec.accuracy,
    )
    return about + spec.note if spec.note else about


def _mosaic(result: ZoneResult) -> Table:
    mosaic = result.mosaic
    flags = [name for name in mosaic.columns if name not in {"code", "area_km2", "geometry"}]
    declared = (
        *columns("mosaic", ("code", "name")),
        *(
            Column(str(name), "boolean", _layer_title(str(name), result.layers.get(str(name))))
            for name in flags
        ),
        *columns("mosaic", ("area_km2 number",)),
        replace(column("share", "number"), fraction=True),
    )
    units = result.units.set_index("code")
    rows = pd.DataFrame(mosaic.drop(columns="geometry", errors="ignore"))
    if len(rows):
        rows = rows.assign(
            name=rows["code"].map(units["name"]), share=rows["area_km2"] / rows["code"].map(units["area_km2"])
        )
    if isinstance(mosaic, gpd.GeoDataFrame):
        return _spatial("mosaic", declared, rows, mosaic, LayerStyle("line", stroke="#777777", width=0.2))
    return _table("mosaic", declared, rows)


def _target_columns() -> tuple[Column, ...]:
    return columns(
        "targets",
        (
            "id", "documents", "clause", "zone", "region", "region_codes", "indicator", "title",
            "comparator text comparator", "modality text modality", "value number", "unit", "year integer",
            "base_year integer", "change_basis", "printed", "denominator", "answered_by", "reading_value number",
            "reading_source", "reading_reason", "note",
        ),
    )  # fmt: skip


def _target_row(target: Target, lang: Language) -> dict[str, Any]:
    row = {item.name: getattr(target, item.name) for item in fields(target)}
    row |= {name: value.get(lang) for name, value in row.items() if isinstance(value, Text)}
    row |= {name: ",".join(row[name]) for name in ("documents", "region_codes", "answered_by")}
    row["printed"] = "; ".join(f"{document}: {figure}" for document, figure in target.printed.items())
    if target.reading:
        row |= {
            "reading_value": target.reading.value,
            "reading_source": target.reading.source.get(lang),
            "reading_reason": target.reading.reason.get(lang),
        }
    return row


def _registers(result: ZoneResult) -> Table:
    numbers = {"shore_km", "area_km2", "length_km"}
    own = [
        f"{name} number"
        if name in numbers
        else "planned_year integer"
        if name == "planned_year"
        else f"{name} text {name if name in {'basis', 'status'} else ''}".strip()
        for name in REGISTER_COLUMNS
    ]
    declared = columns("registers", ("register", "role text role", "as_of", *own))
    frames = [
        register.items.assign(register=register.id, role=register.role.value, as_of=register.as_of)
        for register in result.registers.values()
    ]
    frame = (
        pd.concat([conformed(item, declared) for item in frames], ignore_index=True)
        if frames
        else pd.DataFrame()
    )
    return _table("registers", declared, frame)


def _findings(result: ZoneResult, lang: Language) -> Table:
    declared = columns(
        "findings",
        (
            "severity text severity",
            "layer",
            "feature",
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
            "kind": finding.kind,
            "message": finding.message.get(lang),
            "remedy": finding.remedy.get(lang),
            "longitude": finding.place[0] if finding.place else None,
            "latitude": finding.place[1] if finding.place else None,
        }
        for finding in result.findings
    ]
    return _table("findings", declared, rows)


def _ledger(result: ZoneResult) -> Table:
    declared = columns(
        "ledger", ("layer", "feature", "method", "before_km2 number", "after_km2 number", "change number")
    )
    frame = result.ledger
    if len(frame) and "change" not in frame.columns:
        frame = frame.assign(change=frame["after_km2"] - frame["before_km2"])
    return _table("ledger", declared, frame)


def _run(result: ZoneResult, lang: Language) -> Table:
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
            "value": result.review_number or text("export.not_reviewed").get(lang),
        },
        {"section": "software", "name": "geozone", "value": __version__},
        {"section": "method", "name": "area", "value": text("export.method_area").get(lang)},
        {"section": "method", "name": "coverage", "value": text("export.method_coverage").get(lang)},
    ]
    rows += [
        {"section": "document", "name": document.id, "value": document.title.get(lang), "vintage": document.issued,
         "source": document.issuer.get(lang)}
        for document in result.documents.values()
    ]  # fmt: skip
    rows += [
        {"section": "input", "name": PurePath(str(item.get("path", ""))).name, "value": item.get("layer")}
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
    return _table("run", declared, rows)


def _shown(value: Any, lang: Language) -> Any:
    return value.get(lang) if isinstance(value, Text) else value
