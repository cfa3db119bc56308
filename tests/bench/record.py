"""What a run of the bench measured, kept as JSON beside the documentation, so that runs compare."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

FILE = Path(__file__).resolve().parents[2] / "docs" / "bench.json"
LIBRARIES = ("geozone", "numpy", "shapely", "geopandas", "pyogrio", "rasterio", "numba")
RECORD: dict[str, list[dict[str, Any]]] = {}


def machine() -> dict[str, object]:
    """Return what the figures depend on beside the code."""
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    names = [line.split(":", 1)[1].strip() for line in told.splitlines() if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.processor(),
        "processors": len(os.sched_getaffinity(0)),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load_at_end": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def recorded(part: str) -> list[dict[str, Any]]:
    """Return the rows of a part that an earlier run measured."""
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return list(kept.get(part, {}).get("rows", []))


def write_record() -> None:
    """Write the parts that were measured in place of those of earlier runs."""
    if not RECORD:
        return
    kept = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    run = {"measured": datetime.now(UTC).date().isoformat(), **machine()}
    kept.update({part: {"run": run, "rows": rows} for part, rows in RECORD.items()})
    FILE.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
