"""Layers that say by a name that their places were taken from a shifted web map, while nothing states their system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from geozone.model import Severity
from geozone.read.datum import is_shifted
from geozone.read.headings import is_of_systems, is_source, shifted_named
from geozone.read.notes import Notes

_MOST = 20  # different values of a column that are looked at


def tell_named(names: Iterable[str], notes: Notes) -> None:
    """Say that a name, title or value mentions a shifted map; once a layer, and not where its coordinates were converted."""
    if any(finding.kind == "map_shifted" for finding in notes.findings):
        return
    if any(one.kind == "datum" and is_shifted(one.value) for one in notes.decisions):
        return
    for name in names:
        datum = shifted_named(name)
        if datum is not None:
            notes.find("map_shifted", Severity.WARNING, name=name.strip()[:60], datum=datum)
            return


def says_of_map(field: str) -> bool:
    """Tell whether a field says of which map, or in which system, the places of a layer are."""
    return is_source(field) or is_of_systems(field)


def values_of_maps(data: pd.DataFrame) -> list[str]:
    """Return what the columns of a layer say of the map, or of the system, that its places come from."""
    found: list[str] = []
    for name in data.columns:
        if says_of_map(str(name)):
            values = data[name].dropna().astype(str).unique()
            found += [str(value) for value in values[:_MOST]]
    return found


def words_of(members: Any) -> list[str]:
    """Return what the outermost members of a JSON document say in words, such as its name or the type of its coordinates."""
    return (
        [value for value in members.values() if isinstance(value, str)]
        if isinstance(members, Mapping)
        else []
    )
