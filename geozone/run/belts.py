"""The barriers of a run as belts: the layers that are made of their axis, breaks and gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geozone.manifest.origins import licence_of, source_of
from geozone.manifest.roles import Belt, Role, load_roles
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import Basis, Layer, LayerSpec
from geozone.overlay.distance import within_reach
from geozone.overlay.plane import Geometries
from geozone.run.layers import role_of
from geozone.seeds import load_passes

if TYPE_CHECKING:
    from geozone.barriers.analysis import Analysis

_NEAR_M = 1000.0  # named waters so near to the line across a break lie there


@dataclass(frozen=True, slots=True)
class BeltResult:
    """A barrier looked at as a belt."""

    role: Role
    belt: Belt
    analysis: Analysis
    layers: Mapping[str, Layer]  # axis, breaks and gaps


def belts(
    layers: Mapping[str, Layer], finest: gpd.GeoDataFrame, shown: Mapping[str, Layer]
) -> dict[str, BeltResult]:
    """Return what is known of the barriers of a run as belts, by the role of their layer.

    Parameters
    ----------
    layers
        The layers of the run, checked and repaired.
    finest
        Finest units with ``code, parent, geometry``.
    shown
        The layers as they are drawn, cut to the zone: named waters among them tell what lies at a break.
    """
    # what it needs of scipy takes a third of a second, which nobody waits for who has no barrier
    from geozone.barriers.analysis import analyse  # noqa: PLC0415

    found = {}
    for role in load_roles().values():
        belt, layer = role.belt, layers.get(role.layer)
        if belt is None or layer is None or layer.spec is None:
            continue
        protecting = [layers[name] for name in belt.protected if name in layers]
        outline = shapely.union_all(finest.geometry.to_numpy())
        ground = _polygons(shapely.intersection(_areas([layer]), outline))
        result = analyse(ground, _areas(protecting) if protecting else None, finest, belt)
        found[role.id] = BeltResult(
            role, belt, result, _made_layers(belt, result, [layer, *protecting], finest, shown)
        )
    return found


def _areas(layers: Sequence[Layer]) -> Geometries:
    return _polygons(np.concatenate([layer.data.geometry.to_numpy() for layer in layers]))


def _polygons(geometries: Geometries) -> Geometries:
    parts = shapely.get_parts(shapely.get_parts(geometries))
    return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON], dtype=object)


def _made_layers(
    belt: Belt,
    result: Analysis,
    sources: Sequence[Layer],
    finest: gpd.GeoDataFrame,
    shown: Mapping[str, Layer],
) -> dict[str, Layer]:
    """Return the axis, the breaks and the gaps as layers with names of units."""
    units = finest.drop_duplicates("code").set_index("code")
    tables = {belt.axis: result.axis, belt.breaks: result.breaks, belt.gaps: result.gaps}
    made = {}
    for name, table in tables.items():
        data = table.copy()
        number = data["rank"] if "rank" in data else data["axis"]
        places = units.reindex(data["county_code"])[["name", "name_en"]]
        names = [
            text(f"run.made_{_kind(belt, name)}", number=str(one), unit=Text(*map(str, place)))
            for one, place in zip(number, places.itertuples(index=False, name=None), strict=True)
        ]
        data["name"], data["name_en"] = [one.zh for one in names], [one.en for one in names]
        if name == belt.breaks:
            data["there"], data["there_en"] = _what_lies_there(result, shown)
        made[name] = Layer(name, data, _spec(name, sources))
    return made


def _kind(belt: Belt, name: str) -> str:
    return next(kind for kind in ("axis", "breaks", "gaps") if getattr(belt, kind) == name)


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
    both = np.concatenate([lines, things])
    one, two = within_reach(both, reach_m)
    size = len(lines)
    for first, second in sorted(zip(one.tolist(), two.tolist(), strict=True)):
        if first < size <= second:
            found[first].append(names[second - size])
