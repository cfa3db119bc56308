import pytest

from geozone.catalog import load_catalog
from geozone.errors import InputError
from geozone.manifest.roles import get_role
from geozone.model import Basis
from geozone.project import embedded_project, load_project
from geozone.vintages import newest_first, parse_vintage

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
        for name in ("land.gpkg", "sea.gpkg", "old.gpkg", "bays.csv"):
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


def test_two_vintages_of_a_role_are_never_merged(project_file):
    older = LAYER.replace("land.gpkg", "old.gpkg").replace("2023-12", "2018-06")
    project = load_project(project_file('zone = "bth"' + older + LAYER + LAYER.replace("land", "sea")))
    newest = project.layers["redline"]
    assert [source.path.name for source in newest.sources] == ["land.gpkg", "sea.gpkg"]
    assert newest.vintage == "2023-12"
    assert [spec.sources[0].path.name for spec in project.older["redline"]] == ["old.gpkg"]


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ("2023", ["2023, 2023-12", "2023-12, 2023"]),  # within the year, before or after
        ("unknown", ["unknown"]),
        ("2021-2035", ["2021-2035"]),
    ],
)
def test_vintages_that_cannot_be_put_in_order_are_refused(project_file, other, named):
    with pytest.raises(InputError) as caught:
        load_project(
            project_file('zone = "bth"' + LAYER + LAYER.replace("land", "sea").replace("2023-12", other))
        )
    assert any(word in caught.value.get("zh") for word in named)


def test_one_date_in_two_writings_is_one_vintage(project_file):
    text = 'zone = "bth"' + LAYER + LAYER.replace("land", "sea").replace("2023-12", "2023年12月")
    assert len(load_project(project_file(text)).layers["redline"].sources) == 2


def test_one_file_twice_would_count_twice_and_is_refused(project_file):
    for second in (LAYER, LAYER.replace("2023-12", "2018"), LAYER + 'layer = "red"\n'):
        with pytest.raises(InputError) as caught:
            load_project(project_file('zone = "bth"' + LAYER + second))
        assert "land.gpkg" in caught.value.get("en")
    two = LAYER + 'layer = "land"\n' + LAYER + 'layer = "sea"\n'
    assert len(load_project(project_file('zone = "bth"' + two)).layers["redline"].sources) == 2


def test_files_that_stand_differently_count_as_the_least_certain(project_file):
    sea = LAYER.replace("land", "sea").replace("official", "working").replace("red.", "sea.")
    spec = load_project(project_file('zone = "bth"' + LAYER + sea)).layers["redline"]
    assert spec.basis is Basis.WORKING
    assert "least certain" in spec.note.en
    assert spec.title.en == "Ecological protection red line (land.gpkg, sea.gpkg)"


def test_a_role_without_rates_has_no_register_and_one_role_has_one(project_file):
    register = '\n[[register]]\nrole = "bay"\npath = "bays.csv"\nbasis = "official"\nas_of = 2026-06-30\n'
    for text, named in (
        (register.replace('"bay"', '"redline"'), "redline"),
        (register * 2, "bays.csv, bays.csv"),
    ):
        with pytest.raises(InputError) as caught:
            load_project(project_file('zone = "bth"' + text))
        assert named in caught.value.get("zh")


def test_a_vintage_is_read_as_people_write_it():
    written = [
        "2023",
        "2023-12",
        "2023年12月",
        "2023.1.5",
        "20231231",
        "202312",
        "2023 年",
        "2023-13",
        "约2023",
        "",
    ]
    assert [parse_vintage(vintage) for vintage in written] == [
        (2023,), (2023, 12), (2023, 12), (2023, 1, 5), (2023, 12, 31), (2023, 12), (2023,), None, None, None,
    ]  # fmt: skip
    assert newest_first(["2018", "2023-12", "2020-06-30"]) == [["2023-12"], ["2020-06-30"], ["2018"]]
    assert newest_first(["unknown", "unknown"]) == [["unknown"]]


def test_a_register_is_declared(project_file):
    register = '\n[[register]]\nrole = "bay"\npath = "bays.csv"\nbasis = "official"\nas_of = 2026-06-30\n'
    entry = load_project(project_file('zone = "bth"' + register)).registers[0]
    assert (entry.role, entry.as_of, entry.path.name) == ("bay", "2026-06-30", "bays.csv")


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
    with pytest.raises(InputError) as caught:
        load_project(project_file('zone = "atlantis"'))
    assert "atlantis" in str(caught.value)
    assert "bth" in str(caught.value)


def test_every_zone_opens_with_its_embedded_layers():
    project = embedded_project("hebei")
    assert set(project.layers) == set(load_catalog())
    assert not project.own


def test_layers_are_named_as_in_the_geopackage():
    assert [get_role(role).layer for role in ("bay", "river", "lake", "redline")] == [
        "bays",
        "rivers",
        "lakes",
        "redline",
    ]


def test_lines_may_stand_for_a_belt_of_a_width(project_file):
    belt = LAYER.replace("redline", "corridor") + "width_m = 500\n"
    assert load_project(project_file('zone = "bth"' + belt)).layers["corridor"].width_m == 500.0
    assert load_project(project_file('zone = "bth"' + LAYER)).layers["redline"].width_m is None
    for wrong in ("0", "-3", "true", '"wide"', "inf"):
        with pytest.raises(InputError, match="width_m"):
            load_project(project_file('zone = "bth"' + belt.replace("500", wrong)))
    with pytest.raises(InputError, match="width_m"):
        load_project(project_file('zone = "bth"' + LAYER + "width_m = 500\n"))


def test_what_a_run_makes_is_not_taken_as_a_layer(project_file):
    for role in ("barrier_axis", "barrier_breaks", "barrier_gaps"):
        with pytest.raises(InputError, match="supply"):
            load_project(project_file('zone = "bth"' + LAYER.replace("redline", role)))
