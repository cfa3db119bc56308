"""The map of a printed sheet: an equal-area conic at a round scale, with graticule, scale bar and north arrow."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Outline

from geozone.export.qml_symbols import UNFILLED
from geozone.export.sheet_frame import Frame
from geozone.manifest.units import unit_title
from geozone.messages import Language, text
from geozone.model import CRS, LayerStyle
from geozone.projections import transformer

HATCH = "/////"
MARKERS = {
    "circle": "o",
    "square": "s",
    "triangle": "^",
    "diamond": "D",
}  # of points, as matplotlib calls them
_DEGREES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)  # between two lines of a graticule
_POINTS = 72 / 96  # points of one CSS pixel, the unit of LayerStyle.width
_TINT = 1.6  # points of colour inside the outline of a tint
_MOST_AREAS = 10_000  # in one path; the rasteriser has a limit


def projected(data: gpd.GeoDataFrame | gpd.GeoSeries, frame: Frame) -> np.ndarray:
    """Return geometries in the plane of the map, without detail that paper cannot show."""
    geometries = np.asarray(data.geometry.to_crs(frame.crs).array, dtype=object)
    return np.asarray(shapely.simplify(geometries, frame.tolerance), dtype=object)


def draw(axes: Axes, geometries: np.ndarray, style: LayerStyle, *, order: float, scale: float = 1.0) -> None:
    """Draw geometries in a style; `scale` enlarges line widths for larger paper."""
    parts = shapely.get_parts(geometries[~shapely.is_missing(geometries)])
    dimensions = shapely.get_dimensions(parts)
    width = style.width * _POINTS * scale
    areas = parts[(dimensions == 2) & ~shapely.is_empty(parts)]
    filled, hatched = style.kind not in UNFILLED and style.fill is not None, style.kind == "hatch"
    for start in range(0, len(areas), _MOST_AREAS):
        outline = _outline(areas[start : start + _MOST_AREAS])
        if style.kind == "tint":
            band = PathPatch(
                outline,
                facecolor="none",
                edgecolor=style.fill,
                linewidth=2 * _TINT * scale,
                alpha=style.opacity / 2,
                zorder=order,
            )
            axes.add_artist(band)
            band.set_clip_path(outline, axes.transData)
        patch = PathPatch(
            outline,
            facecolor=style.fill if filled and not hatched else "none",
            edgecolor=(style.fill or style.stroke) if hatched else (style.stroke or "none"),
            linewidth=width if style.stroke else 0,
            alpha=style.opacity if filled else None,
            hatch=HATCH if hatched else None,
            zorder=order,
        )
        axes.add_artist(patch)
    lines = [shapely.get_coordinates(part) for part in parts[dimensions == 1]]
    if lines:
        axes.add_collection(
            LineCollection(
                lines,
                colors=style.stroke or style.fill or "#777777",
                linewidths=width,
                linestyles=_dashes(style.dash),
                capstyle="round",
                alpha=style.opacity,
                zorder=order,
            ),
            autolim=False,
        )
    points = shapely.get_coordinates(parts[dimensions == 0])
    if len(points):
        axes.scatter(
            points[:, 0],
            points[:, 1],
            s=6 * scale * style.size**2,
            marker=MARKERS[style.mark],
            color=style.fill or style.stroke,
            zorder=order,
        )


def graticule(axes: Axes, frame: Frame, *, scale: float = 1.0) -> None:
    """Draw meridians and parallels at round degrees, labelled outside the lower and the left edge."""
    to_degrees = transformer(frame.crs, CRS)
    to_plane = transformer(CRS, frame.crs)
    edge = shapely.segmentize(shapely.box(frame.west, frame.south, frame.east, frame.north), frame.width_mm)
    longitudes, latitudes = to_degrees.transform(*shapely.get_coordinates(edge).T)
    west, east, south, north = min(longitudes), max(longitudes), min(latitudes), max(latitudes)
    step = next(item for item in _DEGREES if (east - west) / item <= 9)
    ticks: dict[str, list[tuple[float, str]]] = {"x": [], "y": []}
    lines = []
    for degree in np.arange(math.ceil(west / step), math.floor(east / step) + 1) * step:
        line = np.column_stack(to_plane.transform(np.full(60, degree), np.linspace(south, north, 60)))
        lines.append(line)
        ticks["x"].append((float(np.interp(frame.south, line[:, 1], line[:, 0])), f"{degree:g}°E"))
    for degree in np.arange(math.ceil(south / step), math.floor(north / step) + 1) * step:
        line = np.column_stack(to_plane.transform(np.linspace(west, east, 60), np.full(60, degree)))
        lines.append(line)
        ticks["y"].append((float(np.interp(frame.west, line[:, 0], line[:, 1])), f"{degree:g}°N"))
    axes.add_collection(
        LineCollection(lines, colors="#9fb3bd", linewidths=0.3 * scale, zorder=0.5), autolim=False
    )
    inside_x = [(place, label) for place, label in ticks["x"] if frame.west < place < frame.east]
    inside_y = [(place, label) for place, label in ticks["y"] if frame.south < place < frame.north]
    axes.set_xticks([place for place, _ in inside_x], [label for _, label in inside_x])
    axes.set_yticks(
        [place for place, _ in inside_y], [label for _, label in inside_y], rotation=90, va="center"
    )
    axes.tick_params(
        labelsize=5.5 * scale, length=2 * scale, width=0.4 * scale, pad=1.5 * scale, color="#555555"
    )


def scale_bar(
    axes: Axes, frame: Frame, lang: Language, area: shapely.Geometry, *, scale: float = 1.0
) -> shapely.Polygon:
    """Draw a scale bar of four parts, the scale as a ratio above, in the lower corner that `area` leaves freer; return its box."""
    metre = scale * frame.denominator / 1000  # metres on the ground for one millimetre on paper
    longest = 45 * metre
    power = 10 ** math.floor(math.log10(longest))
    total = max(step * power for step in (1, 2, 4, 5, 8) if step * power <= longest)
    width, height = total + 12 * metre, 10.5 * metre
    boxes = [
        shapely.box(west, frame.south + 1.5 * metre, west + width, frame.south + 1.5 * metre + height)
        for west in (frame.west + 1.5 * metre, frame.east - 1.5 * metre - width)
    ]
    box = min(boxes, key=lambda item: _cells(item, area))
    west, south, *_ = box.bounds
    x, y, thick = west + 3 * metre, south + 3 * metre, 1.2 * metre
    axes.add_patch(Rectangle((west, south), width, height, facecolor="white", alpha=0.7, zorder=20))
    for part in range(4):
        colour = "#222222" if part % 2 == 0 else "white"
        axes.add_patch(
            Rectangle(
                (x + total * part / 4, y), total / 4, thick, facecolor=colour, edgecolor="#222222",
                linewidth=0.4 * scale, zorder=21,
            )
        )  # fmt: skip
    unit = unit_title("km").get(lang)
    for part, label in ((0, "0"), (2, f"{total / 2000:g}"), (4, f"{total / 1000:g} {unit}")):
        axes.text(
            x + total * part / 4,
            y + 1.8 * thick,
            label,
            fontsize=5.5 * scale,
            ha="center",
            va="bottom",
            zorder=21,
        )
    ratio = f"1 : {frame.denominator:,.0f}"
    axes.text(x, y + 4.3 * thick, ratio, fontsize=6 * scale, ha="left", va="bottom", zorder=21, weight="bold")
    return box


def _cells(box: shapely.Polygon, area: shapely.Geometry) -> int:
    """Return how many points of a grid over a box lie in an area."""
    west, south, east, north = box.bounds
    x, y = np.meshgrid(np.linspace(west, east, 12), np.linspace(south, north, 6))
    shapely.prepare(area)
    return int(shapely.intersects_xy(area, x, y).sum())


def north_arrow(axes: Axes, frame: Frame, lang: Language, *, scale: float = 1.0) -> None:
    """Draw an arrow to the north in the upper right corner, turned to true north there."""
    metre = frame.denominator / 1000
    x, y = frame.east - 9 * scale * metre, frame.north - 15 * scale * metre
    to_degrees = transformer(frame.crs, CRS)
    longitude, latitude = to_degrees.transform(x, y)
    x1, y1 = transformer(CRS, frame.crs).transform(longitude, latitude + 0.1)
    north = np.array([x1 - x, y1 - y]) / math.hypot(x1 - x, y1 - y) * metre * scale
    across = np.array([north[1], -north[0]])
    base = np.array([x, y])
    tip = base + 9 * north
    axes.add_patch(Polygon([tip, base - 2.6 * across, base + 2 * north], facecolor="#222222", zorder=21))
    axes.add_patch(
        Polygon(
            [tip, base + 2.6 * across, base + 2 * north], facecolor="white", edgecolor="#222222",
            linewidth=0.5 * scale, zorder=21,
        )
    )  # fmt: skip
    label = base + 11.2 * north
    axes.text(
        float(label[0]),
        float(label[1]),
        text("export.north").get(lang),
        fontsize=7.5 * scale,
        ha="center",
        va="center",
        zorder=21,
    )


def _outline(polygons: np.ndarray) -> Outline:
    """Return polygons as one path: drawn once, so that overlaps are no darker and a hatch runs through."""
    _, points, (rings, _) = shapely.to_ragged_array(shapely.orient_polygons(polygons))
    codes = np.full(len(points), Outline.LINETO, dtype=np.uint8)
    codes[rings[:-1]] = Outline.MOVETO
    codes[rings[1:] - 1] = Outline.CLOSEPOLY
    return Outline(points, codes)


def _dashes(dash: str | None) -> str | tuple[float, tuple[float, ...]]:
    return (0, tuple(float(part) for part in dash.replace(",", " ").split())) if dash else "solid"
