"""What is found only while the rasters of a run are counted is told as what was found when they were opened."""

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

import geozone

PROJECT = """
zone = "hebei"

[[layer]]
role = "boundary"
path = "units.gpkg"
basis = "synthetic"
vintage = "2025"

[[layer]]
id = "quality"
role = "concentration"
path = "quality.tif"
basis = "synthetic"
vintage = "2025"

[[layer]]
role = "population"
path = "people.tif"
basis = "synthetic"
vintage = "2025"

[[indicator]]
id = "breathed"
title = "人口加权浓度"
measure = "raster_mean"
layer = "quality"
weight = "population"
unit = "ug/m3"
"""


def save(path, values, cell, unit):
    height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=1, dtype="float32", crs=4490,
        transform=from_origin(114, 38.5, cell, cell), nodata=-1,
    ) as file:  # fmt: skip
        file.write(values.astype("float32"), 1)
        file.units = (unit,)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rasters")
    halves = [shapely.box(114, 38, 115, 38.5), shapely.box(115, 38, 116, 38.5)]
    units = gpd.GeoDataFrame(
        {"code": ["130102", "130104"], "name": ["长安区", "桥西区"]}, geometry=halves, crs=4490
    )
    units.to_file(folder / "units.gpkg")
    save(folder / "quality.tif", np.full((50, 200), 25.0), 0.01, "ug/m3")
    save(folder / "people.tif", np.full((25, 50), 100.0), 0.02, "people/km2")  # of the western half alone
    (folder / "project.toml").write_text(PROJECT, "utf-8")
    return geozone.open_project(folder / "project.toml").result


@pytest.mark.parametrize("kind", ["unweighted", "weight_density"])
def test_a_finding_of_the_count_reaches_the_record_by_the_name_of_the_file(result, kind):
    [found] = [finding for finding in result.findings if finding.kind == kind]
    assert found.layer == "quality"
    assert "/" not in str(found.message.params.get("path", ""))
    [rate] = [one for one in result.rates if one.indicator == "breathed" and one.unit_code == "hebei"]
    assert rate.value == pytest.approx(25.0)
