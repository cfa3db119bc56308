"""One run: read → check → overlay → rates.

The run owns no method. It hands layers from one room to the next and keeps the record of what went in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd

from geozone.checks.findings import leaves_out
from geozone.figures.embedded import embedded_figures
from geozone.figures.references import published, reference_targets
from geozone.manifest.indicators import Indicator
from geozone.manifest.roles import load_roles
from geozone.messages import Text, text
from geozone.model import Layer, LayerSpec, Rate, Register, Target, ZoneResult
from geozone.overlay.units import finest_units
from geozone.policy.plausibility import territory
from geozone.policy.targets import own_target_findings, target_findings
from geozone.project import Project
from geozone.rates.by_year import changed, rates_by_year
from geozone.rates.completion import with_shores
from geozone.rates.compute import all_needs, chosen_indicators, compute_rates
from geozone.rates.facts import Facts
from geozone.rates.frame import Frame
from geozone.rates.regions import places_asked_for
from geozone.reuse.reuse import Reuse
from geozone.run.ahead import Ahead
from geozone.run.belts import BeltMaterials, Belts
from geozone.run.field_values import tell_classes, tell_values
from geozone.run.findings import beyond_whole, without_rate
from geozone.run.inputs import Inputs, checked_inputs, read_inputs, with_lists
from geozone.run.layers import cut_to_zone
from geozone.run.mosaics import Mosaics
from geozone.run.options import Options
from geozone.run.overlaid import Overlaid, overlay, shortest_km, thin_parts
from geozone.run.places import drawn_places
from geozone.run.reading import Reading
from geozone.run.register_map import join_registers
from geozone.run.sealed import sealed
from geozone.run.supply import Materials, supply
from geozone.seeds import load_documents, zone_targets

# what differed at the end of earlier years: by year, the rates by their place; made when somebody asks
EarlierYears = Callable[[], Mapping[int, Mapping[int, Rate | None]]]

_NOISE = 1e-9  # by which a share may pass 1


@dataclass(frozen=True, slots=True)
class Rated:
    """A zone with its rates; its barriers as belts are looked at when an output asks for them."""

    result: ZoneResult  # without belts, the layers made of them, and earlier years
    belts: Belts
    earlier: EarlierYears
    hold: Callable[[], None]  # makes sure that the files are still those that the rates were made from

    def whole(self) -> ZoneResult:
        """Return everything about the zone.

        Raises
        ------
        InputError
            If a file was changed since the rates were made.
        """
        years = self.earlier()  # first: another process may be busy with the belts
        found = self.belts.found()
        self.hold()  # a land cover is read once more for the belts
        made = {name: layer for belt in found.values() for name, layer in belt.layers.items()}
        return replace(self.result, layers=self.result.layers | made, belts=found, years=years)


def compute(project: Project, options: Options | None = None, *, ahead: Ahead | None = None) -> ZoneResult:
    """Compute everything about a zone, writing nothing; see `compute_rated`."""
    return compute_rated(project, options, ahead=ahead).whole()


def compute_rated(project: Project, options: Options | None = None, *, ahead: Ahead | None = None) -> Rated:
    """Compute the rates of a zone, writing nothing.

    What the barriers are as belts is found meanwhile by another process, where there is one (`Ahead`).

    Steps
    -----
    1. read: the boundary, then every layer and raster that covers the zone; what was decided is recorded.
    2. check: findings of every layer; broken features are repaired, with their areas before and after. Then registers and
       figures are read, which is before the long work too.
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
        return Rated(*_compute(project, options, ahead), hold)


def _compute(
    project: Project, options: Options, ahead: Ahead | None
) -> tuple[ZoneResult, Belts, EarlierYears]:
    zone = project.zone
    run = Reading(project, options, Reuse.between_runs(wanted=options.cache))
    inputs = read_inputs(run)
    if ahead is not None:
        ahead.draw(inputs)
    inputs = checked_inputs(run, inputs)
    barriers = BeltMaterials(
        inputs.layers,
        inputs.earlier,
        inputs.units,
        finest_units(inputs.units),
        {},
        inputs.rasters,
        inputs.earlier_rasters,
        run.reuse,
    )
    analyses = None if ahead is None else ahead.analyses(barriers)
    inputs = with_lists(run, inputs)
    targets = [*zone_targets(zone.key), *project.targets]
    chosen = chosen_indicators(inputs.indicators, targets, project.indicators)
    tell_values(run, inputs, chosen)
    overlaid = overlay(run, inputs, targets, chosen)
    tell_classes(run, overlaid, chosen)

    options.progress(_rates_step(len(run.reuse.taken)))
    registers = _with_shores(run, inputs.registers, overlaid.shore_km)
    run.keep(inputs.figure_findings, tell=True)
    references = reference_targets(embedded_figures(zone), zone, inputs.indicators)
    targets += references.targets
    shown = _shown(run, inputs.layers, registers, inputs.units)
    belts = Belts(replace(barriers, shown=shown), analyses)
    told = target_findings(published(), zone_targets(zone.key))
    run.keep([*told, *own_target_findings(published(), project.targets)], tell=True)
    facts = _facts(run, replace(inputs, registers=registers), overlaid, targets, belts)
    facts = _with_older(facts, chosen, overlaid.materials, inputs.earlier_rasters)
    size = territory(zone.key, zone.members, zone.coastal, facts.whole.area_km2, published())
    rates = compute_rates(facts, chosen, targets, size, overlaid.redline_areas)
    _tell_without_rates(run, Frame(facts, {one.id: one for one in chosen}, targets, size), rates)
    _tell_beyond_whole(run, rates)
    run.end_step("rates", {"rates": len(rates), "targets": len(targets)})
    if run.untold:
        options.notice(text("run.embedded_findings", zone=project.title, count=run.untold))
    result = ZoneResult(
        zone=zone,
        title=project.title,
        review_number=project.review_number,
        units=inputs.units,
        layers=shown,
        mosaic=overlaid.pieces,
        rates=rates,
        targets=targets,
        documents={**load_documents(), **project.documents, **references.documents},
        registers=registers,
        findings=run.findings,
        ledger=run.ledger,
        steps=run.steps,
        inputs=run.inputs,
        redline_areas=overlaid.redline_areas,
        relief=inputs.relief,
        backdrop=inputs.backdrop,
        indicators=inputs.indicators,
        figures=inputs.figures,
        rasters=inputs.rasters,
        embedded=not (project.own or project.registers or project.figures),
        reused=run.reuse.taken,
    )

    def earlier_years() -> Mapping[int, Mapping[int, Rate | None]]:
        by_year = rates_by_year(facts, chosen, targets, size)
        return {year: changed(rates, then) for year, then in by_year.items()}

    return result, belts, earlier_years


def _tell_without_rates(run: Reading, frame: Frame, rates: Sequence[Rate]) -> None:
    """Tell which of the user's indicators have no number, because something that they ask for is not there."""
    known = {rate.indicator for rate in rates if rate.value is not None or rate.low is not None}
    rows = {rate.indicator for rate in rates}
    for name, indicator in run.project.indicators.items():
        missing = frame.missing(indicator)
        if name not in known and (missing.zh or name not in rows):
            run.keep([without_rate(indicator, missing)], tell=True)


def _tell_beyond_whole(run: Reading, rates: Sequence[Rate]) -> None:
    """Tell which formulas of the user's give shares that no share is."""
    for name, indicator in run.project.indicators.items():
        if not (indicator.in_formula and indicator.share):
            continue
        ends = [
            end
            for rate in rates
            if rate.indicator == name
            for end in (rate.low, rate.high)
            if end is not None
        ]
        beyond = [end for end in ends if abs(end) > 1 + _NOISE]
        if beyond:
            run.keep([beyond_whole(indicator, max(beyond, key=abs))], tell=True)


def _facts(
    run: Reading, inputs: Inputs, overlaid: Overlaid, targets: Sequence[Target], belts: Belts
) -> Facts:
    """Return what rates are computed from."""
    layers, units = inputs.layers, inputs.units
    earlier = {*inputs.earlier, *inputs.earlier_rasters}
    return Facts(
        zone=run.project.zone,
        units=overlaid.ground.units,
        parents=dict(zip(units["code"], units["parent"], strict=True)),
        specs={**{name: layer.spec for name, layer in layers.items() if layer.spec}, **inputs.rasters},
        tables=overlaid.tables,
        # a list without any item or published number says nothing: it is missing, as was told when it was read
        registers={name: one for name, one in inputs.registers.items() if len(one.items) or one.totals},
        figures=inputs.figures.under(overlaid.ground.scopes, places_asked_for(targets)),
        slivers=thin_parts(run, overlaid),
        shortest_km=shortest_km(run, layers),
        fields={name: frozenset(map(str, layer.data.columns)) for name, layer in layers.items()},
        vintages=frozenset(earlier),
        incomplete=frozenset(finding.layer for finding in run.findings if leaves_out(finding)),
        told=belts.told(),
    )


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
