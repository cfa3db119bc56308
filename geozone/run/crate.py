"""The crate over a folder of builds, from the run records of every zone that it holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from geozone.export.crate import CRATE, is_told, write_crate
from geozone.messages import Language
from geozone.run.finished import INDEX, RECORD, staged
from geozone.seeds import load_zones


def write_folder_crate(folder: Path, stage: Path, lang: Language) -> Path:
    """Write the crate over a folder as it will be with the files of a stage, into the stage.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    path = stage / CRATE
    write_crate(path, folder_records(folder, stage), staged(INDEX, folder, stage), lang)
    return path


def folder_records(folder: Path, stage: Path | None = None) -> list[dict[str, Any]]:
    """Return the run records of the zones of a folder; one that cannot be read is told by the index."""
    found = []
    for key in load_zones():
        path = staged(f"{key}{RECORD}", folder, stage)
        try:
            record = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if is_told(record):
            found.append(record)
    return found
