"""Layers, zones and rasters to measure with, made once and kept in ``tests/bench/data`` (ignored by git)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from rasterio.windows import Window

from geozone.files import shipped
from geozone.overlay.plane import to_plane

FOLDER = Path(__file__).parent / "data"
CRS = "EPSG:4490"
PLANE = "+proj=cea +ellps=GRS80 +type=crs"  # the plane of geozone.overlay as PROJ calls it
PROVINCES = ("11", "12", "13")
_STEP = 50_000


def zones() -> Path:
    """Return the counties of Beijing, Tianjin and Hebei as GeoPackage, their outlines made rougher."""
    path = FOLDER / "zones.gpkg"
    if path.exists():
        return path
    FOLDER.mkdir(exist_ok=True)
    counties = gpd.read_file(shipped("layers") / "data" / "boundary.gpkg", layer="county")
    counties = counties[counties.code.str[:2].isin(PROVINCES)]
    shapes = shapely.segmentize(np.asarray(counties.geometry), 0.002)
    coordinates = np.round(shapely.get_coordinates(shapes), 9)
    # a displacement by place alone moves the common outline of two neighbours alike
    for frequency, size in ((2000.0, 2.5e-4), (7000.0, 8e-5)):
        wave = frequency * (coordinates @ np.array([[0.8, -0.5], [0.6, 0.9]]))
        coordinates = coordinates + size * np.sin(wave)
    shapes = shapely.make_valid(shapely.set_coordinates(shapes, coordinates), method="structure")
    frame = gpd.GeoDataFrame({"zone": np.arange(len(shapes))}, geometry=shapes, crs=CRS)
    frame.to_file(path, layer="zones", promote_to_multi=True)
    return path


def layer(count: int, seed: int = 1) -> Path:
    """Return a GeoPackage of so many overlapping polygons over the zones, of 10 to 500 vertices each."""
    path = FOLDER / f"layer_{count}_{seed}.gpkg"
    if path.exists():
        return path
    FOLDER.mkdir(exist_ok=True)
    random = np.random.default_rng(seed)
    places, width = _places(count, random)
    unfinished = path.with_name(f"unfinished_{path.name}")
    unfinished.unlink(missing_ok=True)
    for start in range(0, count, _STEP):
        shapes = rough_polygons(places[start : start + _STEP], width, random)
        frame = gpd.GeoDataFrame({"number": np.arange(start, start + len(shapes))}, geometry=shapes, crs=CRS)
        frame.to_file(unfinished, layer="layer", promote_to_multi=True, append=start > 0)
    unfinished.rename(path)
    return path


def layer_formats(count: int) -> dict[str, Path]:
    """Return the layer in every format that is streamed, and in a projected CRS."""
    first = layer(count)
    found = {"GeoPackage": first}
    frame: gpd.GeoDataFrame | None = None
    for name, ending, crs in (
        ("Gauss-Krüger", "gpkg", 4527),
        ("FlatGeobuf", "fgb", None),
        ("shapefile", "shp", None),
        ("geodatabase", "gdb", None),
        ("GeoParquet", "parquet", None),
        ("GeoJSON", "geojson", None),
    ):
        path = found[name] = FOLDER / f"{first.stem}_{crs or 4490}.{ending}"
        if path.exists():
            continue
        frame = gpd.read_file(first, use_arrow=True) if frame is None else frame
        shapes = frame[["geometry"]].to_crs(crs) if crs else frame[["geometry"]]
        if ending == "parquet":
            shapes.to_parquet(path)
        else:
            shapes.to_file(path, layer="layer" if ending != "shp" else path.stem, promote_to_multi=True)
    return found


def in_plane(path: Path) -> Path:
    """Return the same layer in the equal-area plane, where all tools see the same straight edges."""
    other = path.with_name(f"plane_{path.name}")
    if not other.exists():
        frame = gpd.read_file(path, use_arrow=True)
        frame.geometry = gpd.GeoSeries(to_plane(frame), crs=None)
        frame.set_crs(PLANE, allow_override=True).to_file(other, layer="layer", promote_to_multi=True)
    return other


def _places(count: int, random: np.random.Generator) -> tuple[np.ndarray, float]:
    """Return places inside the outline of the zones, in clusters, about one in every cell of a grid; and its width."""
    outline = shapely.simplify(shapely.union_all(np.asarray(gpd.read_file(zones()).geometry)), 0.01)
    shapely.prepare(outline)
    west, south, east, north = outline.bounds
    width = np.sqrt((east - west) * (north - south) / count)
    slope, phase = random.normal(0, 2.5, (2, 3)), random.uniform(0, 2 * np.pi, 3)
    while True:
        width *= 0.97
        across, up = int((east - west) / width) + 1, int((north - south) / width) + 1
        cells = np.stack(np.meshgrid(np.arange(across), np.arange(up)), axis=-1).reshape(-1, 2)
        tried = (cells + random.uniform(0.35, 0.65, cells.shape)) * width + [west, south]
        wave = np.sin(tried @ slope + phase).sum(axis=1)
        tried = tried[(wave > 0) & shapely.contains_xy(outline, tried)]
        if len(tried) >= count:
            return random.permutation(tried)[:count], width


def rough_polygons(places: np.ndarray, width: float, random: np.random.Generator) -> np.ndarray:
    """Return one rough polygon at each place: a fifth so large that it overlaps others, a tenth with a hole, a twentieth in two parts."""
    count = len(places)
    vertices = np.exp(random.uniform(np.log(10), np.log(500), count)).astype(int)
    radius = 0.36 * width * random.uniform(0.5, 1.0, count)
    grown = random.random(count) < 0.2
    radius[grown] *= random.uniform(1.3, 2.2, int(grown.sum()))
    kind = random.random(count)
    holed, double = np.flatnonzero(kind < 0.1), np.flatnonzero(kind > 0.95)
    shells = _rings(places, radius, vertices, random)
    holes = _rings(places[holed], radius[holed] * 0.2, np.maximum(vertices[holed] // 4, 8), random)
    seconds = _rings(
        places[double] + radius[double, None] * [1.1, 0.3], radius[double] * 0.4, vertices[double], random
    )
    owner = np.concatenate([np.arange(count), holed])
    order = np.argsort(owner, kind="stable")
    result = shapely.polygons(np.concatenate([shells, holes])[order], indices=owner[order])
    firsts = shapely.polygons(_rings(places[double], radius[double] * 0.5, vertices[double], random))
    pairs = np.column_stack([firsts, shapely.polygons(seconds)])
    result[double] = shapely.multipolygons(pairs)
    invalid = ~shapely.is_valid(result)
    result[invalid] = shapely.make_valid(result[invalid], method="structure", keep_collapsed=False)
    return result


def _rings(
    places: np.ndarray, radius: np.ndarray, vertices: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    owner = np.repeat(np.arange(len(places)), vertices)
    first = np.cumsum(vertices) - vertices
    angle = 2 * np.pi * (np.arange(len(owner)) - first[owner]) / vertices[owner]
    distance = np.ones(len(owner))
    for wave in (2, 3, 5, 8, 13, 21):
        height = random.normal(0, 0.28 / wave, len(places))
        distance += height[owner] * np.sin(wave * angle + random.uniform(0, 2 * np.pi, len(places))[owner])
    distance = radius[owner] * np.clip(distance, 0.3, 1.8) * (1 + random.uniform(-0.01, 0.01, len(owner)))
    x = places[owner, 0] + 1.25 * distance * np.cos(angle)
    y = places[owner, 1] + distance * np.sin(angle)
    return shapely.linearrings(np.round(np.column_stack([x, y]), 8), indices=owner)


def raster(side: int = 20_000, seed: int = 3) -> Path:
    """Return a land cover raster of `side` squared pixels over the zones: patches of nine classes with speckle."""
    strip = patches_with_speckle(side, np.random.default_rng(seed))
    return written(FOLDER / f"classes_{side}_{seed}.tif", side, strip, dtype="uint8", nodata=255)


def patches_with_speckle(side: int, random: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """Return what gives rows of a raster of nine classes: patches of 16 pixels, and one pixel in seven of any class."""
    patches = random.integers(1, 10, (side // 16 + 1, side // 16 + 1)).astype(np.uint8)

    def strip(rows: np.ndarray) -> np.ndarray:
        values = np.repeat(patches[rows // 16], 16, axis=1)[:, :side].copy()
        speckle = random.random(values.shape) < 0.15
        values[speckle] = random.integers(1, 10, int(speckle.sum()))
        return values

    return strip


def values(side: int = 8_000, seed: int = 3) -> Path:
    """Return a raster of concentrations over the zones: smooth, to one decimal, a twentieth without data in patches."""
    random = np.random.default_rng(seed)
    void = random.random((side // 64 + 1, side // 64 + 1)) < 0.05

    def strip(rows: np.ndarray) -> np.ndarray:
        columns = np.arange(side)
        smooth = 35 + 20 * np.sin(rows[:, None] / side * 9) * np.cos(columns[None] / side * 7)
        values = np.round(smooth + random.normal(0, 0.3, smooth.shape), 1)
        values[void[rows // 64][:, columns // 64]] = -9999
        return values.astype(np.float32)

    return written(FOLDER / f"values_{side}_{seed}.tif", side, strip, dtype="float32", nodata=-9999)


def heights(side: int = 31_623, seed: int = 3) -> Path:
    """Return an elevation model in metres over the zones: hills of all sizes, rough to one metre, a corner of sea."""
    random = np.random.default_rng(seed)
    octaves = [
        (size, random.random((side // size + 3, side // size + 3)) * size / 4) for size in (2048, 256, 32)
    ]

    def strip(rows: np.ndarray) -> np.ndarray:
        ground = np.zeros((len(rows), side), dtype=np.float32)
        for size, knots in octaves:
            down, across = rows / size, np.arange(side) / size
            top, left = down.astype(int), across.astype(int)
            low, right = (down - top)[:, None], (across - left)[None]
            lines = knots[top] * (1 - low) + knots[top + 1] * low
            ground += (lines[:, left] * (1 - right) + lines[:, left + 1] * right).astype(np.float32)
        ground += random.normal(0, 0.7, ground.shape).astype(np.float32)
        ground[rows > 0.9 * side, : side // 10] = -9999
        return ground.astype(np.int16)

    return written(FOLDER / f"heights_{side}_{seed}.tif", side, strip, dtype="int16", nodata=-9999)


def written(
    path: Path,
    side: int,
    strip: Callable[[np.ndarray], np.ndarray],
    within: tuple[float, float, float, float] | None = None,
    **profile: object,
) -> Path:
    """Write a raster strip by strip, unless it is there: over the zones, or within other bounds."""
    if path.exists():
        return path
    west, south, east, north = within or gpd.read_file(zones()).total_bounds
    transform = rasterio.transform.from_bounds(
        west - 0.05, south - 0.05, east + 0.05, north + 0.05, side, side
    )
    profile |= {
        "driver": "GTiff",
        "width": side,
        "height": side,
        "count": 1,
        "crs": CRS,
        "transform": transform,
    }
    profile |= {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "lzw"}
    unfinished = path.with_name(f"unfinished_{path.name}")
    with rasterio.open(unfinished, "w", **profile) as file:
        for top in range(0, side, 512):
            rows = np.arange(top, min(top + 512, side))
            file.write(strip(rows), 1, window=Window(0, top, side, len(rows)))
    unfinished.rename(path)
    return path
