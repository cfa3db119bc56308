"""Rules on stated areas: their sign, their unit, what is drawn, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from geozone.checks.stated_areas import compare_field, square_metres
from geozone.model import Finding
from geozone.standards.delivery import Table, as_numbers, as_texts
from geozone.standards.rule_check import Checking

_NOT_POSITIVE = {"stated_area_not_positive", "stated_area_all_zero"}
_UNIT = {"stated_area_unit", "stated_area_other_unit"}
_DIFFERS = {"stated_area_differs"}
_SHARE = 0.01  # by which values may differ from what is drawn, where only their sign or unit is asked about


def area_not_positive(checking: Checking) -> None:
    """Find stated areas that are zero or negative."""
    for found in _compared(checking, _SHARE):
        checking.take(found, _NOT_POSITIVE)


def area_unit(checking: Checking) -> None:
    """Find stated areas that are in another unit than their field."""
    for found in _compared(checking, _SHARE):
        checking.take(found, _UNIT)


def area_differs(checking: Checking) -> None:
    """Find stated areas that are not what is drawn."""
    for found in _compared(checking, float(checking.rule.options["share"])):
        checking.take(found, _DIFFERS)


def area_sum(checking: Checking) -> None:
    """Find areas of a layer that are not the sums of those of another.

    A sum that holds an area which is wrong itself is not looked at: that one is told. Nor is a sum that falls short by no more
    than what lies in parts whose code names nothing.
    """
    options = checking.rule.options
    whole, parts = _summed(checking, "whole"), _summed(checking, "parts")
    if whole is None or parts is None:
        return
    digits = int(options["digits"])
    tolerance = float(options["tolerance_m2"])
    table, wholes, doubtful = whole
    part_table, part_areas, doubtful_parts = parts
    sums = wholes.groupby(wholes.index.str[:digits]).sum()
    totals = part_areas.groupby(part_areas.index.str[:digits]).sum()
    unplaced = float(totals[~totals.index.isin(sums.index)].sum())
    skipped = {code[:digits] for code in doubtful | doubtful_parts}
    for code, stated in sums.items():
        total = float(totals.get(code, 0.0))
        missing = float(stated) - total
        if code in skipped or abs(missing) <= tolerance or 0 < missing <= unplaced + tolerance:
            continue
        checking.tell(
            "area_sum",
            table.name,
            code=code,
            field=options["whole"]["field"],
            whole=f"{stated:.2f}",
            parts=part_table.name,
            part_field=options["parts"]["field"],
            sum=f"{total:.2f}",
            difference=f"{missing:+.2f}",
        )


def _compared(checking: Checking, share: float) -> Iterator[list[Finding]]:
    for table, field, values in checking.columns():
        if field.unit is not None:
            yield compare_field(table.layer, str(values.name), field.unit, table.drawn_m2, share)


def _summed(checking: Checking, name: str) -> tuple[Table, pd.Series, set[str]] | None:
    """Return a layer, its areas in m² by code, and the codes of features whose area is wrong itself."""
    place = checking.rule.options[name]
    table = checking.tables.get(place["layer"])
    if table is None:
        return None
    values, keys = table.column(place["field"]), table.column(place["key"])
    if values is None or keys is None:
        return None
    unit = checking.standard.fields_of(place["layer"])[place["field"]].unit or "m2"
    codes = as_texts(keys)
    areas = pd.Series(as_numbers(values) * square_metres(unit), index=codes.to_numpy())
    kinds = _NOT_POSITIVE | _UNIT | (_DIFFERS if _is_held(checking, place) else set())
    found = compare_field(table.layer, str(values.name), unit, table.drawn_m2, _SHARE)
    wrong = [one for one in found if one.kind in kinds]
    rows = {one.feature for one in wrong if one.feature is not None}
    bad = np.array([str(index) in rows for index in table.data.index], dtype=bool) | ~(areas.to_numpy() > 0)
    cut = any(one.kind == "not_listed" and one.message.params["kind"] in kinds for one in found)
    if cut or any(one.feature is None for one in wrong):
        bad[:] = True  # the whole field is in another unit, or more features are wrong than are named
    return table, areas, set(codes[bad])


def _is_held(checking: Checking, place: Mapping[str, str]) -> bool:
    """Tell whether a rule holds the areas of a field against what is drawn, and so tells of those that differ."""
    return any(
        (layer.id, one.name) == (place["layer"], place["field"])
        for rule in checking.standard.rules
        if rule.check == area_differs.__name__
        for layer, one in checking.standard.pairs(rule)
    )
