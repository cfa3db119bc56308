"""What a process does for a build: one computes a zone, and whichever is free then writes its parts.

A computed zone goes from one to the other as bytes, so that the process between them need not know what is in it.
"""
# what the work imports stays out of the process that has it done
# ruff: noqa: PLC0415

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from geozone.maps.basemap import BaseMap
from geozone.project import embedded_project
from geozone.run.options import Options

if TYPE_CHECKING:
    from geozone.export.table import Table
    from geozone.maps.pictures import Pictures
    from geozone.model import ZoneResult


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed zone, and when that was begun."""

    result: bytes
    started: datetime

    @classmethod
    def of(cls, result: ZoneResult, started: datetime) -> Computed:
        """Return a result on its way to another process."""
        return cls(pickle.dumps(result, pickle.HIGHEST_PROTOCOL), started)


def make_ready(options: Options) -> None:
    """Import what looks at belts, and writes a page and a GeoPackage."""
    del options
    for name in (
        "geozone.barriers.analysis",
        "scipy.ndimage",
        "scipy.optimize",
    ):  # which that loads when it needs them
        import_module(name)
    import_module("geozone.maps.page")
    import_module("geozone.run.output")


def compute(key: str, edition: str, options: Options) -> Computed:
    """Compute a zone from the embedded data."""
    from geozone.run.output import compute_zone

    started = datetime.now(UTC)
    result = compute_zone(embedded_project(key), options, edition=edition)
    return Computed.of(result, started)


def write_page(
    work: Computed, out: Path, base_map: BaseMap | None, pictures: Pictures | None, options: Options
) -> list[dict[str, Any]]:
    """Write the page of a computed zone, with pictures that were drawn ahead; return it as `geozone.export.record.described`."""
    from geozone.run import output

    path = output.write_page(_result(work), out, options, base_map=base_map, pictures=pictures)
    return described_all([path])


def write_data(work: Computed, out: Path, options: Options) -> list[dict[str, Any]]:
    """Write the GeoPackage and the tables of a computed zone; return them likewise."""
    from geozone.run import output

    return described_all(output.write_data(_result(work), out, options))


def write_package(work: Computed, out: Path, tables: list[Table], options: Options) -> list[dict[str, Any]]:
    """Write the GeoPackage of a computed zone from what `geozone.run.output.data_tables` returns; return it likewise."""
    from geozone.run import output

    return described_all(output.write_package(_result(work), out, options, tables))


def described_all(written: Iterable[Path]) -> list[dict[str, Any]]:
    """Return files as `geozone.export.record.described`."""
    from geozone.export.record import described

    return [described(path) for path in written]


def write_run(
    work: Computed, out: Path, edition: str, outputs: list[dict[str, Any]], options: Options
) -> list[Path]:
    """Write the run record of a computed zone with its files, as described; return them all, the record last."""
    from geozone.run import output

    record = output.write_run(
        _result(work), out, options, edition=edition, outputs=outputs, started=work.started
    )
    return [*(out / one["name"] for one in outputs), record]


def write_index(out: Path, stage: Path, options: Options) -> Path:
    """Write the index over a folder as it will be with the files of a stage."""
    from geozone.run import folder

    return folder.write_index(out, options.lang, options.notice, stage=stage)


@lru_cache(maxsize=1)  # of one zone, the same process writes several files
def _result(work: Computed) -> ZoneResult:
    result: ZoneResult = pickle.loads(work.result)  # noqa: S301 - written by `compute` a moment ago
    return result


def _unchangeable(held: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(held)


copyreg.pickle(MappingProxyType, lambda held: (_unchangeable, (dict(held),)))  # declarations are full of them
