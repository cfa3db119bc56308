"""What lies at the breaks of a barrier and along it: passes and basins, named waters, and the classes of land cover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geozone.barriers.telling import cover_text
from geozone.manifest.classes import known_class, names_of_values
from geozone.messages import NO_TEXT, Text, listed
from geozone.model import CRS, BreakKind, Layer, LayerSpec
from geozone.overlay.cutting import polygons_in
from geozone.overlay.distance import around, within_reach
from geozone.overlay.plane import Geometries, Numbers
from geozone.reuse.files import bytes_of
from geozone.reuse.reuse import Reuse
from geozone.run.layers import role_of
from geozone.seeds import load_passes

if TYPE_CHECKING:
    from geozone.barriers.analysis import Analysis

_DEGREE_M = 50_000.0  # no degree of the zones is shorter
_KNOWN = 0.5  # of an area: with less known of it nothing is said of its classes
_NEAR_M = 1000.0  # named waters so near to the line across a break lie there
_ALONG_M = 500.0  # and so much of its ground: as a step of an axis has


def what_lies_there(
    result: Analysis,
    ground: Geometries,
    shown: Mapping[str, Layer],
    covers: Sequence[LayerSpec],
    reuse: Reuse | None = None,
) -> tuple[list[str], list[str]]:
    """Return what lies at every break, in both languages.

    Parameters
    ----------
    result, ground
        What was found of a barrier, and its ground in EPSG:4490.
    shown
        The layers as they are drawn: of those whose features a map names, the names within a kilometre are told.
    covers
        Class rasters of the ground: the shares of their named classes are told, of the ground of the barrier within half a
        kilometre; of a cut, of all ground there.
    reuse
        Results of earlier runs.
    """
    if not len(result.ends):
        return [], []
    lines = shapely.linestrings(result.ends)
    found: list[list[Text]] = [[] for _ in lines]
    for place in load_passes():
        _add(found, lines, shapely.points([place.point]), [place.name], place.within_km * 1e3)
    for layer in shown.values():
        if layer.spec is None or not role_of(layer.spec).named_to or "name" not in layer.data:
            continue
        named = layer.data[layer.data["name"].notna()]
        english = named["name_en"].fillna(named["name"]) if "name_en" in named else named["name"]
        names = [Text(*pair) for pair in zip(named["name"], english, strict=True)]
        _add(found, lines, named.geometry.to_numpy(), names, _NEAR_M)
    named_there = [listed(list(dict.fromkeys(names)), ", ") if names else NO_TEXT for names in found]
    cover_there = [NO_TEXT] * len(lines)
    if covers:
        cut = (result.breaks["kind"] == BreakKind.CUT).to_numpy()
        cover_there = list(_cover(_strips(lines, ground, cut), covers, reuse or Reuse()))
    texts = [
        listed([one for one in pair if one.zh], "; ") for pair in zip(named_there, cover_there, strict=True)
    ]
    return [one.zh for one in texts], [one.en for one in texts]


def passes_along(result: Analysis) -> tuple[list[str | None], list[str | None]]:
    """Return the passes and basins at every step of the axes, each once, in both languages; None where there is none.

    Parameters
    ----------
    result
        What was found of a barrier.
    """
    passes = load_passes()
    places = np.array([place.point for place in passes])
    within = np.array([place.within_km * 1e3 for place in passes])
    found: list[list[Text]] = [[] for _ in range(len(result.axis))]
    for place, step in zip(passes, result.steps_at(places, within), strict=True):
        if step is not None:
            found[step].append(place.name)
    names = [listed(some, ", ") if some else None for some in found]
    return [one.zh if one else None for one in names], [one.en if one else None for one in names]


def class_shares(cover: LayerSpec, wanted: str, areas: Geometries) -> Numbers:
    """Return what share of each of some areas has a class of a land cover, not a number where more than half is unknown.

    Parameters
    ----------
    cover
        The land cover.
    wanted
        The id of the class in ``seeds/classes.toml``.
    areas
        Polygons in EPSG:4490.
    """
    found = np.full(len(areas), np.nan)
    there = np.flatnonzero(~shapely.is_empty(areas))
    if not len(there):
        return found
    for number, shares in zip(there, _shares_of(areas[there], [cover]), strict=True):
        named = {name: share for name, share in shares[0].items() if name is not None}
        if sum(named.values()) >= _KNOWN:
            found[number] = sum(
                share for name, share in named.items() if (known := known_class(name)) and known.id == wanted
            )
    return found


def _strips(lines: Geometries, ground: Geometries, cut: npt.NDArray[np.bool_]) -> Geometries:
    """Return the ground along every line: that of the barrier, all ground where the barrier is cut."""
    tree = shapely.STRtree(ground)
    found = np.empty(len(lines), dtype=object)
    for number, line in enumerate(lines):
        strip = shapely.union_all(around(lines[[number]], _ALONG_M))
        if not cut[number]:
            here = ground[tree.query(line, predicate="dwithin", distance=_ALONG_M / _DEGREE_M)]
            strip = shapely.multipolygons(polygons_in(shapely.intersection(strip, shapely.union_all(here))))
        found[number] = strip
    return found


def _cover(strips: Geometries, covers: Sequence[LayerSpec], reuse: Reuse) -> Iterator[Text]:
    """Yield the shares of the classes of land cover in every strip."""

    def given() -> list[Any]:
        return [strips, list(covers), [bytes_of(spec.sources) for spec in covers]]

    names = ", ".join(spec.id for spec in covers)
    for shares in reuse.result("at_breaks", names, given, lambda: list(_shares_of(strips, covers))):
        said = [cover_text(spec, some) for spec, some in zip(covers, shares, strict=True)]
        yield listed([one for one in said if one.zh], "; ")


def _shares_of(areas: Geometries, covers: Sequence[LayerSpec]) -> Iterator[list[dict[str | None, float]]]:
    """Yield for each of some areas the shares of the classes of every land cover."""
    from geozone.raster.together import Classes, raster_tables  # noqa: PLC0415 - most runs have no land cover

    zones = gpd.GeoDataFrame({"code": np.arange(len(areas))}, geometry=areas, crs=CRS)
    tables = raster_tables([Classes(spec.sources) for spec in covers], zones)
    by_area = [dict(list(table.groupby("code"))) for table in tables]
    for number in range(len(areas)):
        yield [
            _shares(rows[number], spec) if number in rows else {}
            for spec, rows in zip(covers, by_area, strict=True)
        ]


def _shares(rows: pd.DataFrame, spec: LayerSpec) -> dict[str | None, float]:
    """Return the shares of named classes in some ground, and of what has no name or no data under None."""
    names = names_of_values(spec.classes)
    areas: dict[str | None, float] = {}
    for value, area in zip(rows["value"], rows["area_km2"], strict=True):
        name = names.get(float(value))  # ground without data has no value, and no name
        areas[name] = areas.get(name, 0.0) + float(area)
    total = sum(areas.values())
    return {name: area / total for name, area in areas.items()}


def _add(
    found: list[list[Text]], lines: Geometries, things: Geometries, names: Sequence[Text], reach_m: float
) -> None:
    if not len(things):
        return
    # only what lies about the lines is measured: of a large layer that is little
    about = shapely.box(*(shapely.bounds(lines) + np.array([-1, -1, 1, 1]) * reach_m / _DEGREE_M).T)
    near = np.unique(shapely.STRtree(things).query(about)[1])
    one, two = within_reach(np.concatenate([lines, things[near]]), reach_m)
    size = len(lines)
    for first, second in sorted(zip(one.tolist(), two.tolist(), strict=True)):
        if first < size <= second:
            found[first].append(names[near[second - size]])
