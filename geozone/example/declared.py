"""What an example consists of, as declared in ``seeds/example/``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geozone.files import shipped
from geozone.toml_tables import read_tables

if TYPE_CHECKING:
    import pandas as pd

Entry = Mapping[str, Any]


@cache
def zones() -> Mapping[str, Entry]:
    """Return the zones that there are examples of, each with what it takes from another one."""
    declared = _toml("zones")
    return MappingProxyType(
        {key: {**declared.get(entry.get("like", ""), {}), **entry} for key, entry in declared.items()}
    )


@cache
def entries(kind: str, zone: str) -> tuple[Entry, ...]:
    """Return the tables of a kind (``layer``, ``raster``, ``register``, ``wrong``) that a zone has."""
    return tuple(entry for entry in _toml(f"{kind}s")[kind] if zone in entry.get("zones", zones()))


def of_zone(value: Any, zone: str) -> Any:
    """Return a value, or that of the zone where a table gives one for each; a zone that is like another has its values."""
    if not isinstance(value, Mapping) or not set(value) <= set(zones()):
        return value
    return value[zone] if zone in value else value[zones()[zone]["like"]]


def prefixes(zone: str, groups: list[str]) -> list[str]:
    """Return the beginnings of the codes of some groups of counties."""
    return [prefix for group in groups for prefix in zones()[zone]["groups"][group]]


def seed(zone: str) -> int:
    """Return the constant that the chance of a zone goes by."""
    return int(zones()[zone]["seed"])


@cache
def table(name: str) -> pd.DataFrame:
    """Return a table of items or figures, as text."""
    import pandas as pd  # noqa: PLC0415 - the command line asks for `ZONES` alone

    return pd.read_csv(shipped("seeds") / "example" / f"{name}.csv", dtype=str, keep_default_na=False)


@cache
def words(name: str) -> str:
    """Return a text that is written as it stands."""
    return (shipped("seeds") / "example" / name).read_text("utf-8")


@cache
def _toml(name: str) -> dict[str, Any]:
    return read_tables(shipped("seeds") / "example" / f"{name}.toml")


ZONES: tuple[str, ...] = tuple(zones())
