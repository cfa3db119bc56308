"""The run record: what went into a run, what was done, and what came out, with digests."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geozone.diff import SinceRelease
from geozone.export.fingerprint import contents
from geozone.export.sealed_record import write_sealed
from geozone.files import digest
from geozone.manifest.rules import code_of
from geozone.messages import NO_TEXT, Message, Text
from geozone.model import ZoneResult
from geozone.story.zone import zone_story
from geozone.versions import versions

FORMAT = "geozone-run-1"
TIMING = "timing"  # what every step took, apart from what it did


def write_record(
    result: ZoneResult,
    path: Path,
    *,
    parameters: Mapping[str, Any],
    outputs: Iterable[Path | Mapping[str, Any]],
    started: datetime,
    finished: datetime,
) -> None:
    """Write the run record of a zone as JSON.

    It is the only output that holds times of day and paths of the machine.

    Parameters
    ----------
    result
        What the run computed: its inputs, steps, findings and repairs.
    path
        Where to write, ``<zone>_run.json``.
    parameters
        Options of the run.
    outputs
        The files of the run, or what `described` returns of them.
    started, finished
        Moments with time zone.

    Raises
    ------
    UsageError
        If the record cannot be written.
    """
    record = {
        "format": FORMAT,
        "zone": result.zone.key,
        "title": result.title,
        "story": zone_story(result),
        "map_review_number": result.review_number,
        "started": started.astimezone(UTC),
        "finished": finished.astimezone(UTC),
        "seconds": (finished - started).total_seconds(),
        "versions": versions(),
        "parameters": dict(parameters),
        "inputs": result.inputs,
        "indicators": _declared(result),
        "registers": [
            {
                "name": name,
                "id": register.id,
                "role": register.role,
                "basis": register.basis,
                "as_of": register.as_of,
                "source": register.source,
                "items": len(register.items),
                "totals": [
                    {"unit_code": total.unit_code, "count": total.count, "source": total.source,
                     "source_date": total.source_date}
                    for total in register.totals
                ],
            }
            for name, register in result.registers.items()
        ],
        "decisions": [
            {"layer": layer.id} | plain(item)
            for layer in result.layers.values()
            for item in layer.decisions
        ],
        "reuse": list(result.reused),
        "steps": [{"name": step.name, "figures": dict(step.figures)} for step in result.steps],
        TIMING: [
            {"step": step.name, "seconds": step.seconds, "peak_memory_mb": step.peak_memory_mb}
            for step in result.steps
            if step.seconds is not None
        ],
        "findings": [
            {"severity": item.severity, "layer": item.layer, "feature": item.feature, "code": code_of(item),
             "kind": item.kind, "place": item.place, "message": item.message, "remedy": item.remedy}
            for item in result.findings
        ],
        **_since(result),
        "repairs": result.ledger.to_dict("records"),
        "outputs": [described(output) if isinstance(output, Path) else output for output in outputs],
    }  # fmt: skip
    write_sealed(plain(record), path)


def _since(result: ZoneResult) -> dict[str, Any]:
    """Return what differs from the last release, a row each; nothing where there is none to compare with."""
    since: SinceRelease | None = result.since
    if since is None:
        return {}
    rows = [
        {item.name: getattr(one, item.name) for item in fields(one) if item.name != "zone"}
        for one in since.differences
    ]
    return {
        "since": {
            "release": since.release,
            "sha256": since.sha256,
            "summary": since.summary(),
            "differences": [{name: cell for name, cell in row.items() if cell != NO_TEXT} for row in rows],
        }
    }


def _declared(result: ZoneResult) -> list[dict[str, Any]]:
    """Return how the indicators that rows are of are declared, so that their rates can be made again."""
    asked = {rate.indicator for rate in result.rates}
    return [
        {
            "id": one.id,
            "title": one.title,
            "measure": one.measure.id,
            "unit": one.unit,
            "share": one.share,
            "options": one.options,
        }
        for one in result.indicators.values()
        if one.id in asked
    ]


def described(output: Path) -> dict[str, Any]:
    """Return a file as a run record has it: size, SHA-256 and, as far as programs save it anew, what it holds."""
    return {"name": output.name, "bytes": output.stat().st_size, "sha256": digest(output), **contents(output)}


@singledispatch
def plain(value: Any) -> Any:
    """Return a value as JSON holds it: texts in both languages, numbers by repr, unknown and infinite as null.

    A record such as a decision is an object with its fields by name.
    """
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    return None if value is None or value is pd.NA else str(value)


@plain.register
def _(value: bool | int | str) -> Any:
    return value.value if isinstance(value, Enum) else value


@plain.register
def _(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


@plain.register
def _(value: Text) -> dict[str, str]:
    return {"zh": value.zh, "en": value.en}


@plain.register
def _(value: Message) -> Any:
    return plain(value.text)


@plain.register
def _(value: date) -> str:
    return value.isoformat()


@plain.register
def _(value: np.generic | np.ndarray) -> Any:
    return plain(value.tolist())


@plain.register
def _(value: Mapping) -> dict[str, Any]:  # type: ignore[type-arg]  # dispatch takes the bare class
    return {str(plain(key)): plain(item) for key, item in value.items()}


@plain.register
def _(value: list | tuple | set) -> list[Any]:  # type: ignore[type-arg]  # dispatch takes the bare class
    return [plain(item) for item in value]
