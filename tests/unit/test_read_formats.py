"""Every format leads to the same layer; several layers are never chosen between."""

import gzip
import sqlite3
import zipfile

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from geozone.errors import InputError, UsageError
from geozone.messages import Text
from geozone.model import CRS, Basis, LayerSpec
from geozone.read import Limits, list_layers, read_layer, salvage
from geozone.read.formats import Format, detect
from geozone.read.postgis import _split, without_password

NAMES = ["双桥区", "双滦区", "兴隆县"]
SHAPES = shapely.box([117.0, 117.5, 118.0], 40.0, [117.4, 117.9, 118.4], 40.5)


def frame(**columns):
    columns = {"XZQMC": NAMES, "XZQDM": ["130802", "130803", "130822"]} | columns
    return gpd.GeoDataFrame(columns, geometry=SHAPES, crs=4490)


def write_zip(path, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_kml(path):
    marks = "".join(
        f"<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        + " ".join(f"{x},{y}" for x, y in shapely.get_coordinates(shape))
        + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for name, shape in zip(NAMES, SHAPES, strict=True)
    )
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>县</name>{marks}</Folder></Document></kml>'
    encoding = "gb2312" if path.stem == "gbk" else "utf-8"
    path.write_bytes(f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding))
    return path


def write_gdal(path):
    driver = {"driver": "OpenFileGDB"} if path.suffix == ".gdb" else {}
    pyogrio.write_dataframe(frame(), path, **driver)


def write_mapinfo(path):
    pyogrio.write_dataframe(frame(), path, driver="MapInfo File", ENCODING="UTF-8")


def write_kmz(path):
    write_zip(path, **{"doc.kml": write_kml(path.with_suffix(".kml")).read_bytes()})


def write_csv(path):
    data = frame()
    table = pd.DataFrame(data.drop(columns="geometry")).assign(WKT=data.geometry.to_wkt())
    path.write_bytes(table.to_csv(index=False).encode("gb18030"))


def write_xlsx(path):
    book = openpyxl.Workbook()
    book.active.append(["名录说明"])
    book.active.append(["XZQMC", "XZQDM", "WKT"])
    data = frame()
    for row in zip(NAMES, data["XZQDM"], data.geometry.to_wkt(), strict=True):
        book.active.append(list(row))
    book.save(path)


def write_gzip(path):
    path.write_bytes(gzip.compress(write(path.with_suffix("")).read_bytes()))


def write_zipped_shapefile(path):
    inner = path.parent / "inner"
    inner.mkdir()
    write(inner / "县区.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for item in inner.iterdir():
            archive.write(item, f"数据/{item.name}")


WRITERS = {
    ".parquet": lambda path: frame().to_parquet(path),
    ".kml": write_kml,
    ".kmz": write_kmz,
    ".tab": write_mapinfo,
    ".mif": write_mapinfo,
    ".csv": write_csv,
    ".xlsx": write_xlsx,
    ".gz": write_gzip,
    ".zip": write_zipped_shapefile,
}


def write(path):
    plain = path.with_name(f"plain{path.suffix}") if "#" in path.name else path
    WRITERS.get(path.suffix, write_gdal)(plain)
    return plain.rename(path)


FILES = [
    "a.gpkg", "a.fgb", "a.geojson", "a.shp", "a.gml", "a.gdb", "a.parquet", "a.kml", "gbk.kml", "a.kmz", "a.tab",
    "a.mif", "a.csv", "a.xlsx", "a.geojson.gz", "a.zip", "name with !#% in it.geojson",
]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_format_leads_to_the_same_layer(tmp_path, name):
    layer = read_layer(write(tmp_path / name))
    data = layer.data.sort_values("name", key=lambda names: names.map(NAMES.index))
    assert data.crs == CRS
    assert data["name"].tolist() == NAMES
    assert not data["name"].isna().any()
    for found, shape in zip(data.geometry, SHAPES, strict=True):
        assert shapely.hausdorff_distance(found, shape) < 1e-7
    if "kml" not in name and "kmz" not in name:
        assert data["code"].tolist() == ["130802", "130803", "130822"]


@pytest.mark.parametrize("name", FILES)
def test_every_layer_that_is_listed_can_be_read(tmp_path, name):
    path = write(tmp_path / name)
    names = list_layers(path)
    assert len(names) == 1
    assert len(read_layer(path, layer=names[0]).data) == 3


def test_a_drawing_gives_areas(tmp_path):
    ring = "".join(
        f"10\n{39_500_000 + x}\n20\n{4_400_000 + y}\n" for x, y in ((0, 0), (900, 0), (900, 900), (0, 900))
    )
    path = tmp_path / "a.dxf"
    path.write_text(f"0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n0\n90\n4\n70\n1\n{ring}0\nENDSEC\n0\nEOF\n")
    layer = read_layer(path)
    assert layer.data.geometry.iloc[0].geom_type == "Polygon"
    assert [decision.value for decision in layer.decisions if decision.kind == "crs"] == ["EPSG:4527"]


def test_a_directory_of_shapefiles_is_read_by_name(tmp_path):
    for name in ("甲", "乙"):
        write(tmp_path / f"{name}.shp")
    assert list_layers(tmp_path) == ["乙", "甲"]
    assert len(read_layer(tmp_path, layer="甲").data) == 3
    with pytest.raises(InputError) as error:
        read_layer(tmp_path)
    assert error.value.message.key == "read.several_layers"
    with pytest.raises(InputError) as error:
        read_layer(tmp_path, layer="丙")
    assert error.value.message.key == "read.no_such_layer"


def test_several_layers_are_never_chosen_between(tmp_path):
    path = tmp_path / "two.gpkg"
    for name in ("陆域红线", "海域红线"):
        pyogrio.write_dataframe(frame(), path, layer=name, append=path.exists())
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert "陆域红线" in str(error.value)
    assert list_layers(path) == ["陆域红线", "海域红线"]
    layer = read_layer(path, layer="海域红线")
    assert layer.id == "海域红线"
    with pytest.raises(InputError) as error:
        read_layer(path, layer="矿山")
    assert error.value.message.key == "read.no_such_layer"


def test_the_id_is_that_of_the_declaration(tmp_path):
    spec = LayerSpec(
        "redline",
        "redline",
        Text("红线", "red line"),
        Basis.SYNTHETIC,
        Text("", ""),
        "",
        "2025",
        Text("", ""),
        (),
    )
    assert read_layer(write(tmp_path / "a.gpkg"), spec=spec).id == "redline"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"AC1032" + bytes(200), "a.dwg", "DXF"),
        (b"Rar!\x1a\x07" + bytes(50), "a.rar", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "XLSX"),
        (b"II*\x00" + bytes(50), "a.tif", "raster"),
        (b"%PDF-1.7", "a.pdf", "PDF"),
        (b"<!DOCTYPE html><html></html>", "a.zip", "HTML"),
        (b"<qgis/>", "a.qgs", "project"),
        (b"plain words", "a.doc", "GeoPackage"),
        (b"\x00\x00", "a.shp", "empty"),
    ],
)
def test_what_is_not_read_is_refused_with_what_to_do(tmp_path, content, name, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert words in str(error.value)
    assert name in error.value.get("zh")


def test_the_content_goes_before_the_ending(tmp_path):
    path = write(tmp_path / "a.gpkg").rename(tmp_path / "a.dat2")
    assert detect(path) is Format.GEOPACKAGE
    assert len(read_layer(path).data) == 3


def test_a_broken_geometry_in_a_geopackage_costs_itself_only(tmp_path):
    path = write(tmp_path / "a.gpkg")
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        whole = database.execute("SELECT geom FROM a WHERE fid = 2").fetchone()[0]
        for broken in (whole[:60], b"garbage", b"GP" + b"\xff" * 30, b""):
            database.execute("UPDATE a SET geom = ? WHERE fid = 2", (broken,))
            database.commit()
            layer = read_layer(path)
            assert layer.data["name"].tolist() == [NAMES[0], NAMES[2]]
            assert [f.feature for f in layer.findings if f.kind == "record_broken"] == ["2"]
    database.close()


@pytest.mark.parametrize(("name", "options"), [("a.gpkg", {}), ("a.fgb", {"SPATIAL_INDEX": "NO"})])
def test_a_feature_without_geometry_stays_and_is_said(tmp_path, name, options):
    path = tmp_path / name
    data = frame()
    data.loc[1, "geometry"] = None
    pyogrio.write_dataframe(data, path, **options)
    layer = read_layer(path)
    assert len(layer.data) == 3
    assert layer.data.geometry.drop(layer.data.index[1]).geom_equals(data.geometry.drop(1), align=False).all()
    assert [finding.kind for finding in layer.findings] == ["without_geometry"]


def test_a_flatgeobuf_with_broken_features_yields_the_others(tmp_path):
    path = tmp_path / "a.fgb"
    count = 300
    west = 110.0 + np.arange(count) * 0.01
    pyogrio.write_dataframe(
        gpd.GeoDataFrame({"n": range(count)}, geometry=shapely.box(west, 39.0, west + 0.005, 39.1), crs=4490),
        path,
    )
    raw = bytearray(path.read_bytes())
    raw[len(raw) * 3 // 4 :][:40] = b"\xff" * 40
    middle = len(raw) * 3 // 4
    raw[middle : middle + 40] = b"\xff" * 40
    path.write_bytes(raw)
    layer = read_layer(path)
    broken = next(finding for finding in layer.findings if finding.kind == "records_broken")
    assert 0 < broken.message.params["count"] < 5
    assert len(layer.data) + broken.message.params["count"] == count


@pytest.mark.parametrize("indexed", ["YES", "NO"])
def test_a_flatgeobuf_that_states_features_without_end_is_soon_given_up(tmp_path, monkeypatch, indexed):
    path = tmp_path / "a.fgb"
    west = 110.0 + np.arange(301) * 0.01
    boxes = gpd.GeoDataFrame(geometry=shapely.box(west, 39.0, west + 0.005, 39.1), crs=4490)
    pyogrio.write_dataframe(boxes, path, SPATIAL_INDEX=indexed)
    raw, stated = path.read_bytes(), (301).to_bytes(8, "little")
    assert raw.count(stated) == 1
    path.write_bytes(raw.replace(stated, (1 << 19).to_bytes(8, "little")))
    asked, read = [], salvage.vector.frame
    monkeypatch.setattr(
        salvage.vector, "frame", lambda *given, **how: (asked.append(how.get("fids")), read(*given, **how))[1]
    )
    if indexed == "NO":  # features are found one behind the other
        layer = read_layer(path)
        lost = next(finding for finding in layer.findings if finding.kind == "records_broken")
        assert lost.message.params == {"count": (1 << 19) - 301, "kept": 301}
    else:
        with pytest.raises(InputError) as error:
            read_layer(path)
        assert error.value.message.key == "read.unreadable"
    assert 0 < len(asked) < 2500


def test_the_number_of_features_is_limited(tmp_path):
    with pytest.raises(InputError) as error:
        read_layer(write(tmp_path / "a.gpkg"), limits=Limits(features=2))
    assert error.value.message.key == "read.too_many_features"


def test_a_missing_companion_of_mapinfo_is_named(tmp_path):
    path = write(tmp_path / "a.tab")
    path.with_suffix(".map").unlink()
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert ".map" in str(error.value)


def test_lists_and_objects_stay_as_json(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(frame(), path)
    assert read_layer(path).data["name"].dtype == "str"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:secret@h/x?table=t", "postgresql://u@h/x?table=t"),
        ("postgresql://u:p@secret@h/x", "postgresql://u@h/x"),
        ("postgresql://u:se/cret@h/x", "postgresql://u@h/x"),
        ("postgresql://:secret@h/x", "postgresql://@h/x"),
        ("postgres://h/x?user=u&password=secret&table=t", "postgres://h/x?user=u&table=t"),
        ("postgres://h:5432/x?sslpassword=secret", "postgres://h:5432/x"),
    ],
)
def test_no_password_is_shown_wherever_it_stands_in_an_address(url, shown):
    assert without_password(url) == shown


def test_an_address_of_a_database_is_parted_into_database_and_table():
    url = "postgresql://user:secret@host:5432/db?table=plan.redline&sslmode=require"
    assert "secret" not in without_password(url)
    assert _split(url) == ("postgresql://user:secret@host:5432/db?sslmode=require", "plan.redline")


def test_a_database_that_is_not_there_is_refused_without_its_password():
    with pytest.raises((InputError, UsageError)) as error:
        read_layer("postgresql://user:secret@127.0.0.1:1/db?table=redline&connect_timeout=2")
    assert "secret" not in error.value.get("zh")
