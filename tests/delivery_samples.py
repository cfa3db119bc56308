"""Made-up deliveries as the standards ask for them, and the faults that a test plants in them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely

from geozone.overlay.plane import area_km2

SYSTEM = "EPSG:4528"  # CGCS2000, zone 40 of three degrees
WEST, SOUTH = 40_421_300.0, 4_403_700.0
COUNTY = "130322"
PLANNING = f"{COUNTY}昌黎县国土空间规划矢量数据"
TOLERANCE = "0.001"

Layers = dict[str, gpd.GeoDataFrame]


def square(column: float, row: float, side: float = 100.0) -> shapely.Polygon:
    """Return a square of the grid, numbered from the south-western corner."""
    west, south = WEST + column * side, SOUTH + row * side
    return shapely.box(west, south, west + side, south + side)


def drawn_m2(geometries) -> list[float]:
    return [round(float(area) * 1e6, 2) for area in area_km2(gpd.GeoSeries(geometries, crs=SYSTEM))]


def frame(columns, geometries) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometries, crs=SYSTEM)


def planning_delivery() -> Layers:
    """Return the three control lines of a county, beside each other."""
    layers = {}
    for number, name in enumerate(("STBHHX", "YJJBNT", "CZKFBJ")):
        shapes = [square(column, 4 * number, 500.0) for column in range(6)]
        columns = {
            "BSM": [f"{COUNTY}{number}{place:011d}" for place in range(6)],
            "YSDM": [f"20900100{number}0"] * 6,
            "MJ": drawn_m2(shapes),
        }
        if name == "STBHHX":
            columns |= {
                "XJXZQDM": [COUNTY] * 3 + ["130324"] * 3,
                "SJXZQMC": ["河北省"] * 6,
                "SJXZQMC1": ["秦皇岛市"] * 6,
                "XJXZQMC": ["昌黎县"] * 3 + ["卢龙县"] * 3,
                "LHLX": ["陆域"] * 6,
            }
        layers[name] = frame(columns, shapes)
    return layers


def redline_delivery() -> Layers:
    """Return a red line in the dialect of the demarcation."""
    shapes = [square(column, 0, 1000.0) for column in range(5)]
    columns = {
        "BSM": [f"{COUNTY}{place:012d}" for place in range(5)],
        "YSDM": ["2090010000"] * 5,
        "XJXZQHDM": [COUNTY] * 5,
        "LXDM": ["01"] * 5,
        "SLDM": ["A1"] * 5,
        "MC": [f"昌黎{place}" for place in range(5)],
        "QYMJ": [round(area / 1e6, 6) for area in drawn_m2(shapes)],
        "SLSJ": ["20231201"] * 5,
        "GKCS": ["禁止开发"] * 5,
    }
    return {"STBHHX": frame(columns, shapes)}


def survey_delivery() -> Layers:
    """Return two townships of two villages each, of eight parcels each, whose areas add up."""
    parcels, villages, townships = [], [], []
    for township in range(2):
        code = f"{COUNTY}{100 + township}"
        township_area = 0.0
        for village in range(2):
            unit = f"{code}{201 + village}"
            cells = [(4 * township + 2 * village + column, row) for row in range(4) for column in range(2)]
            shapes = [square(*cell) for cell in cells]
            areas = drawn_m2(shapes)
            for shape, area in zip(shapes, areas, strict=True):
                number = len(parcels)
                parcels.append(
                    {
                        "BSM": f"{COUNTY}{number:012d}", "YSDM": "2001010100", "TBBH": str(number + 1), "DLBM": "0103",
                        "DLMC": "旱地", "QSXZ": "30", "ZLDWDM": f"{unit}0000000", "ZLDWMC": f"村{unit[-3:]}", "TBMJ": area,
                        "KCXS": 0.1, "KCMJ": round(area / 10, 2), "TBDLMJ": round(area - round(area / 10, 2), 2),
                        "BGRQ": "20251231", "geometry": shape,
                    }
                )  # fmt: skip
            whole = shapely.box(*shapely.total_bounds(shapes))
            total = round(sum(areas), 2)
            township_area += total
            villages.append(
                {
                    "BSM": f"{COUNTY}1{len(villages):011d}", "YSDM": "1000600700", "ZLDWDM": unit, "ZLDWMC": f"村{unit[-3:]}",
                    "DCMJ": total, "JSMJ": drawn_m2([whole])[0], "geometry": whole,
                }
            )  # fmt: skip
        whole = shapely.box(*shapely.total_bounds([one["geometry"] for one in villages[-2:]]))
        townships.append(
            {
                "BSM": f"{COUNTY}2{len(townships):011d}", "YSDM": "1000600100", "XZQDM": code, "XZQMC": f"镇{township}",
                "DCMJ": round(township_area, 2), "JSMJ": drawn_m2([whole])[0], "geometry": whole,
            }
        )  # fmt: skip
    return {
        name: gpd.GeoDataFrame(rows, geometry="geometry", crs=SYSTEM)
        for name, rows in (("XZQ", townships), ("CJDCQ", villages), ("DLTB", parcels))
    }


def write_geodatabase(layers: Layers, path: Path, tolerances: dict[str, str] | None = None) -> Path:
    for name, data in layers.items():
        options = {"XYTOLERANCE": (tolerances or {}).get(name, TOLERANCE)}
        kind = "MultiPolygon" if (data.geom_type.isin(["Polygon", "MultiPolygon"]).all()) else "Unknown"
        pyogrio.write_dataframe(
            data, path, layer=name, driver="OpenFileGDB", geometry_type=kind, layer_options=options
        )
    return path


def write_package(layers: Layers, path: Path) -> Path:
    for name, data in layers.items():
        pyogrio.write_dataframe(data, path, layer=name, driver="GPKG")
    return path


def write_folder(layers: Layers, path: Path) -> Path:
    path.mkdir()
    for name, data in layers.items():
        pyogrio.write_dataframe(data, path / f"{name}.shp", driver="ESRI Shapefile", encoding="UTF-8")
    return path
