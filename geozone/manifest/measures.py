"""Measures: how indicators are computed, and which keys an indicator of each takes (``seeds/measures.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from geozone.files import shipped
from geozone.manifest.declared import Declarations
from geozone.messages import Text
from geozone.model import Kind

HOLDS = (
    "area", "line", "point", "raster", "layer", "layers", "areas", "register", "registers", "figure", "figures",
    "indicator", "where", "field", "statuses", "level", "classes", "choice", "number", "text", "formula", "year", "weight",
)  # fmt: skip
_KEYS = {"title", "method", "kind", "share", "unit", "keys", "vintages"}


@dataclass(frozen=True, slots=True)
class Key:
    """A key that an indicator of a measure takes."""

    name: str
    holds: str  # one of `HOLDS`
    required: bool
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """A way to compute an indicator, as declared."""

    id: str
    title: Text
    method: Text  # how it is computed, with placeholders for the inputs
    kind: Kind | None  # None: it gives no number
    share: bool
    unit: str | None  # the only one that values have, where there is one
    keys: Mapping[str, Key]
    vintages: bool  # it takes two vintages of its layer


@cache
def load_measures() -> Mapping[str, Measure]:
    """Return every measure by its id.

    Raises
    ------
    InputError
        If the table is not as it should be; the sentence gives file and line.
    """
    declared = Declarations.read(shipped("seeds") / "measures.toml")
    measures = {}
    for key, table in declared.tables.items():
        declared.known_keys((key,), table, _KEYS)
        keys = {name: _key(name, written) for name, written in table.get("keys", {}).items()}
        for one in keys.values():
            if one.holds not in HOLDS:
                declared.fault((key, "keys"), "unknown_word", name=one.holds, nearest="")
        measures[key] = Measure(
            id=key,
            title=Text(**table["title"]),
            method=Text(**table["method"]),
            kind=Kind(table["kind"]) if "kind" in table else None,
            share=table.get("share", False),
            unit=table.get("unit"),
            keys=MappingProxyType(keys),
            vintages=table.get("vintages", False),
        )
    declared.stop_on_faults()
    return MappingProxyType(measures)


def _key(name: str, written: str) -> Key:
    """Read ``"area"``, ``"where?"`` or ``"choice?:city|province"``."""
    holds, _, choices = written.partition(":")
    return Key(
        name, holds.removesuffix("?"), not holds.endswith("?"), tuple(filter(None, choices.split("|")))
    )
