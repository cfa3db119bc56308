"""A small made-up zone for tests: two provinces of two cities of two counties, half-degree squares."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from geozone import messages
from geozone.manifest.indicators import load_indicators
from geozone.messages import Text
from geozone.model import (
    CRS,
    REGISTER_COLUMNS,
    Basis,
    Comparator,
    Document,
    Finding,
    Kind,
    Layer,
    LayerSpec,
    LayerStyle,
    Level,
    Modality,
    Rate,
    Register,
    Severity,
    Status,
    Target,
    Verdict,
    Zone,
    ZoneResult,
)
from geozone.rates.figures import Figures

# `make thorough` tries more examples, and every zone of the synthetic example
THOROUGH = os.environ.get("GEOZONE_TESTS") == "thorough"
BUILT_ZONES = ("bth", "yrd", "hebei")  # what `make maps` builds
PROVINCES = {"910000": Text("甲省", "Jia"), "920000": Text("乙省", "Yi")}
WEST, SOUTH, SIDE = 116.0, 38.0, 0.5


def frame(*shapes, **columns):
    """Return features in degrees with some columns."""
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(list(shapes), crs=CRS), crs=CRS)


def sample_units(cell_km2: float = 2400.0) -> gpd.GeoDataFrame:
    """Return units of all levels; `cell_km2` stands in for the county area, which only geozone.overlay computes."""
    rows = []
    for i, (province, title) in enumerate(PROVINCES.items()):
        for j in range(2):
            city = f"{province[:2]}0{j + 1}00"
            for k in range(2):
                code = f"{city[:4]}0{k + 1}"
                west, south = WEST + SIDE * (2 * i + k), SOUTH + SIDE * j
                box = shapely.box(west, south, west + SIDE, south + SIDE)
                rows.append(
                    (
                        code,
                        f"{title.zh}{j + 1}市{k + 1}县",
                        f"{title.en} {j + 1}-{k + 1}",
                        "county",
                        city,
                        cell_km2,
                        box,
                    )
                )
            boxes = [row[-1] for row in rows if row[4] == city]
            rows.append(
                (
                    city,
                    f"{title.zh}{j + 1}市",
                    f"{title.en} {j + 1}",
                    "city",
                    province,
                    2 * cell_km2,
                    shapely.union_all(boxes),
                )
            )
        boxes = [row[-1] for row in rows if row[4] == province]
        rows.append((province, title.zh, title.en, "province", "bth", 4 * cell_km2, shapely.union_all(boxes)))
    boxes = [row[-1] for row in rows if row[4] == "bth"]
    rows.append(("bth", "样区", "Sample zone", "zone", "", 8 * cell_km2, shapely.union_all(boxes)))
    columns = ["code", "name", "name_en", "level", "parent", "area_km2", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, crs=CRS)


def sample_layer(
    layer_id: str, role: str, geometries: list[shapely.Geometry], style: LayerStyle, **columns
) -> Layer:
    count = len(geometries)
    data = gpd.GeoDataFrame(
        {
            "name": [f"{layer_id} {i + 1}" for i in range(count)],
            "name_en": [f"{layer_id} {i + 1}" for i in range(count)],
            "source": "样本 sample",
            "licence": "CC0-1.0",
            "basis": "synthetic",
            "accuracy_m": 10,
            "vintage": "2025",
            **columns,
        },
        geometry=geometries,
        crs=CRS,
    )
    spec = LayerSpec(
        id=layer_id,
        role=role,
        title=Text(f"样本{layer_id}", f"Sample {layer_id}"),
        basis=Basis.SYNTHETIC,
        source=Text("样本", "sample"),
        licence="CC0-1.0",
        vintage="2025",
        accuracy=Text("10 米", "10 m"),
        sources=(),
        style=style,
    )
    return Layer(layer_id, data, spec)


def sample_layers() -> dict[str, Layer]:
    return {
        "redline": sample_layer(
            "redline",
            "redline",
            [shapely.box(116.1, 38.1, 116.6, 38.6), shapely.box(117.2, 38.3, 117.4, 38.9)],
            LayerStyle("hatch", fill="#b03030", stroke="#b03030", width=1, opacity=0.8),
        ),
        "barrier": sample_layer(
            "barrier",
            "barrier",
            [shapely.box(116.0, 38.0, 116.4, 39.0)],
            LayerStyle("fill", fill="#4d7c3a", stroke="#2f5a1f", width=1, opacity=0.5),
        ),
        "barrier_gaps": sample_layer(
            "barrier_gaps",
            "barrier_gaps",
            [shapely.box(116.1, 38.45, 116.3, 38.55)],
            LayerStyle("fill", fill="#d98c1f", stroke="#a0640f", width=1, opacity=0.6),
        ),
        "bays": sample_layer(
            "bays",
            "bay",
            [shapely.box(118.0, 38.0, 118.3, 38.5), shapely.box(118.0, 38.5, 118.3, 39.0)],
            LayerStyle("status", fill="#2b6ca3", stroke="#1b4a73", width=1, opacity=0.6),
            status=["built", "unknown"],
        ),
        "rivers": sample_layer(
            "rivers",
            "river",
            [shapely.LineString([(116.0, 38.9), (117.0, 38.4), (118.0, 38.2)])],
            LayerStyle("line", stroke="#2f7fc1", width=2),
            status=["under_construction"],
        ),
        "lakes": sample_layer(
            "lakes",
            "lake",
            [shapely.Point(117.5, 38.75).buffer(0.1)],
            LayerStyle("status", fill="#58a6d6", stroke="#2f7fc1", width=1, opacity=0.7),
            status=["recognised"],
        ),
        "coastline": sample_layer(
            "coastline",
            "coastline",
            [shapely.LineString([(118.0, 38.0), (118.0, 39.0)])],
            LayerStyle("line", stroke="#1b4a73", width=1.5),
        ),
    }


def sample_targets() -> list[Target]:
    return [
        Target(
            id="S-1",
            documents=("004",),
            clause="3(6)",
            zone="bth",
            region=Text("样区", "Sample zone"),
            region_codes=(),
            indicator="bay_completion",
            title=Text("美丽海湾建成率", "Completion rate of beautiful bays"),
            comparator=Comparator.AT_LEAST,
            modality=Modality.FIRM,
            value=55,
            unit="%",
            year=2027,
            printed={"004": "55%"},
        ),
        Target(
            id="S-2",
            documents=("004",),
            clause="4(9)",
            zone="bth",
            region=Text("样区", "Sample zone"),
            region_codes=(),
            indicator="redline_area",
            title=Text("生态保护红线面积", "Ecological red line area"),
            comparator=Comparator.AT_LEAST,
            modality=Modality.FIRM,
            value=4000,
            unit="km2",
            year=2035,
            printed={"004": "4000"},
        ),
    ]


def sample_rates(units: gpd.GeoDataFrame) -> list[Rate]:
    """Return plausible rows for every unit; the figures stand for what geozone.rates computes."""
    rates = []
    for position, unit in enumerate(units.itertuples()):
        level, name = Level(unit.level), Text(unit.name, unit.name_en)
        share = round(0.05 + 0.04 * position, 4)
        common = {
            "zone": "bth",
            "unit_code": unit.code,
            "unit_name": name,
            "level": level,
            "method": Text("样本", "sample"),
        }
        rates.append(
            Rate(
                **common,
                indicator="redline_coverage",
                kind=Kind.COVERAGE,
                numerator=share * unit.area_km2,
                denominator=unit.area_km2,
                unit="km2",
                value=share,
                low=share,
                high=share,
                basis=Basis.SYNTHETIC,
                target_id=None,
                comparator=None,
                target_value=None,
                target_year=None,
                verdict=None,
                gap=None,
                gap_unit=None,
                vintage="2025",
                note=Text("", ""),
            )
        )
        if level in (Level.PROVINCE, Level.ZONE):
            zone = level is Level.ZONE
            rates.append(
                Rate(
                    **common,
                    indicator="bay_completion",
                    kind=Kind.COMPLETION,
                    numerator=1,
                    denominator=2,
                    unit="count",
                    value=None,
                    low=0.5,
                    high=1.0,
                    basis=Basis.WORKING,
                    target_id="S-1" if zone else None,
                    comparator=Comparator.AT_LEAST if zone else None,
                    target_value=0.55 if zone else None,
                    target_year=2027 if zone else None,
                    verdict=Verdict.REPORT_ONLY if zone else None,
                    gap=1 if zone else None,
                    gap_unit="count" if zone else None,
                    vintage="2025-12",
                    note=Text("工作名录，仅给出区间。", "Working register: a band only."),
                )
            )
        if level is Level.ZONE:
            rates.append(
                Rate(
                    **common,
                    indicator="redline_area",
                    kind=Kind.AREA,
                    numerator=3000,
                    denominator=None,
                    unit="km2",
                    value=3000,
                    low=3000,
                    high=3000,
                    basis=Basis.SYNTHETIC,
                    target_id="S-2",
                    comparator=Comparator.AT_LEAST,
                    target_value=4000,
                    target_year=2035,
                    verdict=Verdict.SHORT,
                    gap=1000,
                    gap_unit="km2",
                    vintage="2025",
                    note=Text("", ""),
                )
            )
    return rates


def sample_register() -> Register:
    rows = [
        ("bay-1", "北湾", "North Bay", "920000", "920200", "920202", Status.BUILT, "2025-12-26", 20.0, 100.0),
        ("bay-2", "南湾", "South Bay", "920000", "920100", "920102", Status.UNKNOWN, "", 30.0, 120.0),
    ]
    names = [
        "item_id",
        "name",
        "name_en",
        "province_code",
        "city_code",
        "county_code",
        "status",
        "status_date",
        "shore_km",
        "area_km2",
    ]
    items = pd.DataFrame(rows, columns=names).reindex(columns=list(REGISTER_COLUMNS))
    items["basis"], items["source"], items["source_date"], items["confidence"] = (
        "working",
        "样本",
        "2025-12-26",
        "low",
    )
    return Register("bays_sample", "bay", Basis.WORKING, "2025-12-26", Text("样本", "sample"), items)


def sample_result() -> ZoneResult:
    """Return a complete result for page and export tests."""
    units = sample_units()
    counties = units[units.level == "county"]
    mosaic = pd.DataFrame(
        [
            {"code": code, "redline": redline, "barrier": barrier, "area_km2": area / 4}
            for code, area in zip(counties.code, counties.area_km2, strict=True)
            for redline in (False, True)
            for barrier in (False, True)
        ]
    )
    finding = Finding(
        "sample_note",
        Severity.NOTE,
        "redline",
        message=messages.message("check.outside_zone", label="1"),
        remedy=messages.message("check.outside_zone_remedy"),
        feature="1",
        place=(116.3, 38.3),
    )
    document = Document(
        "004", Text("样本方案", "Sample plan"), "2025-12", Text("样本部门", "Sample ministry")
    )
    return ZoneResult(
        zone=Zone(
            "bth",
            Text("样区", "Sample zone"),
            "pilot_zone",
            tuple(PROVINCES),
            (Level.COUNTY, Level.CITY, Level.PROVINCE),
            ("004",),
        ),
        title=Text("样区", "Sample zone"),
        review_number="",
        units=units,
        layers=sample_layers(),
        mosaic=mosaic,
        rates=sample_rates(units),
        targets=sample_targets(),
        documents={"004": document},
        registers={"bay": sample_register()},
        indicators=load_indicators(),
        figures=Figures(),
        findings=[finding],
        ledger=pd.DataFrame(
            {
                "layer": ["redline"],
                "feature": ["1"],
                "before_km2": [10.0],
                "after_km2": [9.9],
                "method": ["structure"],
            }
        ),
        inputs=[
            {
                "path": "redline.gpkg",
                "layer": "redline",
                "role": "redline",
                "sha256": "0" * 64,
                "basis": "synthetic",
                "vintage": "2025",
                "source": "sample",
                "licence": "CC0-1.0",
                "origins": [],
            }
        ],
    )


def all_texts() -> dict[str, Text]:
    """Return every text of the catalogue by its key."""
    folder = Path(messages.__file__).parent / "texts"
    names = sorted(path.stem for path in folder.glob("*.toml"))
    return {f"{name}.{key}": one for name in names for key, one in messages.room(name).items()}


def result_of_many() -> ZoneResult:
    """Return a complete result with a register of eight items and five bays, of which some can be edited."""
    result = sample_result()
    register, bays = result.registers["bay"], result.layers["bays"]
    items = pd.concat([register.items] * 4, ignore_index=True)
    items["item_id"] = [f"bay-{number}" for number in range(len(items))]
    items["name"] = [f"湾{number}" for number in range(len(items))]
    features = pd.concat([bays.data.iloc[[0]]] * 5, ignore_index=True)
    features["name"] = [f"湾{number}" for number in range(5)]
    features["item_id"] = list(items.item_id[:5])
    features["geometry"] = [
        shapely.box(118 + 0.2 * west, 38.8, 118.1 + 0.2 * west, 38.9) for west in range(5)
    ]
    registers = {**result.registers, "bay": replace(register, items=items)}
    layers = {**result.layers, "bays": replace(bays, data=features)}
    return replace(result, registers=registers, layers=layers)
