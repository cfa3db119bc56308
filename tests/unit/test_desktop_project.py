"""The QGIS project: what is declared of it, and that equal results give equal bytes."""

import zipfile
from dataclasses import replace
from xml.etree import ElementTree as ET

from samples import sample_result

from geozone.aligned import width_of
from geozone.export.desktop import stored_project, write_project
from geozone.export.desktop_declared import load_desktop
from geozone.export.geopackage import write_geopackage
from geozone.export.result_tables import TABLES
from geozone.manifest.roles import load_roles
from geozone.messages import Text
from geozone.model import Basis


def test_every_layer_and_table_stands_in_one_group():
    declared = load_desktop()
    held = [role.id for role in load_roles().values() if not role.raster and role.purpose != "units"]
    for role in held:
        assert sum(group.holds(role, declared.named) for group in declared.groups) == 1, role
    assert declared.named <= set(held)
    tables = [table for group in declared.groups for table in group.tables]
    assert sorted(tables) == sorted(["zone", "units", "mosaic", *TABLES])


def test_the_project_beside_a_geopackage_is_the_one_inside_and_the_same_on_every_run(tmp_path):
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        write_geopackage(sample_result(), tmp_path / folder / "bth.gpkg")
        write_project(tmp_path / folder / "bth.gpkg", tmp_path / folder / "bth.qgz")
    one = (tmp_path / "one" / "bth.qgz").read_bytes()
    assert one == (tmp_path / "other" / "bth.qgz").read_bytes()
    assert one == stored_project(tmp_path / "one" / "bth.gpkg")


def test_english_projects_are_english(tmp_path):
    write_geopackage(sample_result(), tmp_path / "bth.gpkg", lang="en")
    write_project(tmp_path / "bth.gpkg", tmp_path / "bth.qgz")
    with zipfile.ZipFile(tmp_path / "bth.qgz") as archive:
        words = archive.read("bth.qgs").decode()
    assert "Bays and waters" in words
    assert "not reviewed" in words
    assert "海湾与水体" not in words


def test_pages_say_of_each_layer_where_it_stands_and_of_made_up_data_in_their_title(tmp_path):
    write_geopackage(sample_result(), tmp_path / "bth.gpkg")
    write_project(tmp_path / "bth.gpkg", tmp_path / "bth.qgz")
    with zipfile.ZipFile(tmp_path / "bth.qgz") as archive:
        root = ET.fromstring(archive.read("bth.qgs"))
    pages = {page.get("name"): page for page in root.iter("Layout")}
    words = {
        item.get("id"): item.get("labelText", "")
        for item in pages["生态保护红线"].iter("LayoutItem")
        if item.get("labelText")
    }
    assert words["title"].endswith("（示例数据）")
    layers = sample_result().layers
    assert f"{layers['redline'].spec.title.zh}（示例数据）" in words["footer"]


def project_of(result, folder):
    write_geopackage(result, folder / "bth.gpkg")
    write_project(folder / "bth.gpkg", folder / "bth.qgz")
    with zipfile.ZipFile(folder / "bth.qgz") as archive:
        return ET.fromstring(archive.read("bth.qgs"))


def test_long_names_are_broken_into_lines_that_fit_the_legend_and_lose_no_letter(tmp_path):
    result = sample_result()
    layer = result.layers["redline"]
    title = "生态保护红线（按坡度与水系推算的筛查图层，非法定，供试用，正式成果以主管部门公布为准）"
    layer.spec = replace(layer.spec, title=Text(title, "Red line"), basis=Basis.DERIVED)
    root = project_of(result, tmp_path)
    for node in root.iter("layer-tree-layer"):
        for label in node.findall("customproperties/Option/Option[@name='legend/title-label']"):
            words = label.get("value")
            assert words.replace("\n", "").replace(" ", "") == node.get("name").replace(" ", "")
            # beside a symbol 55 of the 67 mm are left; a letter of 9 points is 3.2 mm wide, half of it counts one
            assert all(width_of(line) * 9 * 25.4 / 72 / 2 <= 55 for line in words.split("\n")), words
    labels = root.findall(".//Layout//Option[@name='legend/title-label']")
    assert any(label.get("value").count("\n") >= 2 for label in labels)
    assert title in {one.text for one in root.iter("layername")}


def test_a_title_that_says_its_basis_says_it_once(tmp_path):
    result = sample_result()
    layer = result.layers["redline"]
    layer.spec = replace(
        layer.spec, title=Text("生态保护红线（推算图层）", "Red line (derived)"), basis=Basis.DERIVED
    )
    result.rates = [
        replace(rate, basis=Basis.DERIVED) if rate.indicator == "redline_coverage" else rate
        for rate in result.rates
    ]
    root = project_of(result, tmp_path)
    footers = [
        item.get("labelText") for item in root.iter("LayoutItem") if item.get("id", "").endswith("footer")
    ]
    assert any("生态保护红线（推算图层）" in words for words in footers)
    said = [*footers, *(node.get("name") for node in root.findall(".//Layout//layer-tree-layer"))]
    assert any("推算" in words for words in said)
    assert [words for words in said if "推算）（推算" in words or "推算图层）（推算" in words] == []
