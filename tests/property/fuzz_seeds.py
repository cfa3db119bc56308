"""A small sound file of every format, what reads it, and how much it holds."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import rasterio
import shapely
from affine import Affine
from office import write_old_book

from geozone.figures.tables import FiguresRead, read_figures
from geozone.model import CRS, Basis, Layer, Register
from geozone.project import load_project
from geozone.raster.opening import open_raster
from geozone.read import read_layer
from geozone.registers import read_register
from geozone.seeds import get_zone

NAMES = ["双桥区", "双滦区", "兴隆县", "承德县"]
SHAPES = [
    shapely.box(117.0, 40.0, 117.2, 40.2),
    shapely.Polygon(
        shapely.box(117.3, 40.0, 117.6, 40.3).exterior, [shapely.box(117.4, 40.1, 117.5, 40.2).exterior]
    ),
    shapely.MultiPolygon([shapely.box(118.0, 40.0, 118.1, 40.1), shapely.box(118.2, 40.0, 118.3, 40.1)]),
    shapely.box(118.5, 40.0, 118.6, 40.1),
]
PARCELS = (
    "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=39\n[地块坐标]\n4,1.0,1,甲,面,,,,@\n"
    "J1,1,4333000,39516000\nJ2,1,4333000,39516900\nJ3,1,4333900,39516900\nJ1,1,4333000,39516000\n"
)
ITEMS = [
    ["海湾名称", "所在县", "状态", "岸线长度（公里）"],
    ["甲湾", "130225", "已建成", "12.5"],
    ["乙湾", "130281", "建设中", "8"],
]
FIGURES = [
    ["行政区", "指标", "年份", "数值", "单位"],
    ["河北省", "PM2.5平均浓度", "2024", "37.9", "微克/立方米"],
]
POINTS = [["名称", "经度", "纬度"], ["甲", 116.5, 39.5], ["乙", 117.5, 40.5]]

# what the files hold, by their names: features with a geometry, items of a register, figures
HELD = {
    **dict.fromkeys(["a.shp", "a.gpkg", "a.geojson", "a.fgb", "a.kml", "a.gml", "a.parquet", "a.csv"], 4),
    **dict.fromkeys(["a.zip", "b.tab", "b.mif", "d.kmz", "e.gdb", "f.zip"], 4),
    "a.txt": 1,
    "a.xlsx": 2,
    "c.dxf": 1,
    **dict.fromkeys([f"register.{ending}" for ending in ("csv", "xlsx", "xls")], 2),
    **dict.fromkeys([f"figures.{ending}" for ending in ("csv", "xlsx", "xls")], 1),
}
UNCOUNTED = ("raster.tif", "project.toml")
REFUSED = ("g.mdb",)  # known, and not read: an old Access database


def write_seeds(folder: Path) -> list[Path]:
    """Write a small sound file of every format and return them."""
    data = gpd.GeoDataFrame(
        {"XZQMC": NAMES, "XZQDM": ["130802", "130803", "130822", "130821"], "面积": [1.5, 2.5, 3.5, None]},
        geometry=SHAPES,
        crs=4490,
    )
    for ending in ("shp", "gpkg", "geojson", "fgb", "gml"):
        pyogrio.write_dataframe(data, folder / f"a.{ending}", promote_to_multi=True)
    pyogrio.write_dataframe(data, folder / "a.kml", driver="LIBKML")
    for ending in ("tab", "mif"):
        plain = data.rename(columns={"面积": "AREA"})
        pyogrio.write_dataframe(plain, folder / f"b.{ending}", driver="MapInfo File", ENCODING="UTF-8")
    pyogrio.write_dataframe(data, folder / "e.gdb", driver="OpenFileGDB", promote_to_multi=True)
    data.to_parquet(folder / "a.parquet")
    table = pd.DataFrame(data.drop(columns="geometry")).assign(WKT=data.geometry.to_wkt())
    (folder / "a.csv").write_bytes(table.to_csv(index=False).encode("gb18030"))
    (folder / "a.txt").write_bytes(PARCELS.encode("gb18030"))
    _pack(folder / "a.zip", [folder / f"a.{ending}" for ending in ("shp", "shx", "dbf", "prj")], folder)
    _pack(folder / "f.zip", sorted((folder / "e.gdb").iterdir()), folder)
    _pack(folder / "d.kmz", [folder / "a.kml"], folder)
    rings = data.to_crs(4527).geometry.iloc[:1]
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=rings.boundary), folder / "c.dxf", driver="DXF")
    write_tables(folder)
    write_others(folder)
    return [folder / name for name in sorted({*HELD, *UNCOUNTED, *REFUSED})]


def _pack(path: Path, files: list[Path], folder: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in files:
            archive.write(item, f"数据/{item.relative_to(folder)}")


def write_tables(folder: Path) -> None:
    """Write points, a register and figures as text and as workbooks, new and old."""
    for name, table in (("a", POINTS), ("register", ITEMS), ("figures", FIGURES)):
        book = openpyxl.Workbook()
        for row in table:
            book.active.append(row)
        book.save(folder / f"{name}.xlsx")
        if name != "a":
            words = "\n".join(",".join(map(str, row)) for row in table)
            (folder / f"{name}.csv").write_text(words, "utf-8")
            write_old_book(folder / f"{name}.xls", {"表": table})


def write_others(folder: Path) -> None:
    """Write a raster, a project file and the beginning of a database that is not read."""
    grid = Affine(0.01, 0.0, 117.0, 0.0, -0.01, 41.0)
    with rasterio.open(
        folder / "raster.tif", "w", driver="GTiff", width=40, height=30, count=1, dtype="uint8", crs=CRS, transform=grid,
        compress="deflate", nodata=255,
    ) as raster:  # fmt: skip
        raster.write(np.arange(1200, dtype="uint8").reshape(1, 30, 40))
    (folder / "project.toml").write_text(
        'zone = "hebei"\ntitle = "样本"\n[[layer]]\nrole = "redline"\npath = "a.gpkg"\nbasis = "official"\n'
        'vintage = "2023-12"\nfields = { name = "XZQMC" }\n[[register]]\nrole = "bay"\npath = "register.csv"\n'
        'basis = "official"\nas_of = "2026-06-30"\n',
        "utf-8",
    )
    (folder / "g.mdb").write_bytes(b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(range(256)) * 64)


def copy_seed(main: Path, folder: Path) -> Path:
    """Copy a seed with its companions into a folder and return the copy."""
    if main.is_dir():
        return Path(shutil.copytree(main, folder / main.name))
    mains = {Path(name).suffix for name in (*HELD, *UNCOUNTED, *REFUSED)}
    for item in main.parent.iterdir():
        if item == main or (item.stem == main.stem and item.is_file() and item.suffix not in mains):
            shutil.copyfile(item, folder / item.name)
    if main.stem == "project":  # what it names
        for name in ("a.gpkg", "register.csv"):
            shutil.copyfile(main.parent / name, folder / name)
    return folder / main.name


def reader_of(main: Path) -> Callable[[Path], Any]:
    """Return what reads a file: a layer, a raster, a register, figures or a project."""
    return _READERS.get(main.stem, read_layer)


def held_by(found: Any) -> int | None:
    """Return how many features with a geometry, items or figures were read; None of what has none of these."""
    if isinstance(found, Layer):
        shapes = found.data.geometry.to_numpy()
        return int((~shapely.is_empty(shapes) & ~shapely.is_missing(shapes)).sum())
    if isinstance(found, Register):
        return len(found.items)
    return len(found.figures) if isinstance(found, FiguresRead) else None


def _register(path: Path) -> Register:
    return read_register(path, role="bay", basis=Basis.OFFICIAL, as_of="2026-06-30")


def _figures(path: Path) -> FiguresRead:
    return read_figures(path, basis=Basis.PUBLIC, zone=get_zone("bth"))


def _raster(path: Path) -> object:
    with open_raster(path) as raster:
        return raster.stored((0, raster.height))


_READERS: dict[str, Callable[[Path], Any]] = {
    "register": _register,
    "figures": _figures,
    "project": load_project,
    "raster": _raster,
}
