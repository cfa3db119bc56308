"""Archives as they are sent: archives inside archives, geodatabases without their folder, notes and lists beside the data."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import geopandas as gpd
import pyogrio
import pytest
import shapely
from told import decided

from geozone.errors import InputError
from geozone.read import Limits, list_layers, read_layer, source

README = "说明：本数据由某单位提供，\n坐标系为 CGCS2000。\n".encode("gb18030")
POINTS = b"name,lon,lat\na,117.1,40.1\nb,117.2,40.2\n"
WKT = '名称,WKT\n甲,"POLYGON ((117 40, 118 40, 118 41, 117 40))"\n'.encode()
METADATA = b'<?xml version="1.0"?><metadata><Esri/></metadata>'


def frame(count=3):
    return gpd.GeoDataFrame(
        {"name": list("abc")[:count]},
        geometry=[shapely.box(117 + n, 40, 117.5 + n, 40.5) for n in range(count)],
        crs=4490,
    )


def files_of(folder, name, **options):
    """Return the files of a data set by their name."""
    folder.mkdir(parents=True, exist_ok=True)
    pyogrio.write_dataframe(frame(), folder / name, **options)
    target = folder / name
    inside = sorted(target.iterdir()) if target.is_dir() else sorted(folder.glob(f"{target.stem}.*"))
    return {item.name: item.read_bytes() for item in inside}


@pytest.fixture
def shapefile(tmp_path):
    return files_of(tmp_path / "shp", "红线.shp", encoding="UTF-8")


@pytest.fixture
def database(tmp_path):
    return files_of(tmp_path / "gdb", "x.gdb", driver="OpenFileGDB", layer="红线")


def zipped(members):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return raw.getvalue()


def tarred(members, mode="w:gz"):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode=mode) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return raw.getvalue()


def write(tmp_path, content, name="包.zip"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


PACKINGS = {
    "zip in a zip": lambda files: zipped({"数据/内.zip": zipped(files)}),
    "zip in a zip in a zip": lambda files: zipped(
        {"a.zip": zipped({"b.zip": zipped(files)}), "说明.txt": README}
    ),
    "tar.gz in a zip": lambda files: zipped({"a.tar.gz": tarred(files)}),
    "tar.xz": lambda files: tarred(files, "w:xz"),
    "tar.bz2": lambda files: tarred(files, "w:bz2"),
    "zip in a tar": lambda files: tarred({"a/b.zip": zipped(files)}),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_shapefile_is_found_however_it_is_packed(tmp_path, shapefile, packing):
    layer = read_layer(write(tmp_path, PACKINGS[packing](shapefile)))
    assert layer.data["name"].tolist() == list("abc")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_file_that_is_compressed_alone_is_read(tmp_path, pack):
    content = frame().to_json().encode()
    ending = {gzip.compress: "gz", bz2.compress: "bz2", lzma.compress: "xz"}[pack]
    assert len(read_layer(write(tmp_path, pack(content), f"a.geojson.{ending}")).data) == 3
    assert len(read_layer(write(tmp_path, zipped({f"a.geojson.{ending}": pack(content)}))).data) == 3


def test_a_kmz_in_a_zip_is_read(tmp_path):
    pyogrio.write_dataframe(frame(), tmp_path / "doc.kml", driver="LIBKML")
    kmz = zipped({"doc.kml": (tmp_path / "doc.kml").read_bytes(), "files/icon.png": b"\x89PNG"})
    assert len(read_layer(write(tmp_path, zipped({"红线.kmz": kmz}))).data) == 3


def test_archives_too_deep_inside_each_other_are_refused(tmp_path, shapefile):
    content = zipped(shapefile)
    for _ in range(5):
        content = zipped({"a.zip": content})
    with pytest.raises(InputError) as error:
        read_layer(write(tmp_path, content))
    assert error.value.message.key == "read.archive_nested"


def test_what_is_inside_an_archive_shares_its_budget(tmp_path):
    content = zipped({f"{number}.zip": zipped({"a.shp": bytes(1 << 20)}) for number in range(8)})
    limits = Limits(archive_free_bytes=2 << 20, archive_ratio=200)
    with pytest.raises(InputError) as error:
        read_layer(write(tmp_path, content), limits=limits)
    assert error.value.message.key == "read.archive_bomb"
    with pytest.raises(InputError) as error:
        read_layer(
            write(tmp_path, zipped({f"{number}.zip": zipped({"a": b""}) for number in range(8)})),
            limits=Limits(archive_entries=9),
        )
    assert error.value.message.key == "read.archive_entries"


@pytest.mark.parametrize("where", ["{}", "红线/{}", "外/红线.gdb/{}", "a/b/STBHHX/{}", "红线.GDB/{}"])
@pytest.mark.parametrize("capitals", [False, True])
def test_a_geodatabase_is_found_wherever_it_lies(tmp_path, database, where, capitals):
    members = {where.format(name.upper() if capitals else name): raw for name, raw in database.items()}
    path = write(tmp_path, zipped(members | {"说明.txt": README}))
    assert len(read_layer(path).data) == 3
    assert list_layers(path) == ["红线"]
    assert len(read_layer(path, layer="红线").data) == 3


def test_files_that_were_unpacked_are_renamed_and_not_linked(tmp_path, database, monkeypatch):
    monkeypatch.setattr(source, "link", lambda target, place: pytest.fail(f"{place} is a link to {target}"))
    path = write(tmp_path, zipped({f"红线.gdb/{name.upper()}": raw for name, raw in database.items()}))
    assert len(read_layer(path).data) == 3


def test_a_geodatabase_in_capitals_stays_as_it_is(tmp_path, database):
    folder = tmp_path / "红线.gdb"
    folder.mkdir()
    for name, raw in database.items():
        (folder / name.upper()).write_bytes(raw)
    assert len(read_layer(folder).data) == 3
    assert {item.name: item.read_bytes() for item in folder.iterdir()} == {
        name.upper(): raw for name, raw in database.items()
    }


def test_a_folder_that_is_a_geodatabase_under_another_name_is_read(tmp_path, database):
    folder = tmp_path / "红线数据"
    folder.mkdir()
    for name, raw in database.items():
        (folder / name).write_bytes(raw)
    assert len(read_layer(folder).data) == 3
    assert len(read_layer(folder / "a00000009.gdbtable").data) == 3


@pytest.mark.parametrize(
    "others",
    [
        {"readme.txt": README},
        {"points.csv": POINTS},
        {"points.csv": POINTS, "readme.txt": README, "红线.shp.xml": METADATA},
        {"config.json": b'{"name": "x", "version": 1}'},
        {"__MACOSX/._红线.shp": b"\x00" * 100, "._红线.shp": b"\x00" * 100},
        {"旧版.zip": zipped({"a.geojson": frame(1).to_json()})},
        {"a.pdf": b"%PDF-1.4", "b.docx": zipped({"word/document.xml": METADATA})},
    ],
)
def test_what_lies_beside_the_layer_does_not_hide_it(tmp_path, shapefile, others):
    layer = read_layer(write(tmp_path, zipped(shapefile | others)))
    assert layer.data["name"].tolist() == list("abc")
    told = {name for name in others if name.endswith((".txt", ".csv", ".zip"))}
    assert set(", ".join(decided(layer, "beside")).split(", ")) - {""} == told


def test_notes_beside_a_table_do_not_hide_it(tmp_path):
    layer = read_layer(
        write(
            tmp_path,
            zipped({"红线.csv": WKT, "readme.txt": README, "清单.csv": "序号,名称\n1,甲\n".encode()}),
        )
    )
    assert len(layer.data) == 1
    assert decided(layer, "beside") == ["readme.txt, 清单.csv"]


def test_geojson_under_the_ending_json_goes_before_a_table(tmp_path):
    layer = read_layer(write(tmp_path, zipped({"红线.json": frame().to_json(), "points.csv": POINTS})))
    assert len(layer.data) == 3


def test_layers_of_one_name_are_told_apart_by_their_path(tmp_path, shapefile):
    members = {f"{city}/{name}": raw for city in ("承德", "天津") for name, raw in shapefile.items()}
    path = write(tmp_path, zipped(members))
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.several_layers"
    names = list_layers(path)
    assert names == ["天津/红线.shp", "承德/红线.shp"]
    assert all(len(read_layer(path, layer=name).data) == 3 for name in names)
    with pytest.raises(InputError) as error:
        read_layer(path, layer="红线")
    assert error.value.message.key == "read.several_layers"


def test_an_archive_without_data_says_what_it_holds(tmp_path):
    with pytest.raises(InputError, match=r"红线\.rar"):
        read_layer(write(tmp_path, zipped({"红线.rar": b"Rar!\x1a\x07\x00"})))


def test_a_folder_of_archives_is_read_and_left_as_it_is(tmp_path, shapefile):
    folder = tmp_path / "资料"
    folder.mkdir()
    write(folder, zipped(shapefile))
    assert len(read_layer(folder).data) == 3
    assert [item.name for item in folder.iterdir()] == ["包.zip"]


@pytest.mark.parametrize(
    ("other", "told"), [("乙.zip", True), ("乙.rar", True), ("sub/乙.7z", True), ("说明.txt", False)]
)
def test_archives_beside_data_in_an_archive_are_told(tmp_path, other, told):
    path = tmp_path / "甲.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files_of(tmp_path / "甲", "a.shp").items():
            archive.writestr(name, content)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as inner:
            inner.writestr("b.csv", POINTS)
        archive.writestr(other, packed.getvalue() if other.endswith(".zip") else README)
    findings = {finding.kind for finding in read_layer(path).findings}
    assert findings == ({"archives_beside"} if told else set())


def test_a_name_in_an_archive_that_is_no_text_is_damage(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("河北/a.geojson", "{}")
    path.write_bytes(path.read_bytes().replace("河北".encode(), b"\xe6\xb2\x20\xe5\x8c\x20"))
    with pytest.raises(InputError):
        read_layer(path)
