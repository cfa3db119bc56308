"""The user's mapping goes first, then the synonyms; cut names are matched by their beginning."""

import tomllib
from collections import Counter
from importlib.resources import files

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import geozone
from geozone.api import mapped_coverage
from geozone.checks import repair
from geozone.errors import GeozoneWarning, InputError
from geozone.export.repaired import write_repaired
from geozone.manifest.roles import load_roles
from geozone.read import read_layer
from geozone.read.fields import code_texts, map_fields, means
from geozone.read.notes import Notes


def mapped(given=None, **columns):
    data = gpd.GeoDataFrame(columns, geometry=[shapely.Point(116, 39)], crs=4490)
    notes = Notes("layer")
    return map_fields(data, given or {}, "f.shp", notes), notes


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("HXMC", "name"), ("XZQMC", "name"), ("MC", "name"), ("行政区名称", "name"), ("红线名称", "name"),
        ("XZQDM", "code"), ("adcode", "code"), ("行政区代码", "code"), ("BSM", "identifier"),
        ("YSDM", "feature_class"), ("STBHHXMJ", "stated_area"), ("STBHHX", "redline_type"),
    ],
)  # fmt: skip
def test_a_field_with_a_synonym_is_read_as_what_it_means(field, name):
    data, notes = mapped(**{field: ["130802"]})
    assert data[name].tolist() == ["130802"]
    assert field in data.columns
    assert [decision.value for decision in notes.decisions] == [f"{name} = {field}"]


def test_the_mapping_of_the_user_goes_first():
    data, _ = mapped({"name": "备注"}, HXMC=["甲"], 备注=["乙"])
    assert data["name"].tolist() == ["乙"]


def test_a_field_of_that_name_needs_no_synonym():
    data, notes = mapped(name=["甲"], XZQMC=["乙"])
    assert data["name"].tolist() == ["甲"]
    assert notes.decisions == []


def test_the_more_specific_name_wins():
    assert mapped(XZQMC=["承德市"], HXMC=["燕山红线"])[0]["name"].tolist() == ["燕山红线"]


def test_a_layer_goes_by_its_own_name_and_not_by_that_of_what_it_lies_in():
    assert mapped(河流名称=["滦河"], 断面名称=["大黑汀水库"])[0]["name"].tolist() == ["大黑汀水库"]
    assert mapped(保护地名称=["雾灵山"], HXMC=["燕山红线"])[0]["name"].tolist() == ["燕山红线"]


def test_a_field_is_declared_in_one_place():
    roles = [word for role in load_roles().values() for word in role.telling_fields]
    general = tomllib.loads(files("geozone").joinpath("read", "synonyms.toml").read_text("utf-8"))
    words = roles + [word for groups in general.values() for group in groups for word in group]
    assert [word for word, count in Counter(map(str.casefold, words)).items() if count > 1] == []


def test_two_fields_that_mean_the_same_are_a_finding():
    data, notes = mapped(NAME=["甲"], MC=["乙"])
    assert data["name"].tolist() == ["甲"]
    assert [finding.kind for finding in notes.findings] == ["field_ambiguous"]
    assert mapped(NAME=["甲"], MC=["甲"])[1].findings == []


def test_capitals_only_differ_so_the_field_is_renamed():
    data, _ = mapped(NAME=["甲"])
    assert "NAME" not in data.columns
    data, _ = mapped(Name=[None], HXMC=["甲"])
    assert data["name"].tolist() == ["甲"]
    assert "Name" not in data.columns


def test_an_unknown_field_is_refused_with_the_choices():
    with pytest.raises(InputError) as error:
        mapped({"code": "DM"}, XZQDM=["130802"])
    assert "XZQDM" in str(error.value)


@pytest.mark.parametrize(
    ("field", "wanted", "same"),
    [
        ("行政区", "行政区名称", True),  # 10 bytes hold three characters of UTF-8
        ("行政区名称", "行政区名称长", True),  # and five of GBK
        ("保护红线名", "保护红线名称", True),
        ("行", "行政区名称", False),
        ("XZQMC", "xzqmc", True),
        ("STBHHXMJBZ", "STBHHXMJBZ2", True),
        ("STBHHX", "STBHHXMJ", False),
        ("", "XZQMC", False),
    ],
)
def test_names_cut_to_the_width_of_a_dbf(field, wanted, same):
    assert means(field, wanted) is same


def test_a_cut_name_is_found_and_said():
    data, notes = mapped({"stated_area": "生态保护红线面积"}, 生态保护红=[7.5])
    assert data["stated_area"].tolist() == [7.5]
    assert "cut" in notes.decisions[0].reason.get("en")


def test_codes_are_read_as_text_without_a_decimal_point():
    assert code_texts(pd.Series([130102.0, None])).tolist() == ["130102", ""]
    assert code_texts(pd.Series([" 130102 ", None])).tolist() == ["130102", ""]
    assert mapped(XZQDM=[130102])[0]["code"].tolist() == ["130102"]


def test_the_geometry_of_a_file_is_no_field_that_can_be_named(tmp_path):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shapely.box(117, 39, 118, 40)], crs=4490).to_file(path)
    with pytest.raises(InputError) as error:
        read_layer(path, fields={"geometry": "name"})
    assert error.value.message.key == "read.geometry_given"


def test_a_unit_in_the_heading_of_a_field_is_that_of_its_numbers(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text("lon,lat,PM2.5（mg/m³）,PM2.5(t)\n117.1,40.1,0.035,1\n117.2,40.1,0.041,2\n", "utf-8")
    layer = read_layer(path, fields={"pm25": "PM2.5（mg/m³）"})
    assert layer.data["pm25"].tolist() == pytest.approx([35, 41])
    assert any("multiplied by 1000" in item.reason.text.en for item in layer.decisions)
    layer = read_layer(path, fields={"pm25": "PM2.5(t)"})
    assert layer.data["pm25"].tolist() == [1, 2]
    assert "field_unit" in {item.kind for item in layer.findings}


def test_columns_of_one_name_keep_their_own_values_and_are_told_or_are_refused(tmp_path):
    box = shapely.box(117, 40, 117.1, 40.1)
    frame = gpd.GeoDataFrame({"name": ["a"], "code": ["110101"]}, geometry=[box], crs=4490)
    frame.to_file(tmp_path / "a.shp")
    fields = (tmp_path / "a.dbf").read_bytes().replace(b"code\0", b"name\0")
    (tmp_path / "a.dbf").write_bytes(fields)
    (tmp_path / "a.csv").write_text("name,lon,lat,name\na,117,40,110101\n", "utf-8")
    for path in (tmp_path / "a.shp", tmp_path / "a.csv"):
        layer = read_layer(path)
        second = next(name for name in layer.data.columns if name.startswith("name_"))
        assert [*layer.data["name"], *layer.data[second].astype(str)] == ["a", "110101"]
        [finding] = [item for item in layer.findings if item.kind == "columns_twice"]
        assert "name" in finding.message.get("zh")
    frame.to_file(tmp_path / "b.tab", driver="MapInfo File")
    words = (tmp_path / "b.tab").read_text("gb18030")
    (tmp_path / "b.tab").write_text(words.replace("code ", "name "), "gb18030")
    # is read field by field, and both fields would hold the values of the last
    with pytest.raises(InputError) as error:
        read_layer(tmp_path / "b.tab")
    assert error.value.message.key == "read.fields_twice"


LARGE = (130207001001000123, None, 130207001001000124)  # as floating point, the two would be one


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "fgb", "shp", "parquet"])
def test_a_gap_among_long_whole_numbers_changes_none_of_them(tmp_path, ending):
    squares = [shapely.box(place, 39, place + 0.5, 39.5) for place in (116, 117, 118)]
    columns = {"BSM": pd.array(LARGE, dtype="Int64"), "level": pd.array([1, None, 3], dtype="Int64")}
    data = gpd.GeoDataFrame(columns, geometry=squares, crs=4326)
    path = tmp_path / f"a.{ending}"
    if ending == "parquet":
        data.to_parquet(path)
    else:
        data.to_file(path)
    layer = read_layer(path)
    assert set(layer.data["BSM"]) == set(LARGE)
    assert layer.data["level"].dtype == float  # small ones are as they were
    rows = geozone.coverage(layer, layer, by="BSM")
    assert {str(key) for key in rows.index if key} == {"130207001001000123", "130207001001000124"}
    with pytest.warns(GeozoneWarning):
        assert len(mapped_coverage(path, data, by="BSM")) == 3


def test_whole_numbers_of_more_than_a_field_holds_are_written_as_text(tmp_path):
    path, out = tmp_path / "a.geojson", tmp_path / "out.gpkg"
    square = shapely.to_geojson(shapely.box(116, 39, 117, 40))
    feature = f'{{"type": "Feature", "properties": {{"n": {2**63}}}, "geometry": {square}}}'
    path.write_text(f'{{"type": "FeatureCollection", "features": [{feature}]}}')
    write_repaired([repair(read_layer(path))], out)
    assert list(gpd.read_file(out, layer="a")["n"]) == [str(2**63)]
    assert list(code_texts(pd.Series([2**53 + 1, 130207]))) == [str(2**53 + 1), "130207"]


def test_an_empty_geometry_counts_as_none(tmp_path):
    shapes = [shapely.box(117, 40, 117.1, 40.1), shapely.MultiPolygon()]
    gpd.GeoDataFrame({"name": ["甲", "乙"]}, geometry=shapes, crs=4490).to_file(tmp_path / "a.gpkg")
    [finding] = [one for one in read_layer(tmp_path / "a.gpkg").findings if one.kind == "without_geometry"]
    assert finding.message.params["count"] == 1
