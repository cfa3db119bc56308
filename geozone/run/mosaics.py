"""The mosaics of a run: one of its layers as they are, which is delivered, and one for every set of filtered ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd

from geozone.model import Finding
from geozone.overlay.cluster import mosaic_on_cluster
from geozone.overlay.losses import told
from geozone.overlay.mosaic import MOST_LAYERS, mosaic
from geozone.overlay.zone_overlaps import KINDS
from geozone.rates.needs import Ground
from geozone.reuse.reuse import Reuse

# layers are cut to the zone, and checked against it before; so are its units against each other
_TOLD_BEFORE = frozenset({"outside_zones", "all_outside_zones"}) | KINDS
Features = Callable[[Ground], gpd.GeoDataFrame]


class Mosaics:
    """Areas of combinations of layers in the finest units.

    Parameters
    ----------
    layers
        Polygons by layer id, in the order of the drawing; of more than 16, the first 16 are delivered as one mosaic.
    finest
        The finest units, ``code`` and polygons in EPSG:4490.
    threads
        Threads to use on this machine.
    workers, scheduler
        Processes of a cluster on this machine, or the address of a running one.
    reuse
        Results of earlier runs.
    """

    def __init__(
        self,
        layers: Mapping[str, gpd.GeoDataFrame],
        finest: gpd.GeoDataFrame,
        *,
        threads: int | None = None,
        workers: int | None = None,
        scheduler: str | None = None,
        reuse: Reuse | None = None,
    ) -> None:
        self._finest = finest
        self._reuse = reuse or Reuse()
        self._threads, self._workers, self._scheduler = threads, workers, scheduler
        self._filtered: dict[frozenset[Ground], pd.DataFrame] = {}
        self.findings: list[Finding] = []
        self.pieces = self._mosaic(dict(list(layers.items())[:MOST_LAYERS]))

    def areas(self, grounds: Collection[Ground], features: Features) -> pd.DataFrame:
        """Return the area where all of some grounds are, by finest unit: columns ``code, area_km2``."""
        names = [ground.layer for ground in grounds if not ground.where]
        if len(names) == len(grounds) and set(names) <= set(self.pieces.columns):
            pieces = self.pieces
        else:
            pieces = self._of(frozenset(grounds), features)
            names = [name for name in pieces.columns if name not in {"code", "area_km2"}]
        for name in names:
            pieces = pieces[pieces[name].astype(bool)]
        return pieces.groupby("code")["area_km2"].sum().reset_index()

    def _of(self, grounds: frozenset[Ground], features: Features) -> pd.DataFrame:
        if grounds not in self._filtered:
            named = {f"ground {place}": features(ground) for place, ground in enumerate(sorted(grounds))}
            self._filtered[grounds] = self._mosaic(named)
        return self._filtered[grounds]

    def _mosaic(self, layers: Mapping[str, gpd.GeoDataFrame]) -> pd.DataFrame:
        def given() -> list[Any]:
            shapes = {name: data[[data.geometry.name]] for name, data in layers.items()}
            return [shapes, self._reuse.content(self._finest), self._workers, self._scheduler]

        pieces = self._reuse.result(
            "mosaic",
            ", ".join(layers),
            given,
            lambda: self._computed(layers),
        )
        self.findings += [finding for finding in told(pieces) if finding.kind not in _TOLD_BEFORE]
        return pieces

    def _computed(self, layers: Mapping[str, gpd.GeoDataFrame]) -> pd.DataFrame:
        if not layers or (self._workers is None and self._scheduler is None):
            return mosaic(layers, self._finest, by="code", threads=self._threads)
        with TemporaryDirectory(prefix="geozone-") as folder:  # workers read tiles from files
            files = {name: Path(folder) / f"{place}.fgb" for place, name in enumerate(layers)}
            for name, data in layers.items():
                data[[data.geometry.name]].to_file(files[name])
            return mosaic_on_cluster(
                files, self._finest, by="code", scheduler=self._scheduler, workers=self._workers or 1
            )
