"""The QGIS project of a GeoPackage, opened in QGIS: layers, names, styles, groups, themes and printed pages."""

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from samples import sample_result

from geozone.export.desktop import write_project
from geozone.export.desktop_declared import load_desktop
from geozone.export.geopackage import write_geopackage
from geozone.export.result_tables import TABLES, layer_names
from geozone.manifest.roles import load_roles
from geozone.messages import Text
from geozone.symbology import RATE_COLOURS

pytestmark = pytest.mark.qgis

LONG = "生态保护红线（按坡度与水系推算的筛查图层，非法定，供试用，正式成果以主管部门公布为准）"


@pytest.fixture(scope="module")
def opened(run_in_qgis, tmp_path_factory):
    """Return a function that opens a project in QGIS."""

    def run(address):
        told = run_in_qgis("open_project.py", address, tmp_path_factory.mktemp("printed"), timeout=180)
        return json.loads(told[told.index("{") :])

    return run


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """Return a folder with a GeoPackage and the project beside it, which was moved since."""
    folder = tmp_path_factory.mktemp("delivered")
    result = sample_result()
    layer = result.layers["redline"]
    layer.spec = replace(layer.spec, title=Text(LONG, LONG))
    write_geopackage(result, folder / "bth.gpkg")
    write_project(folder / "bth.gpkg", folder / "bth.qgz")
    return shutil.move(folder, folder.with_name("最终版2"))


@pytest.fixture(scope="module")
def beside(opened, delivered):
    return opened(delivered / "bth.qgz")


def test_every_layer_and_table_is_there_valid_and_named_in_chinese(beside):
    expected = {
        f"geozone_{name}" for name in ["zone", "units", *layer_names(sample_result()), "mosaic", *TABLES]
    }
    assert beside["read"]
    assert set(beside["layers"]) == expected
    assert [key for key, layer in beside["layers"].items() if not layer["valid"]] == []
    assert [layer["name"] for layer in beside["layers"].values() if layer["name"].isascii()] == []
    assert [
        key for key, layer in beside["layers"].items() if any(alias.isascii() for alias in layer["aliases"])
    ] == []


def test_layers_are_styled_as_on_the_page(beside):
    colours = {key: set(layer["colours"]) for key, layer in beside["layers"].items()}
    assert set(RATE_COLOURS) <= colours["geozone_units"]
    for name in ("redline", "barrier", "coastline"):
        style = sample_result().layers[name].spec.style
        assert {one for one in (style.fill, style.stroke) if one} & colours[f"geozone_{name}"], name
    assert beside["layers"]["geozone_bays"]["renderer"] == "categorizedSymbol"


def test_layers_stand_in_groups_and_are_drawn_in_the_order_of_their_roles(beside):
    titles = [group.title.zh for group in load_desktop().groups]
    names = [name for name, _ in beside["groups"]]
    assert names == [title for title in titles if title in names]
    listed = [key for _, members in beside["groups"] for key in members]
    assert sorted(listed) == sorted(beside["layers"])
    drawn = [key.removeprefix("geozone_") for key in beside["order"]]
    order = [role.layer for role in reversed(load_roles().values()) if role.layer in drawn]
    assert [name for name in drawn if name in order] == order
    assert drawn[-1] == "units"
    assert "geozone_units" in beside["shown"]
    assert "geozone_rates" not in beside["shown"]


def test_themes_show_what_they_are_called_beside_the_units(beside):
    declared = {theme.title.zh: theme for theme in load_desktop().themes}
    assert beside["themes"]
    for name, shown in beside["themes"].items():
        layers = {key.removeprefix("geozone_") for key in shown} - {"units", "zone"}
        roles = {role.id for role in load_roles().values() if role.layer in layers}
        assert "geozone_units" in shown
        assert roles
        assert roles <= set(declared[name].roles)
    assert set(beside["layers"]["geozone_units"]["styles"]) == {"default", "outlines"}


def test_every_theme_is_printed_with_all_parts_of_a_map(beside):
    assert set(beside["layouts"]) == set(beside["themes"])
    for name, layout in beside["layouts"].items():
        assert layout["exported"], name
        assert {"map", "legend", "scale", "north", "label"} <= set(layout["items"])
        assert any(name in words for words in layout["words"])
        assert "未经审图" in layout["words"]
        image = matplotlib.image.imread(Path(layout["pdf"]).with_suffix(".png"))[..., :3]
        height, width, _ = image.shape
        on_map = image[int(0.15 * height) : int(0.85 * height), int(0.05 * width) : int(0.7 * width)]
        assert np.ptp(on_map.reshape(-1, 3), axis=0).min() > 0.3, "the map is empty"
        assert (image[:, int(0.75 * width) :] < 0.9).any(), "the legend is empty"
        assert (image[:, int(0.97 * width) :] > 0.9).all(), "something runs over the right edge"
        assert Path(layout["pdf"]).stat().st_size > 5000


def test_the_project_inside_the_geopackage_is_the_one_beside_it(opened, delivered, beside):
    inside = opened(f"geopackage:{delivered / 'bth.gpkg'}?projectName=bth")
    for part in ("layers", "groups", "themes", "order", "crs"):
        assert inside[part] == beside[part], part


def test_the_project_finds_its_layers_where_the_folder_was_moved_to(beside, delivered):
    assert all(str(delivered) in layer["source"] for layer in beside["layers"].values())


def test_no_path_of_the_machine_is_in_the_project(delivered):
    with zipfile.ZipFile(delivered / "bth.qgz") as archive:
        words = archive.read("bth.qgs").decode()
    assert str(delivered) not in words
    assert words.count("./bth.gpkg|layername=") > 10
