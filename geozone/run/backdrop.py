"""What maps draw around and over the units: sea, wide rivers, seats and names. No rate is made from any of it."""

from __future__ import annotations

from dataclasses import replace

from geozone.manifest.roles import BACKDROP
from geozone.model import Layer, LayerSpec, Zone
from geozone.run.layers import covers, read_zone_layer, role_of
from geozone.run.reading import Reading


def backdrop(run: Reading) -> dict[str, Layer]:
    """Return the backdrop of a zone by purpose; of several the user's own stands in place of the embedded one."""
    found: dict[str, Layer] = {}
    own = run.project.own
    for spec in sorted(run.project.layers.values(), key=lambda spec: spec.id in own):
        purpose = role_of(spec).purpose
        if purpose not in BACKDROP or not covers(spec, run.project.zone):
            continue
        found[purpose] = layer = read_zone_layer(
            _of_zone(spec, run.project.zone), run.project.zone, run.inputs, run.reuse
        )
        run.keep(layer.findings, tell=spec.id in own)
    return found


def _of_zone(spec: LayerSpec, zone: Zone) -> LayerSpec:
    """Return a layer without the files that are made for larger zones, where there is one for this."""
    exact = [source for source in spec.sources if zone.key in source.zones]
    larger = [source for source in spec.sources if source.zones and source not in exact] if exact else []
    return replace(spec, sources=tuple(source for source in spec.sources if source not in larger))
