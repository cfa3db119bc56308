"""A run as far as its layers: read, checked, repaired, with the record that it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geozone.catalog import load_catalog
from geozone.checks import check, repair
from geozone.checks.accuracy import accuracy_m
from geozone.checks.findings import stops
from geozone.checks.report import finding_lines
from geozone.errors import DataError
from geozone.manifest.roles import load_roles, role_for
from geozone.messages import text
from geozone.model import Finding, Layer, LayerSpec, Severity, Step, Zone
from geozone.overlay.units import zone_units
from geozone.project import Project
from geozone.project.layers import newest_of
from geozone.reuse.reuse import Reuse
from geozone.run.boundary import differs_from, own_boundary
from geozone.run.findings import not_covered, older_vintage
from geozone.run.layers import (
    TOLD,
    UNITS,
    checked_parts,
    covers,
    read_boundary,
    read_zone_layer,
    role_of,
)
from geozone.run.options import Options
from geozone.run.rasters import opened, raster_layers
from geozone.system import peak_memory_mb

EARLIER = "@"  # between the id of a layer and the vintage that is not its newest


@dataclass
class Reading:
    """The layers of a run, with the record of what went in and what was found."""

    project: Project
    options: Options
    reuse: Reuse = field(default_factory=Reuse)
    steps: list[Step] = field(default_factory=list)
    began: float = field(default_factory=perf_counter)  # of the step under way
    findings: list[Finding] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    ledgers: list[pd.DataFrame] = field(default_factory=list)
    boundary_accuracy_m: float = 0.0
    raster_units: dict[str, frozenset[str]] = field(default_factory=dict)  # that files state, by layer
    untold: int = 0  # findings about embedded data, of which only the number is told

    def end_step(self, name: str, figures: Mapping[str, Any]) -> None:
        """Note a step that has ended, with what it took since the one before it."""
        now = perf_counter()
        self.steps.append(Step(name, figures, now - self.began, peak_memory_mb()))
        self.began = now

    def keep(self, found: list[Finding], *, tell: bool) -> None:
        """Keep findings for the record; tell them at once, or count them."""
        self.findings += found
        if not tell and not self.options.every_finding:
            self.untold += sum(finding.severity is not Severity.NOTE for finding in found)
            return
        for line in finding_lines(found, every=self.options.every_finding):
            self.options.notice(line)

    @property
    def ledger(self) -> pd.DataFrame:
        """What repair changed, feature by feature."""
        return pd.concat(self.ledgers, ignore_index=True) if self.ledgers else pd.DataFrame()

    def units(self) -> gpd.GeoDataFrame:
        """Return the units of the zone at all levels."""
        zone, name = self.project.zone, role_for(UNITS).layer
        own = name in self.project.own
        layer = read_boundary(self.project, self.inputs, self.reuse)
        self.boundary_accuracy_m = accuracy_m(layer)
        self.keep(layer.findings, tell=own)
        if not own:
            return zone_units(zone, layer.data)
        self._tell_decisions(layer)
        boundary = own_boundary(layer, zone)
        if len(boundary.ledger):
            self.ledgers.append(boundary.ledger)
        self.keep(boundary.findings, tell=True)
        stop_on_errors(self.findings, zone)
        units = zone_units(zone, boundary.data)
        embedded = read_zone_layer(load_catalog()[name], zone, [], self.reuse)
        self.keep(list(differs_from(units, zone_units(zone, embedded.data))), tell=True)
        return units

    def layers(self) -> dict[str, Layer]:
        """Return every vector layer that covers the zone, from the bottom of the map to its top."""
        roles, layers = list(load_roles()), {}
        specs = sorted(self.project.layers.values(), key=lambda spec: roles.index(spec.role))
        for spec in specs:
            role = role_of(spec)
            if role.raster or role.purpose or not spec.sources:  # without sources: made by the run
                continue
            if covers(spec, self.project.zone):
                layers[spec.id] = read_zone_layer(spec, self.project.zone, self.inputs, self.reuse)
                if spec.id in self.project.own:
                    self._tell_decisions(layers[spec.id])
            else:
                self.keep([not_covered(spec, self.project.zone)], tell=True)
        self.end_step("read", {name: len(layer.data) for name, layer in layers.items()})
        return layers

    def rasters(self) -> dict[str, LayerSpec]:
        """Return the rasters that rates may be made from; each has been opened."""
        rasters = raster_layers(self.project)
        for name, spec in rasters.items():
            self._open(spec, own=name in self.project.own)
        return rasters

    def earlier_rasters(self) -> dict[str, LayerSpec]:
        """Return the rasters in their last vintage before the newest, by layer id."""
        found = {}
        for name, specs in self.project.older.items():
            if role_of(specs[0]).raster and not role_of(specs[0]).purpose:
                found[name] = newest_of(specs)
                self._open(found[name], own=True)
        return found

    def earlier_layers(self) -> dict[str, Layer]:
        """Return the vector layers in their last vintage before the newest, by layer id."""
        found = {}
        for name, specs in self.project.older.items():
            if role_of(specs[0]).raster or role_of(specs[0]).purpose:
                continue
            spec = newest_of(specs)
            self.keep([older_vintage(spec, self.project.layers[name])], tell=True)
            noted: list[dict[str, Any]] = []
            found[name] = read_zone_layer(spec, self.project.zone, noted, self.reuse)
            found[name].id = f"{name}{EARLIER}{spec.vintage}"
            self.inputs += noted
            self._tell_decisions(found[name])
        return found

    def checked(self, layers: Mapping[str, Layer], units: gpd.GeoDataFrame) -> dict[str, Layer]:
        """Return layers with broken features repaired; what repair changed is entered in the ledger."""
        repaired: dict[str, Layer] = {}
        outline = units.geometry.iloc[-1]
        for name, layer in layers.items():
            own = name in self.project.own
            found, repaired[name], ledger = self._checked(layer, units if own else None, outline)
            self.keep(layer.findings + found, tell=own)
            self.ledgers.append(ledger)
        stop_on_errors(self.findings, self.project.zone)
        return repaired

    def _checked(
        self, layer: Layer, units: gpd.GeoDataFrame | None, outline: shapely.Geometry
    ) -> tuple[list[Finding], Layer, pd.DataFrame]:
        """Return what is wrong in a layer, the layer repaired, and the ledger; of a user's layer with what lies off the units."""

        def parts() -> tuple[Any, ...]:
            some = [layer] if units is not None else checked_parts(layer, outline)
            found = [finding for part in some for finding in check(part, units=units)]
            mended, ledger = repair(layer)
            data = None if mended.data is layer.data else mended.data
            return found, data, mended.decisions, mended.changes, ledger

        def given() -> list[Any]:
            # the ground is the same for every layer, and layers are asked for again
            large = self.reuse.contents([layer.data, units, outline])
            return [layer.id, layer.spec, layer.decisions, layer.changes, large]

        found, data, decisions, changes, ledger = self.reuse.result("check", layer.id, given, parts, TOLD)
        data = layer.data if data is None else data
        return found, replace(layer, data=data, decisions=decisions, changes=changes), ledger

    def _open(self, spec: LayerSpec, *, own: bool) -> None:
        decisions, findings, self.raster_units[spec.id] = opened(spec, self.inputs)
        self.keep(findings, tell=own)
        for decision in decisions if own else ():
            self.options.notice(text("run.decision", layer=spec.title, reason=decision.reason))

    def _tell_decisions(self, layer: Layer) -> None:
        title = layer.spec.title if layer.spec else layer.id
        for decision in layer.decisions:
            self.options.notice(text("run.decision", layer=title, reason=decision.reason))


def stop_on_errors(findings: list[Finding], zone: Zone) -> None:
    """Raise the first finding that stops a job.

    Raises
    ------
    DataError
        If there is one.
    """
    errors = [finding for finding in findings if stops(finding)]
    if errors:
        first = errors[0]
        raise DataError(
            "run.stopped",
            zone=zone.title,
            count=len(errors),
            layer=first.layer,
            reason=first.message,
            remedy=first.remedy,
        )
