"""Small files that unfold, nest or count without measure, and sound ones that are cut off."""

from __future__ import annotations

import gzip
import io
import json
import random
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
import shapely
from fuzz_seeds import HELD, UNCOUNTED, copy_seed, write_seeds

Made = Iterator[tuple[str, Path]]
POINT = shapely.Point(117, 40)
DEPTHS = (200, 5_000, 200_000)


def nested(folder: Path, _bait: Path) -> Made:
    """Geometries, values and tags inside each other."""
    for depth in DEPTHS:
        deep = {
            "wkt": '"' + "GEOMETRYCOLLECTION(" * depth + "POINT(117 40)" + ")" * depth + '"',
            "wkb": (b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * depth + POINT.wkb).hex(),
            "ewkb": (b"\x01\x07\x00\x00\x20\xe6\x10\x00\x00\x01\x00\x00\x00" * depth + POINT.wkb).hex(),
        }
        for name, words in deep.items():
            yield (
                "layer",
                _text(folder / f"{name}{depth}" / "a.csv", f"name,{name[-3:]}\na,{words}\nb,{words}\n"),
            )
        shape = (
            '{"type":"GeometryCollection","geometries":[' * depth
            + '{"type":"Point","coordinates":[117,40]}'
            + "]}" * depth
        )
        feature = (
            '{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{},"geometry":{}}}]}}'
        )
        yield "layer", _text(folder / f"json{depth}" / "a.geojson", feature.format("{}", shape))
        deep_list = "[" * depth + "]" * depth
        yield "layer", _text(folder / f"list{depth}" / "a.geojson", deep_list)
        yield (
            "layer",
            _text(
                folder / f"value{depth}" / "a.geojson",
                feature.format(f'{{"a":{deep_list}}}', '{"type":"Point","coordinates":[117,40]}'),
            ),
        )
        yield (
            "layer",
            _text(
                folder / f"coordinates{depth}" / "a.geojson",
                feature.format("{}", f'{{"type":"Polygon","coordinates":{deep_list}}}'),
            ),
        )
        for tag in ("Folder", "MultiGeometry"):
            words = (
                f"<{tag}>" * depth
                + "<Placemark><Point><coordinates>117,40</coordinates></Point></Placemark>"
                + f"</{tag}>" * depth
            )
            yield (
                "layer",
                _text(
                    folder / f"{tag}{depth}" / "a.kml",
                    f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{words}</Document></kml>',
                ),
            )
        gml = (
            "<gml:MultiGeometry><gml:geometryMember>" * depth
            + "<gml:Point><gml:pos>40 117</gml:pos></gml:Point>"
            + "</gml:geometryMember></gml:MultiGeometry>" * depth
        )
        yield (
            "layer",
            _text(
                folder / f"gml{depth}" / "a.gml",
                f'<t:FeatureCollection xmlns:t="http://t" xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><t:a><t:g>{gml}</t:g></t:a></gml:featureMember></t:FeatureCollection>',
            ),
        )
        yield "project", _text(folder / f"toml{depth}" / "project.toml", 'zone = "hebei"\nx = ' + deep_list)
        yield (
            "project",
            _text(
                folder / f"inline{depth}" / "project.toml",
                'zone = "hebei"\nx = ' + "{a=" * depth + "1" + "}" * depth,
            ),
        )
        yield (
            "project",
            _text(
                folder / f"dotted{depth}" / "project.toml",
                'zone = "hebei"\n' + ".".join("a" * depth) + " = 1\n",
            ),
        )
        yield (
            "layer",
            _geopackage(
                folder / f"gpkg{depth}",
                b"GP\x00\x01"
                + struct.pack("<i", 4490)
                + b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * depth
                + POINT.wkb,
            ),
        )
        yield (
            "layer",
            _parquet(folder / f"parquet{depth}", b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * depth + POINT.wkb),
        )


def counts(folder: Path, _bait: Path) -> Made:
    """Headers that count, measure or repeat more than there is."""
    for number in (2**31 - 1, 2**32 - 1, 10**7):
        for kind in (2, 3, 4, 6):
            wkb = struct.pack("<BII", 1, kind, number) + bytes(16)
            yield (
                "layer",
                _text(
                    folder / f"wkb{number}{kind}" / "a.csv", f"name,wkb\na,{wkb.hex()}\nb,{POINT.wkb_hex}\n"
                ),
            )
            yield (
                "layer",
                _geopackage(folder / f"gpkg{number}{kind}", b"GP\x00\x01" + struct.pack("<i", 4490) + wkb),
            )
            yield "layer", _parquet(folder / f"parquet{number}{kind}", wkb)
    for dimension in ("A1:XFD1048576", "A1:B1048576", "XFD1048576", "A1:ZZZZ99999999", "B2:A1", ""):
        for kind in ("register", "figures", "layer"):
            path = _book(folder / f"dimension{dimension.replace(':', '')}{kind}", dimension)
            yield kind, path
    for name, cell in {
        "column": "XFD2",
        "row": "A1048576",
        "both": "XFD1048576",
        "beyond": "ZZZ99999999",
    }.items():
        for kind in ("register", "figures", "layer"):
            yield (
                kind,
                _book(folder / f"cell{name}{kind}", "A1:B2", f'<row r="9"><c r="{cell}"><v>1</v></c></row>'),
            )
    merged = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    yield "register", _book(folder / "merged", "A1:B2", after=merged)
    columns = "<cols>" + '<col min="1" max="16384" hidden="1"/>' * 2000 + "</cols>"
    yield "register", _book(folder / "columns", "A1:B2", before=columns)
    for name, size in {
        "wide": (2**31 - 1, 2**31 - 1),
        "tall": (1, 2**31 - 1),
        "large": (400_000, 400_000),
    }.items():
        for driver in ("GTiff", "HFA", "AAIGrid", "ENVI", "EHdr"):
            made = _raster(folder / f"{driver}{name}", driver, size)
            if made is not None:
                yield "raster", made


def packed(folder: Path, _bait: Path) -> Made:
    """Archives that are small and unfold into much."""
    zeros = bytes(300 << 20)
    yield "layer", _zip(folder / "one" / "a.zip", {"a.geojson": zeros})
    yield "layer", _zip(folder / "kmz" / "a.kmz", {"doc.kml": zeros})
    yield (
        "register",
        _zip(
            folder / "book" / "r.xlsx",
            {
                "[Content_Types].xml": "<Types/>",
                "xl/worksheets/sheet1.xml": zeros,
                "xl/workbook.xml": "<workbook/>",
            },
        ),
    )
    inner = _zip(folder / "layers" / "i0.zip", {"a.geojson": bytes(30 << 20)}).read_bytes()
    for level in range(1, 6):
        inner = _zip(
            folder / "layers" / f"i{level}.zip", {f"{part}.zip": inner for part in range(12)}
        ).read_bytes()
    yield "layer", folder / "layers" / "i5.zip"
    yield "layer", _zip(folder / "many" / "a.zip", {f"{number}.txt": "" for number in range(60_000)})
    path = folder / "gz" / "a.geojson.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(zeros))
    yield "layer", path
    path = folder / "gz" / "b.geojson.gz"
    path.write_bytes(gzip.compress(gzip.compress(zeros)))
    yield "layer", path
    yield "layer", _overlapping(folder / "overlapping" / "a.zip")
    del zeros
    same = pa.array([b"x" * (1 << 20)], pa.binary())
    table = pa.table({"geometry": pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000, np.int32)), same)})
    path = folder / "dictionary" / "a.parquet"
    path.parent.mkdir(parents=True)
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
    }
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path, compression="zstd")
    yield "layer", path
    path = folder / "raster" / "r.tif"
    path.parent.mkdir(parents=True)
    with rasterio.open(
        path, "w", driver="GTiff", width=60_000, height=60_000, count=1, dtype="uint8", crs="EPSG:4490", compress="zstd",
        tiled=True, blockxsize=8192, blockysize=8192, sparse_ok=True, transform=rasterio.Affine(1e-5, 0, 117, 0, -1e-5, 41),
    ):  # fmt: skip
        pass
    yield "raster", path


def endless(folder: Path, _bait: Path) -> Made:
    """Lines, words, names and tables of great length."""
    long = "x" * 20_000_000
    for kind, name in (("layer", "a.csv"), ("register", "r.csv"), ("figures", "f.csv"), ("layer", "a.txt"), ("layer", "a.mif"), ("layer", "a.dxf"), ("layer", "a.kml"), ("layer", "a.gml"), ("layer", "a.geojson"), ("project", "project.toml")):  # fmt: skip
        yield kind, _text(folder / "line" / kind / name, long)
    yield "layer", _text(folder / "cell" / "a.csv", f"name,lon,lat\n{long},117,40\n")
    yield "register", _text(folder / "cell" / "r.csv", f"海湾名称,状态\n{long},已建成\n")
    yield "layer", _text(folder / "quote" / "a.csv", 'name,lon,lat\n"' + "a,117,40\n" * 1_000_000)
    yield "register", _text(folder / "quote" / "r.csv", '海湾名称,状态\n"' + "甲,已建成\n" * 300_000)
    for count in (3_000, 30_000, 300_000):
        heads = ",".join(f"c{number}" for number in range(count))
        for kind in ("layer", "register", "figures"):
            yield kind, _text(folder / f"wide{count}{kind}" / "a.csv", f"{heads}\n{','.join('1' * count)}\n")
    yield "layer", _text(folder / "commas" / "a.csv", "," * 10_000_000 + "\n")
    yield "layer", _text(folder / "lines" / "a.csv", "name,lon,lat\n" + "\n" * 5_000_000)
    yield "register", _text(folder / "lines" / "r.csv", "海湾名称,状态\n" + ",\n" * 2_000_000)
    ring = ", ".join(f"{117 + number * 1e-7} {40 + (number % 2) * 1e-3}" for number in range(1_000_000))
    yield "layer", _text(folder / "ring" / "a.csv", f'name,wkt\na,"POLYGON(({ring}, 117 40))"\n')
    rings = ", ".join("(117 40, 117.1 40, 117 40.1, 117 40)" for _ in range(200_000))
    yield "layer", _text(folder / "rings" / "a.csv", f'name,wkt\na,"POLYGON({rings})"\n')
    parts = ", ".join("((117 40, 117.1 40, 117 40.1, 117 40))" for _ in range(200_000))
    yield "layer", _text(folder / "parts" / "a.csv", f'name,wkt\na,"MULTIPOLYGON({parts})"\n')
    for number in ("1e400", "-1e400", "nan", "9" * 400, "1" * 10_000, "0x1p9999", "1e-400"):
        yield (
            "layer",
            _text(
                folder / f"number{number[:8]}" / "a.geojson",
                '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":%s},"geometry":{"type":"Point","coordinates":[%s,40]}}]}'.replace(
                    "%s", number
                ),
            ),
        )
        yield (
            "figures",
            _text(
                folder / f"number{number[:8]}" / "f.csv",
                f"行政区,指标,年份,数值,单位\n河北省,PM2.5平均浓度,2024,{number},微克/立方米\n",
            ),
        )
        yield (
            "register",
            _text(
                folder / f"number{number[:8]}" / "r.csv",
                f"海湾名称,所在县,状态,岸线长度（公里）\n甲湾,130225,已建成,{number}\n",
            ),
        )
    keys = ",".join(f'"k{number}":1' for number in range(200_000))
    yield (
        "layer",
        _text(
            folder / "keys" / "a.geojson",
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{%s},"geometry":{"type":"Point","coordinates":[117,40]}}]}'.replace(
                "%s", keys
            ),
        ),
    )
    tags = "".join(f"<Data name='k{number}'><value>1</value></Data>" for number in range(60_000))
    yield (
        "layer",
        _text(
            folder / "tags" / "a.kml",
            f'<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><ExtendedData>{tags}</ExtendedData><Point><coordinates>117,40</coordinates></Point></Placemark></kml>',
        ),
    )
    yield (
        "project",
        _text(
            folder / "tables" / "project.toml", 'zone = "hebei"\n' + '[[layer]]\nrole = "redline"\n' * 50_000
        ),
    )
    yield (
        "project",
        _text(
            folder / "keys" / "project.toml",
            'zone = "hebei"\n' + "".join(f"k{number} = 1\n" for number in range(50_000)),
        ),
    )
    yield "project", _text(folder / "word" / "project.toml", f'zone = "{long}"\n')
    yield "layer", _text(folder / "parcels" / "a.txt", "[地块坐标]\n" + "4,1.0,1,甲,面,,,,@\n" * 300_000)


def cut(folder: Path, _bait: Path) -> Made:
    """Sound files that end too early, or from which a piece of the middle is missing."""
    chance = random.Random(7)
    place = folder / "sound"
    place.mkdir(parents=True)
    seeds = [seed for seed in write_seeds(place) if seed.name in {*HELD, *UNCOUNTED} and seed.is_file()]
    for seed in seeds:
        raw = seed.read_bytes()
        for part in (0.0, 0.02, 0.5, 0.9, 0.99):
            own = folder / f"{seed.stem}{seed.suffix[1:]}{part}"
            own.mkdir()
            copy = copy_seed(seed, own)
            copy.write_bytes(raw[: int(len(raw) * part)])
            yield _kind(seed), copy
        own = folder / f"{seed.stem}{seed.suffix[1:]}-middle"
        own.mkdir()
        copy = copy_seed(seed, own)
        start = chance.randrange(len(raw) // 2)
        copy.write_bytes(raw[:start] + raw[start + len(raw) // 4 :])
        yield _kind(seed), copy


def _kind(seed: Path) -> str:
    return seed.stem if seed.stem in {"register", "figures", "project", "raster"} else "layer"


def _text(path: Path, words: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words, "utf-8")
    return path


def _zip(path: Path, entries: dict[str, str | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def _overlapping(path: Path) -> Path:
    """Write an archive whose directory names one entry under many names."""
    path.parent.mkdir(parents=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.geojson", bytes(20 << 20))
        for number in range(1, 3000):
            entry = archive.getinfo("0.geojson")
            copy = zipfile.ZipInfo(f"{number}.geojson")
            copy.compress_type, copy.CRC = entry.compress_type, entry.CRC
            copy.compress_size, copy.file_size, copy.header_offset = entry.compress_size, entry.file_size, 0
            archive.filelist.append(copy)
            archive.NameToInfo[copy.filename] = copy
    path.write_bytes(out.getvalue())
    return path


def _geopackage(folder: Path, blob: bytes) -> Path:
    import geopandas as gpd

    folder.mkdir(parents=True)
    path = folder / "a.gpkg"
    gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[POINT, POINT], crs=4490).to_file(path, layer="a")
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE a SET geom = ? WHERE fid = 1", (blob,))
        database.commit()
    return path


def _parquet(folder: Path, wkb: bytes) -> Path:
    folder.mkdir(parents=True)
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}},
    }
    table = pa.table({"geometry": pa.array([wkb, POINT.wkb], pa.binary())})
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), folder / "a.parquet")
    return folder / "a.parquet"


def _book(folder: Path, dimension: str, rows: str = "", *, before: str = "", after: str = "") -> Path:
    """Write a workbook whose sheet says what it likes of its size."""
    folder.mkdir(parents=True)
    path = folder / "a.xlsx"
    book = openpyxl.Workbook()
    for row in [["海湾名称", "所在县", "状态"], ["甲湾", "130225", "已建成"]]:
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    start, end = sheet.index("<dimension"), sheet.index("/>", sheet.index("<dimension")) + 2
    sheet = sheet[:start] + (f'<dimension ref="{dimension}"/>' if dimension else "") + sheet[end:]
    sheet = sheet.replace("<sheetData>", f"{before}<sheetData>").replace(
        "</sheetData>", f"{rows}</sheetData>{after}"
    )
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    return _zip(path, dict(parts))


def _raster(folder: Path, driver: str, size: tuple[int, int]) -> Path | None:
    """Write a raster whose header counts more rows and columns than the file holds; None where its header is not known."""
    folder.mkdir(parents=True)
    width, height = size
    ending = {"GTiff": "tif", "HFA": "img", "AAIGrid": "asc", "ENVI": "dat", "EHdr": "bil"}[driver]
    path = folder / f"r.{ending}"
    place = rasterio.Affine(0.01, 0, 117, 0, -0.01, 41)
    if driver == "AAIGrid":
        return _text(
            path, f"ncols {width}\nnrows {height}\nxllcorner 117\nyllcorner 40\ncellsize 0.01\n1 2 3\n"
        )
    with rasterio.open(
        path,
        "w",
        driver=driver,
        width=64,
        height=64,
        count=1,
        dtype="uint8",
        crs="EPSG:4490",
        transform=place,
    ) as raster:
        raster.write(np.ones((1, 64, 64), "uint8"))
    if driver == "GTiff":
        content = bytearray(path.read_bytes())
        start = struct.unpack_from("<I", content, 4)[0]
        for entry in range(struct.unpack_from("<H", content, start)[0]):
            at = start + 2 + 12 * entry
            tag = struct.unpack_from("<H", content, at)[0]
            if tag in {256, 257}:
                struct.pack_into("<HHII", content, at, tag, 4, 1, width if tag == 256 else height)
        path.write_bytes(content)
        return path
    header = path.with_suffix(".hdr")
    if not header.exists():
        return None
    words = header.read_text()
    for name, value in (("samples", width), ("lines", height), ("NROWS", height), ("NCOLS", width)):
        words = "\n".join(
            f"{name} = {value}"
            if line.split("=")[0].strip() == name
            else f"{name} {value}"
            if line.split()[:1] == [name]
            else line
            for line in words.splitlines()
        )
    header.write_text(words + "\n")
    return path


WAYS: tuple[Callable[[Path, Path], Made], ...] = (nested, counts, packed, endless, cut)
