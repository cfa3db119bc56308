"""Files that would make a reader open another file or an address, each by a way of its format.

What they point at lies in a folder of its own, or is an address of this machine where nobody listens, so that whoever follows
is seen.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pyarrow.parquet as pq
import rasterio
import shapely
from affine import Affine

ADDRESS = "http://127.0.0.1:9"
PLACE = Affine(0.01, 0.0, 117.0, 0.0, -0.01, 41.0)
COLLECTION = "FeatureCollection"
SQUARE = shapely.box(117, 40, 117.2, 40.2)
Made = Iterator[tuple[str, Path]]  # the kind of reading, and the file


def frame(crs: object = 4490) -> gpd.GeoDataFrame:
    """Return two squares."""
    return gpd.GeoDataFrame(
        {"name": ["甲", "乙"]}, geometry=[SQUARE, shapely.box(118, 40, 118.1, 40.1)], crs=crs
    )


def write_bait(folder: Path) -> Path:
    """Write sound files that nobody names, and return their folder."""
    folder.mkdir()
    frame().to_file(folder / "secret.shp", encoding="utf-8")
    for ending in ("geojson", "gpkg", "kml", "tab"):
        frame().rename(columns={"name": "NAME"}).to_file(folder / f"secret.{ending}")
    frame().to_parquet(folder / "secret.parquet")
    (folder / "secret.csv").write_text("name,lon,lat\na,117,40\n")
    (folder / "secret.xsd").write_text("<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>")
    (folder / "secret.gsb").write_bytes(bytes(1000))
    write_raster(folder / "secret.tif")
    return folder


def write_raster(path: Path, driver: str = "GTiff", **options: object) -> Path:
    """Write a small raster."""
    with rasterio.open(
        path, "w", driver=driver, width=64, height=64, count=1, dtype="uint8", crs="EPSG:4490", transform=PLACE, **options
    ) as raster:  # fmt: skip
        raster.write(np.arange(4096, dtype="uint8").reshape(1, 64, 64) % 7 + 1)
    return path


def vrt(bait: Path) -> str:
    """Return a virtual layer over another file."""
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{bait}/secret.geojson</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )


def raster_vrt(source: str) -> str:
    """Return a virtual raster over another file."""
    return (
        '<VRTDataset rasterXSize="64" rasterYSize="64"><SRS>EPSG:4490</SRS><GeoTransform>117,0.01,0,41,0,-0.01</GeoTransform>'
        f'<VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename relativeToVRT="0">{source}</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )


def vrt_in_disguise(folder: Path, bait: Path) -> Made:
    """A virtual layer under other names, encodings and beginnings."""
    plain = vrt(bait)
    for name in (
        "a.csv",
        "a.gml",
        "a.kml",
        "a.geojson",
        "a.txt",
        "a.tab",
        "a.dxf",
        "a.parquet",
        "a.gpkg",
        "a",
    ):
        yield "layer", _text(folder / "named" / name, plain)
    union = plain.replace("OGRVRTLayer name", "OGRVRTUnionLayer name")
    beginnings = {
        "comment": "<!-- " + "x" * 70_000 + " -->" + plain,
        "blank": " " * 70_000 + plain,
        "declared": '<?xml version="1.0" encoding="UTF-8"?>\n' + plain,
        "spaced": plain.replace("<OGRVRTDataSource>", "<OGRVRTDataSource\n\t>"),
        "union": union,
        "nested": f"<FeatureCollection>{plain}</FeatureCollection>",
    }
    for name, words in beginnings.items():
        yield "layer", _text(folder / name / "a.gml", words)
        yield "layer", _text(folder / name / "a.csv", words)
    for encoding in ("utf-16", "utf-32", "utf-8-sig"):
        path = folder / encoding / "a.kml"
        path.parent.mkdir(parents=True)
        path.write_bytes(plain.encode(encoding))
        yield "layer", path
    for name in ("b.tif", "b.img", "b.asc", "b.png", "b.vrt", "b.xml"):
        yield "raster", _text(folder / "raster" / name, raster_vrt(f"{bait}/secret.tif"))
    yield "register", _text(folder / "register" / "r.csv", plain)
    yield "register", _text(folder / "register" / "r.xlsx", plain)
    yield "register", _text(folder / "register" / "r.vrt", plain)
    yield "figures", _text(folder / "register" / "f.csv", plain)


def markup(folder: Path, bait: Path) -> Made:
    """XML that names schemas, links, styles and entities elsewhere."""
    feature = (
        '<gml:featureMember><t:a><t:g><gml:Point srsName="EPSG:4490"><gml:pos>40 117</gml:pos></gml:Point></t:g>{}'
        "</t:a></gml:featureMember>"
    )
    root = (
        '<t:FeatureCollection xmlns:t="http://t" xmlns:gml="http://www.opengis.net/gml" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"{}>{}'
        "</t:FeatureCollection>"
    )
    for number, target in enumerate(
        (f"{ADDRESS}/a.xsd", f"{bait}/secret.xsd", f"file://{bait}/secret.xsd", "../../bait/secret.xsd",
         f"/vsicurl/{ADDRESS}/a.xsd", f"{ADDRESS}/?SERVICE=WFS&amp;REQUEST=DescribeFeatureType&amp;TYPENAME=a")
    ):  # fmt: skip
        located = f' xsi:schemaLocation="http://t {target}"'
        yield "layer", _text(folder / f"schema{number}" / "a.gml", root.format(located, feature.format("")))
        bare = f' xsi:noNamespaceSchemaLocation="{target}"'
        yield "layer", _text(folder / f"bare{number}" / "a.gml", root.format(bare, feature.format("")))
    for number, target in enumerate(
        (f"{ADDRESS}/a.gml#p", f"file://{bait}/secret.kml#p", f"{bait}/secret.kml#p")
    ):
        for tag in ("gml:Point", "t:g", "gml:surfaceProperty"):
            link = f'<{tag} xlink:href="{target}"/>'
            path = folder / f"link{number}{tag.replace(':', '')}" / "a.gml"
            yield "layer", _text(path, root.format("", feature.format(link)))
    include = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:{{}} schemaLocation="{bait}/secret.xsd"/></xs:schema>'
    for kind in ("include", "import", "redefine"):
        _text(folder / kind / "a.xsd", include.format(kind))
        yield "layer", _text(folder / kind / "a.gml", root.format("", feature.format("")))
    kml = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}<Placemark><name>a</name>{}<Point><coordinates>117,40</coordinates></Point></Placemark></Document></kml>'
    for number, target in enumerate((f"{ADDRESS}/a.kml", f"{bait}/secret.kml", f"file://{bait}/secret.kml")):
        parts = {
            "network": (f"<NetworkLink><Link><href>{target}</href></Link></NetworkLink>", ""),
            "url": (f"<NetworkLink><Url><href>{target}</href></Url></NetworkLink>", ""),
            "style": ("", f"<styleUrl>{target}#s</styleUrl>"),
            "schema": ("", f'<ExtendedData><SchemaData schemaUrl="{target}#s"/></ExtendedData>'),
            "overlay": (f"<GroundOverlay><Icon><href>{target}</href></Icon></GroundOverlay>", ""),
            "model": (f"<Placemark><Model><Link><href>{target}</href></Link></Model></Placemark>", ""),
        }
        for name, (before, inside) in parts.items():
            yield "layer", _text(folder / f"{name}{number}" / "a.kml", kml.format(before, inside))
    for number, system in enumerate((f"file://{bait}/secret.csv", f"{ADDRESS}/x")):
        for name, document in {
            "entity": f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY e SYSTEM "{system}">]>' + kml.format("&e;", ""),
            "late": f'<?xml version="1.0"?><!-- {"x" * 70_000} --><!DOCTYPE kml [<!ENTITY e SYSTEM "{system}">]>' + kml.format("&e;", ""),
            "include": kml.format(f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{system}" parse="text"/>', ""),
            "sheet": f'<?xml version="1.0"?><?xml-stylesheet href="{system}"?>' + kml.format("", ""),
        }.items():  # fmt: skip
            yield "layer", _text(folder / f"{name}{number}" / "a.kml", document)


def references(folder: Path, bait: Path) -> Made:
    """Coordinate reference systems that are addresses, or name grids to open."""
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [117, 40]}}
    for number, system in enumerate(
        (
            {"type": "link", "properties": {"href": f"{ADDRESS}/crs", "type": "proj4"}},
            {"type": "link", "properties": {"href": f"{bait}/secret.csv", "type": "ogcwkt"}},
            {"type": "url", "properties": {"url": f"{ADDRESS}/crs"}},
            {"type": "name", "properties": {"name": f"{ADDRESS}/crs/EPSG/0/4490"}},
            {
                "type": "name",
                "properties": {"name": f"+proj=longlat +ellps=krass +nadgrids={bait}/secret.gsb"},
            },
            {"type": "name", "properties": {"name": f"+init={bait}/secret.csv:1"}},
            {"type": "file", "properties": {"name": f"{bait}/secret.csv"}},
        )
    ):
        words = json.dumps({"type": COLLECTION, "crs": system, "features": [feature]})
        yield "layer", _text(folder / f"json{number}" / "a.geojson", words)
    grid = 'BOUNDCRS[SOURCECRS[{}],TARGETCRS[GEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563]],CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],UNIT["degree",0.0174532925199433],ID["EPSG",4326]]],ABRIDGEDTRANSFORMATION["x",METHOD["NTv2",ID["EPSG",9615]],PARAMETERFILE["Latitude and longitude difference file","{}"]]]'
    source = 'GEOGCRS["x",DATUM["x",ELLIPSOID["Krass",6378245,298.3]],CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],UNIT["degree",0.0174532925199433]]'
    systems = [
        grid.format(source, f"{bait}/secret.gsb"),
        grid.format(source, f"{ADDRESS}/secret.gsb"),
        'GEOGCS["x",DATUM["x",SPHEROID["Krass",6378245,298.3],EXTENSION["PROJ4_GRIDS","' + f"{bait}/secret.gsb" + '"]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]',
        'GEOGCS["x",DATUM["x",SPHEROID["Krass",6378245,298.3]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],EXTENSION["PROJ4","+proj=longlat +ellps=krass +nadgrids=' + f"{bait}/secret.gsb" + ' +no_defs"]]',
        f"+proj=longlat +ellps=krass +nadgrids={bait}/secret.gsb +type=crs",
        f"+proj=longlat +datum=WGS84 +geoidgrids={bait}/secret.gsb +type=crs",
        f"{ADDRESS}/epsg/4490",
        f"{bait}/secret.csv",
    ]  # fmt: skip
    for number, words in enumerate(systems):
        place = folder / f"prj{number}"
        place.mkdir(parents=True)
        frame().to_file(place / "a.shp", encoding="utf-8")
        (place / "a.prj").write_text(words)
        yield "layer", place / "a.shp"
        raster = write_raster(place / "r.tif")
        _text(place / "r.tif.aux.xml", f"<PAMDataset><SRS>{words.replace('<', '')}</SRS></PAMDataset>")
        yield "raster", raster
        yield "project", _project(place / "p", crs=words)
    package = folder / "package" / "a.gpkg"
    package.parent.mkdir()
    frame().to_file(package)
    with closing(sqlite3.connect(package)) as database:
        for column in [row[1] for row in database.execute("PRAGMA table_info(gpkg_spatial_ref_sys)")]:
            if column.startswith("definition"):
                database.execute(
                    f"UPDATE gpkg_spatial_ref_sys SET {column} = ? WHERE srs_id = 4490", (systems[0],)
                )
        database.execute("UPDATE gpkg_spatial_ref_sys SET organization = 'own' WHERE srs_id = 4490")
        database.commit()
    yield "layer", package


def workbooks(folder: Path, _bait: Path) -> Made:
    """Workbooks with external links, connections, pictures and query tables."""
    rows = [["海湾名称", "所在县", "状态"], ["甲湾", "130225", "已建成"]]
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}" TargetMode="External"/>'
        "</Relationships>"
    )
    for number, target in enumerate(
        (f"{ADDRESS}/a.xlsx", f"file://{_bait}/secret.csv", "\\\\host\\share\\a.xlsx")
    ):
        for kind in ("externalLinkPath", "image", "hyperlink", "oleObject", "queryTable", "attachedTemplate"):
            path = folder / f"{kind}{number}" / "register.xlsx"
            path.parent.mkdir(parents=True)
            book = openpyxl.Workbook()
            for row in rows:
                book.active.append(row)
            book.active["D2"] = f"='[{target}]Sheet1'!A1"
            book.active["E2"] = f'=WEBSERVICE("{target}")'
            book.save(path)
            with zipfile.ZipFile(path, "a") as archive:
                archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", relation.format(kind, target))
                archive.writestr(
                    "xl/externalLinks/_rels/externalLink1.xml.rels", relation.format(kind, target)
                )
                archive.writestr(
                    "xl/connections.xml",
                    f'<connections><connection id="1" sourceFile="{target}"/></connections>',
                )
            yield "register", path
    sheet = '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:spreadsheet><table:table table:name="a"><table:table-source xlink:href="{}"/></table:table></office:spreadsheet></office:body></office:document-content>'
    for number, target in enumerate((f"{ADDRESS}/a.ods", f"file://{_bait}/secret.csv")):
        path = _zip(
            folder / f"ods{number}" / "a.ods",
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "content.xml": sheet.format(target),
            },
        )
        yield "layer", path
        yield "register", path
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{_bait}/secret.tif"/><use xlink:href="{ADDRESS}/a.svg#x"/></svg>'
    yield "layer", _text(folder / "svg" / "a.svg", svg)
    yield "layer", _text(folder / "svg" / "a.kml", svg)


def databases(folder: Path, bait: Path) -> Made:
    """GeoPackages with views, triggers and virtual tables that reach out, or never end."""
    views = {
        "extension": "SELECT fid, geom, load_extension('{bait}/secret.csv') AS x FROM a",
        "file": "SELECT fid, geom, readfile('{bait}/secret.csv') AS x FROM a",
        "layer": "SELECT fid, geom, ogr_layer_Extent('{bait}/secret.geojson') AS x FROM a",
        "pixel": "SELECT fid, geom, gdal_get_pixel_value('{bait}/secret.tif', 1, 'georef', 117, 40) AS x FROM a",
        "geocode": "SELECT fid, geom, ogr_geocode('x') AS x FROM a",
        "import": "SELECT fid, geom, ImportSHP('{bait}/secret', 't', 'UTF-8') AS x FROM a",
        "blob": "SELECT fid, geom, BlobFromFile('{bait}/secret.csv') AS x FROM a",
        "fts": "SELECT fid, geom, fts3_tokenizer('simple') AS x FROM a",
        "endless": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid, geom FROM n, a",
        "cross": "SELECT 1 AS fid, x.geom FROM " + ", ".join(f"a AS {name}" for name in ["x", *(f"y{number}" for number in range(40))]),
        "zeros": "SELECT fid, geom, zeroblob(900000000) AS x FROM a",
        "print": "SELECT fid, geom, printf('%.*c', 900000000, 'x') AS x FROM a",
        "hex": "SELECT fid, geom, hex(randomblob(400000000)) AS x FROM a",
    }  # fmt: skip
    for name, query in views.items():
        path = _package(folder / "view" / name)
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"CREATE VIEW v AS {query.format(bait=bait)}")
            _declare(database, "v")
            database.commit()
        yield "layer", path
    tables = {
        "ogr": "VirtualOGR('{bait}/secret.geojson')",
        "shape": "VirtualShape('{bait}/secret', 'UTF-8', 4490)",
        "text": "VirtualText('{bait}/secret.csv', 'UTF-8')",
        "xml": "VirtualXPath('{bait}/secret.kml')",
        "fetched": "VirtualOGR('/vsicurl/" + ADDRESS + "/x.geojson')",
        "csv": "csv(filename='{bait}/secret.csv')",
        "zip": "zipfile('{bait}/secret.zip')",
        "stat": "dbstat(main)",
        "words": "fts4(content='a')",
        "tree": "rtree(id, x0, x1, y0, y1)",
    }
    for name, table in tables.items():
        path = _package(folder / "virtual" / name)
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA writable_schema = ON")
            words = f"CREATE VIRTUAL TABLE t USING {table.format(bait=bait)}"
            database.execute("INSERT INTO sqlite_master VALUES ('table', 't', 't', 0, ?)", (words,))
            _declare(database, "t")
            database.commit()
        yield "layer", path
    for name, body in {
        "attach": f"SELECT load_extension('{bait}/secret.csv');",
        "remove": "DELETE FROM a;",
        "write": "INSERT INTO a (name) SELECT name FROM a;",
    }.items():
        path = _package(folder / "trigger" / name)
        with closing(sqlite3.connect(path)) as database:
            database.execute(f"CREATE TRIGGER evil AFTER INSERT ON gpkg_contents BEGIN {body} END")
            database.commit()
        yield "layer", path
    for name, title in {
        "slash": "../../bait/secret",
        "quote": '"; DROP TABLE a; --',
        "url": f"/vsicurl/{ADDRESS}/a",
    }.items():
        path = _package(folder / "title" / name)
        with closing(sqlite3.connect(path)) as database:
            database.execute("UPDATE gpkg_contents SET identifier = ?, description = ?", (title, title))
            database.commit()
        yield "layer", path


def links(folder: Path, bait: Path) -> Made:
    """Symbolic links, and archives that hold links, absolute paths, devices or other archives."""
    place = folder / "links"
    place.mkdir(parents=True)
    frame().to_file(place / "a.shp", encoding="utf-8")
    for ending in ("dbf", "shx", "prj", "cpg"):
        for name in ("a", "b"):
            if name == "b":
                shutil.copyfile(place / "a.shp", place / f"{ending}.shp")
                (place / f"{ending}.{ending}").symlink_to(bait / f"secret.{ending}")
        yield "layer", place / f"{ending}.shp"
    (place / "folder").mkdir()
    (place / "folder" / "a.geojson").symlink_to(bait / "secret.geojson")
    yield "layer", place / "folder"
    (place / "deep.gdb").mkdir()
    (place / "deep.gdb" / "a00000001.gdbtable").symlink_to(bait / "secret.csv")
    yield "layer", place / "deep.gdb"
    for name, target in {
        "absolute": str(bait / "secret.geojson"), "up": "../bait/secret.geojson", "mixed": "a/../../bait/secret.geojson",
        "back": "..\\bait\\secret.geojson", "drive": "C:\\secret.geojson", "share": "\\\\host\\share\\a.geojson",
        "home": "~/a.geojson", "long": "d/" * 200 + "a.geojson", "dots": "./././a.geojson", "device": "CON.geojson",
        "space": " /a.geojson", "url": "http:/127.0.0.1:9/a.geojson",
    }.items():  # fmt: skip
        yield (
            "layer",
            _zip(folder / "zip" / f"{name}.zip", {target: (bait / "secret.geojson").read_text("utf-8")}),
        )
    for kind in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK):
        path = folder / "zip" / f"mode{kind}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            entry = zipfile.ZipInfo("a.geojson")
            entry.external_attr = (kind | 0o777) << 16
            archive.writestr(entry, str(bait / "secret.geojson"))
        yield "layer", path
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        path = folder / "zip" / f"tar{int(kind)}.tar"
        with tarfile.open(path, "w") as archive:
            member = tarfile.TarInfo("a.geojson")
            member.type, member.linkname = kind, str(bait / "secret.geojson")
            archive.addfile(member)
        yield "layer", path
    inner = _zip(folder / "zip" / "inner.zip", {"../up.geojson": "{}"}).read_bytes()
    yield "layer", _zip(folder / "zip" / "outer.zip", {"inner.zip": inner})
    yield "layer", _zip(folder / "zip" / "virtual.zip", {"a.gml": vrt(bait), "a.vrt": vrt(bait)})
    yield (
        "layer",
        _zip(
            folder / "zip" / "project.qgz",
            {"a.qgs": f"<qgis><datasource>{bait}/secret.geojson</datasource></qgis>"},
        ),
    )
    yield (
        "layer",
        _text(folder / "zip" / "a.qgs", f"<qgis><datasource>{bait}/secret.geojson</datasource></qgis>"),
    )


def tables_of_tables(folder: Path, bait: Path) -> Made:
    """MapInfo tables and Parquet metadata that stand for other files."""
    head = "!table\n!version 300\n!charset Neutral\n\n"
    for name, words in {
        "seamless": head + 'Definition Table\n  Type NATIVE Charset "Neutral"\n  Fields 1\n    Table Char (99) ;\nbegin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n',
        "view": head + f'Open Table "{bait}/secret.tab" Hide\nCreate View secret As\nSelect NAME\nFrom secret\n',
        "linked": head + f'Definition Table\n  Type LINKED Charset "Neutral"\n  File "{bait}/secret.tab"\n  Fields 1\n    NAME Char (10) ;\n',
        "dbf": head + f'Definition Table\n  File "{bait}/secret.dbf"\n  Type DBF Charset "Neutral"\n  Fields 1\n    NAME Char (10) ;\n',
        "raster": head + f'Definition Table\n  File "{bait}/secret.tif"\n  Type "RASTER"\n  (117,40) (0,0) Label "1"\n',
        "odbc": head + 'Definition Table\n  Type ODBC\nbegin_metadata\n"\\DATALINK\\ConnectionString" = "http://127.0.0.1:9"\nend_metadata\n',
    }.items():  # fmt: skip
        yield "layer", _text(folder / name / "a.tab", words)
    place = folder / "parquet"
    place.mkdir(parents=True)
    for number, target in enumerate(
        ("../../bait/secret.parquet", str(bait / "secret.parquet"), f"{ADDRESS}/a.parquet")
    ):
        metadata = pq.read_metadata(bait / "secret.parquet")
        metadata.set_file_path(target)
        metadata.write_metadata_file(place / f"a{number}.parquet")
        yield "layer", place / f"a{number}.parquet"


def rasters(folder: Path, bait: Path) -> Made:
    """Rasters whose headers, metadata and companions name other files."""
    for number, target in enumerate(
        (
            f"{bait}/secret.tif",
            f"/vsicurl/{ADDRESS}/a.tif",
            f"{ADDRESS}/a.tif",
            "../../bait/secret.tif",
            f"vrt://{bait}/secret.tif",
        )
    ):
        overview = f'<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{target}</MDI></Metadata>'
        path = write_raster(_place(folder / f"overview{number}" / "r.tif"))
        _text(path.with_name("r.tif.aux.xml"), f"<PAMDataset>{overview}</PAMDataset>")
        yield "raster", path
        path = write_raster(_place(folder / f"mask{number}" / "r.tif"))
        _text(
            path.with_name("r.tif.aux.xml"),
            f'<PAMDataset><Metadata domain="MASK"><MDI key="INTERNAL_MASK_FLAGS_1">2</MDI></Metadata><PAMRasterBand band="1"><Description>{target}</Description>{overview}</PAMRasterBand></PAMDataset>',
        )
        yield "raster", path
        path = _place(folder / f"inside{number}" / "r.tif")
        write_raster(path)
        with rasterio.open(path, "r+") as raster:
            raster.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=target)
        yield "raster", path
        for ending in (".ovr", ".msk", ".aux.xml", ".aux"):
            path = write_raster(_place(folder / f"companion{number}{ending}" / "r.tif"))
            _text(path.with_name(f"r.tif{ending}"), raster_vrt(target))
            yield "raster", path
        for ending in (".ovr", ".msk"):
            path = write_raster(_place(folder / f"late{number}{ending}" / "r.tif"))
            _text(path.with_name(f"r.tif{ending}"), f"<!-- {'x' * 70_000} -->" + raster_vrt(target))
            yield "raster", path
        header = f'DatasetHeader Begin\n\tVersion = "6.0"\n\tDataFile = "{target}"\n\tDataSetType = {{}}\n\tDataType = Raster\n\tByteOrder = LSBFirst\n\tCoordinateSpace Begin\n\t\tDatum = "WGS84"\n\t\tProjection = "GEODETIC"\n\tCoordinateSpace End\n\tRasterInfo Begin\n\t\tCellType = Unsigned8BitInteger\n\t\tCellInfo Begin\n\t\t\tXdimension = 0.01\n\t\t\tYdimension = 0.01\n\t\tCellInfo End\n\t\tNrOfLines = 64\n\t\tNrOfCellsPerLine = 64\n\t\tRegistrationCoord Begin\n\t\t\tLongitude = "117"\n\t\t\tLatitude = "41"\n\t\tRegistrationCoord End\n\t\tNrOfBands = 1\n\tRasterInfo End\nDatasetHeader End\n'
        for kind in ("Translated", "ERStorage"):
            yield "raster", _text(folder / f"ers{number}{kind}" / "a.ers", header.format(kind))
        ilwis = f"[Ilwis]\nType=BaseMap\nClass=Raster Map\n[BaseMap]\nType=Map\n[Map]\nType=MapStore\nGeoRef=none\nSize=64 64\n[MapStore]\nData={target}\nStructure=Line\nType=Byte\n"
        yield "raster", _text(folder / f"ilwis{number}" / "a.mpr", ilwis)
        for driver, ending in (
            ("HFA", "img"),
            ("PCIDSK", "pix"),
            ("RST", "rst"),
            ("SAGA", "sdat"),
            ("ENVI", "dat"),
        ):
            path = write_raster(_place(folder / f"{driver}{number}" / f"r.{ending}"), driver=driver)
            _replace_names(path.parent, target)
            yield "raster", path
    path = write_raster(_place(folder / "linked" / "r.tif"))
    path.with_name("r.tif.ovr").symlink_to(bait / "secret.tif")
    yield "raster", path
    path = write_raster(_place(folder / "linked2" / "r.tif"))
    path.with_name("r.tfw").symlink_to(bait / "secret.csv")
    yield "raster", path
    yield (
        "raster",
        _text(
            folder / "list" / "a.gti",
            f"<GDALTileIndexDataset><IndexDataset>{bait}/secret.gpkg</IndexDataset></GDALTileIndexDataset>",
        ),
    )
    yield (
        "raster",
        _text(
            folder / "list" / "a.json",
            json.dumps({"stac_version": "1.0.0", "assets": {"a": {"href": f"{bait}/secret.tif"}}}),
        ),
    )
    yield (
        "raster",
        _text(
            folder / "list" / "wms.tif",
            f'<GDAL_WMS><Service name="TMS"><ServerUrl>{ADDRESS}</ServerUrl></Service></GDAL_WMS>',
        ),
    )
    yield (
        "raster",
        _text(
            folder / "list" / "a.mrf",
            f"<MRF_META><CachedSource><Source>{bait}/secret.tif</Source></CachedSource><Raster><Size x='64' y='64'/></Raster></MRF_META>",
        ),
    )


def projects(folder: Path, bait: Path) -> Made:
    """An address or another file in every text of a project file."""
    targets = (f"/vsicurl/{ADDRESS}/a.geojson", f"{ADDRESS}/a.geojson", f"/vsizip/{bait}/secret.zip", f"/vsisubfile/0_100,{bait}/secret.csv", f"GPKG:{bait}/secret.gpkg:secret", "\\\\host\\share\\a.gpkg", "/dev/stdin", "/proc/self/environ")  # fmt: skip
    keys = (
        "path",
        "layer",
        "title",
        "vintage",
        "source",
        "crs",
        "encoding",
        "accuracy",
        "note",
        "licence",
        "producer",
    )
    for number, target in enumerate(targets):
        for key in keys:
            yield "project", _project(folder / f"{number}{key}", **{key: target})
        for table in ("register", "figures"):
            words = f'zone = "hebei"\n[[{table}]]\npath = {json.dumps(target)}\nbasis = "official"\n'
            words += 'role = "bay"\nas_of = "2026-06-30"\n' if table == "register" else ""
            yield "project", _text(folder / f"{number}{table}" / "project.toml", words)
    for number, query in enumerate(
        (f"?passfile={bait}/secret.csv", f"?sslrootcert={bait}/secret.csv&sslmode=verify-full", f"?service=x&servicefile={bait}/secret.csv",
         f"?host={bait}", "?options=-c%20search_path%3Devil", "?host=127.0.0.1,127.0.0.1", f"?krbsrvname=x&sslkey={bait}/secret.csv")
    ):  # fmt: skip
        yield "database", _project(folder / f"database{number}", path=f"postgresql://127.0.0.1:9/gis{query}")


def _project(folder: Path, **keys: str) -> Path:
    folder.mkdir(parents=True)
    frame().to_file(folder / "land.geojson")
    given = {"role": "redline", "path": "land.geojson", "basis": "official", "vintage": "2023-12", **keys}
    words = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in given.items())
    return _text(folder / "project.toml", f'zone = "hebei"\n[[layer]]\n{words}')


def _package(folder: Path) -> Path:
    folder.mkdir(parents=True)
    frame().to_file(folder / "a.gpkg", layer="a")
    return folder / "a.gpkg"


def _declare(database: sqlite3.Connection, name: str) -> None:
    """Make a table or view the only layer of a package."""
    database.execute("UPDATE gpkg_contents SET table_name = ?", (name,))
    database.execute("UPDATE gpkg_geometry_columns SET table_name = ?", (name,))


def _replace_names(folder: Path, target: str) -> None:
    """Write a target over every name of a file in the headers of a raster, as long as it fits."""
    for item in folder.iterdir():
        raw = item.read_bytes()
        for name in set(re.findall(rb"[A-Za-z]:?[\w./\\]{0,40}\.(?:ige|rrd|img|pix|rst|sdat|dat|ovr)", raw)):
            if len(name) <= len(target) <= 60:
                raw = raw.replace(name.ljust(len(target), b"\0"), target.encode())
        item.write_bytes(raw)


def _place(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _text(path: Path, words: str) -> Path:
    _place(path).write_text(words, "utf-8")
    return path


def _zip(path: Path, entries: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(_place(path), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


WAYS: tuple[Callable[[Path, Path], Made], ...] = (
    vrt_in_disguise, markup, references, workbooks, databases, links, tables_of_tables, rasters, projects,
)  # fmt: skip
