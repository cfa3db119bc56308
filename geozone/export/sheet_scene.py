"""What the map of a printed sheet shows: sea, units by rate, waters, layers and names, from bottom to top."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes

from geozone.backdrop import names_around, unit_seats
from geozone.export.indicators import is_finest
from geozone.export.qml import OUTLINES
from geozone.export.sheet_frame import Frame, frame_of
from geozone.export.sheet_map import draw, graticule, north_arrow, projected, scale_bar
from geozone.export.sheet_names import Lettering, Names
from geozone.export.sheet_page import QUIET, Page
from geozone.export.sheet_panel import Theme, on_sheet
from geozone.manifest.roles import load_roles
from geozone.messages import Text
from geozone.model import CRS, Layer, LayerStyle, Level
from geozone.symbology import (
    LEGEND_ORDER,
    RATE_MISSING,
    STREAM_WIDTHS,
    SURROUNDINGS,
    RateClass,
    drawing_order,
    drawn_style,
    feature_grades,
    layer_statuses,
)

_LAYERS = 0.6  # of the widths that layers have on a screen
_INK, _SEA, _NEIGHBOUR = "#222222", "#2a6a94", "#7d817c"
# by rank of the seat: radius of its mark in millimetres, and how its name is written
_SEATS = {
    1: (0.75, Lettering(6.8, _INK, "bold")),
    2: (0.6, Lettering(5.6, _INK)),
    3: (0.45, Lettering(5.0, _INK)),
}
_AROUND_FOCUS_MM, _VEIL = 14.0, 0.55  # room around the one unit of a map, and how pale that is
_PROVINCE = Lettering(8.0, "#4a5254", "bold", spread=0.5)
_AROUND = {
    ("sea", 1): Lettering(9.0, _SEA, style="italic", spread=0.9),
    ("sea", 2): Lettering(6.5, _SEA, style="italic", spread=0.2),
    ("province", 1): Lettering(6.5, _NEIGHBOUR, spread=0.4),
}
_LAKE = Lettering(5.0, _SEA, style="italic")
_LARGE_LAKE_MM = 4.0  # a lake smaller on paper has no name


@dataclass(frozen=True)
class Focus:
    """The one unit that a map is about: its code and ground, in degrees."""

    code: str
    ground: shapely.Geometry

    def frame(self, page: Page, size: tuple[float, float]) -> Frame:
        """Return the window of the map of a size in millimetres."""
        width, height = size
        return frame_of(
            self.ground.bounds, width * page.scale, height * page.scale, margin_mm=_AROUND_FOCUS_MM
        )


def draw_map(
    page: Page,
    about: Theme,
    corner: tuple[float, float],
    size: tuple[float, float],
    *,
    focus: Focus | None = None,
) -> None:
    """Draw the map into a window of a page, its lower left corner and size in millimetres.

    With a focus the window is that of one unit; what lies around it is pale, and every unit has its name.
    """
    result, scale, (width, height) = about.result, page.scale, size
    roles = load_roles()
    if focus is None:
        layers = [
            layer.data for layer in result.layers.values() if layer.spec and roles[layer.spec.role].marine
        ]
        bounds = np.array([data.total_bounds for data in [result.units, *layers] if len(data)])
        extent = [*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0)]
        frame = frame_of(extent, width * scale, height * scale)
    else:
        frame = focus.frame(page, size)
    axes = page.window(*corner, width, height)
    axes.set_xlim(frame.west, frame.east)
    axes.set_ylim(frame.south, frame.north)
    axes.set_facecolor(SURROUNDINGS)
    for spine in axes.spines.values():
        spine.set_linewidth(0.8 * scale)
    graticule(axes, frame, scale=scale)
    _draw_ground(axes, frame, result.backdrop.get("sea"), 0.3, scale)
    _draw_units(axes, frame, about, scale)
    _draw_ground(axes, frame, result.backdrop.get("water"), 1.5, scale * _LAYERS)
    _draw_layers(axes, frame, about, scale * _LAYERS)
    if focus is None:
        zone = result.units[result.units["level"] == about.levels[-1].value]
        shown = shapely.union_all(projected(zone, frame))
    else:
        (shown,) = projected(gpd.GeoSeries([focus.ground], crs=CRS), frame)
        _draw_focus(axes, frame, shown, scale)
    bar = scale_bar(axes, frame, about.lang, shown, scale=scale)
    north_arrow(axes, frame, about.lang, scale=scale)
    millimetre = scale * frame.denominator / 1000
    arrow = shapely.box(frame.east - 14 * millimetre, frame.north - 18 * millimetre, frame.east, frame.north)
    names = Names(axes, frame, scale, [bar, arrow])
    _draw_names(names, about, focus)


def _draw_focus(axes: Axes, frame: Frame, ground: shapely.Geometry, scale: float) -> None:
    """Make what lies around a unit pale, and its border strong."""
    window = shapely.box(frame.west, frame.south, frame.east, frame.north)
    veil = LayerStyle("fill", "#ffffff", None, 0.0, _VEIL)
    draw(axes, np.array([shapely.difference(window, shapely.make_valid(ground))]), veil, order=12)
    colour, width = OUTLINES[Level.ZONE]
    draw(axes, np.array([ground]), LayerStyle("outline", None, colour, width * 0.7), order=13, scale=scale)


def _draw_ground(axes: Axes, frame: Frame, layer: Layer | None, order: float, scale: float) -> None:
    if layer is None or layer.spec is None or not len(layer.data):
        return
    draw(axes, projected(layer.data, frame), layer.spec.style, order=order, scale=scale)


def _draw_units(axes: Axes, frame: Frame, about: Theme, scale: float) -> None:
    units = about.result.units
    finest = units[is_finest(units)]
    values = finest["code"].map(about.values).to_numpy(dtype=float)
    shapes = projected(finest, frame)
    colour, width = OUTLINES[about.levels[0]]
    none = LayerStyle("fill", RATE_MISSING, colour, width * 0.6)
    draw(axes, shapes[np.isnan(values)], none, order=1, scale=scale)
    for item in about.classes:
        style = LayerStyle("fill", item.colour, colour, width * 0.6)
        draw(axes, shapes[_in_class(values, item)], style, order=1, scale=scale)
    for place, level in enumerate(about.levels[1:]):
        colour, width = OUTLINES[level]
        shapes = projected(units[units["level"] == level.value], frame)
        outline = LayerStyle("outline", None, colour, width * 0.7)
        draw(axes, shapes, outline, order=6 + place, scale=scale)


def _draw_layers(axes: Axes, frame: Frame, about: Theme, scale: float) -> None:
    for place, layer in enumerate(drawing_order(about.result.layers.values())):
        if not len(layer.data):
            continue
        style = on_sheet(layer.spec) if layer.spec else LayerStyle("line", stroke=QUIET)
        statuses = layer_statuses(layer, about.result.registers)
        order = 2 + place * 0.5
        shapes = projected(layer.data, frame)
        graded = feature_grades(layer)
        if graded is not None:
            for number, entry in enumerate(graded[0]):
                draw(axes, shapes[np.array(graded[1]) == number], entry.style, order=order, scale=scale)
            continue
        widths = _stream_widths(layer)
        if statuses is None:
            for width in np.unique(widths):
                own = replace(style, width=style.width * width)
                draw(axes, shapes[widths == width], own, order=order, scale=scale)
            continue
        kind = "line" if (shapely.get_dimensions(shapes) == 1).any() else "fill"
        for drawn in LEGEND_ORDER:
            chosen = np.array([found is drawn for found in statuses], dtype=bool)
            own = drawn_style(style, kind, drawn)
            for width in np.unique(widths[chosen]):
                wide = replace(own, width=own.width * width)
                draw(axes, shapes[chosen & (widths == width)], wide, order=order, scale=scale)


def _stream_widths(layer: Layer) -> np.ndarray:
    """Return how wide each feature is drawn, times the usual width: rivers by their class."""
    flow = load_roles()[layer.spec.role].flow if layer.spec else ""
    if flow not in layer.data:
        return np.ones(len(layer.data))
    known = dict(enumerate(STREAM_WIDTHS))
    return np.asarray(layer.data[flow].map(known).fillna(STREAM_WIDTHS[0]), dtype=float)


def _draw_names(names: Names, about: Theme, focus: Focus | None) -> None:
    """Write the names of seats, provinces, seas, lakes and neighbours, in this order, where each finds room."""
    if focus is not None:
        _name_towns(names, about, {level.value for level in Level} - {Level.ZONE.value}, focus.code)
        _name_lakes(names, names.frame, about)
        return
    _name_towns(names, about, {Level.PROVINCE.value, Level.CITY.value})
    _name_provinces(names, names.frame, about)
    _name_around(names, about, "sea")
    _name_lakes(names, names.frame, about)
    _name_around(names, about, "province")


def _name_towns(names: Names, about: Theme, levels: set[str], first: str = "") -> None:
    """Write the names of the units of some levels, of provinces that are cities, at their seats, those of higher rank first.

    The unit `first`, a code, goes before all others.
    """
    towns: list[_Town] = []
    for seat, unit in zip(
        unit_seats(about.result.units, about.result.backdrop), about.result.units.itertuples(), strict=True
    ):
        if unit.level not in levels or (seat is None and unit.level == Level.PROVINCE.value):
            continue
        lowest = 3 if unit.level == Level.COUNTY.value else 2
        rank = min(seat.rank, lowest) if seat else lowest
        title = Text(unit.name, unit.name_en or unit.name).get(about.lang)
        point = seat.point if seat else shapely.point_on_surface(unit.geometry)
        towns.append(_Town(unit.code != first, rank, -unit.area_km2, title, point, seat is not None))
    towns.sort(key=lambda town: town[:3])
    places = [(float(x), float(y)) for x, y in _on_map([town.point for town in towns], names.frame)]
    for town, place in zip(towns, places, strict=True):
        if town.seated:
            _mark(names, place, town.rank)
    for town, place in zip(towns, places, strict=True):
        reach, lettering = _SEATS[town.rank]
        if town.seated:
            names.around(town.title, place, reach, lettering)
        else:
            names.centred(town.title, place, lettering)


class _Town(NamedTuple):
    """A unit with its name at its seat, or in its area; those that come first are written first."""

    later: bool
    rank: int
    less_area: float
    title: str
    point: shapely.Point
    seated: bool


def _name_around(names: Names, about: Theme, kind: str) -> None:
    """Write the names around the zone of a kind, the higher first."""
    around = [
        name
        for name in sorted(
            names_around(about.result.units, about.result.backdrop), key=lambda name: name.rank
        )
        if name.kind == kind and (kind, name.rank) in _AROUND
    ]
    for name, (x, y) in zip(around, _on_map([name.point for name in around], names.frame), strict=True):
        names.centred(name.title.get(about.lang), (float(x), float(y)), _AROUND[kind, name.rank])


def _name_provinces(names: Names, frame: Frame, about: Theme) -> None:
    units = about.result.units
    seats = unit_seats(units, about.result.backdrop)
    in_area = np.array([seat is None for seat in seats]) & (units["level"] == Level.PROVINCE.value).to_numpy()
    provinces = units[in_area].sort_values("area_km2", ascending=False)
    for unit, area in zip(provinces.itertuples(), projected(provinces, frame), strict=True):
        circle = shapely.maximum_inscribed_circle(area, frame.tolerance * 20)
        x, y = shapely.get_coordinates(circle)[0]
        radius = shapely.distance(shapely.get_point(circle, 0), shapely.get_point(circle, -1)) * 0.8
        words = Text(unit.name, unit.name_en or unit.name).get(about.lang)
        turns = np.linspace(0, 2 * np.pi, 8, endpoint=False)
        places = [
            (0.0, 0.0),
            *((np.cos(turn) * part, np.sin(turn) * part) for part in (0.4, 0.7, 1.0) for turn in turns),
        ]
        any(names.centred(words, (x + across * radius, y + up * radius), _PROVINCE) for across, up in places)


def _name_lakes(names: Names, frame: Frame, about: Theme) -> None:
    """Name the areas of roles that maps of this scale name, where they are large enough on paper."""
    for layer in about.result.layers.values():
        role = load_roles()[layer.spec.role] if layer.spec else None
        if (
            role is None
            or role.kind != "area"
            or frame.denominator > role.named_to
            or "name" not in layer.data
        ):
            continue
        for row, area in zip(layer.data.itertuples(), projected(layer.data, frame), strict=True):
            west, south, east, north = shapely.bounds(area)
            if not max(east - west, north - south) >= _LARGE_LAKE_MM * frame.denominator / 1000:
                continue
            title = Text(str(row.name), str(getattr(row, "name_en", None) or row.name))
            names.centred(title.get(about.lang), ((west + east) / 2, (south + north) / 2), _LAKE)


def _mark(names: Names, place: tuple[float, float], rank: int) -> None:
    """Draw the mark of a seat, a ring about a dot, larger for the seat of a province, and keep names off it."""
    (x, y), reach = place, _SEATS[rank][0]
    points = 2 * reach * names.scale / 25.4 * 72
    names.axes.plot([x], [y], "o", ms=points, mfc="white", mec=_INK, mew=0.5 * names.scale, zorder=15)
    names.axes.plot(
        [x], [y], "o", ms=points * (0.5 if rank == 1 else 0.35), mfc=_INK, mec="none", zorder=15.5
    )
    names.reserve(x, y, reach)


def _on_map(points: list[shapely.Point], frame: Frame) -> np.ndarray:
    return (
        shapely.get_coordinates(projected(gpd.GeoSeries(points, crs=CRS), frame))
        if points
        else np.empty((0, 2))
    )


def _in_class(values: np.ndarray, item: RateClass) -> np.ndarray:
    above = values > item.lower if item.upper > item.lower else values >= item.lower
    return np.asarray(above & (values <= item.upper))
