"""A GeoPackage that was edited in QGIS and came back: the difference is what was edited, and nothing else."""

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from samples import result_of_many

from geozone.diff import compare
from geozone.export.geopackage import write_geopackage
from geozone.project import load_project
from geozone.run.options import Options
from geozone.run.output import compute_zone, write_data

pytestmark = pytest.mark.qgis

PROJECT = """
zone = "hebei"

[[layer]]
role = "boundary"
path = "units.gpkg"
basis = "synthetic"
vintage = "2024"

[[layer]]
role = "bay"
path = "{layer}"
basis = "synthetic"
vintage = "2024"
title = "海湾"

[[register]]
role = "bay"
path = "{register}"
basis = "synthetic"
as_of = "2025-06-30"
source = "名录"
"""
STATUSES = ("建成", "建成", "在建", "建成", "计划", "建成", "计划", "建成")  # the statuses of eight bays


def test_twelve_edits_made_in_qgis_are_told_and_nothing_else(run_in_qgis, tmp_path):
    write_geopackage(result_of_many(), tmp_path / "bth.gpkg")
    returned = shutil.copy(tmp_path / "bth.gpkg", tmp_path / "returned.gpkg")
    run_in_qgis("edit_package.py", returned)
    found = {
        (one.table, one.item, one.change.value, one.field) for one in compare(tmp_path / "bth.gpkg", returned)
    }
    register, layer = "bay", "bays"
    assert {row for row in found if row[0] == register} == {
        (register, "bay-0", "changed", "status"),
        (register, "bay-0", "changed", "status_date"),
        (register, "bay-1", "changed", "source"),
        (register, "bay-2", "changed", "name_en"),
        (register, "bay-3", "changed", "status"),
        (register, "bay-4", "key_changed", "item_id"),
        (register, "bay-5", "deleted", ""),
        (register, "bay-new", "added", ""),
    }
    assert sorted((change, field) for table, _, change, field in found if table == layer) == [
        ("added", ""), ("changed", "status"), ("deleted", ""), ("geometry", "geometry"),
    ]  # fmt: skip
    assert len(found) == 12


def computed(folder, layer, register, since=None):
    """Return the result of a zone of two counties with the bays of a layer and a register."""
    path = folder / "project.toml"
    path.write_text(PROJECT.format(layer=layer, register=register), "utf-8")
    return compute_zone(load_project(path), Options(threads=1, since=since), edition="full")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """Return the folder of a project that was built once from lists of an office: its GeoPackage went out."""
    folder = tmp_path_factory.mktemp("office")
    counties = [shapely.box(117.0, 38.0, 117.5, 38.8), shapely.box(117.5, 38.0, 118.0, 38.8)]
    bays = [shapely.box(117.6 + 0.05 * west, 38.5, 117.63 + 0.05 * west, 38.55) for west in range(5)]
    for name, shapes, columns in (
        ("units", counties, {"code": ["130981", "130983"], "name": ["泊头市", "黄骅市"]}),
        ("bays", bays, {"name": [f"湾{number}" for number in range(5)]}),
    ):
        gpd.GeoDataFrame(columns, geometry=shapes, crs=4490).to_file(folder / f"{name}.gpkg")
    ids = [f"bay-{number}" for number in range(8)]
    pd.DataFrame(
        {"编号": ids, "名称": [f"湾{number}" for number in range(8)], "英文名": ids, "县级代码": "130983",
         "状态": STATUSES, "来源": "公报"}
    ).to_csv(folder / "bays.csv", index=False)  # fmt: skip
    (folder / "out").mkdir()
    write_data(computed(folder, "bays.gpkg", "bays.csv"), folder / "out", Options())
    return folder


def test_a_build_of_what_came_back_from_qgis_tells_the_edits_and_what_follows_from_them(
    run_in_qgis, delivered
):
    package = delivered / "out" / "hebei.gpkg"
    run_in_qgis("edit_package.py", shutil.copy(package, delivered / "returned.gpkg"))
    result = computed(delivered, "returned.gpkg:bays", "returned.gpkg", since=package)
    found = result.since.differences
    rows = {
        (one.table, one.item, one.change.value, one.field): (one.old, one.new)
        for one in found
        if one.part.value == "data"
    }
    assert set(rows) == {
        ("bay", "bay-0", "changed", "status"),
        ("bay", "bay-0", "changed", "status_date"),
        ("bay", "bay-1", "changed", "source"),
        ("bay", "bay-2", "changed", "name_en"),
        ("bay", "bay-3", "changed", "status"),
        ("bay", "bay-4", "key_changed", "item_id"),
        ("bay", "bay-5", "deleted", ""),
        ("bay", "bay-new", "added", ""),
        ("bay", "bay-1", "changed", "status"),  # edited on its feature, and taken
        ("bays", "bay-1", "geometry", "geometry"),
        ("bays", "bay-2", "deleted", ""),
        ("bays", "bay-new", "added", ""),
        # the source of a status is none of another status, and the reader says so
        ("bay", "bay-0", "changed", "source"),
        ("bay", "bay-3", "changed", "source"),
    }
    assert rows["bay", "bay-3", "changed", "status"] == ("built", "unknown")
    assert rows["bay", "bay-1", "changed", "status"] == ("built", "planned")
    broken = {(one.kind, one.layer, one.feature) for one in result.findings if one.kind.startswith("edit_")}
    assert broken == {("edit_key", "bay", "bay-4"), ("edit_status", "bay", "bay-3")}
    # 5 of 8 were built; now 2 of 8, and of one more nobody knows
    moved = {one.item.split()[1] for one in found if one.part.value in {"rates", "verdicts"}}
    assert moved == {"bay_completion"}
    (value,) = {one.words for one in found if one.field == "value"}
    assert [one.en for one in value] == ["62.5%", "25.0% to 37.5%"]
    assert {one.part.value for one in found} == {"inputs", "data", "rates"}
    assert [Path(one.item).name for one in found if one.part.value == "inputs" and one.change == "added"] == [
        "returned.gpkg", "returned.gpkg"
    ]  # fmt: skip
