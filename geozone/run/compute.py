"""One run: read → check → overlay → rates.

The run owns no method. It hands layers from one room to the next and keeps the record of what went in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pandas as pd

from geozone.catalog import load_catalog
from geozone.checks import check, repair
from geozone.checks.accuracy import accuracy_m
from geozone.checks.findings import leaves_out, stops
from geozone.checks.report import finding_lines
from geozone.errors import DataError
from geozone.messages import Language, Text, text
from geozone.model import Finding, Layer, LayerSpec, Level, Register, Severity, Step, Zone, ZoneResult
from geozone.overlay.cluster import mosaic_on_cluster
from geozone.overlay.length import line_lengths
from geozone.overlay.losses import told
from geozone.overlay.mosaic import mosaic
from geozone.overlay.shores import NOWHERE, shore_lengths
from geozone.overlay.slivers import Sliver, slivers
from geozone.overlay.units import finest_units, zone_units
from geozone.overlay.variants import area_variants
from geozone.policy.targets import target_findings
from geozone.project import Project
from geozone.rates.completion import with_shores
from geozone.rates.indicators import compute_rates
from geozone.run.boundary import differs_from, own_boundary
from geozone.run.inputs import (
    SHOWN_LAYERS,
    USED_ELSEWHERE,
    checked_parts,
    covers,
    cut_to_zone,
    not_covered,
    older_vintage,
    read_boundary,
    read_registers,
    read_unused,
    read_zone_layer,
    relief_sources,
    shore_elsewhere,
    unused_layer,
)
from geozone.run.register_map import join_registers
from geozone.seeds import load_documents, load_references, zone_targets
from geozone.terrain.barrier import barrier_gaps, connected_area

MOSAIC_LAYERS = ("redline", "barrier", "lakes")
SHARED_LAYERS = ("barrier",)  # of which rates are shares
NATURAL_SHORE = ("natural", "自然", "自然岸线")  # words of the field "nature" of a coastline
OUTSIDE = ("outside_zones", "all_outside_zones")  # layers are cut to the zone, and checked against it before
STEPS = ("read", "check", "overlay", "rates")
Progress = Callable[[Text], None]


def _silent(step: Text) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is done."""

    lang: Language = "zh"
    threads: int | None = None
    workers: int | None = None  # processes of a cluster on this machine, for the overlay
    scheduler: str | None = None  # address of a running cluster
    progress: Progress = field(default=_silent)
    notice: Progress = field(default=_silent)  # what was decided about the user's own data, and found in it
    every_finding: bool = False  # tell findings one by one, not the first of each kind with their number


def compute(project: Project, options: Options | None = None) -> ZoneResult:
    """Compute everything about a zone, writing nothing.

    Steps
    -----
    1. read: the boundary, then every layer that covers the zone; what was decided is recorded.
    2. check: findings of every layer; broken features are repaired, with their areas before and after.
    3. overlay: the mosaic of units, red line, barrier and lakes; river and shore lengths per unit.
    4. rates: numerators, denominators, targets, verdicts.

    Raises
    ------
    InputError
        If a file is missing or unreadable.
    DataError
        If the data has errors that repair does not mend, or parts do not add up to their whole.
    """
    options = options or Options()
    work = _Work(project, options)
    options.progress(text("run.step_read"))
    units = work.read_units()
    layers = work.read_layers()
    relief, found = relief_sources(project, units, work.inputs)
    work.keep(found, tell="dem" in project.own)
    options.progress(text("run.step_check"))
    layers, ledger = work.check_layers(layers, units)
    options.progress(text("run.step_overlay"))
    pieces, lengths = work.overlay(layers, units)
    areas = redline_areas(layers, units, ledger)
    options.progress(text("run.step_rates"))
    registers = work.registers(lengths)
    shown = {name: cut_to_zone(layer, units.geometry.iloc[-1]) for name, layer in layers.items()}
    shown = work.join_registers(shown, registers, units)
    targets = zone_targets(project.zone.key)
    work.keep(target_findings(targets), tell=True)
    rates = compute_rates(
        zone=project.zone,
        units=units,
        mosaic=pieces,
        lengths=lengths,
        layers={name: layer.spec for name, layer in layers.items() if layer.spec},
        registers=registers,
        targets=targets,
        continuity=_continuity(shown.get("barrier"), units),
        slivers=work.slivers(layers, units, pieces),
        shore_accuracy_m=max(accuracy_m(layers.get("coastline")), work.boundary_accuracy_m),
        references=load_references(),
        redline_areas=areas,
        unused={spec.role for spec in work.unused()},
        earlier={spec.role for specs in project.older.values() for spec in specs},
        incomplete={finding.layer for finding in work.findings if leaves_out(finding)},
    )
    work.steps.append(Step("rates", {"rates": len(rates), "targets": len(targets)}))
    if work.untold:
        options.notice(text("run.embedded_findings", zone=project.title, count=work.untold))
    return ZoneResult(
        zone=project.zone,
        title=project.title,
        review_number=project.review_number,
        units=units,
        layers=shown,
        mosaic=pieces,
        rates=rates,
        targets=targets,
        documents=dict(load_documents()),
        registers=registers,
        findings=work.findings,
        ledger=ledger,
        steps=work.steps,
        inputs=work.inputs,
        redline_areas=areas,
        relief=relief,
    )


def redline_areas(layers: dict[str, Layer], units: gpd.GeoDataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the red line area of the zone and its provinces by every defensible choice; empty without a red line."""
    if "redline" not in layers:
        return pd.DataFrame()
    redline = layers["redline"].data
    repaired = set(
        ledger.loc[ledger["layer"] == "redline", "feature"]
    )  # the ledger writes row numbers as text
    features = [label for label in redline.index if str(label) in repaired] if repaired else []
    sea = layers["bays"].data if "bays" in layers else None
    return area_variants(redline, units, sea=sea, repaired_features=features)


@dataclass
class _Work:
    """The steps of one run, with the record that they keep."""

    project: Project
    options: Options
    steps: list[Step] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    boundary_accuracy_m: float = 0.0
    boundary_ledger: pd.DataFrame = field(default_factory=pd.DataFrame)
    untold: int = 0  # findings about embedded data, of which only the number is told

    def keep(self, found: list[Finding], *, tell: bool) -> None:
        """Keep findings for the record; tell them at once, or count them."""
        self.findings += found
        if not tell and not self.options.every_finding:
            self.untold += sum(finding.severity is not Severity.NOTE for finding in found)
            return
        for line in finding_lines(found, every=self.options.every_finding):
            self.options.notice(line)

    def read_units(self) -> gpd.GeoDataFrame:
        """Return the units of the zone at all levels."""
        zone, own = self.project.zone, "boundary" in self.project.own
        layer = read_boundary(self.project, self.inputs)
        self.boundary_accuracy_m = accuracy_m(layer)
        self.keep(layer.findings, tell=own)
        if not own:
            return zone_units(zone, layer.data)
        for decision in layer.decisions:
            title = self.project.layers["boundary"].title
            self.options.notice(text("run.decision", layer=title, reason=decision.reason))
        boundary = own_boundary(layer, zone)
        self.boundary_ledger = boundary.ledger
        self.keep(boundary.findings, tell=True)
        _stop_on_errors(self.findings, zone)
        units = zone_units(zone, boundary.data)
        embedded = read_zone_layer(load_catalog()["boundary"], zone, [])
        self.keep(list(differs_from(units, zone_units(zone, embedded.data))), tell=True)
        return units

    def read_layers(self) -> dict[str, Layer]:
        """Return every shown layer that covers the zone."""
        layers = {}
        for name in SHOWN_LAYERS:
            spec = self.project.layers.get(name)
            if spec is None:
                continue
            if covers(spec, self.project.zone):
                layers[name] = read_zone_layer(spec, self.project.zone, self.inputs)
                if name in self.project.own:
                    for decision in layers[name].decisions:
                        self.options.notice(text("run.decision", layer=spec.title, reason=decision.reason))
            else:
                self.keep([not_covered(spec, self.project.zone)], tell=True)
        self.steps.append(Step("read", {name: len(layer.data) for name, layer in layers.items()}))
        self._read_unused()
        return layers

    def unused(self) -> list[LayerSpec]:
        """Return the user's layers that no rate or map is made from."""
        project = self.project
        specs = (project.layers[name] for name in sorted(project.own))
        return [spec for spec in specs if spec.id not in SHOWN_LAYERS and spec.role not in USED_ELSEWHERE]

    def _read_unused(self) -> None:
        """Tell of the user's files that nothing is made from, and make sure that they can be read."""
        project = self.project
        found = [(spec, unused_layer(spec)) for spec in self.unused()]
        found += [
            (spec, older_vintage(spec, project.layers[name]))
            for name, specs in project.older.items()
            for spec in specs
        ]
        for spec, finding in found:
            read_unused(spec, project.zone, self.inputs)
            self.keep([finding], tell=True)

    def check_layers(
        self, layers: dict[str, Layer], units: gpd.GeoDataFrame
    ) -> tuple[dict[str, Layer], pd.DataFrame]:
        """Return the layers with broken features repaired, and the ledger of the repairs."""
        repaired: dict[str, Layer] = {}
        ledgers = [self.boundary_ledger] if len(self.boundary_ledger) else []
        for name, layer in layers.items():
            own = name in self.project.own
            parts = [layer] if own else checked_parts(layer, units.geometry.iloc[-1])
            found = [finding for part in parts for finding in check(part, units=units if own else None)]
            self.keep(layer.findings + found, tell=own)
            repaired[name], ledger = repair(layer)
            ledgers.append(ledger)
        _stop_on_errors(self.findings, self.project.zone)
        if "barrier" in repaired and "barrier_gaps" not in repaired:
            spec = replace(load_catalog()["barrier_gaps"], sources=())
            repaired["barrier_gaps"] = Layer("barrier_gaps", barrier_gaps(repaired["barrier"].data), spec)
        ledger = pd.concat(ledgers, ignore_index=True)
        self.steps.append(Step("check", {"findings": len(self.findings), "repaired": len(ledger)}))
        return repaired, ledger

    def overlay(
        self, layers: dict[str, Layer], units: gpd.GeoDataFrame
    ) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
        """Return the mosaic of the finest units, and the lengths of rivers and shores in them."""
        finest = finest_units(units)
        covering = {name: layers[name].data for name in MOSAIC_LAYERS if name in layers}
        pieces = self._mosaic(covering, finest)
        self.keep([finding for finding in told(pieces) if finding.kind not in OUTSIDE], tell=True)
        lengths = {}
        if "rivers" in layers:
            lengths["rivers"] = line_lengths(layers["rivers"].data, finest, by="code")
        if "coastline" in layers:
            shore = layers["coastline"].data
            table = shore_lengths(shore, finest)
            lengths["coastline"] = table[table["code"] != NOWHERE]
            if len(lengths["coastline"]) < len(table):
                far = table.loc[table["code"] == NOWHERE, "length_km"].sum()
                self.keep([shore_elsewhere(far)], tell="coastline" in self.project.own)
            if "nature" in shore:  # the user's coastline may tell natural from artificial shore
                lengths["natural_shore"] = shore_lengths(shore[shore["nature"].isin(NATURAL_SHORE)], finest)
        area = float(pieces["area_km2"].sum())
        self.steps.append(Step("overlay", {"units": len(finest), "pieces": len(pieces), "area_km2": area}))
        return pieces, lengths

    def slivers(
        self, layers: dict[str, Layer], units: gpd.GeoDataFrame, pieces: pd.DataFrame
    ) -> dict[str, dict[str, Sliver]]:
        """Return the parts of the layers that rates are shares of, where they are thinner than the layers are accurate."""
        return {
            name: slivers(
                layers[name].data,
                units,
                pieces[pieces[name].astype(bool)],
                max(accuracy_m(layers[name]), self.boundary_accuracy_m),
            )
            for name in SHARED_LAYERS
            if name in layers
        }

    def _mosaic(self, covering: dict[str, gpd.GeoDataFrame], finest: gpd.GeoDataFrame) -> pd.DataFrame:
        options = self.options
        if not covering or (options.workers is None and options.scheduler is None):
            return mosaic(covering, finest, by="code", threads=options.threads)
        with TemporaryDirectory(prefix="geozone-") as folder:  # workers read tiles from files
            files = {name: Path(folder) / f"{name}.fgb" for name in covering}
            for name, data in covering.items():
                data[["geometry"]].to_file(files[name])
            return mosaic_on_cluster(
                files, finest, by="code", scheduler=options.scheduler, workers=options.workers or 1
            )

    def registers(self, lengths: dict[str, pd.DataFrame]) -> dict[str, Register]:
        """Return the registers by role; counties that stand in for bays take the length of their shore."""
        registers = read_registers(self.project, self.inputs)
        if "bay" in registers and "coastline" in lengths:
            shore_km = dict(lengths["coastline"].itertuples(index=False, name=None))
            registers["bay"] = with_shores(registers["bay"], shore_km)
        own = {entry.id for entry in self.project.registers}
        for role, register in registers.items():
            self.keep(register.findings, tell=role in own)
        return registers

    def join_registers(
        self, shown: dict[str, Layer], registers: dict[str, Register], units: gpd.GeoDataFrame
    ) -> dict[str, Layer]:
        """Return the shown layers with the items and statuses of their registers."""
        own = {entry.id for entry in self.project.registers}
        joined, found = join_registers(
            shown, registers, units, self.project.zone, own_layers=self.project.own, own_registers=own
        )
        for name, findings in found.items():
            spec = shown[name].spec
            self.keep(
                findings, tell=name in self.project.own or (spec is not None and spec.role in own)
            )
        return joined


def _continuity(barrier: Layer | None, units: gpd.GeoDataFrame) -> dict[str, tuple[float, float]]:
    """Return the largest connected part and the whole of the barrier in the zone, its provinces and its cities."""
    if barrier is None:
        return {}
    found = {}
    upper = units[units["level"] != Level.COUNTY]
    for code, outline in zip(upper["code"], upper.geometry, strict=True):
        part = cut_to_zone(barrier, outline).data
        if len(part):
            found[code] = connected_area(part)
    return found


def _stop_on_errors(findings: list[Finding], zone: Zone) -> None:
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
