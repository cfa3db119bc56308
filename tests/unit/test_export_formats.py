import csv

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from samples import sample_layer, sample_result

from geozone.choices import FOLDER_FORMATS
from geozone.errors import UsageError
from geozone.export.formats import DICTIONARY, SOURCES, Choices, write_format
from geozone.export.result_tables import content, layer_names
from geozone.model import LayerStyle

SPATIAL = ["zone", "units", *layer_names(sample_result())]


def read(folder, name, format_):
    path = folder / f"{name}.{format_}"
    return gpd.read_parquet(path) if format_ == "parquet" else gpd.read_file(path)


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    base = tmp_path_factory.mktemp("formats")
    for name in FOLDER_FORMATS:
        write_format(sample_result(), base / name, name)
    return base


EXACT = [
    name for name in FOLDER_FORMATS if name not in {"mif", "tab"}
]  # MapInfo knows no CGCS2000 and no empty number


@pytest.mark.parametrize("format_", EXACT)
def test_every_layer_comes_back_with_shape_crs_and_values(folders, format_):
    for table in content(sample_result(), "zh"):
        if not table.geometry:
            continue
        found = read(folders / format_, table.name, format_)
        assert found.crs.to_epsg() == 4490, table.name
        assert len(found) == len(table.frame), table.name
        if not len(found):
            continue  # some formats keep no columns of an empty layer
        names = {
            row["column"]: row["field"]
            for row in rows(folders / format_ / DICTIONARY)
            if row["file"] == f"{table.name}.{format_}"
        }
        key = "code" if "code" in names else "name"
        found = found.set_index(names[key]).loc[table.frame[key].tolist()]
        shapes = table.frame.geometry.reset_index(drop=True)
        overlap = found.geometry.reset_index(drop=True).geom_equals(shapes)
        assert overlap.all(), table.name
        for item in table.columns:
            if item.type == "number":
                values = found[names[item.name]].to_numpy(dtype=float)
                np.testing.assert_allclose(
                    values, table.frame[item.name].to_numpy(dtype=float), rtol=0, atol=1e-14
                )


@pytest.mark.parametrize("format_", FOLDER_FORMATS)
def test_the_folder_holds_every_layer_and_table_with_its_meaning(folders, format_):
    files = {path.name for path in (folders / format_).iterdir()}
    tables = "parquet" if format_ == "parquet" else "csv"
    assert {f"{name}.{format_}" for name in SPATIAL} | {f"rates.{tables}", f"registers.{tables}"} <= files
    sources = {row["layer"]: row for row in rows(folders / format_ / SOURCES)}
    assert sources["redline"]["basis"] == "synthetic"
    assert sources["redline"]["licence"] == "CC0-1.0"
    titles = {row["column"]: row["title_zh"] for row in rows(folders / format_ / DICTIONARY)}
    assert titles["area_km2"] == "面积（平方千米）"


def test_shapefile_names_have_ten_bytes_and_stay_apart(folders):
    for name in SPATIAL:
        fields = list(pyogrio.read_info(folders / "shp" / f"{name}.shp")["fields"])
        assert all(len(field.encode()) <= 10 for field in fields)
        assert len({field.lower() for field in fields}) == len(fields)


@pytest.mark.parametrize(("encoding", "cpg"), [("UTF-8", "UTF-8"), ("GBK", "GBK")])
def test_shapefile_encoding_is_told_and_holds(tmp_path, encoding, cpg):
    write_format(sample_result(), tmp_path / "shp", "shp", choices=Choices(encoding=encoding))
    assert (tmp_path / "shp" / "units.cpg").read_text() == cpg
    assert "甲省1市1县".encode(encoding) in (tmp_path / "shp" / "units.dbf").read_bytes()
    assert "甲省1市1县" in set(gpd.read_file(tmp_path / "shp" / "units.shp")["name"])


def test_a_character_outside_the_encoding_is_told(tmp_path):
    result = sample_result()
    result.layers["lakes"].data["name"] = ["𠮷湖"]
    with pytest.raises(UsageError) as caught:
        write_format(result, tmp_path / "shp", "shp", choices=Choices(encoding="GBK"))
    assert caught.value.message.key == "export.not_encodable"
    assert "𠮷湖" in caught.value.get("zh")
    assert list(tmp_path.iterdir()) == []


def test_long_texts_are_cut_at_a_character_and_counted(tmp_path):
    result = sample_result()
    style = LayerStyle("fill", fill="#58a6d6")
    shape = result.layers["lakes"].data.geometry.iloc[0]
    result.layers["lakes"] = sample_layer("lakes", "lake", [shape, shape], style, remark=["长" * 100, "短"])
    write_format(result, tmp_path / "shp", "shp")
    assert gpd.read_file(tmp_path / "shp" / "lakes.shp")["remark"].tolist() == ["长" * 84, "短"]
    [row] = [row for row in rows(tmp_path / "shp" / DICTIONARY) if row["column"] == "remark"]
    assert row["shortened"] == "1"


def test_geojson_says_its_crs(folders):
    assert "EPSG::4490" in (folders / "geojson" / "units.geojson").read_text("utf-8")


def test_empty_layers_are_files_too(tmp_path):
    result = sample_result()
    result.layers = {}
    for name in FOLDER_FORMATS:
        write_format(result, tmp_path / name, name)
        assert len(read(tmp_path / name, "redline", name)) == 0


def test_the_folder_is_replaced_when_it_is_ours(tmp_path):
    first = write_format(sample_result(), tmp_path / "out", "fgb")
    result = sample_result()
    result.layers["rivers_old"] = result.layers["rivers"]
    write_format(result, tmp_path / "out", "fgb")
    again = write_format(sample_result(), tmp_path / "out", "fgb")
    assert first == again
    assert sorted((tmp_path / "out").iterdir()) == sorted(first)
    assert [item.name for item in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_other_files_is_not_touched(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError) as caught:
        write_format(sample_result(), tmp_path, "shp")
    assert caught.value.message.key == "export.folder_in_use"
    assert [item.name for item in tmp_path.iterdir()] == ["thesis.txt"]


def test_single_files_need_no_ending(tmp_path, request):
    for name, start in (("gpkg", b"SQLite"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        if name == "pdf":
            request.getfixturevalue("with_font")
        assert write_format(sample_result(), tmp_path / name, name) == [tmp_path / name]
        assert (tmp_path / name).read_bytes().startswith(start)


def test_an_unknown_format_is_told(tmp_path):
    with pytest.raises(UsageError) as caught:
        write_format(sample_result(), tmp_path / "bth.doc", "doc")
    assert caught.value.message.key == "export.unknown_format"
