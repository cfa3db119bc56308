"""The barriers of a run as belts: the layers that are made of their axis, breaks and gaps."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geozone.manifest.origins import licence_of, source_of
from geozone.manifest.roles import Belt, Role, load_roles
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import Basis, Layer, LayerSpec, Level
from geozone.overlay.cutting import polygons_in
from geozone.overlay.distance import within_reach
from geozone.overlay.plane import Geometries
from geozone.run.layers import role_of
from geozone.seeds import load_passes

if TYPE_CHECKING:
    from geozone.barriers.analysis import Analysis
    from geozone.barriers.passages import Passage
    from geozone.barriers.stability import Stability

_DEGREE_M = 50_000.0  # no degree of the zones is shorter
_NEAR_M = 1000.0  # named waters so near to the line across a break lie there


@dataclass(frozen=True, slots=True)
class BeltResult:
    """A barrier looked at as a belt."""

    role: Role
    belt: Belt
    analysis: Analysis
    layers: Mapping[str, Layer]  # axis, breaks and gaps
    passages: Sequence[Passage] = ()  # where it is to lead from province to province
    stability: Stability | None = None  # against its older vintage, or that of what protects it


def widened(layers: Mapping[str, Layer], outline: shapely.Geometry) -> dict[str, Layer]:
    """Return layers in which the lines that stand for belts are belts on the ground of the zone."""
    found = dict(layers)
    for name, layer in layers.items():
        width = layer.spec.width_m if layer.spec else None
        if layer.spec is None or width is None:
            continue
        from geozone.barriers.buffers import belt_along  # noqa: PLC0415 - few projects have one

        data = layer.data.copy()
        lines = shapely.get_dimensions(data.geometry.to_numpy()) == 1
        shapes = data.geometry.to_numpy().copy()
        shapes[lines] = [belt_along(np.array([line]), width, outline) for line in shapes[lines]]
        data = data.set_geometry(gpd.GeoSeries(shapes, index=data.index, crs=data.crs))
        said = text("run.widened", width=f"{width:g}")
        processing = listed([layer.spec.processing, said], "; ") if layer.spec.processing.zh else said
        spec = replace(layer.spec, processing=processing, source=source_of(layer.spec.origins, processing))
        found[name] = replace(layer, data=data[~data.geometry.is_empty], spec=spec)
    return found


def belts(
    layers: Mapping[str, Layer],
    older: Mapping[str, Layer],
    units: gpd.GeoDataFrame,
    finest: gpd.GeoDataFrame,
    shown: Mapping[str, Layer],
) -> dict[str, BeltResult]:
    """Return what is known of the barriers of a run as belts, by the role of their layer.

    Parameters
    ----------
    layers
        The layers of the run, checked and repaired.
    older
        Older vintages of them, where there are any.
    units
        The units of the zone at all levels, with ``code, level, geometry``.
    finest
        Finest units with ``code, parent, geometry``.
    shown
        The layers as they are drawn, cut to the zone: named waters among them tell what lies at a break.
    """
    # what it needs of scipy takes a third of a second, which nobody waits for who has no barrier
    from geozone.barriers.analysis import analyse  # noqa: PLC0415
    from geozone.barriers.passages import passages  # noqa: PLC0415
    from geozone.barriers.stability import compare  # noqa: PLC0415

    provinces = units[units["level"] == Level.PROVINCE.value]
    outline = shapely.union_all(finest.geometry.to_numpy())
    found = {}
    for role in load_roles().values():
        belt, layer = role.belt, layers.get(role.layer)
        if belt is None or layer is None or layer.spec is None:
            continue
        protecting = [layers[name] for name in belt.protected if name in layers]
        ground = _ground(layer, outline)
        result = analyse(ground, _areas(protecting) if protecting else None, finest, belt)
        made = _made_layers(belt, result, [layer, *protecting], finest, shown)
        ways = (
            passages(ground, provinces.geometry.to_numpy(), provinces["code"].tolist(), link_m=belt.link_m)
            if belt.passages
            else []
        )
        stability = None
        if any(name in older for name in (role.layer, *belt.protected)):
            before = [older.get(name, layers.get(name)) for name in belt.protected]
            known = [one for one in before if one is not None]
            old_ground = _ground(older.get(role.layer, layer), outline)
            old = analyse(old_ground, _areas(known) if known else None, finest, belt, choose=False)
            stability = compare(old, result, old_ground, ground)
        found[role.id] = BeltResult(role, belt, result, made, ways, stability)
    return found


def told_of_belts(found: Mapping[str, BeltResult], units: gpd.GeoDataFrame) -> dict[str, Text]:
    """Return what belts say of their layers: the ways from province to province, and what changed."""
    names = units.drop_duplicates("code").set_index("code")
    told = {}
    for one in found.values():
        said = [_passage_text(way, names) for way in one.passages]
        if one.stability is not None:
            said.append(_stability_text(one.stability))
        if said:
            told[one.role.layer] = reduce(operator.add, said)
    return told


def _passage_text(way: Passage, names: pd.DataFrame) -> Text:
    titles = [names.loc[code, ["name", "name_en"]] for code in way.units]
    units = Text(*("—".join(each) for each in zip(*titles, strict=True)))
    if not way.open:
        return text("run.passage_broken", units=units, gap=f"{way.gap_km:.1f}", place=_degrees(way.place))
    return text("run.passage_open", units=units, width=f"{way.width_km:.2f}")


def _stability_text(stability: Stability) -> Text:
    said = text(
        f"run.stability_{stability.direction.value}",
        old=f"{stability.area[0]:,.0f}",
        new=f"{stability.area[1]:,.0f}",
        gained=f"{stability.gained_km2:,.1f}",
        lost=f"{stability.lost_km2:,.1f}",
        old_width=f"{stability.mean_width[0]:.1f}",
        new_width=f"{stability.mean_width[1]:.1f}",
        opened=str(len(stability.opened)),
        closed=str(len(stability.closed)),
    )
    if stability.protected_share is None:
        return said
    old, new = (f"{100 * share:.1f}%" for share in stability.protected_share)
    return said + text("run.stability_protected", old=old, new=new)


def _degrees(place: tuple[float, float]) -> str:
    return f"{place[0]:.3f}°E, {place[1]:.3f}°N"


def _ground(layer: Layer, outline: shapely.Geometry) -> Geometries:
    return polygons_in(shapely.intersection(_areas([layer]), outline))


def _areas(layers: Sequence[Layer]) -> Geometries:
    return polygons_in(np.concatenate([layer.data.geometry.to_numpy() for layer in layers]))


def _made_layers(
    belt: Belt,
    result: Analysis,
    sources: Sequence[Layer],
    finest: gpd.GeoDataFrame,
    shown: Mapping[str, Layer],
) -> dict[str, Layer]:
    """Return the axis, the breaks and the gaps as layers with names of units."""
    units = finest.drop_duplicates("code").set_index("code")
    tables = {
        "axis": (belt.axis, result.axis, "axis"),
        "breaks": (belt.breaks, result.breaks, "rank"),
        "gaps": (belt.gaps, result.gaps, "rank"),
    }
    made = {}
    for kind, (name, table, number) in tables.items():
        data = table.copy()
        places = units.reindex(data["county_code"])[["name", "name_en"]]
        names = [
            text(f"run.made_{kind}", number=str(one), unit=Text(*map(str, place)))
            for one, place in zip(data[number], places.itertuples(index=False, name=None), strict=True)
        ]
        data["name"], data["name_en"] = [one.zh for one in names], [one.en for one in names]
        if kind == "breaks":
            data["there"], data["there_en"] = _what_lies_there(result, shown)
        made[name] = Layer(name, data, _spec(name, sources))
    return made


def _spec(name: str, sources: Sequence[Layer]) -> LayerSpec:
    """Return what is declared of a layer that the run makes of others; no better than the worst of them."""
    role = next(role for role in load_roles().values() if role.layer == name)
    specs = [layer.spec for layer in sources if layer.spec is not None]
    origins = tuple(dict.fromkeys(origin for spec in specs for origin in spec.origins))
    order = list(Basis)
    basis = max([Basis.DERIVED, *(spec.basis for spec in specs)], key=order.index)
    processing = text("run.made_processing", layers=listed([spec.title for spec in specs], ", "))
    return LayerSpec(
        id=name,
        role=role.id,
        title=role.title,
        basis=basis,
        source=source_of(origins, processing) if origins else processing,
        licence=licence_of(origins).zh,
        vintage=max((spec.vintage for spec in specs), default="unknown"),
        accuracy=specs[0].accuracy if specs else NO_TEXT,
        sources=(),
        style=role.style,
        note=text("run.made_note"),
        origins=origins,
        processing=processing,
    )


def _what_lies_there(result: Analysis, shown: Mapping[str, Layer]) -> tuple[list[str], list[str]]:
    """Return the passes and named waters at every break, in both languages."""
    lines = shapely.linestrings(result.ends) if len(result.ends) else np.empty(0, dtype=object)
    found: list[list[Text]] = [[] for _ in lines]
    passes, reach_km = load_passes()
    _add(
        found,
        lines,
        shapely.points([place.point for place in passes]),
        [place.name for place in passes],
        reach_km * 1e3,
    )
    for layer in shown.values():
        if layer.spec is None or not role_of(layer.spec).named_to or "name" not in layer.data:
            continue
        named = layer.data[layer.data["name"].notna()]
        english = named["name_en"].fillna(named["name"]) if "name_en" in named else named["name"]
        names = [Text(*pair) for pair in zip(named["name"], english, strict=True)]
        _add(found, lines, named.geometry.to_numpy(), names, _NEAR_M)
    texts = [listed(list(dict.fromkeys(names)), ", ") if names else NO_TEXT for names in found]
    return [one.zh for one in texts], [one.en for one in texts]


def _add(
    found: list[list[Text]], lines: Geometries, things: Geometries, names: Sequence[Text], reach_m: float
) -> None:
    if not len(lines) or not len(things):
        return
    # only what lies about the lines is measured: of a large layer that is little
    about = shapely.box(*(shapely.bounds(lines) + np.array([-1, -1, 1, 1]) * reach_m / _DEGREE_M).T)
    near = np.unique(shapely.STRtree(things).query(about)[1])
    one, two = within_reach(np.concatenate([lines, things[near]]), reach_m)
    size = len(lines)
    for first, second in sorted(zip(one.tolist(), two.tolist(), strict=True)):
        if first < size <= second:
            found[first].append(names[near[second - size]])
