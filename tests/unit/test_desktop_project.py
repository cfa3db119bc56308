"""The QGIS project: what is declared of it, and that equal results give equal bytes."""

import zipfile
from xml.etree import ElementTree as ET

from samples import sample_result

from geozone.export.desktop import stored_project, write_project
from geozone.export.desktop_declared import load_desktop
from geozone.export.geopackage import write_geopackage
from geozone.export.result_tables import TABLES
from geozone.manifest.roles import load_roles


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
