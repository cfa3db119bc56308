"""What the measures need of the layers of a run: one table for every need, by finest unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geozone.checks.accuracy import features_accuracy_m
from geozone.manifest.roles import load_roles
from geozone.model import Layer, LayerSource, LayerSpec
from geozone.overlay.change import change
from geozone.overlay.cutting import cut_to
from geozone.overlay.joining import features_in_zones
from geozone.overlay.length import lengths_in, lines_within
from geozone.overlay.shores import NOWHERE, shore_lengths
from geozone.overlay.zones import make_zones
from geozone.rates.filters import passes
from geozone.rates.needs import (
    AreaNeed,
    ChangeNeed,
    ClassNeed,
    ConnectedNeed,
    FeatureNeed,
    Ground,
    LengthNeed,
    MeanNeed,
    Need,
)
from geozone.reuse.files import bytes_of
from geozone.reuse.reuse import Reuse
from geozone.run.mosaics import Mosaics
from geozone.terrain.continuity import connected_area

_POLYGONS, _LINES = 2, 1  # dimensions


@dataclass
class Materials:
    """What a run has read: vector layers by id, rasters by id, and the units of the zone.

    ``older`` has the older vintages of vector layers, as far as there are any; ``regions`` the finest units of every region
    with the region itself.
    """

    layers: Mapping[str, Layer]
    rasters: Mapping[str, LayerSpec]
    units: gpd.GeoDataFrame
    finest: gpd.GeoDataFrame
    mosaics: Mosaics
    older: Mapping[str, Layer] = field(default_factory=dict)
    threads: int | None = None
    regions: Sequence[gpd.GeoDataFrame] = ()
    reuse: Reuse = field(default_factory=Reuse)

    def has(self, name: str) -> bool:
        """Tell whether a layer is there."""
        return name in self.layers or name in self.rasters

    def ground(self, ground: Ground, dimension: int) -> gpd.GeoDataFrame:
        """Return the features of a layer that pass a filter, those of one dimension."""
        return filtered(self.layers[ground.layer].data, ground, dimension)


def filtered(data: gpd.GeoDataFrame, ground: Ground, dimension: int) -> gpd.GeoDataFrame:
    """Return the features of a layer that pass a filter, those of one dimension."""
    chosen = shapely.get_dimensions(data.geometry.to_numpy()) == dimension
    if ground.where:
        outcome = passes(pd.DataFrame(data.drop(columns=data.geometry.name)), dict(ground.where))
        chosen &= (outcome != 0) if ground.unsure else (outcome == 1)
    return data if chosen.all() else data[chosen]


def supply(needs: Iterable[Need], materials: Materials) -> dict[Need, pd.DataFrame]:
    """Return a table for every need whose layers are there."""
    there = [need for need in needs if all(map(materials.has, _layers(need)))]
    tables = _raster_tables([need for need in there if isinstance(need, ClassNeed | MeanNeed)], materials)
    return {need: tables[need] if need in tables else _kept_table(need, materials) for need in there}


def _kept_table(need: Need, materials: Materials) -> pd.DataFrame:
    """Return the table of a need, made now or in an earlier run."""
    if isinstance(need, AreaNeed):  # of a mosaic, which is kept itself
        return _table(need, materials)
    names = list(_layers(need))
    layers = [some[name] for some in (materials.layers, materials.older) for name in names if name in some]

    def given() -> list[Any]:
        ground = [materials.finest, *materials.regions]
        ground += [materials.units] if isinstance(need, ConnectedNeed) else []
        specs = [layer.spec for layer in layers]
        return [need, specs, materials.reuse.contents([*(one.data for one in layers), *ground])]

    return materials.reuse.result("table", ", ".join(names), given, lambda: _table(need, materials))


def layers_of(needs: Iterable[Need]) -> set[str]:
    """Return the ids of all layers that needs speak of."""
    return {name for need in needs for name in _layers(need)}


@singledispatch
def _layers(need: Any) -> Sequence[str]:
    raise TypeError(type(need))


@singledispatch
def _table(need: Any, materials: Materials) -> pd.DataFrame:
    raise TypeError(type(need), materials)


@_layers.register
def _(need: AreaNeed) -> Sequence[str]:
    return [ground.layer for ground in need.grounds]


@_table.register
def _(need: AreaNeed, materials: Materials) -> pd.DataFrame:
    return materials.mosaics.areas(need.grounds, lambda ground: materials.ground(ground, _POLYGONS))


@_layers.register
def _(need: LengthNeed) -> Sequence[str]:
    return [need.line.layer, *(ground.layer for ground in need.within)]


@_table.register
def _(need: LengthNeed, materials: Materials) -> pd.DataFrame:
    layer = materials.layers[need.line.layer]
    lines = materials.ground(need.line, _LINES)
    for ground in need.within:
        lines = lines_within(lines, materials.ground(ground, _POLYGONS))
    role = load_roles()[layer.spec.role] if layer.spec else None
    if role is not None and role.shore:
        table = shore_lengths(lines, materials.finest)
        return table[table["code"] != NOWHERE]
    table = lengths_in(lines, make_zones(materials.finest, "code"))
    return table.rename_axis("code").reset_index()


@_layers.register
def _(need: FeatureNeed) -> Sequence[str]:
    return [need.layer]


@_table.register
def _(need: FeatureNeed, materials: Materials) -> pd.DataFrame:
    data = materials.layers[need.layer].data
    accuracy = features_accuracy_m(data)  # which the GeoPackage says as well
    return features_in_zones(data, materials.finest, by="code", stated="code", accuracy_m=accuracy)


@_layers.register
def _(need: ClassNeed) -> Sequence[str]:
    return [need.raster] if need.of is None else [need.raster, need.of.layer]


@_layers.register
def _(need: MeanNeed) -> Sequence[str]:
    return [need.raster] if need.weight == "area" else [need.raster, need.weight]


@_layers.register
def _(need: ConnectedNeed) -> Sequence[str]:
    return [need.ground.layer, *([need.along] if need.along else [])]


@_table.register
def _(need: ConnectedNeed, materials: Materials) -> pd.DataFrame:
    patches = _shapes(materials.ground(need.ground, _POLYGONS))
    along = _shapes(materials.layers[need.along].data) if need.along else None
    rows = []
    units = materials.units[materials.units["level"].isin(need.levels)]
    units = pd.concat([units, *(region.tail(1) for region in materials.regions)])
    for code, outline in zip(units["code"], units.geometry, strict=True):
        part = cut_to(patches, outline)
        if len(part):
            links = None if along is None else cut_to(along, outline)
            rows.append((code, *connected_area(part, reach_m=need.reach_m, along=links)))
    return pd.DataFrame(rows, columns=["code", "largest_km2", "total_km2"])


@_layers.register
def _(need: ChangeNeed) -> Sequence[str]:
    return [need.ground.layer]


@_table.register
def _(need: ChangeNeed, materials: Materials) -> pd.DataFrame:
    name = need.ground.layer
    if name not in materials.older:
        return pd.DataFrame(columns=["code", "old_km2", "new_km2", "gained_km2", "lost_km2"])
    old = filtered(materials.older[name].data, need.ground, _POLYGONS)
    table = change(
        old,
        materials.ground(need.ground, _POLYGONS),
        materials.finest,
        by="code",
        threads=materials.threads,
    )
    return table.rename_axis("code").reset_index()


def _raster_tables(needs: Sequence[ClassNeed | MeanNeed], materials: Materials) -> dict[Need, pd.DataFrame]:
    """Return the tables of rasters, those of one grid counted in one pass."""
    if not needs:
        return {}
    rasters = sorted({name for need in needs for name in _layers(need) if name in materials.rasters})
    wanted = dict.fromkeys(need.of for need in needs if isinstance(need, ClassNeed) and need.of is not None)
    grounds = {of: materials.ground(of, _POLYGONS) for of in wanted}

    def given() -> list[Any]:
        specs = [materials.rasters[name] for name in rasters]
        files = [bytes_of(spec.sources) for spec in specs]
        return [list(needs), specs, files, materials.reuse.contents([*grounds.values(), materials.finest])]

    tables = materials.reuse.result(
        "rasters", ", ".join(rasters), given, lambda: _counted(needs, materials, grounds)
    )
    return dict(zip(needs, tables, strict=True))


def _counted(
    needs: Sequence[ClassNeed | MeanNeed], materials: Materials, grounds: Mapping[Ground, gpd.GeoDataFrame]
) -> list[pd.DataFrame]:
    from geozone.raster.together import Classes, Sums, raster_tables  # noqa: PLC0415 - most runs have no raster to count

    asked: list[Classes | Sums] = []
    for need in needs:
        if isinstance(need, MeanNeed):
            weight = need.weight if need.weight == "area" else _sources(materials, need.weight)
            asked.append(Sums(_sources(materials, need.raster), weight))
        else:
            asked.append(Classes(_sources(materials, need.raster), grounds[need.of] if need.of else None))
    return raster_tables(asked, materials.finest)


def _sources(materials: Materials, name: str) -> tuple[LayerSource, ...]:
    return materials.rasters[name].sources


def _shapes(data: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer without its fields."""
    return data[[data.geometry.name]]
