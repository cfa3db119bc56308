"""Mean of sites: plain, weighted, of city means, or the worst of them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from geozone.manifest.fields import field_title
from geozone.manifest.indicators import Indicator
from geozone.messages import NO_TEXT, Text, text
from geozone.rates.facts import Facts, Value
from geozone.rates.filters import PASSES, UNKNOWN, numbers, passes
from geozone.rates.needs import FeatureNeed, Need


def needs(indicator: Indicator) -> tuple[Need, ...]:
    """Return the sites with the units that they lie in."""
    return (FeatureNeed(indicator.options["layer"]),)


def values(indicator: Indicator, facts: Facts) -> Iterator[Value]:
    """Yield the mean of a field over the sites of every unit.

    1. Of the sites that pass the filter, those with a value count; how many have none is said.
    2. Without ``over``: Σ w·x ÷ Σ w, w being the field ``weight``, or 1; sites without a weight above 0 have none.
    3. With ``over = "city"``: the mean of each city first (step 2), then the plain mean of the city means, as
       HJ 663-2013 evaluates a region by its cities.
    4. With ``take = "worst"``: the largest value of any site.
    5. Values of a share are per cent; where none of them is above 1, they are taken as fractions, and that is said.
    """
    need = FeatureNeed(indicator.options["layer"])
    rows, table = facts.features_by_unit(need), facts.tables[need]
    read = _read(table, indicator)
    sites = read.reindex(table["feature"]).assign(city=table["code"].str[:4].to_numpy())
    complete, outcome = sites.notna().all(axis=1).to_numpy(), passes(table, indicator.where)
    fractions = indicator.share and bool(read["value"].max() <= 1)
    taken = (
        text("rates.note_as_fractions", field=field_title(indicator.options["field"]))
        if fractions
        else NO_TEXT
    )
    for unit in facts.units_of(indicator):
        here = rows.get(unit.code)
        if here is None or not len(here):
            yield facts.not_applicable(unit, indicator.unit, indicator)
            continue
        chosen, unsure = here[outcome[here] == PASSES], int((outcome[here] == UNKNOWN).sum())
        known = sites.iloc[chosen[complete[chosen]]]
        lost = len(chosen) - len(known)
        if not len(known):
            yield facts.not_applicable(unit, indicator.unit, indicator)
            continue
        mean = _mean(known, indicator) / (100 if indicator.share and not fractions else 1)
        yield Value(
            unit,
            indicator.unit,
            value=mean,
            low=mean,
            high=mean,
            note=text("rates.note_mean_of", count=len(known)) + _lost(lost, indicator, unsure) + taken,
            layers=indicator.layers,
        )


def _lost(count: int, indicator: Indicator, unsure: int) -> Text:
    lacking = "weight" if indicator.options.get("weight") else "value"
    note = text(f"rates.note_sites_without_{lacking}", count=count) if count else NO_TEXT
    return note + (text("rates.note_sites_unsure", count=unsure) if unsure else NO_TEXT)


def _read(sites: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """Return value and weight of all sites by feature, missing where there is none, or no weight above 0.

    What stands for no value is told by all sites together, not by those of one unit.
    """
    once = sites.drop_duplicates("feature").set_index("feature")
    weight = indicator.options.get("weight")
    weights = numbers(once[weight]) if weight else pd.Series(1.0, once.index)
    values = numbers(once[indicator.options["field"]], indicator.unit)
    return pd.DataFrame({"value": values, "weight": weights.where(weights > 0)})


def _mean(known: pd.DataFrame, indicator: Indicator) -> float:
    if indicator.options.get("take") == "worst":
        return float(known["value"].max())
    product = known.assign(product=known["value"] * known["weight"])
    if indicator.options.get("over") == "city":
        sums = product.groupby("city")[["product", "weight"]].sum()
        return float((sums["product"] / sums["weight"]).mean())
    return float(product["product"].sum() / product["weight"].sum())
