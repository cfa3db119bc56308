"""What a result holds, as tables: the one source of the GeoPackage, PostGIS, the sheets and the other files.

Every layer and table is there even when it has no rows, so that a reader may rely on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd

from geozone.catalog import load_catalog
from geozone.export.about_tables import (
    figures_table,
    findings_table,
    ledger_table,
    registers_table,
    run_table,
    targets_table,
    zone_documents,
)
from geozone.export.columns import Column, column, columns, conformed, type_of
from geozone.export.geometry import ascii_names, romanised_names, single_type
from geozone.export.indicators import is_finest, rate_columns, rate_variants
from geozone.export.table import Table, about_layer, plain_table
from geozone.manifest.inputs import layer_title
from geozone.manifest.roles import layer_order, load_roles
from geozone.manifest.units import unit_title
from geozone.messages import NO_TEXT, Language, Text, text
from geozone.model import (
    CRS,
    Basis,
    Layer,
    LayerStyle,
    Level,
    Register,
    Status,
    ZoneResult,
)
from geozone.rates.digits import is_share
from geozone.rates.titles import indicator_titles, with_basis
from geozone.rates.wording import has_figure
from geozone.reuse.reuse import Reuse
from geozone.symbology import drawing_order, layer_statuses

TABLES = ("rates", "targets", "registers", "figures", "findings", "ledger", "run")

_MADE_FRACTIONS = {"lost_share", "lost_connected", "gain_share"}  # of layers that the run makes
_PROVENANCE = ("source", "licence", "basis text basis", "accuracy_m number", "vintage")


def content(result: ZoneResult, lang: Language, reuse: Reuse | None = None) -> list[Table]:
    """Return all layers and tables of a result, in the order of the GeoPackage.

    Parameters
    ----------
    result
        What the run computed.
    lang
        Language of names and notes inside the tables; codes and figures are the same in both.
    reuse
        Results of earlier runs: Chinese names of fields in pinyin.
    """
    tables = [_zone(result, lang), _units(result)]
    fields = (str(field) for layer in result.layers.values() for field in layer.data.columns)
    romanised = romanised_names(fields, reuse or Reuse())
    for name in layer_names(result):
        tables += _layer(name, result.layers.get(name), result.registers, romanised)
    tables.append(_mosaic(result))
    tables += [
        plain_table("rates", rate_columns(), [rate.row(lang) for rate in result.rates]),
        targets_table(result, lang),
        registers_table(result),
        figures_table(result, lang),
        findings_table(result, lang),
        ledger_table(result),
        run_table(result, lang),
    ]
    return tables


def layer_names(result: ZoneResult) -> list[str]:
    """Return the layers of a package: those that are there, and empty ones where a catalogue has one, so that it can be filled."""
    embedded = load_catalog()
    roles = load_roles()
    made = {
        role.layer for role in roles.values() if role.made_from and roles[role.made_from].layer in embedded
    }
    expected = [name for name in layer_order() if name in embedded.keys() | made and not _purpose(name)]
    drawn = [layer.id for layer in drawing_order(result.layers.values())]
    return list(dict.fromkeys([*expected, *drawn]))


def _purpose(name: str) -> str:
    return next((role.purpose for role in load_roles().values() if role.layer == name), "")


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
        documents="; ".join(document.title.get(lang) for document in zone_documents(result)),
        map_review=result.review_number or text("words.not_reviewed").get(lang),
    )
    return _spatial("zone", declared, rows, units, LayerStyle("line", stroke="#333333", width=1.4))


def _units(result: ZoneResult) -> Table:
    """Join the figures of all rates to the units, a column each, so that a GIS can draw and filter by them."""
    variants = rate_variants(result.rates)
    shares: dict[tuple[str, str | None, str], bool] = {
        (rate.indicator, rate.kind, rate.unit): is_share(rate) for rate in result.rates
    }
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
        columns(
            "units",
            ("code", "name", "name_en", "level text level", "finest boolean", "parent", "area_km2 number"),
        )
    )
    for (indicator, kind, unit), name in variants.items():
        fraction = shares[indicator, kind, unit]
        title = titles[indicator]
        if name != indicator:
            title = text("words.qualified", title=title, word=unit_title(unit))
        if len(bases[name]) == 1 and (only := next(iter(bases[name]))) not in {None, Basis.OFFICIAL}:
            title = with_basis(title, only)
        declared.append(Column(name, "number", title, fraction=fraction))
        for bound in ("low", "high") if name in banded else ():
            label = text(f"export.bound_{bound}", title=title)
            declared.append(Column(f"{name}_{bound}", "number", label, fraction=fraction))
        declared.append(Column(f"{name}_basis", "text", text("export.basis_of", title=title), "basis"))
    rows = (
        result.units.drop(columns="geometry")
        .assign(finest=is_finest(result.units))
        .set_index("code", drop=False)
    )
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
        name, text(f"words.table_{name}"), text(f"export.about_{name}"), declared, data, geometry, style
    )


def _layer(
    name: str, layer: Layer | None, registers: Mapping[str, Register], romanised: Mapping[str, str]
) -> list[Table]:
    """Return a layer as one table for each kind of geometry in it; the first keeps the layer's name."""
    base = columns(name, ("name", "name_en", *_PROVENANCE))
    by_layer = {role.layer: role for role in load_roles().values()}
    role = load_roles()[layer.spec.role] if layer and layer.spec else by_layer.get(name)
    expected = role.geometry if role else "MultiPolygon"
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
        # a mark is no status: what it says stands in the field of items
        frame["status"] = [drawn.value if isinstance(drawn, Status) else None for drawn in statuses]
    if spec is not None:
        for field, value in (
            ("source", spec.source.zh),
            ("licence", spec.licence),
            ("basis", spec.basis.value),
            ("vintage", spec.vintage),
        ):
            frame[field] = frame[field].fillna(value) if field in frame.columns else value
    names = ascii_names(frame.columns, romanised=romanised)
    frame = frame.rename(columns=names)
    known = {item.name for item in base}
    grades, made = (role.grades, bool(role.made_from)) if role else (None, False)
    words = role.columns if role and role.columns else name
    domains = {grades.field: grades.domain} if grades and grades.domain else {}
    own = [
        replace(
            column(
                new,
                type_of(frame[new]),
                table=words,
                domain="status" if new == "status" else domains.get(new),
                title=Text(str(old), str(old)),
            ),
            fixed=statuses is not None and new == "item_id",
            fraction=made and new in _MADE_FRACTIONS,
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
            about_layer(spec) if spec else NO_TEXT,
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
    return layer_title(name)


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
    return plain_table("mosaic", declared, rows)
