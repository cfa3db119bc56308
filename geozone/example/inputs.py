"""Everything that an example of a zone consists of, made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from geozone.example import areas, points
from geozone.example.declared import entries
from geozone.example.features import MadeLayer, MadeRaster
from geozone.example.ground import Ground, ground
from geozone.example.lists import MadeRegister, registers
from geozone.example.reported import Row, reported
from geozone.example.surfaces import surface
from geozone.manifest.indicators import Indicator

_MAKERS = (areas, points)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a zone; of two vintages the later one stands first."""

    land: Ground
    layers: tuple[MadeLayer, ...]
    rasters: tuple[MadeRaster, ...]
    registers: tuple[MadeRegister, ...]
    figures: tuple[Row, ...]

    def vintages(self, name: str) -> list[MadeLayer]:
        """Return the layers of an id, the latest first."""
        found = [layer for layer in self.layers if layer.entry["id"] == name]
        return sorted(found, key=lambda layer: str(layer.entry["vintage"]), reverse=True)

    def raster(self, name: str) -> MadeRaster:
        """Return the latest raster of an id."""
        found = [raster for raster in self.rasters if raster.entry["id"] == name]
        return max(found, key=lambda raster: str(raster.entry["vintage"]))

    def has(self, indicator: Indicator) -> bool:
        """Tell whether everything that an indicator is computed from was made; a reported figure is not computed."""
        made = [one.entry for one in self.layers] + [one.entry for one in self.rasters]
        made += [one.entry for one in self.registers]
        there = {entry["id"] for entry in made}
        names = {*indicator.layers, *indicator.registers}
        return bool(names) and names <= there

    def register(self, name: str) -> MadeRegister:
        """Return the register of an id."""
        return next(one for one in self.registers if one.entry["id"] == name)


@cache
def inputs(zone: str) -> Inputs:
    """Return the inputs of a zone."""
    layers: list[MadeLayer] = []
    for entry in entries("layer", zone):
        maker = next(getattr(room, entry["make"]) for room in _MAKERS if hasattr(room, entry["make"]))
        layers.append(maker(entry, zone, layers))
    rasters = tuple(surface(entry, zone) for entry in entries("raster", zone))
    return Inputs(ground(zone), tuple(layers), rasters, registers(zone), tuple(reported(zone)))
