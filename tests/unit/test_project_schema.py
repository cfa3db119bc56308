"""Wrong project files: each is one sentence with its line, told before anything is opened."""

import re

import pytest

from geozone.errors import InputError
from geozone.project import load_project
from geozone.project.keys import TABLES

HEAD = 'zone = "hebei"\n'
LAYER = '[[layer]]\nrole = "redline"\npath = "land.gpkg"\nbasis = "official"\nvintage = "2023-12"\n'
REGISTER = '[[register]]\nrole = "bay"\npath = "bays.csv"\nbasis = "official"\nas_of = "2026-06-30"\n'
FIGURES = '[[figures]]\npath = "bays.csv"\nbasis = "official"\n'
INDICATOR = (
    '[[indicator]]\nid = "wetland_protected"\ntitle = "湿地保护率"\nmeasure = "share_of_layer"\nlayer = "wetland"\n'
    'within = ["protected_area"]\n'
)
CONNECTED = '[[indicator]]\nid = "belt"\ntitle = "连通度"\nmeasure = "connectivity"\nlayer = "wetland"\nreach_m = 500\n'
TARGET = 'target = { comparator = ">=", value = 55, unit = "%", year = 2027 }\n'

# what is written, the line of the fault, and a word of the sentence
WRONG = [
    ("zone = bth\n", 1, "TOML"),
    ('title = "x"\n', 1, "zone"),
    ("zone = 5\n", 1, "5"),
    ('zone = ["hebei"]\n', 1, "zone"),
    ('zone = "hebai"\n', 1, "hebei"),
    (HEAD + HEAD, 2, "TOML"),
    (HEAD + "titel = 1\n", 2, "title"),
    (HEAD + "title = [1]\n", 2, "title"),
    (HEAD + "title = nan\n", 2, "title"),
    (HEAD + 'title = { zh = "a" }\n', 2, "en ="),
    (HEAD + 'title = "a\\u0000b"\n', 2, "control"),
    (HEAD + f'title = "{"长" * 2001}"\n', 2, "2000"),
    (HEAD + "map_review_number = true\n", 2, "map_review_number"),
    (HEAD + 'layers = "x"\n', 2, "layer"),
    (HEAD + 'since = "maps_2025"\n', 2, "since"),
    (HEAD + '[since]\npath = "old"\nfolder = "maps_2025"\n', 4, "folder"),
    (HEAD + "[since]\n", 2, "path"),
    (HEAD + "[since]\npath = 2025\n", 3, "path"),
    (HEAD + "layer = 5\n", 2, "layer"),
    (HEAD + 'layer = ["abc"]\n', 2, "layer"),
    (HEAD + '[layer]\nrole = "redline"\n', 2, "[[layer]]"),
    (HEAD + LAYER.replace("role", "roll"), 3, "role"),
    (HEAD + LAYER.replace("redline", "red_line"), 2, "redline"),
    (HEAD + LAYER.replace('path = "land.gpkg"\n', ""), 2, "path"),
    (HEAD + LAYER.replace('"land.gpkg"', "5"), 4, "path"),
    (HEAD + LAYER.replace("land.gpkg", ""), 4, "empty"),
    (HEAD + LAYER.replace("land.gpkg", "gone.gpkg"), 2, "gone.gpkg"),
    (HEAD + LAYER.replace("land.gpkg", "http://example.com/a.gpkg"), 2, "http"),
    (HEAD + LAYER.replace("land.gpkg", "/vsicurl/http://example.com/a.gpkg"), 2, "vsicurl"),
    (HEAD + LAYER.replace("land.gpkg", "away.gpkg"), 2, "link"),
    (HEAD + LAYER.replace("official", "offical"), 5, "official"),
    (HEAD + LAYER.replace('basis = "official"\n', ""), 2, "basis"),
    (HEAD + LAYER.replace('"2023-12"', "[1]"), 6, "vintage"),
    (HEAD + LAYER.replace("2023-12", "2023-13"), 6, "2023-13"),
    (HEAD + LAYER.replace("2023-12", ""), 6, "vintage"),
    (HEAD + LAYER + "crs = 5\n", 7, "EPSG"),
    (HEAD + LAYER + 'crs = "EPSG:99999999"\n', 7, "EPSG"),
    (HEAD + LAYER + "encoding = 5\n", 7, "encoding"),
    (HEAD + LAYER + 'encoding = "gb99999"\n', 7, "gb99999"),
    (HEAD + LAYER + "fields = 5\n", 7, "fields"),
    (HEAD + LAYER + "fields = { code = 5 }\n", 7, "fields"),
    (HEAD + LAYER + "fields = { code = '' }\n", 7, "fields"),
    (HEAD + LAYER + "accuracy = [1]\n", 7, "accuracy"),
    (HEAD + LAYER + "classes = { forest = ['a'] }\n", 7, "classes"),
    (HEAD + LAYER + "width_m = -3\n", 7, "width_m"),
    (HEAD + LAYER + "width_m = 500\n", 2, "width_m"),
    (HEAD + LAYER + 'id = "Red Line"\n', 2, "Red Line"),
    (HEAD + LAYER + 'id = "rates"\n', 2, "rates"),
    (HEAD + LAYER + LAYER, 7, "land.gpkg"),
    (HEAD + LAYER + LAYER.replace("land", "sea").replace("2023-12", "2023"), 7, "vintage"),
    (HEAD + LAYER.replace("redline", "barrier_axis"), 2, "supply"),
    (HEAD + LAYER + 'id = "sqlite_plain"\n', 2, "sqlite_plain"),
    (HEAD + LAYER + 'id = "gpkg_plain"\n', 2, "gpkg_plain"),
    (HEAD + LAYER + f'id = "{"a" * 300}"\n', 2, "id"),
    (HEAD + LAYER + 'classes = { "" = [1] }\n', 7, "classes"),
    (HEAD + LAYER + "classes = { forest = [] }\n", 7, "classes"),
    (HEAD + LAYER + 'fields = { code = "A", code = "B" }\n', 7, "TOML"),
    (HEAD + LAYER + 'crs = "EPSG:5703"\n', 7, "EPSG"),
    (HEAD + LAYER + "published = 2023-02-30\n", 7, "TOML"),
    (HEAD + LAYER + "width_m = 1e400\n", 7, "width_m"),
    (HEAD + LAYER.replace("land.gpkg", "land.gpkg\\u0000"), 4, "control"),
    (HEAD + LAYER.replace("land.gpkg", "mysql://a/b"), 2, "mysql"),
    (HEAD + "k" * 70_000 + " = 1\n", 2, "unknown key"),
    ('zone = "HEBEI"\n', 1, "hebei"),
    ('zone = "../bth"\n', 1, "../bth"),
    (HEAD + REGISTER + 'level = ["city"]\n', 7, "city"),
    (HEAD + REGISTER + 'crs = "EPSG:4490"\n', 7, "crs"),
    (HEAD + INDICATOR.replace('["protected_area"]', "[]"), 7, "within names nothing"),
    (HEAD + INDICATOR + "levels = []\n", 8, "levels names nothing"),
    (HEAD + INDICATOR + "where = { kind = [] }\n", 8, "where"),
    (HEAD + INDICATOR + 'where = { kind = "a" }\n', 8, "where"),
    (HEAD + INDICATOR + 'formula = "a"\n', 8, "formula"),
    (HEAD + INDICATOR + TARGET.replace("55", "nan"), 8, "value"),
    (HEAD + INDICATOR + TARGET.replace("2027", "1800"), 8, "1800"),
    (HEAD + CONNECTED.replace("500", "-5"), 7, "reach_m"),
    (HEAD + CONNECTED.replace("500", "inf"), 7, "reach_m"),
    (HEAD + REGISTER.replace("bay", "bai", 1), 2, "bay"),
    (HEAD + REGISTER.replace('"2026-06-30"', "5"), 6, "as_of"),
    (HEAD + REGISTER.replace("2026-06-30", "2026-02-30"), 6, "as_of"),
    (HEAD + REGISTER.replace("2026-06-30", "2026-13-45"), 6, "2026-13-45"),
    (HEAD + REGISTER + REGISTER, 7, "bays.csv"),
    (HEAD + REGISTER + 'level = "village"\n', 7, "county"),
    (HEAD + REGISTER.replace('"bay"', '"unit"'), 2, "id"),
    (HEAD + REGISTER + "sheet = true\n", 7, "sheet"),
    (HEAD + FIGURES + "year = 2024\n", 2 + 3, "year"),
    (HEAD + FIGURES.replace("official", "true"), 4, "official"),
    (HEAD + INDICATOR.replace("share_of_layer", "share_of_layers"), 5, "share_of_layer"),
    (HEAD + INDICATOR.replace("wetland_protected", "redline_area"), 3, "redline_area"),
    (HEAD + INDICATOR.replace('"wetland"', '"wetlands"'), 6, "wetland"),
    (HEAD + INDICATOR.replace('"protected_area"', '"protected_areas"'), 7, "protected_area"),
    (HEAD + INDICATOR.replace('"wetland"', '"dem"'), 6, "area"),
    (HEAD + INDICATOR.replace('title = "湿地保护率"\n', ""), 2, "title"),
    (HEAD + INDICATOR + 'levels = ["village"]\n', 8, "county"),
    (HEAD + INDICATOR + TARGET.replace('">="', '"=>"'), 8, "nearest"),
    (HEAD + INDICATOR + TARGET.replace("55", '"55"'), 8, "value"),
    (HEAD + INDICATOR + TARGET.replace("2027", "20270"), 8, "20270"),
    (HEAD + INDICATOR + TARGET.replace('"%"', '"percent"'), 8, "percent"),
    (HEAD + INDICATOR + TARGET.replace("year", "yaer"), 8, "year"),
    (HEAD + INDICATOR + TARGET.replace("year = 2027", "year = 2020, base_year = 2024"), 8, "2024"),
    (HEAD + INDICATOR + TARGET.replace(" }", ', region_codes = ["13"] }'), 8, "six"),
    (HEAD + INDICATOR + "target = 5\n", 8, "target"),
    (HEAD + "x = " + "[" * 5000 + "]" * 5000 + "\n", 2, "nested"),
    (HEAD + "x = " + "9" * 5000 + "\n", 2, "digits"),
    (HEAD + ".".join("a" * 5000) + " = 1\n", 2, "64 dots"),
    (HEAD + "[" + " . ".join(['"a"', "'b'", "c"] * 500) + "]\n", 2, "64 dots"),
    (HEAD + "x = [\n1, {" + ".".join("a" * 5000) + " = 1}]\n", 3, "64 dots"),
]


@pytest.fixture
def project_file(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("land.gpkg", "sea.gpkg", "bays.csv"):
        (folder / name).write_text("")
    (tmp_path / "secret.gpkg").write_text("")
    (folder / "away.gpkg").symlink_to(tmp_path / "secret.gpkg")
    return folder / "project.toml"


@pytest.mark.parametrize(("written", "line", "word"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_project_file_is_one_sentence_with_its_line(project_file, written, line, word):
    project_file.write_text(written, "utf-8")
    with pytest.raises(InputError) as caught:
        load_project(project_file)
    for said, place in (
        (caught.value.get("en"), f"line {line}\\b"),
        (caught.value.get("zh"), f"第 {line} 行|line {line}\\b"),
    ):
        assert re.search(place, said), said
        assert "project.toml" in said
        assert "\n" not in said, said
        assert len(said) < 600
    assert word in caught.value.get("en"), caught.value.get("en")
    assert "secret" not in caught.value.get("en").replace("secret.gpkg", "")


def test_every_fault_is_told_at_once(project_file):
    project_file.write_text(
        HEAD
        + "titel = 1\n"
        + LAYER.replace("official", "offical")
        + REGISTER.replace("bays.csv", "gone.csv"),
        "utf-8",
    )
    with pytest.raises(InputError) as caught:
        load_project(project_file)
    lines = caught.value.get("en").splitlines()
    assert lines[0] == "project.toml has 3 faults:"
    assert [re.search(r"line (\d+)", line)[1] for line in lines[1:]] == ["2", "6", "8"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_project_file_in_another_encoding_names_it(project_file, encoding):
    project_file.write_bytes((HEAD + 'title = "河北"\n').encode(encoding))
    with pytest.raises(InputError, match=r"line \d+.*UTF-8.*(GB 18030|UTF-16)"):
        load_project(project_file)


def test_a_folder_or_a_device_is_no_project_file(tmp_path):
    for path in (tmp_path, "/dev/zero"):
        with pytest.raises(InputError):
            load_project(type(tmp_path)(path))


def test_a_register_that_is_not_sound_is_known_to_the_indicators(project_file):
    own = '[[layer]]\nid = "plain"\nrole = "area"\npath = "land.gpkg"\nbasis = "offical"\nvintage = "2023"\n'
    project_file.write_text(HEAD + own + INDICATOR.replace('"wetland"', '"plain"'), "utf-8")
    with pytest.raises(InputError) as caught:
        load_project(project_file)
    assert "\n" not in caught.value.get("en")


def test_what_the_manual_writes_is_allowed(project_file):
    project_file.write_text(
        HEAD + 'title = { zh = "河北", en = "Hebei" }\nmap_review_number = ""\n' + LAYER
        + 'source = "x"\npublished = 2023-05-01\ncrs = "EPSG:4527"\nencoding = "gb18030"\nfields = { code = "XZQDM" }\n'
        + REGISTER + 'sheet = 2026\nlevel = "city"\n' + FIGURES + INDICATOR + TARGET
        + '[since]\npath = "../released"\n',
        "utf-8",
    )  # fmt: skip
    project = load_project(project_file)
    assert project.registers[0].sheet == "2026"
    assert project.layers["redline"].origins[0].published == "2023-05-01"
    assert project.targets[0].year == 2027
    assert project.since == project_file.parent / "../released"  # looked for by who builds


def test_every_key_has_a_kind_that_is_checked():
    from geozone.project.schema import _KINDS

    assert {key.holds for keys in TABLES.values() for key in keys.values()} <= set(_KINDS)
