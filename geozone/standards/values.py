"""Rules on the values of fields: missing, doubled, of a wrong form, of no code, impossible."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from geozone.messages import Text
from geozone.project.entries import stated
from geozone.standards.delivery import Table, as_numbers, as_texts
from geozone.standards.keys import DATE_FORMS, date_of
from geozone.standards.rule_check import Checking

_SHOWN = 40  # characters of a value in a sentence
_MATCHED = 500  # characters of a value that are held against a pattern


def text_length(checking: Checking) -> None:
    """Find texts that are longer than their field."""
    for table, field, values in checking.columns():
        if field.length is None or field.type != "text":
            continue
        lengths = as_texts(values).str.len().to_numpy()
        rows = np.flatnonzero(lengths > field.length)
        told = [
            (int(row), {"field": field.name, "length": int(lengths[row]), "most": field.length})
            for row in rows
        ]
        checking.tell_rows("text_length", table, told)


def value_missing(checking: Checking) -> None:
    """Find empty values of fields that must be filled in."""
    for table, field, values in checking.columns():
        if field.optional:
            continue
        rows = np.flatnonzero((as_texts(values) == "").to_numpy())
        checking.tell_rows("value_missing", table, [(int(row), {"field": field.name}) for row in rows])


def value_doubled(checking: Checking) -> None:
    """Find features of a layer that have one value."""
    for table, field, values in checking.columns():
        given = as_texts(values)
        first = {value: row for row, value in reversed(list(enumerate(given)))}
        again = np.flatnonzero((given.duplicated() & (given != "")).to_numpy())
        told = [
            (
                int(row),
                {
                    "field": field.name,
                    "value": _shown(given.iloc[row]),
                    "other": table.labels[first[given.iloc[row]]],
                },
            )
            for row in again
        ]
        checking.tell_rows("value_doubled", table, told)


def code_form(checking: Checking) -> None:
    """Find codes that are not of their form."""
    pattern = re.compile(checking.rule.options["pattern"])
    form = stated(checking.rule.options, "form")
    for table, field, values in checking.columns():
        told = [
            (row, {"field": field.name, "value": _shown(value), "form": form})
            for row, value in _filled(values)
            if not pattern.fullmatch(value[:_MATCHED])
        ]
        checking.tell_rows("code_form", table, told)


def code_list(checking: Checking) -> None:
    """Find codes that are not on their list."""
    codes = checking.standard.codes[checking.rule.options["codes"]]
    for table, field, values in checking.columns():
        told = [
            (row, {"field": field.name, "value": _shown(value)})
            for row, value in _filled(values)
            if value not in codes
        ]
        checking.tell_rows("code_list", table, told)


def code_name(checking: Checking) -> None:
    """Find names that are not those of their codes."""
    codes = checking.standard.codes[checking.rule.options["codes"]]
    key = checking.rule.options["key"]
    for table, field, values in checking.columns():
        of = table.column(key)
        if of is None:
            continue
        given = as_texts(of).tolist()
        told = [
            (row, {"field": field.name, "value": _shown(value), "code": code, "expected": codes[code]})
            for row, value in _filled(values)
            if (code := given[row]) in codes and value != codes[code]
        ]
        checking.tell_rows("code_name", table, told)


def names_differ(checking: Checking) -> None:
    """Find features that have another name than others of their code."""
    for table, field, values in checking.columns():
        of = table.column(checking.rule.options["key"])
        if of is None:
            continue
        both = pd.DataFrame({"code": as_texts(of).to_numpy(), "name": as_texts(values).to_numpy()})
        both = both[(both["code"] != "") & (both["name"] != "")]
        usual = both.groupby("code")["name"].agg(lambda names: names.mode().iloc[0])
        other = both[both["name"] != both["code"].map(usual)]
        told = [
            (
                int(str(row)),
                {
                    "field": field.name,
                    "value": _shown(one["name"]),
                    "code": one["code"],
                    "usual": usual[one["code"]],
                },
            )
            for row, one in other.iterrows()
        ]
        checking.tell_rows("names_differ", table, told)


def number_range(checking: Checking) -> None:
    """Find numbers that are too small or too large."""
    least = float(checking.rule.options.get("least", -np.inf))
    most = float(checking.rule.options.get("most", np.inf))
    for table, field, values in checking.columns():
        numbers = as_numbers(values)
        rows = np.flatnonzero((numbers < least) | (numbers > most))
        told = [
            (int(row), {"field": field.name, "value": f"{numbers[row]:.10g}", "range": _range(least, most)})
            for row in rows
        ]
        checking.tell_rows("number_range", table, told)


def date(checking: Checking) -> None:
    """Find dates that are none, or not of the form that is asked for."""
    options = checking.rule.options
    form = DATE_FORMS[options["form"]]
    earliest, latest = (
        date_of(options[name], form) if name in options else None for name in ("earliest", "latest")
    )
    for table, field, values in checking.columns():
        if pd.api.types.is_datetime64_any_dtype(values):
            given = values.dt.strftime(form).fillna("")
        else:
            given = as_texts(values)
        told = []
        for row, value in _filled(given):
            found = date_of(value, form)
            params = {"field": field.name, "value": _shown(value)}
            if found is None:
                told.append((row, params | {"form": options["form"]}))
            elif (earliest and found < earliest) or (latest and found > latest):
                told.append((row, params | {"form": _period(options)}))
        checking.tell_rows("date", table, told)


def code_reference(checking: Checking) -> None:
    """Find codes whose beginning no feature of another layer has."""
    of, digits = checking.rule.options["of"], int(checking.rule.options["digits"])
    other = checking.tables.get(of["layer"])
    known = other.column(of["field"]) if other is not None else None
    if other is None or known is None:
        return
    codes = set(as_texts(known).str[:digits])
    for table, field, values in checking.columns():
        told = [
            (row, {"field": field.name, "value": _shown(value), "layer": other.name, "of": of["field"]})
            for row, value in _filled(values)
            if len(value) >= digits and value[:digits] not in codes
        ]
        checking.tell_rows("code_reference", table, told)


def row_sum(checking: Checking) -> None:
    """Find numbers that are not the sum of others of their feature."""
    tolerance = float(checking.rule.options["tolerance"])
    for table, field, values in checking.columns():
        parts = _parts(table, checking.rule.options["parts"])
        if parts is None:
            continue
        whole, total = as_numbers(values), parts.sum(axis=1)
        rows = np.flatnonzero((whole > 0) & (np.abs(whole - total) > tolerance))
        names = " + ".join(checking.rule.options["parts"])
        told = [
            (
                int(row),
                {
                    "field": field.name,
                    "value": f"{whole[row]:.10g}",
                    "parts": names,
                    "sum": f"{total[row]:.10g}",
                },
            )
            for row in rows
        ]
        checking.tell_rows("row_sum", table, told)


def _parts(table: Table, names: list[str]) -> np.ndarray | None:
    columns = [table.column(name) for name in names]
    if any(values is None for values in columns):
        return None
    return np.column_stack([as_numbers(values) for values in columns if values is not None])


def _filled(values: pd.Series) -> list[tuple[int, str]]:
    """Return the values that are not empty, as texts, with their rows."""
    return [(row, value) for row, value in enumerate(as_texts(values)) if value]


def _period(options: dict[str, str] | object) -> Text:
    assert hasattr(options, "get")
    first, last = options.get("earliest", ""), options.get("latest", "")
    return Text(f"{first}–{last}", f"{first}–{last}")


def _range(least: float, most: float) -> str:
    if np.isinf(least) or np.isinf(most):
        return f"≤ {most:.10g}" if np.isinf(least) else f"≥ {least:.10g}"
    return f"{least:.10g}–{most:.10g}"


def _shown(value: str) -> str:
    return value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
