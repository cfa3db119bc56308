"""The overlay of a run: what the measures need of its layers, by finest unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from geozone.checks.accuracy import accuracy_m
from geozone.manifest.indicators import Indicator
from geozone.manifest.roles import load_roles
from geozone.messages import text
from geozone.model import Finding, Layer, LayerSpec, Target
from geozone.overlay.area_choices import area_variants
from geozone.overlay.compiled.kept import is_compiled
from geozone.overlay.losses import told
from geozone.overlay.shores import NOWHERE, shore_lengths
from geozone.overlay.slivers import Sliver, outlines, slivers
from geozone.overlay.units import finest_units
from geozone.rates.compute import all_needs
from geozone.rates.needs import AreaNeed, ClassNeed, ConnectedNeed, MeanNeed, Need
from geozone.run.findings import shore_elsewhere, unused_layer
from geozone.run.inputs import Inputs
from geozone.run.layers import role_of
from geozone.run.mosaics import Mosaics
from geozone.run.places import Grounds, grounds
from geozone.run.reading import Reading
from geozone.run.supply import Materials, layers_of, supply


@dataclass(frozen=True, slots=True)
class Overlaid:
    """What the overlay gives."""

    ground: Grounds
    needs: Sequence[Need]
    materials: Materials
    tables: Mapping[Need, pd.DataFrame]
    shore_km: Mapping[str, float]  # of every finest unit
    redline_areas: pd.DataFrame

    @property
    def pieces(self) -> pd.DataFrame:
        """The mosaic of the layers as they are."""
        return self.materials.mosaics.pieces


def overlay(run: Reading, inputs: Inputs, targets: Sequence[Target], chosen: Sequence[Indicator]) -> Overlaid:
    """Return what the measures of the chosen indicators need of the layers."""
    options, units, layers = run.options, inputs.units, inputs.layers
    options.progress(text("run.step_overlay" if is_compiled() else "run.step_overlay_first"))
    needs = all_needs(chosen)
    finest = finest_units(units)
    mosaics = Mosaics(
        _mosaic_layers(layers),
        finest,
        threads=options.threads,
        workers=options.workers,
        scheduler=options.scheduler,
        reuse=run.reuse,
    )
    ground = grounds(units, run.project.zone, targets, chosen)
    materials = Materials(
        layers,
        inputs.rasters,
        units,
        finest,
        mosaics,
        inputs.earlier,
        options.threads,
        ground.regions,
        run.reuse,
    )
    tables = supply(needs, materials)
    run.keep(mosaics.findings, tell=True)
    tell_counted(run, tables)
    tell_unused(run, layers, inputs.rasters, needs)
    shore_km = _shores(run, layers, finest)
    areas = _statutory_areas(run, layers, units)
    pieces = mosaics.pieces
    figures = {"units": len(finest), "pieces": len(pieces), "area_km2": float(pieces["area_km2"].sum())}
    run.end_step("overlay", figures)
    return Overlaid(ground, needs, materials, tables, shore_km, areas)


def tell_counted(run: Reading, tables: Mapping[Need, pd.DataFrame]) -> None:
    """Tell what was found while rasters were counted: only then all of their pixels are seen, and where weights are missing."""
    known = {(finding.layer, finding.kind) for finding in run.findings}
    for own in (True, False):
        found = {}
        for need, table in tables.items():
            if isinstance(need, ClassNeed | MeanNeed) and (need.raster in run.project.own) is own:
                for finding in told(table):
                    if (Path(finding.layer).stem, finding.kind) not in known:
                        one = _without_folder(replace(finding, layer=need.raster))
                        found[one.kind, one.message.text.en] = one
        run.keep(list(found.values()), tell=own)


def _without_folder(finding: Finding) -> Finding:
    """Return a finding that calls its file by the name alone: no output but the record knows folders of a machine."""
    params = finding.message.params
    if "path" not in params:
        return finding
    shown = {**params, "path": Path(params["path"]).name}
    return replace(
        finding,
        message=replace(finding.message, params=shown),
        remedy=replace(finding.remedy, params={**finding.remedy.params, "path": shown["path"]}),
    )


def tell_unused(
    run: Reading, layers: Mapping[str, Layer], rasters: Mapping[str, LayerSpec], needs: Sequence[Need]
) -> None:
    """Tell which of the user's layers no rate is made from."""
    used = layers_of(needs)
    specs = {name: layer.spec for name, layer in layers.items() if layer.spec} | dict(rasters)
    drawn = {
        role.layer for role in load_roles().values() if role.register or role.nominal
    }  # used by the map itself
    for name in sorted(run.project.own & set(specs)):
        if name in used | drawn:
            continue
        run.keep([unused_layer(specs[name])], tell=True)
        run.inputs = [entry | {"used": False} if entry.get("id") == name else entry for entry in run.inputs]


def _mosaic_layers(layers: Mapping[str, Layer]) -> dict[str, gpd.GeoDataFrame]:
    """Return the polygons of the layers that lie on the land of the zone."""
    found = {}
    for name, layer in layers.items():
        role = role_of(layer.spec) if layer.spec else None
        if role is not None and role.kind == "area" and not (role.marine or role.nominal):
            data = layer.data
            found[name] = data[shapely.get_dimensions(data.geometry.to_numpy()) == 2]
    return found


def _shores(run: Reading, layers: Mapping[str, Layer], finest: gpd.GeoDataFrame) -> dict[str, float]:
    """Return the length of shore of every finest unit; shore far off every unit is told."""
    lengths: dict[str, float] = {}
    for name, layer in layers.items():
        if layer.spec is None or not role_of(layer.spec).shore:
            continue
        both = layer.data, finest
        given = partial(run.reuse.contents, both)
        table = run.reuse.result("shore", name, given, partial(shore_lengths, *both))
        far = table["code"] == NOWHERE
        if far.any():
            run.keep([shore_elsewhere(name, table.loc[far, "length_km"].sum())], tell=name in run.project.own)
        lengths |= dict(table[~far].itertuples(index=False, name=None))
    return lengths


def _statutory_areas(run: Reading, layers: Mapping[str, Layer], units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the area of the statutory layer in the zone and its provinces by every defensible choice."""
    roles = load_roles().values()
    name = next((role.layer for role in roles if role.statutory and role.layer in layers), None)
    if name is None:
        return pd.DataFrame()
    data = layers[name].data
    ledger = run.ledger
    repaired = set(ledger.loc[ledger["layer"] == name, "feature"])  # the ledger writes row numbers as text
    features = [label for label in data.index if str(label) in repaired] if repaired else []
    sea = next((layers[role.layer].data for role in roles if role.sea and role.layer in layers), None)
    return run.reuse.result(
        "area_choices",
        name,
        lambda: [features, run.reuse.contents([data, units, sea])],
        lambda: area_variants(data, units, sea=sea, repaired_features=features),
    )


def thin_parts(run: Reading, overlaid: Overlaid) -> dict[str, dict[str, Sliver]]:
    """Return the parts of the layers that rates are shares of, where they are thinner than the layers are accurate."""
    layers, pieces = overlaid.materials.layers, overlaid.pieces
    units = [overlaid.materials.units, *overlaid.ground.regions]
    areas = [need.grounds for need in overlaid.needs if isinstance(need, AreaNeed)]
    shared = {
        ground.layer
        for one in areas
        if any(one < other for other in areas)
        for ground in one
        if ground.layer in pieces
    }
    shared |= {need.ground.layer for need in overlaid.needs if isinstance(need, ConnectedNeed)}
    of_classes = {
        need.of.layer for need in overlaid.needs if isinstance(need, ClassNeed) and need.of is not None
    }
    shared |= of_classes & set(pieces)
    names = sorted(shared & set(layers))
    accuracies = [max(accuracy_m(layers[name]), run.boundary_accuracy_m) for name in names]

    def find() -> dict[str, dict[str, Sliver]]:
        lengths = outlines(units)
        return {
            name: slivers(
                layers[name].data, units, pieces[pieces[name].astype(bool)], accuracy, outline_km=lengths
            )
            for name, accuracy in zip(names, accuracies, strict=True)
        }

    return run.reuse.result(
        "slivers",
        ", ".join(names),
        lambda: [
            names,
            accuracies,
            run.reuse.contents([pieces, *units, *(layers[name].data for name in names)]),
        ],
        find,
        [Sliver],
    )


def shortest_km(run: Reading, layers: Mapping[str, Layer]) -> dict[str, float]:
    """Return the length in km below which no share is made of lines: either end may be off by its accuracy."""
    return {
        name: 2 * max(accuracy_m(layer), run.boundary_accuracy_m) / 1e3
        for name, layer in layers.items()
        if layer.spec is not None and role_of(layer.spec).kind == "line"
    }
