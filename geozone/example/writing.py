"""The folder of an example: all files, the project file and a page that explains them, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from geozone.errors import UsageError
from geozone.example import keeping, keeping_registers
from geozone.example.explained import project_text, readme_text
from geozone.example.inputs import inputs
from geozone.files import put

PROJECT_FILE, README = "project.toml", "README.md"


def write_example(folder: Path, zone: str) -> Path:
    """Write a complete synthetic set of inputs of a zone as offices keep them, with its project file.

    The same zone gives the same bytes, on every run and machine.

    Parameters
    ----------
    folder
        Where to write; it may exist if it is empty.
    zone
        ``bth``, ``hebei`` or ``yrd``.

    Returns
    -------
    Path
        The project file.

    Raises
    ------
    UsageError
        If there is something in the folder, or it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("example.not_empty", path=folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".geozone-", dir=folder.parent))
    except OSError as error:
        raise UsageError("files.unwritable", path=folder, reason=error.strerror or str(error)) from error
    try:
        whole = unfinished / "example"
        whole.mkdir()
        _write_all(whole, zone)
        if folder.exists():
            folder.rmdir()
        put(whole, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder / PROJECT_FILE


def _write_all(folder: Path, zone: str) -> None:
    made = inputs(zone)
    for layer in made.layers:
        getattr(keeping, layer.entry["keep"])(layer, folder)
    for raster in made.rasters:
        keeping.geotiff(raster, folder)
    for register in made.registers:
        getattr(keeping_registers, register.entry["keep"])(register, folder)
    keeping_registers.write_figures(made.figures, folder)
    for name, written in ((PROJECT_FILE, project_text(zone)), (README, readme_text(zone))):
        (folder / name).write_bytes(written.encode("utf-8"))
