import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from samples import sample_layer, sample_result

from geozone.errors import UsageError
from geozone.export.columns import DOMAINS, domain_values
from geozone.export.geometry import ascii_names, single_type
from geozone.export.geopackage import write_geopackage
from geozone.export.result_tables import TABLES, content, layer_names
from geozone.model import LayerStyle, Status

SPATIAL = ["zone", "units", *layer_names(sample_result())]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "bth.gpkg"
    write_geopackage(sample_result(), path)
    return path


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A zone of which nothing but its units is known."""
    result = sample_result()
    result.layers, result.rates, result.targets, result.registers = {}, [], [], {}
    result.findings, result.inputs = [], []
    result.mosaic, result.ledger = result.mosaic.iloc[:0], pd.DataFrame()
    path = tmp_path_factory.mktemp("export") / "empty.gpkg"
    write_geopackage(result, path)
    return path


def query(path, sql, *values):
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql, values).fetchall()


def flaws(path):
    """Return what breaks the rules of a GeoPackage 1.2."""
    found = [
        pragma
        for pragma, allowed in {
            "integrity_check": ["ok"],
            "application_id": [0x47504B47],
            "user_version": [10200, 10300],
            "journal_mode": ["delete"],
        }.items()
        if query(path, f"PRAGMA {pragma}")[0][0] not in allowed
    ]
    found += query(path, "PRAGMA foreign_key_check")
    tables = {name for (name,) in query(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    for name, data_type in query(path, "SELECT table_name, data_type FROM gpkg_contents"):
        if name not in tables:
            found.append(f"no table {name}")
        elif data_type == "features":
            found += layer_flaws(path, name, tables)
    for name, column in query(path, "SELECT table_name, column_name FROM gpkg_data_columns"):
        if column not in {row[1] for row in query(path, f'PRAGMA table_info("{name}")')}:
            found.append(f"{name}.{column} is described but absent")
    constraints = {row[0] for row in query(path, "SELECT constraint_name FROM gpkg_data_column_constraints")}
    used = {row[0] for row in query(path, "SELECT constraint_name FROM gpkg_data_columns") if row[0]}
    return found + [f"no constraint {name}" for name in used - constraints]


def layer_flaws(path, name, tables):
    [(column, kind, srs)] = query(
        path,
        "SELECT column_name, geometry_type_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?",
        name,
    )
    found = [] if srs == 4490 and kind.startswith("MULTI") else [f"{name}: {kind} {srs}"]
    if f"rtree_{name}_{column}" not in tables:
        return [*found, f"{name}: no spatial index"]
    [(indexed,)] = query(path, f'SELECT count(*) FROM "rtree_{name}_{column}"')
    [(rows,)] = query(path, f'SELECT count(*) FROM "{name}" WHERE "{column}" IS NOT NULL')
    return found if indexed == rows else [*found, f"{name}: {indexed} of {rows} indexed"]


@pytest.mark.parametrize("name", ["package", "empty", "varied"])
def test_the_file_keeps_the_rules_of_a_geopackage(name, request):
    assert flaws(request.getfixturevalue(name)) == []


@pytest.mark.parametrize("name", ["package", "empty"])
def test_every_layer_and_table_is_there_even_when_empty(name, request):
    path = request.getfixturevalue(name)
    kinds = dict(query(path, "SELECT table_name, data_type FROM gpkg_contents"))
    assert list(kinds) == [*SPATIAL, "mosaic", *TABLES, "layer_styles"]
    assert {table for table, kind in kinds.items() if kind == "features"} == set(SPATIAL)


def test_identifiers_are_chinese_and_names_ascii(package):
    rows = query(package, "SELECT table_name, identifier, description FROM gpkg_contents")
    assert all(name.isascii() for name, *_ in rows)
    assert all(not identifier.isascii() and description for _, identifier, description in rows)


def test_a_screening_layer_keeps_its_own_name(package):
    """The title of the declaration stands, never the name of the statutory line."""
    [(identifier, description)] = query(
        package, "SELECT identifier, description FROM gpkg_contents WHERE table_name = 'redline'"
    )
    assert identifier == "样本redline"
    assert "示例数据" in description


def test_every_column_has_an_alias(package):
    for table in content(sample_result(), "zh"):
        rows = dict(
            query(
                package,
                "SELECT column_name, name FROM gpkg_data_columns WHERE table_name = ? ORDER BY rowid",
                table.name,
            )
        )
        assert list(rows) == [item.name for item in table.columns]
        assert all(not alias.isascii() or alias == "样本" for alias in rows.values()), rows


def test_value_domains_hold_every_code_with_its_word(package):
    rows = query(package, "SELECT constraint_name, value, description FROM gpkg_data_column_constraints")
    assert {(name, value) for name, value, _ in rows} == {
        (name, code) for name in DOMAINS for code, _ in domain_values(name)
    }
    assert ("status", "built", "已建成") in rows
    assert [value for value, _ in domain_values("status")] == [item.value for item in Status]
    assert {"redline", "bay", "unit", "site"} <= {code for code, _ in domain_values("role")}


def test_layers_read_back_as_they_were(package):
    result = sample_result()
    for name, layer in result.layers.items():
        read = gpd.read_file(package, layer=name)
        assert read.crs.to_epsg() == 4490
        assert (read.geometry.geom_type.str.startswith("Multi")).all()
        assert (
            read.geometry.reset_index(drop=True).geom_equals(layer.data.geometry.reset_index(drop=True))
        ).all()
        assert list(read["name"]) == list(layer.data["name"])


def test_rates_stand_in_the_table_and_beside_the_units(package):
    result = sample_result()
    rates = pyogrio.read_dataframe(package, layer="rates", read_geometry=False)
    assert list(rates["value"].dropna()) == [rate.value for rate in result.rates if rate.value is not None]
    units = pyogrio.read_dataframe(package, layer="units", read_geometry=False).set_index("code")
    for rate in result.rates:
        column = units.loc[rate.unit_code, rate.indicator]
        assert pd.isna(column) if rate.value is None else column == rate.value
    assert units.loc["bth", "bay_completion_low"] == 0.5
    assert units.loc["bth", "bay_completion_basis"] == "working"


def test_the_finest_units_cover_the_zone_once(tmp_path):
    """A city without counties stands for itself, in the figures and in the style."""
    result = sample_result()
    result.units = result.units[~result.units["code"].isin(["910101", "910102"])]
    path = tmp_path / "bth.gpkg"
    write_geopackage(result, path)
    finest = query(path, "SELECT code, area_km2 FROM units WHERE finest")
    assert "910100" in dict(finest)
    assert query(path, "SELECT area_km2 FROM units WHERE level = 'zone'") == [
        (sum(area for _, area in finest),)
    ]
    [(style,)] = query(path, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'units'")
    assert "&quot;finest&quot; AND &quot;redline_coverage&quot; IS NULL" in style


def test_the_same_input_gives_the_same_bytes(package, tmp_path):
    again = tmp_path / "bth.gpkg"
    write_geopackage(sample_result(), again)
    assert again.read_bytes() == package.read_bytes()


def test_no_option_of_gdal_is_left_set(package):
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_a_style_is_stored_for_each_layer_and_table(package):
    rows = query(package, "SELECT f_table_name, f_geometry_column, useAsDefault FROM layer_styles")
    assert rows == [(name, "geom" if name in SPATIAL else "", 1) for name in [*SPATIAL, "mosaic", *TABLES]]


def test_an_edited_register_reads_back(package, tmp_path):
    """What a person changes in a GIS is a row of the table `registers`."""
    copy = tmp_path / "edited.gpkg"
    copy.write_bytes(package.read_bytes())
    with closing(sqlite3.connect(copy)) as database:
        database.execute("UPDATE registers SET status = 'built' WHERE item_id = 'bay-2'")
        database.commit()
    items = pyogrio.read_dataframe(copy, layer="registers", read_geometry=False)
    assert dict(zip(items["item_id"], items["status"], strict=True)) == {"bay-1": "built", "bay-2": "built"}
    assert flaws(copy) == []


def test_a_mixed_layer_is_split_and_nothing_is_lost():
    box, line, point = shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (2, 0)]), shapely.Point(3, 3)
    collection = shapely.GeometryCollection(
        [box, shapely.GeometryCollection([shapely.MultiLineString([line])])]
    )
    series = gpd.GeoSeries([collection, point, None, shapely.Polygon()], index=[10, 11, 12, 13])
    parts = single_type(series, "MultiPolygon")
    assert [(suffix, kind, list(part.index)) for suffix, kind, part in parts] == [
        ("", "MultiPolygon", [10, 12, 13]),
        ("_lines", "MultiLineString", [10]),
        ("_points", "Point", [11]),
    ]
    assert parts[0][2].loc[10].equals(shapely.MultiPolygon([box]))
    assert parts[1][2].loc[10].equals(shapely.MultiLineString([line]))


def test_a_layer_of_another_kind_takes_the_name():
    """Rivers supplied as areas are the layer `rivers`."""
    [(suffix, kind, part)] = single_type(gpd.GeoSeries([shapely.box(0, 0, 1, 1)]), "MultiLineString")
    assert (suffix, kind, len(part)) == ("", "MultiPolygon", 1)


def test_names_become_plain_and_stay_apart():
    names = ascii_names(["fid", "名称", "Name", "name", "a b", ""])
    assert names == {
        "fid": "fid_2",
        "名称": "ming_cheng",
        "Name": "Name",
        "name": "name_2",
        "a b": "a_b",
        "": "field",
    }


@pytest.fixture(scope="module")
def varied(tmp_path_factory):
    """In English, with a mixed layer, Chinese field names and a mosaic with shapes."""
    result = sample_result()
    result.layers["rivers"] = sample_layer(
        "rivers",
        "river",
        [shapely.LineString([(116, 38), (117, 38)]), shapely.box(116, 38, 116.1, 38.1)],
        LayerStyle("line", stroke="#2f7fc1", width=2),
        流域=["海河", "海河"],
    )
    boxes = result.units.set_index("code").geometry
    shapes = [boxes[code] for code in result.mosaic["code"]]
    result.mosaic = gpd.GeoDataFrame(result.mosaic, geometry=shapes, crs=4490)
    path = tmp_path_factory.mktemp("export") / "varied.gpkg"
    write_geopackage(result, path, lang="en")
    return path


def test_mixed_layers_make_two_tables_with_unlike_identifiers(varied):
    names = dict(
        query(varied, "SELECT table_name, identifier FROM gpkg_contents WHERE table_name LIKE 'rivers%'")
    )
    assert set(names) == {"rivers", "rivers_areas"}
    assert len(set(names.values())) == 2


def test_a_field_with_a_chinese_name_keeps_it_as_alias(varied):
    question = "SELECT name FROM gpkg_data_columns WHERE table_name = 'rivers' AND column_name = 'liu_yu'"
    assert query(varied, question) == [("流域",)]


def test_a_mosaic_with_shapes_is_a_layer(varied):
    assert query(varied, "SELECT data_type FROM gpkg_contents WHERE table_name = 'mosaic'") == [("features",)]


def test_english_names_and_notes(varied):
    assert query(varied, "SELECT identifier FROM gpkg_contents WHERE table_name = 'rates'") == [
        ("Indicators",)
    ]
    assert ("Working register: a band only.",) in query(varied, "SELECT note FROM rates")


def test_a_file_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError):
        write_geopackage(sample_result(), tmp_path / "file" / "bth.gpkg")
    assert [item.name for item in tmp_path.iterdir()] == ["file"]


def test_a_failing_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "bth.gpkg"
    path.write_text("old")
    monkeypatch.setattr(
        "geozone.export.geopackage.settle", lambda _: (_ for _ in ()).throw(sqlite3.OperationalError("full"))
    )
    with pytest.raises(UsageError) as caught:
        write_geopackage(sample_result(), path)
    assert caught.value.message.key == "files.unwritable"
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["bth.gpkg"]


def test_the_manual_names_every_layer_table_and_domain():
    manual = (Path(__file__).parents[2] / "docs" / "geopackage.md").read_text("utf-8")
    assert [
        name for name in [*SPATIAL, "mosaic", *TABLES, "layer_styles", *DOMAINS] if f"`{name}`" not in manual
    ] == []


def test_two_layers_of_one_title_are_told_apart(tmp_path):
    result = sample_result()
    name, other = list(result.layers)[:2]
    title = result.layers[name].spec.title
    result.layers[other].spec = replace(result.layers[other].spec, title=title)
    write_geopackage(result, tmp_path / "bth.gpkg")
    with closing(sqlite3.connect(tmp_path / "bth.gpkg")) as database:
        found = [row[0] for row in database.execute("SELECT identifier FROM gpkg_contents")]
    assert title.zh in found
    assert {f"{title.zh}（{each}）" for each in (name, other)} & set(found)
