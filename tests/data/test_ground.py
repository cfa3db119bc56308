"""Ground counts once, and no rate is made of what is none: across a run, with the user's own boundary and layers."""

import json

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod
from rasterio.transform import from_origin

from geozone.errors import DataError, InputError
from geozone.model import Severity
from geozone.opened import OpenProject
from geozone.overlay.plane import area_km2
from geozone.project import embedded_project, load_project
from geozone.run.options import Options

COUNTIES = {
    "130202": ("甲区", shapely.box(118, 39, 118.5, 39.5)),
    "130203": ("乙区", shapely.box(118.5, 39, 119, 39.5)),
    "130302": ("丙区", shapely.box(118, 39.5, 118.5, 40)),
    "130303": ("丁区", shapely.box(118.5, 39.5, 119, 40)),
}
SQUARE = area_km2(shapely.box(118, 39, 119, 40), 4490)[0]


pytestmark = pytest.mark.usefixtures("results_kept")


def opened(file):
    return OpenProject(load_project(file), Options(lang="en", cache=True))


def run(folder, *, barrier=None, dem=None, **shapes):
    """Return the result of a run over four counties, some of them drawn otherwise."""
    data = {code: shapes.get(f"c{code}", shape) for code, (_, shape) in COUNTIES.items()}
    names = [name for name, _ in COUNTIES.values()]
    gpd.GeoDataFrame({"code": list(data), "name": names}, geometry=list(data.values()), crs=4490).to_file(
        folder / "own.gpkg"
    )
    red = shapely.box(118.2, 39.2, 118.8, 39.8)
    gpd.GeoDataFrame(geometry=[red], crs=4490).to_file(folder / "red.gpkg")
    roles = {"boundary": "own.gpkg", "redline": "red.gpkg"}
    if barrier is not None:
        gpd.GeoDataFrame(geometry=[barrier], crs=4490).to_file(folder / "bar.gpkg")
        roles["barrier"] = "bar.gpkg"
    if dem is not None:
        roles["dem"] = dem
    blocks = [
        f'[[layer]]\nrole = "{role}"\npath = "{path}"\nbasis = "official"\nvintage = "2024"\n'
        for role, path in roles.items()
    ]
    (folder / "project.toml").write_text('zone = "hebei"\n' + "".join(blocks), "utf-8")
    return opened(folder / "project.toml")


def rate(project, indicator, unit):
    table = project.rates()
    return table[(table.indicator == indicator) & (table.unit_code == unit)].iloc[0]


def test_a_sound_boundary_adds_up(tmp_path):
    project = run(tmp_path)
    assert rate(project, "redline_coverage", "hebei").denominator == pytest.approx(SQUARE, rel=1e-12)
    own = [item for item in project.result.findings if item.layer == "boundary"]
    assert [item.kind for item in own] == ["boundary_area"]


def test_units_drawn_over_each_other_stop_the_run(tmp_path):
    project = run(tmp_path, c130203=shapely.box(118.25, 39, 119, 39.5))
    with pytest.raises(DataError) as caught:
        project.rates()
    assert "重叠" in caught.value.get("zh")
    assert "overlaps" in caught.value.get("en")
    assert "1197.9" in caught.value.get("en")


def test_a_border_drawn_twice_counts_its_ground_once(tmp_path):
    """30 m of overlap: less than a thousandth of a unit, more than the layer is accurate."""
    project = run(tmp_path, c130203=shapely.box(118.5 - 0.00035, 39, 119, 39.5))
    assert rate(project, "redline_coverage", "hebei").denominator == pytest.approx(SQUARE, rel=1e-12)
    parts = project.rates().query("indicator == 'redline_coverage' and level == 'county'")
    assert parts.denominator.sum() == pytest.approx(SQUARE, rel=1e-12)
    told = {item.kind: item.severity for item in project.result.findings if item.layer == "boundary"}
    assert told["overlap"] is Severity.WARNING
    assert set(project.result.ledger.method) == {"tiled"}


def test_a_barrier_that_merely_touches_a_unit_makes_no_rate(tmp_path):
    project = run(tmp_path, barrier=shapely.box(118.1, 39.1, 118.5 + 1e-9, 39.4))
    for indicator in ("barrier_protected", "barrier_continuity"):
        assert rate(project, indicator, "hebei").value > 0
    thin = rate(project, "barrier_protected", "130203")
    assert np.isnan(thin.value)
    assert "Not applicable" in thin.note
    assert 0 < thin.denominator < 1e-5
    assert rate(project, "barrier_coverage", "130203").value < 1e-8


def test_an_elevation_model_that_cannot_be_placed_ends_the_run_early(tmp_path):
    with rasterio.open(
        tmp_path / "dem.tif", "w", driver="GTiff", count=1, height=9, width=9, dtype="float32",
        transform=from_origin(39_600_000, 4_400_000, 9000, 9000),
    ) as file:  # fmt: skip
        file.write(np.zeros((1, 9, 9), "float32"))
    with pytest.raises(InputError) as caught:
        run(tmp_path, dem="dem.tif").rates()
    assert caught.value.message.key == "raster.no_crs"


def test_a_fill_value_of_the_elevation_is_a_finding_of_the_run(tmp_path):
    cells = np.full((1, 100, 100), 50, "int16")
    cells[:, :50] = -9999
    with rasterio.open(
        tmp_path / "dem.tif", "w", driver="GTiff", count=1, height=100, width=100, dtype="int16",
        crs="EPSG:4490", transform=from_origin(118, 40, 0.01, 0.01),
    ) as file:  # fmt: skip
        file.write(cells)
    result = run(tmp_path, dem="dem.tif").result
    [finding] = [item for item in result.findings if item.layer == "dem"]
    assert (finding.kind, finding.severity) == ("dem_void", Severity.WARNING)
    assert "dem.tif" in {entry["path"] for entry in result.inputs}


def test_own_shores_are_shared_and_what_lies_elsewhere_is_told(tmp_path):
    shore = [shapely.LineString([(119.01, 39.1), (119.01, 39.9)]), shapely.LineString([(121, 39), (121, 40)])]
    gpd.GeoDataFrame({"code": ["", None]}, geometry=shore, crs=4490).to_file(tmp_path / "coast.gpkg")
    project = run(tmp_path)
    file = tmp_path / "project.toml"
    file.write_text(
        file.read_text("utf-8")
        + '[[layer]]\nrole = "coastline"\npath = "coast.gpkg"\nbasis = "official"\nvintage = "2024"\n',
        "utf-8",
    )
    project = opened(file)
    [finding] = [item for item in project.result.findings if item.kind == "shore_elsewhere"]
    length = Geod(ellps="GRS80").geometry_length(shore[1]) / 1e3
    assert float(finding.message.params["length"]) == pytest.approx(length, abs=0.1)
    project.export(tmp_path / "out.gpkg")  # a layer of one's own without fields has a place in every table


def test_continuity_is_found_again_from_the_delivered_polygons(tmp_path):
    """By pyproj alone: patches whose nearest points lie within 1,000 m hang together."""
    project = OpenProject(embedded_project("hebei"), Options(cache=True))
    delivered = project.result.layers["barrier"].data.geometry.to_numpy()
    patches = shapely.get_parts(shapely.union_all(delivered))
    geod = Geod(ellps="GRS80")
    areas = np.array(
        [abs(geod.geometry_area_perimeter(shapely.orient_polygons(patch))[0]) for patch in patches]
    )
    part = list(range(len(patches)))
    for one in range(len(patches)):
        for other in range(one):
            if shapely.distance(patches[one], patches[other]) > 0.02:
                continue  # degrees: 1,700 m and more
            vertices = shapely.get_coordinates(shapely.segmentize(patches[one], 0.001))
            near = shapely.shortest_line(shapely.points(vertices), patches[other])
            ends = shapely.get_coordinates(near).reshape(-1, 4)
            if geod.inv(*ends.T)[2].min() <= 1000:
                part = [part[other] if number == part[one] else number for number in part]
    sums = np.bincount(part, weights=areas)
    [row] = [item for item in project.result.rates
             if item.indicator == "barrier_continuity" and item.unit_code == "hebei"]  # fmt: skip
    assert row.value == pytest.approx(sums.max() / sums.sum(), rel=1e-6)
    assert "1,000 m" in row.method.en
    json.dumps(row.row("en"))
