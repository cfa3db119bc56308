"""One run: read → check → overlay → rates.

The run owns no method. It hands layers from one room to the next and keeps the record of what went in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import geopandas as gpd
import pandas as pd
import shapely

from geozone.checks.accuracy import accuracy_m
from geozone.checks.findings import leaves_out
from geozone.figures.embedded import embedded_figures
from geozone.figures.references import published, reference_targets
from geozone.manifest.indicators import Indicator, load_indicators
from geozone.manifest.roles import load_roles
from geozone.messages import Text, text
from geozone.model import Layer, LayerSpec, Rate, Register, ZoneResult
from geozone.overlay.area_choices import area_variants
from geozone.overlay.compiled.kept import is_compiled
from geozone.overlay.shores import NOWHERE, shore_lengths
from geozone.overlay.slivers import Sliver, outlines, slivers
from geozone.overlay.units import finest_units
from geozone.policy.plausibility import territory
from geozone.policy.targets import target_findings
from geozone.project import Project
from geozone.rates.by_year import changed, rates_by_year
from geozone.rates.completion import with_shores
from geozone.rates.compute import all_needs, chosen_indicators, compute_rates
from geozone.rates.facts import Facts
from geozone.rates.needs import AreaNeed, ConnectedNeed, Need
from geozone.rates.regions import places_asked_for
from geozone.reuse.reuse import Reuse
from geozone.run.backdrop import backdrop
from geozone.run.belts import BeltMaterials, Belts, widened
from geozone.run.findings import shore_elsewhere, unused_layer
from geozone.run.layers import cut_to_zone, role_of
from geozone.run.mosaics import Mosaics
from geozone.run.options import Options
from geozone.run.places import drawn_places, grounds
from geozone.run.rasters import relief_sources
from geozone.run.reading import Reading
from geozone.run.register_map import join_registers
from geozone.run.registers import read_all_figures, read_registers
from geozone.run.sealed import sealed
from geozone.run.supply import Materials, layers_of, supply
from geozone.seeds import load_documents, zone_targets


@dataclass(frozen=True, slots=True)
class Rated:
    """A zone with its rates; its barriers as belts are looked at when an output asks for them."""

    result: ZoneResult  # without belts, the layers made of them, and earlier years
    belts: Belts
    earlier: Callable[
        [], Mapping[int, Mapping[int, Rate | None]]
    ]  # what differed at the end of earlier years
    hold: Callable[[], None]  # makes sure that the files are still those that the rates were made from

    def whole(self) -> ZoneResult:
        """Return everything about the zone.

        Raises
        ------
        InputError
            If a file was changed since the rates were made.
        """
        found = self.belts.found()
        self.hold()  # a land cover is read once more for the belts
        made = {name: layer for belt in found.values() for name, layer in belt.layers.items()}
        return replace(self.result, layers=self.result.layers | made, belts=found, years=self.earlier())


def compute(project: Project, options: Options | None = None) -> ZoneResult:
    """Compute everything about a zone, writing nothing; see `compute_rated`."""
    return compute_rated(project, options).whole()


def compute_rated(project: Project, options: Options | None = None) -> Rated:
    """Compute the rates of a zone, writing nothing.

    Steps
    -----
    1. read: the boundary, then every layer and raster that covers the zone, registers and figures; what was decided is
       recorded.
    2. check: findings of every layer; broken features are repaired, with their areas before and after.
    3. overlay: what the measures of the indicators need of the layers, by finest unit: the mosaic of areas, lengths, points,
       classes and means of rasters, connected parts, changes between vintages.
    4. rates: numerators, denominators, targets, verdicts.

    Raises
    ------
    InputError
        If a file is missing or unreadable, or was changed while it was read.
    DataError
        If the data has errors that repair does not mend, or parts do not add up to their whole.
    """
    options = options or Options()
    with sealed(project) as hold:
        return Rated(*_compute(project, options), hold)


def _compute(
    project: Project, options: Options
) -> tuple[ZoneResult, Belts, Callable[[], Mapping[int, Mapping[int, Rate | None]]]]:
    zone = project.zone
    run = Reading(project, options, Reuse.between_runs(wanted=options.cache))
    options.progress(text("run.step_read"))
    units = run.units()
    layers, rasters = run.layers(), run.rasters()
    earlier, earlier_rasters = run.earlier_layers(), run.earlier_rasters()
    indicators = {**load_indicators(), **project.indicators}
    # what cannot be read is told before the long work, not after it
    registers, (reported, found_figures) = (
        read_registers(project, run.inputs, run.reuse),
        read_all_figures(project, indicators, run.inputs),
    )
    around = backdrop(run)
    relief, found = relief_sources(project, units, run.inputs)
    run.keep(found, tell=any(role_of(project.layers[name]).purpose for name in project.own))

    options.progress(text("run.step_check"))
    layers = run.checked(layers, units)
    earlier = run.checked(earlier, units)
    layers, earlier = (widened(some, units.geometry.iloc[-1]) for some in (layers, earlier))
    run.end_step("check", {"findings": len(run.findings), "repaired": len(run.ledger)})

    options.progress(text("run.step_overlay" if is_compiled() else "run.step_overlay_first"))
    targets = [*zone_targets(zone.key), *project.targets]
    chosen = chosen_indicators(indicators, targets, project.indicators)
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
    ground = grounds(units, zone, targets, chosen)
    materials = Materials(
        layers, rasters, units, finest, mosaics, earlier, options.threads, ground.regions, run.reuse
    )
    tables = supply(needs, materials)
    run.keep(mosaics.findings, tell=True)
    tell_unused(run, layers, rasters, needs)
    shore_km = _shores(run, layers, finest)
    areas = _statutory_areas(run, layers, units)
    pieces = mosaics.pieces
    figures = {"units": len(finest), "pieces": len(pieces), "area_km2": float(pieces["area_km2"].sum())}
    run.end_step("overlay", figures)

    options.progress(_rates_step(len(run.reuse.taken)))
    registers = _with_shores(run, registers, shore_km)
    run.keep(found_figures, tell=True)
    references = reference_targets(embedded_figures(zone), zone, indicators)
    targets += references.targets
    shown = _shown(run, layers, registers, units)
    belts = Belts(BeltMaterials(layers, earlier, units, finest, shown, rasters, earlier_rasters, run.reuse))
    run.keep(target_findings(published(), zone_targets(zone.key)), tell=True)
    facts = Facts(
        zone=zone,
        units=ground.units,
        parents=dict(zip(units["code"], units["parent"], strict=True)),
        specs={**{name: layer.spec for name, layer in layers.items() if layer.spec}, **rasters},
        tables=tables,
        # a list without any item or published number says nothing: it is missing, as was told when it was read
        registers={name: one for name, one in registers.items() if len(one.items) or one.totals},
        figures=reported.under(ground.scopes, places_asked_for(targets)),
        slivers=_slivers(run, layers, [units, *ground.regions], mosaics, needs),
        shortest_km=_shortest(run, layers),
        fields={name: frozenset(map(str, layer.data.columns)) for name, layer in layers.items()},
        vintages=frozenset({*earlier, *earlier_rasters}),
        incomplete=frozenset(finding.layer for finding in run.findings if leaves_out(finding)),
        told=belts.told(),
    )
    facts = _with_older(facts, chosen, materials, earlier_rasters)
    size = territory(zone.key, zone.members, zone.coastal, facts.whole.area_km2, published())
    rates = compute_rates(facts, chosen, targets, size, areas)
    run.end_step("rates", {"rates": len(rates), "targets": len(targets)})
    if run.untold:
        options.notice(text("run.embedded_findings", zone=project.title, count=run.untold))
    result = ZoneResult(
        zone=zone,
        title=project.title,
        review_number=project.review_number,
        units=units,
        layers=shown,
        mosaic=pieces,
        rates=rates,
        targets=targets,
        documents={**load_documents(), **project.documents, **references.documents},
        registers=registers,
        findings=run.findings,
        ledger=run.ledger,
        steps=run.steps,
        inputs=run.inputs,
        redline_areas=areas,
        relief=relief,
        backdrop=around,
        indicators=indicators,
        figures=reported,
        rasters=rasters,
        embedded=not (project.own or project.registers or project.figures),
        reused=run.reuse.taken,
    )

    def earlier_years() -> Mapping[int, Mapping[int, Rate | None]]:
        by_year = rates_by_year(facts, chosen, targets, size)
        return {year: changed(rates, then) for year, then in by_year.items()}

    return result, belts, earlier_years


def _rates_step(reused: int) -> Text:
    return text("run.step_rates_reused", count=reused) if reused else text("run.step_rates")


def _with_older(
    facts: Facts, chosen: Sequence[Indicator], materials: Materials, rasters: Mapping[str, LayerSpec]
) -> Facts:
    """Return facts with those of the older vintages of layers, and of rasters, where there are any."""
    older = {**{name: layer.spec for name, layer in materials.older.items() if layer.spec}, **rasters}
    if not older:
        return facts
    before = Materials(
        {**materials.layers, **materials.older},
        {**materials.rasters, **rasters},
        materials.units,
        materials.finest,
        Mosaics({}, materials.finest, threads=materials.threads, reuse=materials.reuse),
        {},
        materials.threads,
        materials.regions,
        materials.reuse,
    )
    asked = [one for one in chosen if set(one.layers) & set(older)]
    tables = supply(all_needs(asked), before)
    specs = {**facts.specs, **older}
    then = replace(facts, specs=specs, tables=tables, older=frozenset(older), found={}, measured={})
    return replace(facts, before=then)


def tell_unused(
    run: Reading, layers: Mapping[str, Layer], rasters: Mapping[str, LayerSpec], needs: list[Need]
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
        table = run.reuse.result("shore", name, partial(tuple, both), partial(shore_lengths, *both))
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
        lambda: [data, units, sea, features],
        lambda: area_variants(data, units, sea=sea, repaired_features=features),
    )


def _with_shores(
    run: Reading, registers: dict[str, Register], shore_km: Mapping[str, float]
) -> dict[str, Register]:
    """Return the registers by id; counties that stand in for bays take the length of their shore."""
    marine = {role.register for role in load_roles().values() if role.sea}
    own = {entry.id for entry in run.project.registers}
    for name, register in registers.items():
        if register.role in marine and shore_km:
            registers[name] = with_shores(register, shore_km)
        run.keep(register.findings, tell=name in own)
    return registers


def _shown(
    run: Reading, layers: Mapping[str, Layer], registers: dict[str, Register], units: gpd.GeoDataFrame
) -> dict[str, Layer]:
    """Return the layers that are drawn: cut to the zone, with the items and statuses of their registers, and named places."""
    project = run.project
    outline = units.geometry.iloc[-1]
    codes = set(finest_units(units)["code"])
    shown = {name: cut_to_zone(layer, outline, codes) for name, layer in layers.items()}
    own = {entry.id for entry in project.registers}
    joined, found = join_registers(
        shown, registers, units, project.zone, own_layers=project.own, own_registers=own
    )
    for name, findings in found.items():
        spec = shown[name].spec
        run.keep(findings, tell=name in project.own or (spec is not None and spec.role in own))
    return joined | drawn_places(run, units)


def _slivers(
    run: Reading,
    layers: Mapping[str, Layer],
    units: list[gpd.GeoDataFrame],
    mosaics: Mosaics,
    needs: list[Need],
) -> dict[str, dict[str, Sliver]]:
    """Return the parts of the layers that rates are shares of, where they are thinner than the layers are accurate."""
    grounds = [need.grounds for need in needs if isinstance(need, AreaNeed)]
    shared = {
        ground.layer
        for one in grounds
        if any(one < other for other in grounds)
        for ground in one
        if ground.layer in mosaics.pieces
    }
    shared |= {need.ground.layer for need in needs if isinstance(need, ConnectedNeed)}
    pieces = mosaics.pieces
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
        lambda: [names, accuracies, pieces, units, [run.reuse.content(layers[name].data) for name in names]],
        find,
        [Sliver],
    )


def _shortest(run: Reading, layers: Mapping[str, Layer]) -> dict[str, float]:
    """Return the length in km below which no share is made of a shore: either end may be off by its accuracy."""
    return {
        name: 2 * max(accuracy_m(layer), run.boundary_accuracy_m) / 1e3
        for name, layer in layers.items()
        if layer.spec is not None and role_of(layer.spec).shore
    }
