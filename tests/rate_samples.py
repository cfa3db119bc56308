"""Demands, registers and units small enough to count by hand."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import shapely

from geozone.manifest.declared import Declarations
from geozone.manifest.indicators import load_indicators, parse_indicator
from geozone.messages import Text
from geozone.model import (
    CRS,
    REGISTER_COLUMNS,
    Basis,
    Comparator,
    LayerSpec,
    Level,
    Modality,
    Register,
    Target,
    Zone,
)
from geozone.policy.plausibility import Published, territory
from geozone.rates.compute import chosen_indicators, zone_units
from geozone.rates.compute import compute_rates as compute
from geozone.rates.facts import Facts
from geozone.rates.figures import Figures
from geozone.rates.needs import AreaNeed, ConnectedNeed, LengthNeed
from geozone.rates.regions import regions

NAME = Text("样本", "sample")
# two provinces (the first without a coast) of two cities of two counties, ten km² each
ZONE = Zone(
    "z", NAME, "pilot_zone", ("910000", "920000"), (Level.COUNTY, Level.CITY, Level.PROVINCE), (), ("920000",)
)
COUNTIES = [f"{province}0{city}0{county}" for province in (91, 92) for city in (1, 2) for county in (1, 2)]


def target(comparator=Comparator.AT_LEAST, modality=Modality.FIRM, value=55.0, unit="%", **more):
    given = {
        "id": "T-1",
        "documents": ("d",),
        "clause": "1(1)",
        "zone": "z",
        "region": NAME,
        "region_codes": (),
        "indicator": "bay_completion",
        "title": NAME,
        "year": 2027,
    }
    return Target(comparator=comparator, modality=modality, value=value, unit=unit, **(given | more))


def register(rows, basis=Basis.OFFICIAL, as_of="2025-12-31", role="bay", totals=()):
    """Return a register from (status, status_date, planned_year, shore_km[, code]) rows; the code is a county's."""
    items = pd.DataFrame("", index=range(len(rows)), columns=list(REGISTER_COLUMNS), dtype=object)
    items["item_id"] = [f"b{i}" for i in range(len(rows))]
    items["name"] = [f"湾{i}" for i in range(len(rows))]
    items["basis"] = basis.value
    for column, position in (("status_date", 1), ("planned_year", 2), ("shore_km", 3)):
        items[column] = [row[position] for row in rows]
    items["status"] = [row[0].value for row in rows]
    codes = [row[4] if len(row) > 4 else COUNTIES[-1] for row in rows]
    items["county_code"] = [code if not code.endswith("00") else "" for code in codes]
    items["city_code"] = [f"{code[:4]}00" if code[2:4] not in {"", "00"} else "" for code in codes]
    items["province_code"] = [f"{code[:2]}0000" if code else "" for code in codes]
    items["area_km2"] = items["length_km"] = None
    return Register("r", role, basis, as_of, NAME, items, totals)


def units():
    rows = [(code, "county", f"{code[:4]}00", 10.0) for code in COUNTIES]
    rows += [(code, "city", f"{code[:2]}0000", 20.0) for code in dict.fromkeys(row[2] for row in rows)]
    rows += [(code, "province", "z", 40.0) for code in ("910000", "920000")]
    rows.append(("z", "zone", "", 80.0))
    table = pd.DataFrame(rows, columns=["code", "level", "parent", "area_km2"])
    table["name"] = table["name_en"] = table["code"]
    return gpd.GeoDataFrame(table, geometry=[shapely.box(0, 0, 1, 1)] * len(table), crs=CRS)


def spec(name, basis=Basis.OFFICIAL):
    return LayerSpec(name, "redline", NAME, basis, NAME, "CC0-1.0", "2025", NAME, ())


class Tables(dict):
    """What the overlay would give for the needs of indicators, from a mosaic, lengths and connected parts made by hand."""

    def __init__(self, mosaic, lengths, continuity):
        super().__init__()
        self.mosaic, self.lengths, self.continuity = mosaic, lengths, continuity

    def __missing__(self, need):
        if isinstance(need, AreaNeed):
            pieces = self.mosaic
            for ground in need.grounds:
                pieces = pieces[pieces[ground.layer].astype(bool)]
            return pieces.groupby("code")["area_km2"].sum().reset_index()
        if isinstance(need, LengthNeed):
            table = self.lengths["natural_shore" if need.line.where else need.line.layer]
            return table if "code" in table else table.rename_axis("code").reset_index()
        assert isinstance(need, ConnectedNeed), need
        rows = [(code, *areas) for code, areas in self.continuity.items()]
        return pd.DataFrame(rows, columns=["code", "largest_km2", "total_km2"])


def asked(name):
    """Return an indicator that the product does not know: one that is only ever reported."""
    declared = Declarations("own.toml", "")
    table = {"title": name, "measure": "reported", "unit": "%"}
    return parse_indicator(declared, (name,), name, table)


def compute_rates(
    *, zone, units, mosaic, lengths, layers, registers, targets, continuity=None, slivers=None,
    shore_accuracy_m=0.0, redline_areas=None, figures=(), incomplete=(), vintages=(), own=(),
):  # fmt: skip
    """Return the rates of parts counted by hand: no file is read, and nothing is overlaid."""
    indicators = {**load_indicators(), **{one.id: one for one in own}}
    indicators |= {one.indicator: asked(one.indicator) for one in targets if one.indicator not in indicators}
    ordered = zone_units(units)
    drawn = {name: spec for name, spec in layers.items() if name in lengths or name in mosaic}
    drawn |= {
        name: spec
        for name, spec in layers.items()
        if name not in drawn and spec.role not in {"redline", "barrier"}
    }
    there = {name for name in lengths if name != "natural_shore"}
    drawn |= {name: replace(spec(name), role=name) for name in there if name not in drawn}
    facts = Facts(
        zone=zone,
        units=[*ordered, *regions(ordered, targets, zone)],
        parents=dict(zip(units["code"], units["parent"], strict=True)),
        specs=drawn,
        tables=Tables(mosaic, lengths, continuity or {}),
        registers=registers,
        figures=Figures(figures),
        slivers=slivers or {},
        shortest_km={"coastline": 2 * shore_accuracy_m / 1e3},
        incomplete=frozenset(incomplete),
        fields={"coastline": frozenset({"nature"} if "natural_shore" in lengths else ())},
        vintages=frozenset(vintages),
    )
    size = territory(zone.key, zone.members, zone.coastal, facts.whole.area_km2, Published())
    chosen = chosen_indicators(indicators, targets, [one.id for one in own])
    return compute(facts, chosen, targets, size, redline_areas)
