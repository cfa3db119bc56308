"""Shares of areas and lengths: red line, barrier, blue-green space, natural shore."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from geozone.errors import ConservationError
from geozone.manifest.units import load_units
from geozone.messages import Text, text
from geozone.model import Kind, Level, Rate
from geozone.overlay.slivers import Sliver
from geozone.rates.rows import NOTHING, REGION, Frame, Unit
from geozone.seeds import Reference

COVERAGES = {"redline_coverage": "redline", "barrier_coverage": "barrier", "blue_green_share": "blue_green"}
BY_CLAUSE_ONLY = ("blue_green_share",)  # told missing only where a clause asks for it
AREA_LEVELS = (Level.ZONE, Level.PROVINCE)
_TOLERANCE = 1e-9
_SQUARE_METRES_BELOW = 0.1  # km²


class Ground:
    """The areas and lengths of every unit, summed from the finest units that lie in it; and what is too thin for a rate."""

    def __init__(
        self,
        frame: Frame,
        pieces: pd.DataFrame,
        above: pd.DataFrame,
        slivers: Mapping[str, Mapping[str, Sliver]],
        shore_accuracy_m: float,
    ) -> None:
        self.frame = frame
        self._slivers = slivers
        self._shortest_km = 2 * shore_accuracy_m / 1e3  # either end of a shore may be off by so much
        self._above = above
        self._pieces = self._by_unit(pieces)

    def areas(self, *columns: str) -> dict[str, float] | None:
        """Return, by unit code, the area in km² where all of some layers are; None where there is no such layer."""
        if any(column not in self._pieces for column in columns):
            return None
        chosen = self._pieces
        for column in columns:
            chosen = chosen[chosen[column].astype(bool)]
        return {str(code): float(area) for code, area in chosen.groupby("code")["area_km2"].sum().items()}

    def lengths(self, table: pd.DataFrame) -> dict[str, float]:
        """Return, by unit code, the length in km."""
        named = table if "code" in table else table.rename_axis("code").reset_index()
        joined = self._by_unit(named[["code", "length_km"]])
        return {
            str(code): float(length) for code, length in joined.groupby("code")["length_km"].sum().items()
        }

    def _by_unit(self, table: pd.DataFrame) -> pd.DataFrame:
        finest = table.rename(columns={"code": "finest"})
        return finest.merge(self._above, on="finest")

    def coverages(self) -> Iterator[Rate]:
        """Yield the share of every unit that a layer covers."""
        for indicator, layer in COVERAGES.items():
            covered = self.areas(layer)
            if covered is None:
                if indicator not in BY_CLAUSE_ONLY:
                    yield from missing_layer(self.frame, indicator, layer)
                continue
            for unit in self.frame.units:
                part = covered.get(unit.code, 0.0)
                yield from self._share(indicator, unit, part, unit.area_km2, layer)
            yield from self._regions(indicator, layer, covered)

    def _regions(self, indicator: str, layer: str, covered: Mapping[str, float]) -> Iterator[Rate]:
        """Yield the share of a region of several units that a clause speaks of together, such as a new area."""
        size = {unit.code: unit for unit in self.frame.units}
        for target in self.frame.targets:
            codes = [code for code in target.region_codes if code in size]
            if target.indicator == indicator and len(codes) == len(target.region_codes) > 1:
                total = sum(size[code].area_km2 for code in codes)
                region = Unit(REGION.join(target.region_codes), target.region, size[codes[0]].level, total)
                part = sum(covered.get(code, 0.0) for code in codes)
                yield from self._share(indicator, region, part, total, layer)

    def redline_areas(self, references: Sequence[Reference]) -> Iterator[Rate]:
        """Yield the area of the red line in the zone and its provinces."""
        covered = self.areas("redline")
        for unit in self.frame.units:
            if covered is None or unit.level not in AREA_LEVELS:
                continue
            area = covered.get(unit.code, 0.0)
            note = text("rates.note_land_only") + self._published(references, unit)
            yield from self.frame.held(
                self.frame.row(
                    "redline_area", Kind.AREA, unit, "km2", "redline", numerator=area, value=area, note=note
                )
            )

    def _published(self, references: Sequence[Reference], unit: Unit) -> Text:
        for item in references:
            same = (
                item.zone == self.frame.zone.key if unit.level is Level.ZONE else item.unit_code == unit.code
            )
            if same and item.quantity == "redline_area" and not item.superseded:
                return text(
                    "rates.note_public_figure",
                    value=f"{item.value:,.10g}",
                    unit=load_units()[item.unit].title,
                    floor=text("words.comparator_at_least") if item.comparator == ">=" else NOTHING,
                    source=item.source,
                )
        return NOTHING

    def barrier_protected(self) -> Iterator[Rate]:
        """Yield the share of the barrier that lies in the red line; none where there is no barrier."""
        both, barrier = self.areas("redline", "barrier"), self.areas("barrier")
        if both is None or barrier is None:
            absent = "barrier" if barrier is None else "redline"
            yield from missing_layer(self.frame, "barrier_protected", absent)
            return
        for unit in self.frame.units:
            total = barrier.get(unit.code, 0.0)
            if total <= 0:
                reason = text("rates.note_no_barrier")
                yield from self.frame.held(self.frame.without("barrier_protected", unit, reason))
            elif sliver := self._sliver("barrier", unit):
                yield from self._not_applicable(
                    "barrier_protected", unit, total, _too_thin("barrier", sliver)
                )
            else:
                part = both.get(unit.code, 0.0)
                yield from self._share("barrier_protected", unit, part, total, "barrier", "redline")

    def barrier_continuity(self, continuity: Mapping[str, tuple[float, float]]) -> Iterator[Rate]:
        """Yield the share of the barrier that its largest connected part makes up, per unit."""
        if "barrier" not in self._pieces or not continuity:
            yield from missing_layer(self.frame, "barrier_continuity", "barrier")
            return
        for unit in self.frame.units:
            largest, total = continuity.get(unit.code, (0.0, 0.0))
            if total > 0 and (sliver := self._sliver("barrier", unit)):
                yield from self._not_applicable(
                    "barrier_continuity", unit, total, _too_thin("barrier", sliver)
                )
            elif total > 0:
                yield from self._share("barrier_continuity", unit, largest, total, "barrier")

    def shore_retention(self, lengths: Mapping[str, pd.DataFrame]) -> Iterator[Rate]:
        """Yield the natural share of the mainland shore, where the shore is told apart."""
        if "natural_shore" not in lengths or "coastline" not in lengths:
            yield from missing_layer(self.frame, "natural_shore_retention", "coastline", kind=Kind.LENGTH)
            return
        natural, shore = self.lengths(lengths["natural_shore"]), self.lengths(lengths["coastline"])
        for unit in self.frame.units:
            total = shore.get(unit.code, 0.0)
            if 0 < total < self._shortest_km:
                reason = text(
                    "rates.note_too_short", length=f"{total:.3g}", shortest=f"{self._shortest_km:.3g}"
                )
                yield from self._not_applicable(
                    "natural_shore_retention", unit, total, reason, kind=Kind.LENGTH
                )
            elif total > 0:
                part = natural.get(unit.code, 0.0)
                yield from self._share(
                    "natural_shore_retention", unit, part, total, "coastline", kind=Kind.LENGTH
                )

    def _sliver(self, layer: str, unit: Unit) -> Sliver | None:
        return self._slivers.get(layer, {}).get(unit.code)

    def _not_applicable(
        self, indicator: str, unit: Unit, total: float, reason: Text, *, kind: Kind = Kind.COVERAGE
    ) -> list[Rate]:
        return self.frame.held(self.frame.without(indicator, unit, reason, kind=kind, denominator=total))

    def _share(
        self, indicator: str, unit: Unit, part: float, total: float, *layers: str, kind: Kind = Kind.COVERAGE
    ) -> list[Rate]:
        measure = "km" if kind is Kind.LENGTH else "km2"
        if part > total * (1 + _TOLERANCE):
            raise ConservationError(
                "rates.more_than_there_is", indicator=indicator, unit=unit.name, part=part, total=total
            )
        value = min(1.0, part / total)
        return self.frame.held(
            self.frame.row(
                indicator, kind, unit, measure, *layers, numerator=part, denominator=total, value=value
            )
        )


def _too_thin(layer: str, sliver: Sliver) -> Text:
    """Return why a part of a layer is none: in square metres where it is small, in km² where it is a long strip."""
    large = sliver.area_km2 >= _SQUARE_METRES_BELOW
    area = f"{sliver.area_km2:,.3g} km²" if large else f"{sliver.area_km2 * 1e6:,.3g} m²"
    return text(
        "rates.note_too_thin",
        layer=text(f"rates.answer_{layer}"),
        area=area,
        width=f"{sliver.width_m:,.2g}" if sliver.width_m < 10 else f"{sliver.width_m:,.0f}",
        accuracy=f"{sliver.accuracy_m:,.4g}",
    )


def missing_layer(frame: Frame, indicator: str, layer: str, *, kind: Kind = Kind.COVERAGE) -> list[Rate]:
    """Return the row of a zone that lacks a layer."""
    reason = text("rates.note_missing_layer", layer=text(f"rates.answer_{layer}"))
    return frame.held(frame.without(indicator, frame.whole, reason, kind=kind))
