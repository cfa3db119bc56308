"""The barriers of a run as belts: how each is looked at, what is told of it, and only as far as somebody asks."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial, reduce
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geozone.barriers.telling import natural_text, passage_text, stability_text
from geozone.manifest.classes import names_of_values, natural_values
from geozone.manifest.origins import source_of
from geozone.manifest.roles import Belt, Role, load_roles
from geozone.messages import NO_TEXT, Text, listed, text
from geozone.model import CRS, Layer, LayerSpec, Level
from geozone.overlay.cutting import polygons_in
from geozone.overlay.plane import Geometries
from geozone.reuse.files import bytes_of
from geozone.reuse.reuse import Reuse
from geozone.run.at_breaks import class_shares
from geozone.run.belt_layers import made_layers
from geozone.run.layers import role_of

if (
    TYPE_CHECKING
):  # what they need of scipy takes a third of a second, which nobody waits for who has no barrier
    from geozone.barriers.analysis import Analysis
    from geozone.barriers.passages import Passage
    from geozone.barriers.stability import Stability


@dataclass(frozen=True, slots=True)
class BeltResult:
    """A barrier looked at as a belt."""

    role: Role
    belt: Belt
    analysis: Analysis
    layers: Mapping[str, Layer]  # axis, breaks and gaps
    passages: Sequence[Passage] = ()  # where it is to lead from province to province
    stability: Stability | None = None  # against its older vintage, or that of what protects or breaks it
    more: Text = NO_TEXT  # the ways from province to province, and what changed, in words


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


@dataclass(frozen=True)
class BeltMaterials:
    """What the belts of a run are made from.

    ``layers`` are those of the run, checked and repaired, ``older`` older vintages of them, where there are any; ``units`` has the
    units at all levels with ``code, level, geometry``, ``finest`` the finest with ``code, parent, geometry``. Named waters among
    ``shown``, the layers as they are drawn, tell what lies at a break, and so do class rasters of the ground among ``rasters``;
    of those that are in ``older_rasters`` too, what a belt gained and lost of natural cover is told.
    """

    layers: Mapping[str, Layer]
    older: Mapping[str, Layer]
    units: gpd.GeoDataFrame
    finest: gpd.GeoDataFrame
    shown: Mapping[str, Layer]
    rasters: Mapping[str, LayerSpec] = field(default_factory=dict)
    older_rasters: Mapping[str, LayerSpec] = field(default_factory=dict)
    reuse: Reuse = field(default_factory=Reuse)

    @cached_property
    def outline(self) -> shapely.Geometry:
        """The ground of the zone."""
        return shapely.union_all(self.finest.geometry.to_numpy())

    @property
    def covers(self) -> list[LayerSpec]:
        """Class rasters of the ground whose classes have names."""
        return [spec for spec in self.rasters.values() if role_of(spec).classed and spec.classes]


# by the role of its layer, what is found of a barrier as it is now
Analyses = Callable[[], "Mapping[str, Analysis]"]


class _OneBelt:
    """A barrier of a run, each part of it computed when it is asked for."""

    def __init__(
        self, role: Role, belt: Belt, layer: Layer, given: BeltMaterials, ahead: Analyses | None
    ) -> None:
        self.role, self.belt, self.layer, self.given, self.ahead = role, belt, layer, given, ahead

    @property
    def changed(self) -> bool:
        """Whether there is an older vintage of it, of what protects it, or of the land cover that may break it."""
        known = any(name in self.given.older for name in (self.role.layer, *self.belt.protected))
        return known or (
            self._cover(older=True) is not None and self.given.covers[0].id in self.given.older_rasters
        )

    @cached_property
    def ground(self) -> Geometries:
        """Its ground inside the zone."""
        return _ground(self.layer, self.given.outline)

    @cached_property
    def analysis(self) -> Analysis:
        """Its axis, breaks and gaps."""
        if self.ahead is not None:
            return self.ahead()[self.role.id]
        safe = self._protecting(self.given.layers)
        return self._analysed(self.ground, _areas(safe) if safe else None)

    @cached_property
    def passages(self) -> Sequence[Passage]:
        """The ways from province to province, where it is to have any."""
        if not self.belt.passages:
            return ()
        from geozone.barriers.passages import Passage, passages  # noqa: PLC0415

        provinces = self.given.units[self.given.units["level"] == Level.PROVINCE.value]
        outlines, codes = provinces.geometry.to_numpy(), provinces["code"].tolist()
        return self.given.reuse.result(
            "passages",
            self.role.id,
            lambda: [self.ground, outlines, codes, self.belt],
            lambda: passages(self.ground, outlines, codes, link_m=self.belt.link_m),
            [Passage],
        )

    @cached_property
    def stability(self) -> Stability | None:
        """What changed since the older vintage."""
        if not self.changed:
            return None
        from geozone.barriers.stability import compare  # noqa: PLC0415

        given = self.given
        known = self._protecting({**given.layers, **given.older})
        ground = _ground(given.older.get(self.role.layer, self.layer), given.outline)
        old = self._analysed(ground, _areas(known) if known else None, older=True)
        return compare(old, self.analysis, ground, self.ground)

    @cached_property
    def told(self) -> Text | None:
        """What the rates made from its layer tell of it; most barriers have nothing, for which nothing is computed."""
        said = [passage_text(way, self.given.units) for way in self.passages]
        if self.stability is not None:
            said.append(stability_text(self.stability))
        said += self._natural()
        return reduce(operator.add, said) if said else None

    def result(self) -> BeltResult:
        """Return everything about it."""
        sources = [self.layer, *self._protecting(self.given.layers)]
        given = self.given
        made = made_layers(
            self.belt,
            self.analysis,
            sources,
            ground=self.ground,
            finest=given.finest,
            shown=given.shown,
            covers=given.covers,
            reuse=given.reuse,
        )
        return BeltResult(
            self.role, self.belt, self.analysis, made, self.passages, self.stability, self.told or NO_TEXT
        )

    def _analysed(self, ground: Geometries, safe: Geometries | None, *, older: bool = False) -> Analysis:
        """Return what is found of some ground of it, now or in an earlier run; of an older vintage no choice of gaps."""
        from geozone.barriers.analysis import RECORDS, analyse  # noqa: PLC0415

        cover = self._cover(older=older)
        built = None if cover is None else partial(class_shares, cover, self.belt.built)

        def make() -> Analysis:
            return analyse(ground, safe, self.given.finest, self.belt, choose=not older, built=built)

        def given() -> list[Any]:
            files = [] if cover is None else bytes_of(cover.sources)
            return [ground, safe, self.given.finest, self.belt, older, cover, files]

        return self.given.reuse.result("belt", self.role.id, given, make, RECORDS)

    def _protecting(self, layers: Mapping[str, Layer]) -> list[Layer]:
        return [layers[name] for name in self.belt.protected if name in layers]

    def _cover(self, *, older: bool = False) -> LayerSpec | None:
        """Return the land cover, or its older vintage, that tells what of it is built up; None where nothing does."""
        if not self.belt.built or not self.given.covers:
            return None
        cover = self.given.covers[0]
        return self.given.older_rasters.get(cover.id, cover) if older else cover

    def _natural(self) -> Iterator[Text]:
        """Yield what it gained and lost of natural cover, for every land cover of two dates."""
        for new in self.given.covers:
            old = self.given.older_rasters.get(new.id)
            natural = natural_values(new.classes)
            if old is None or not natural or not natural_values(old.classes) or not len(self.ground):
                continue
            from geozone.raster.class_change import class_change  # noqa: PLC0415 - few runs have two land covers

            ground = gpd.GeoDataFrame(geometry=self.ground, crs=CRS)
            found = class_change(
                old.sources,
                new.sources,
                ground,
                old_values=natural_values(old.classes),
                new_values=natural,
            )
            named = names_of_values(new.classes)
            names = list(dict.fromkeys(name for value, name in named.items() if value in natural))
            yield natural_text(found, old, new, [name for name in new.classes if name in names])


class Belts:
    """The barriers of a run.

    Parameters
    ----------
    given
        What they are made from.
    ahead
        Returns what another process found of them (`geozone.run.ahead`).
    """

    def __init__(self, given: BeltMaterials, ahead: Analyses | None = None) -> None:
        self._belts = {
            role.id: _OneBelt(role, role.belt, layer, given, ahead)
            for role in load_roles().values()
            if role.belt is not None
            and (layer := given.layers.get(role.layer)) is not None
            and layer.spec is not None
        }

    def layers(self) -> set[str]:
        """Return the ids of the layers that tell where they are and what of them is protected."""
        named = {name for one in self._belts.values() for name in (one.role.layer, *one.belt.protected)}
        return named & {name for one in self._belts.values() for name in one.given.layers}

    def analyses(self) -> dict[str, Analysis]:
        """Return axis, breaks and gaps of each, by the role of its layer."""
        return {name: one.analysis for name, one in self._belts.items()}

    def found(self) -> dict[str, BeltResult]:
        """Return what is known of each, by the role of its layer."""
        return {name: one.result() for name, one in self._belts.items()}

    def told(self) -> Mapping[str, Text]:
        """Return what belts say of their layers: ways from province to province, and what changed; computed when it is read."""
        return _Told({one.role.layer: one for one in self._belts.values()})


class _Told(Mapping[str, Text]):
    def __init__(self, belts: Mapping[str, _OneBelt]) -> None:
        self._belts = belts

    def __getitem__(self, layer: str) -> Text:
        told = self._belts[layer].told
        if told is None:
            raise KeyError(layer)
        return told

    def __iter__(self) -> Iterator[str]:
        return (name for name, one in self._belts.items() if one.told is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _ground(layer: Layer, outline: shapely.Geometry) -> Geometries:
    return polygons_in(shapely.intersection(_areas([layer]), outline))


def _areas(layers: Sequence[Layer]) -> Geometries:
    return polygons_in(np.concatenate([layer.data.geometry.to_numpy() for layer in layers]))
