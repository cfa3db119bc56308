import pytest

from geozone.catalog import load_catalog
from geozone.errors import InputError, UsageError
from geozone.model import Basis, Role
from geozone.project import embedded_project, layer_id, load_project

LAYER = """
[[layer]]
role = "redline"
path = "land.gpkg"
basis = "official"
vintage = "2023-12"
fields = { code = "XZQDM" }
"""


@pytest.fixture
def project_file(tmp_path):
    def write(text):
        for name in ("land.gpkg", "sea.gpkg", "bays.csv"):
            (tmp_path / name).write_text("")
        path = tmp_path / "project.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_a_layer_takes_the_place_of_the_embedded_one(project_file):
    project = load_project(project_file('zone = "bth"\ntitle = "我的区域"' + LAYER))
    spec = project.layers["redline"]
    assert spec.basis is Basis.OFFICIAL
    assert spec.sources[0].fields == {"code": "XZQDM"}
    assert spec.style == load_catalog()["redline"].style
    assert project.own == {"redline"}
    assert project.title.zh == "我的区域"
    assert project.layers["lakes"] == load_catalog()["lakes"]


def test_one_role_in_two_files_is_one_layer(project_file):
    project = load_project(project_file('zone = "bth"' + LAYER + LAYER.replace("land", "sea")))
    assert [source.path.name for source in project.layers["redline"].sources] == ["land.gpkg", "sea.gpkg"]


def test_embedded_gaps_do_not_outlive_the_embedded_barrier(project_file):
    project = load_project(project_file('zone = "bth"' + LAYER.replace("redline", "barrier")))
    assert "barrier_gaps" not in project.layers


def test_a_register_is_declared(project_file):
    register = '\n[[register]]\nrole = "bay"\npath = "bays.csv"\nbasis = "official"\nas_of = 2026-06-30\n'
    entry = load_project(project_file('zone = "bth"' + register)).registers[0]
    assert (entry.role, entry.as_of, entry.path.name) == (Role.BAY, "2026-06-30", "bays.csv")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("zone = bth", "project.toml"),
        ('title = "x"', "zone"),
        ('zone = "bth"\nlayers = 1', "layers"),
        ('zone = "bth"' + LAYER.replace("redline", "red_line"), "red_line"),
        ('zone = "bth"' + LAYER.replace("basis", "base"), "base"),
        ('zone = "bth"' + LAYER.replace("official", "guess"), "guess"),
        ('zone = "bth"' + LAYER.replace("land.gpkg", "gone.gpkg"), "gone.gpkg"),
        ('zone = "bth"\nlayer = 5', "project.toml"),
    ],
)
def test_a_wrong_project_file_is_told_with_file_and_reason(project_file, text, named):
    with pytest.raises(InputError) as caught:
        load_project(project_file(text))
    assert named in caught.value.get("zh")
    assert named in caught.value.get("en")


def test_a_missing_project_file_and_an_unknown_zone_are_told(project_file, tmp_path):
    with pytest.raises(InputError):
        load_project(tmp_path / "none.toml")
    with pytest.raises(UsageError) as caught:
        load_project(project_file('zone = "atlantis"'))
    assert "atlantis" in str(caught.value)
    assert "bth" in str(caught.value)


def test_every_zone_opens_with_its_embedded_layers():
    project = embedded_project("hebei")
    assert set(project.layers) == set(load_catalog())
    assert not project.own


def test_layers_are_named_as_in_the_geopackage():
    assert [layer_id(role) for role in (Role.BAY, Role.RIVER, Role.LAKE, Role.REDLINE)] == [
        "bays",
        "rivers",
        "lakes",
        "redline",
    ]
