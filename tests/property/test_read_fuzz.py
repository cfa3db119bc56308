"""Damaged files of every format are read or refused, and nothing is lost in silence: no crash, no hang, nothing left behind.

The long form runs apart, in processes of its own, so that a crash of a library is told as well::

    python tests/property/test_read_fuzz.py 10000
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from mutators import changed_within

from geozone.checks import check
from geozone.errors import GeozoneError
from geozone.figures.tables import read_figures
from geozone.model import CRS, Basis, Layer
from geozone.project import load_project
from geozone.raster.opening import open_raster
from geozone.read import read_layer
from geozone.registers import read_register
from geozone.seeds import get_zone

SHORT = 130
SECONDS = 20.0  # that one file may take
BATCH = 100
NAMES = ["双桥区", "双滦区", "兴隆县", "承德县"]
SHAPES = [
    shapely.box(117.0, 40.0, 117.2, 40.2),
    shapely.Polygon(
        shapely.box(117.3, 40.0, 117.6, 40.3).exterior, [shapely.box(117.4, 40.1, 117.5, 40.2).exterior]
    ),
    shapely.MultiPolygon([shapely.box(118.0, 40.0, 118.1, 40.1), shapely.box(118.2, 40.0, 118.3, 40.1)]),
    shapely.box(118.5, 40.0, 118.6, 40.1),
]
# features with a geometry in each seed: one that is missing after damage is told of
HELD = dict.fromkeys((".shp", ".gpkg", ".geojson", ".fgb", ".kml", ".gml", ".tab", ".mif", ".zip"), 4)
HELD |= {".txt": 1, ".dxf": 1}
PARCELS = (
    "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=39\n[地块坐标]\n4,1.0,1,甲,面,,,,@\n"
    "J1,1,4333000,39516000\nJ2,1,4333000,39516900\nJ3,1,4333900,39516900\nJ1,1,4333000,39516000\n"
)


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
    data.to_parquet(folder / "a.parquet")
    table = pd.DataFrame(data.drop(columns="geometry")).assign(WKT=data.geometry.to_wkt())
    (folder / "a.csv").write_bytes(table.to_csv(index=False).encode("gb18030"))
    (folder / "a.txt").write_bytes(PARCELS.encode("gb18030"))
    book = openpyxl.Workbook()
    for row in [["名称", "经度", "纬度"], ["甲", 116.5, 39.5], ["乙", 117.5, 40.5]]:
        book.active.append(row)
    book.save(folder / "a.xlsx")
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for item in sorted(folder.glob("a.*")):
            if item.suffix in {".shp", ".shx", ".dbf", ".prj"}:
                archive.write(item, f"数据/{item.name}")
    rings = data.to_crs(4527).geometry.iloc[:1]
    pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=rings.boundary), folder / "c.dxf", driver="DXF")
    write_others(folder)
    mains = {
        "toml",
        "tif",
        "kmz",
        "shp",
        "gpkg",
        "geojson",
        "fgb",
        "kml",
        "gml",
        "tab",
        "mif",
        "parquet",
        "csv",
        "txt",
        "xlsx",
        "zip",
        "dxf",
    }
    return sorted(item for item in folder.iterdir() if item.suffix[1:] in mains)


def write_others(folder: Path) -> None:
    """Write what is read beside layers: registers, figures, a raster and a project file; and a packed KML."""
    rows = [
        ["海湾名称", "所在县", "状态", "岸线长度（公里）"],
        ["甲湾", "130225", "已建成", "12.5"],
        ["乙湾", "130281", "建设中", "8"],
    ]
    (folder / "register.csv").write_text("\n".join(map(",".join, rows)), "utf-8")
    told = [
        ["行政区", "指标", "年份", "数值", "单位"],
        ["河北省", "PM2.5平均浓度", "2024", "37.9", "微克/立方米"],
    ]
    (folder / "figures.csv").write_text("\n".join(map(",".join, told)), "utf-8")
    for name, table in (("register", rows), ("figures", told)):
        book = openpyxl.Workbook()
        for row in table:
            book.active.append(row)
        book.save(folder / f"{name}.xlsx")
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
    with zipfile.ZipFile(folder / "d.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "a.kml", "doc.kml")


def damage(raw: bytes, rng: random.Random) -> bytes:
    """Return bytes with some flipped, cut off, taken out, doubled or made extreme."""
    damaged = bytearray(raw)
    for _ in range(rng.choice([1, 1, 1, 2, 5, 20])):
        if not damaged:
            break
        place, kind = rng.randrange(len(damaged)), rng.random()
        length = min(rng.choice([1, 2, 4, 8, 40, 400]), len(damaged) - place)
        if kind < 0.5:
            damaged[place] ^= 1 << rng.randrange(8)
        elif kind < 0.65:
            damaged[place : place + length] = rng.choice([b"\x00", b"\xff", b"\x7f"]) * length
        elif kind < 0.75:
            damaged[place : place + length] = rng.randbytes(length)
        elif kind < 0.85:
            del damaged[place:]
        elif kind < 0.93:
            del damaged[place : place + length]
        else:
            damaged[place:place] = damaged[place : place + length]
    return bytes(damaged)


def reader_of(main: Path) -> Callable[[Path], object]:
    """Return what reads a file: a layer, a raster, a register, figures or a project."""
    return _READERS.get(main.stem, read_layer)


def _register(path: Path) -> object:
    return read_register(path, role="bay", basis=Basis.OFFICIAL, as_of="2026-06-30")


def _figures(path: Path) -> object:
    return read_figures(path, basis=Basis.PUBLIC, zone=get_zone("bth"))


def _raster(path: Path) -> object:
    with open_raster(path) as raster:
        return raster.stored((0, raster.height))


_READERS: dict[str, Callable[[Path], object]] = {
    "register": _register,
    "figures": _figures,
    "project": load_project,
    "raster": _raster,
}


def attempt(seed: int, seeds: list[Path], scratch: Path) -> str:
    """Damage one file and read it; return how that ended. Anything that is not meant is raised."""
    rng = random.Random(seed)
    main = rng.choice(seeds)
    folder = scratch / str(seed)
    folder.mkdir()
    companions = [item for item in main.parent.iterdir() if item.stem == main.stem and item.is_file()]
    for item in companions:
        if item == main or item.suffix not in {path.suffix for path in seeds}:
            shutil.copyfile(item, folder / item.name)
    inside = sorted(folder.iterdir())
    victim = folder / main.name if rng.random() < 0.7 else rng.choice(inside)
    sound = victim.read_bytes()
    within = changed_within(sound, victim.suffix, rng) if rng.random() < 0.5 else None
    victim.write_bytes(damage(sound, rng) if within is None else within)
    before = {item.name: item.read_bytes() for item in inside}
    started = time.monotonic()
    try:
        layer = reader_of(main)(folder / main.name)
    except GeozoneError as error:
        outcome = error.message.key
        refusal = f"{error.get('zh')}{error.get('en')}"
    else:
        refusal, outcome = main.name, "read"
        if not isinstance(layer, Layer):
            layer = None
    if outcome == "read" and layer is not None:
        assert layer.data.crs == CRS, seed
        assert all(finding.message.get("zh") and finding.remedy.get("zh") for finding in layer.findings), seed
        shapes = layer.data.geometry.to_numpy()
        held = int((~shapely.is_empty(shapes) & ~shapely.is_missing(shapes)).sum())
        told = [finding.kind for finding in layer.findings if not finding.kind.startswith("crs_inferred")]
        # a feature that is gone from a sound structure is none that was lost
        assert within is not None or held >= HELD.get(main.suffix, 0) or told, (seed, held)
        if rng.random() < 0.1:
            check(layer)
    assert main.name in refusal, seed
    assert time.monotonic() - started < SECONDS, seed
    after = {item.name: item.read_bytes() for item in sorted(folder.iterdir())}
    assert after.keys() == before.keys(), (seed, after.keys() - before.keys())
    assert after == before, (seed, [name for name in after if after[name] != before[name]])
    shutil.rmtree(folder)
    return outcome


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    return write_seeds(tmp_path_factory.mktemp("seeds"))


def test_the_seeds_themselves_are_read(seeds):
    assert len(seeds) == 21
    for seed in seeds:
        found = reader_of(seed)(seed)
        assert not isinstance(found, Layer) or len(found.data) > 0, seed


@pytest.mark.parametrize("start", range(0, SHORT, 13))
def test_damaged_files_are_read_or_refused(start, seeds, tmp_path, monkeypatch):
    own = tmp_path / "temporary"
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    for seed in range(start, start + 13):
        attempt(seed, seeds, tmp_path)
    assert list(own.iterdir()) == []


def batch(start: int, count: int, seeds: list[Path], scratch: Path) -> dict[str, int]:
    """Run some attempts and count how they ended."""
    warnings.simplefilter("error")
    # rasterio multiplies its own transforms with *
    warnings.filterwarnings("ignore", "Use `@` matmul", PendingDeprecationWarning)
    ends: dict[str, int] = {}
    for seed in range(start, start + count):
        try:
            outcome = attempt(seed, seeds, scratch)
        except Exception as error:  # noqa: BLE001 - a fuzzing run goes on and tells at its end
            outcome = f"FAILED seed {seed}: {type(error).__name__}: {error}"[:300]
        ends[outcome] = ends.get(outcome, 0) + 1
    return ends


def main() -> int:
    """Run the long form and print how the attempts ended."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tries", type=int, nargs="?", default=10_000)
    parser.add_argument("--start", type=int, default=1_000_000)
    tries, start = parser.parse_args().tries, parser.parse_args().start
    ends: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "seeds").mkdir()
        (folder / "scratch").mkdir()
        seeds = write_seeds(folder / "seeds")
        context = multiprocessing.get_context("spawn")
        for first in range(start, start + tries, BATCH * 10):
            count = min(BATCH * 10, start + tries - first)
            # a process of its own for each thousand: a crash or a hang costs that thousand and is told
            with context.Pool(1) as pool:
                waiting = [
                    pool.apply_async(
                        batch, (place, min(BATCH, first + count - place), seeds, folder / "scratch")
                    )
                    for place in range(first, first + count, BATCH)
                ]
                for number, result in enumerate(waiting):
                    try:
                        found = result.get(timeout=BATCH * SECONDS / 2)
                    except multiprocessing.TimeoutError:
                        found = {f"FAILED: crash or hang from seed {first + number * BATCH}": 1}
                    for outcome, number_of in found.items():
                        ends[outcome] = ends.get(outcome, 0) + number_of
    for outcome, count in sorted(ends.items(), key=lambda item: -item[1]):
        sys.stdout.write(f"{count:6} {outcome}\n")
    return int(any(outcome.startswith("FAILED") for outcome in ends))


if __name__ == "__main__":
    raise SystemExit(main())
