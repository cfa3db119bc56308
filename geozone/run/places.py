"""The units and regions that a run computes rates for, and the places that it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd

from geozone.manifest.indicators import Indicator
from geozone.manifest.roles import role_for
from geozone.model import Layer, Target, Zone
from geozone.overlay.units import region_units
from geozone.policy.places import places_layer, zone_places
from geozone.rates.compute import zone_units
from geozone.rates.facts import Unit
from geozone.rates.regions import place_scopes, regions
from geozone.run.layers import UNITS
from geozone.run.reading import Reading


@dataclass(frozen=True, slots=True)
class Grounds:
    """What rates are computed for."""

    units: list[Unit]  # the zone first and the finest last, then regions
    regions: list[gpd.GeoDataFrame]  # of every region its finest units, and itself last
    scopes: Mapping[str, str]  # id of a place -> code of the unit or region that it is


def grounds(
    units: gpd.GeoDataFrame, zone: Zone, targets: Sequence[Target], indicators: Sequence[Indicator]
) -> Grounds:
    """Return the units of a zone with the regions that its clauses speak of and its places are."""
    places, own = zone_places(zone), zone_units(units)
    together = regions(own, targets, zone, places, indicators)
    everything = [*own, *together]
    joint = [region_units(units, region.code) for region in together]
    return Grounds(everything, joint, place_scopes(places, everything, zone))


def drawn_places(run: Reading, units: gpd.GeoDataFrame) -> dict[str, Layer]:
    """Return the layer of the places that the documents name, unless the user supplies one; tell what is not placed."""
    layer = places_layer(run.project.zone, units, run.project.layers.get(role_for(UNITS).layer))
    if layer.id in run.project.own:
        return {}
    run.keep(layer.findings, tell=False)
    return {layer.id: layer}
