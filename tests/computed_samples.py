"""The made-up zone with rates that are computed, by every measure that a GeoPackage lets be made again."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import shapely
from samples import LayerStyle, sample_layer, sample_layers, sample_register, sample_result, sample_units

from geozone.manifest.declared import Declarations
from geozone.manifest.indicators import parse_indicator
from geozone.messages import Text
from geozone.model import REGISTER_COLUMNS, Basis, Level, Register, RegisterTotal, Status, ZoneResult
from geozone.overlay.plane import area_km2
from geozone.overlay.units import finest_units
from geozone.policy.plausibility import Published, territory
from geozone.rates.compute import all_needs, compute_rates, zone_units
from geozone.rates.facts import Facts
from geozone.rates.figures import Figure, Figures
from geozone.run.mosaics import Mosaics
from geozone.run.supply import Materials, supply

LEVELS = ["county", "city", "province", "zone"]
_LINE = LayerStyle("line", stroke="#2f7fc1", width=2)
_DECLARED = {
    "covered": {"measure": "coverage", "layer": "redline", "where": {"nature": ["steep"]}},
    "covered_km2": {"measure": "area", "layer": "redline"},
    "inside": {"measure": "share_of_layer", "layer": "barrier", "within": ["redline"]},
    "steep_inside": {"measure": "share_of_layer", "layer": "redline", "within": ["barrier"], "where": {"nature": ["steep"]}},
    "river_km": {"measure": "length", "layer": "rivers"},
    "river_inside": {"measure": "length_share", "layer": "rivers", "within": ["barrier"]},
    "shore_km": {"measure": "length", "layer": "coastline"},
    "sites": {"measure": "count", "layer": "station"},
    "good_sites": {"measure": "share_of_points", "layer": "station", "where": {"grade": ["Ⅲ类"]}},
    "mean": {"measure": "mean_of_points", "layer": "station", "field": "pm25", "over": "city", "unit": "ug/m3"},
    "weighted": {"measure": "mean_of_points", "layer": "station", "field": "pm25", "weight": "people", "unit": "ug/m3"},
    "connected": {"measure": "connectivity", "layer": "barrier", "reach_m": 1000},
    "built": {"measure": "completion", "register": "bay"},
    "built_km": {"measure": "completion", "register": "bay", "by": "shore_km"},
    "number_built": {"measure": "sites", "register": "bay"},
    "cities_built": {"measure": "sites", "register": "pioneers"},
    "cities": {"measure": "share_of_units", "register": "pioneers", "level": "city"},
    "said": {"measure": "reported", "unit": "%"},
    "said_change": {"measure": "change_in_years", "figure": "said", "as": "points", "unit": "percentage_points"},
    "ratio": {"measure": "derived", "formula": "covered_km2 / (sites + 1)", "unit": "km2"},
}  # fmt: skip


def declared_indicators():
    """Return an indicator of every measure."""
    found = {}
    for name, table in _DECLARED.items():
        faults = Declarations("own.toml", "")
        levels = ["zone"] if name == "ratio" else LEVELS
        found[name] = parse_indicator(faults, (name,), name, {"title": name, "levels": levels, **table})
        assert found[name] is not None, (name, faults.faults)
    return found


def computed_result() -> ZoneResult:
    """Return the made-up zone with rates that its own layers, registers and figures give."""
    units = sample_units()
    finest = units["level"] == "county"
    units["area_km2"] = units["area_km2"].astype(float)
    units.loc[finest, "area_km2"] = area_km2(units.geometry[finest])
    for level in ("city", "province", "zone"):
        for row in units.index[units["level"] == level]:
            below = units["parent"] == units.loc[row, "code"]
            units.loc[row, "area_km2"] = units.loc[below, "area_km2"].sum()
    indicators, layers = declared_indicators(), _layers()
    registers = {"bay": _bays(), "pioneers": _pioneers()}
    figures = _figures()
    ground = finest_units(units)
    mosaics = Mosaics({name: layers[name].data for name in ("redline", "barrier")}, ground, threads=1)
    chosen = list(indicators.values())
    tables = supply(all_needs(chosen), Materials(layers, {}, units, ground, mosaics, threads=1))
    result = sample_result()
    facts = Facts(
        zone=result.zone,
        units=zone_units(units),
        parents=dict(zip(units["code"], units["parent"], strict=True)),
        specs={name: layer.spec for name, layer in layers.items()},
        tables=tables,
        registers=registers,
        figures=figures,
        fields={name: frozenset(map(str, layer.data.columns)) for name, layer in layers.items()},
    )
    size = territory(result.zone.key, result.zone.members, (), facts.whole.area_km2, Published())
    return replace(
        result,
        units=units,
        layers=layers,
        mosaic=mosaics.pieces,
        rates=compute_rates(facts, chosen, [], size),
        targets=[],
        registers=registers,
        indicators=indicators,
        figures=figures,
        inputs=[result.inputs[0] | {"id": name, "role": layer.spec.role} for name, layer in layers.items()],
    )


def _layers():
    layers = sample_layers()
    slant = shapely.Polygon([(116.1, 38.1), (116.9, 38.2), (116.7, 38.8), (116.2, 38.6)])
    overlapping = [slant, shapely.box(116.5, 38.3, 117.3, 38.7), shapely.box(117.5, 38.6, 117.7, 38.9)]
    style = LayerStyle("fill", fill="#b03030", stroke="#b03030", width=1, opacity=0.8)
    patches = [shapely.box(116.0, 38.0, 116.4, 39.0), shapely.box(116.405, 38.2, 116.6, 38.4)]
    patches += [shapely.box(117.1, 38.1, 117.35, 38.3)]
    shore = [shapely.LineString([(118, 38), (118, 38.5)]), shapely.LineString([(118, 38.5), (118, 39)])]
    sites = gpd.points_from_xy([116.2, 116.7, 117.2, 117.9, 118.4], [38.2, 38.7, 38.3, 38.9, 38.4])
    points = LayerStyle("point", fill="#2f7fc1", stroke="#ffffff", width=4)
    made = {
        "redline": sample_layer("redline", "redline", overlapping, style, nature=["steep", "lake", None]),
        "barrier": sample_layer("barrier", "barrier", patches, style),
        "coastline": sample_layer("coastline", "coastline", shore, _LINE, code=["920102", "920202"]),
        "station": sample_layer(
            "station", "station", list(sites), points,
            grade=["Ⅱ类", "III", "Ⅲ类", None, "Ⅴ"], pm25=[30.0, 41.5, None, 33.25, 20.0], people=[3.0, 1.0, 1.0, 0.0, -2.0],
            code=["", "", "", "", "920102"],
        ),
    }  # fmt: skip
    return {name: layer for name, layer in {**layers, **made}.items() if name != "barrier_gaps"}


def _bays():
    register = sample_register()
    more = register.items.copy()
    more["item_id"], more["status"] = ["bay-3", "bay-4"], [Status.RECOGNISED, Status.PLANNED]
    more["county_code"] = ["", "910101"]
    more["city_code"], more["province_code"] = ["910200", "910100"], "910000"
    items = pd.concat([register.items, more], ignore_index=True)
    return replace(register, items=items, totals=(RegisterTotal("920000", 3, "样本", "2025-12-31"),))


def _pioneers():
    rows = pd.DataFrame(
        [
            ("c-1", "910000", "910100", "built"),
            ("c-2", "920000", "920100", "planned"),
            ("c-3", "920000", "920000", "built"),  # a municipality is province and city at once
        ],
        columns=["item_id", "province_code", "city_code", "status"],
    ).reindex(columns=list(REGISTER_COLUMNS))
    rows[["name", "county_code", "status_date"]] = ""
    rows["basis"] = "official"
    return Register(
        "pioneers", "unit", Basis.OFFICIAL, "2025-12-31", Text("样本", "sample"), rows, level=Level.CITY
    )


def _figures():
    given = [("bth", 2020, 40.0, False), ("bth", 2024, 46.5, False), ("bth", 2025, 47.0, True), ("910000", 2024, 51.0, False)]  # fmt: skip
    return Figures(
        Figure(
            "said", scope, Text(scope, scope), year, value, "%", "=", "value", Basis.PUBLIC,
            Text("样本", "sample"), "2026-01", preliminary=preliminary,
        )
        for scope, year, value, preliminary in given
    )  # fmt: skip
