"""Hold geozone's reader beside plain geopandas and fiona over a folder of real and broken files.

Run as a program, it writes the table of ``docs/reading.md`` and the outcomes that ``test_testdata.py`` expects::

    python tests/data/readers.py [FOLDER]
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import fiona
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.geometry

from geozone.errors import GeozoneError
from geozone.model import Layer, Severity
from geozone.read import read_layer

ROOT = Path(__file__).resolve().parents[2]
TESTDATA = ROOT.parent / "shared" / "testdata"
EXPECTED = Path(__file__).parent / "expected_reading.json"
DOCUMENT = ROOT / "docs" / "reading.md"
START, END = "<!-- table: start -->", "<!-- table: end -->"
COMPANIONS = {".shx", ".dbf", ".prj", ".cpg", ".mid", ".dat", ".map", ".id", ".xsd"}


@dataclass(frozen=True)
class Outcome:
    """How the reading of one layer of one file ended."""

    outcome: str  # "read", "findings" or "refused"
    features: int = 0
    crs: str = ""
    kinds: tuple[str, ...] = ()  # of the findings, or the key of the refusal


def files(folder: Path) -> Iterator[Path]:
    """Yield every file, a file geodatabase as one; companions belong to their main file."""
    for path in sorted(folder.rglob("*")):
        belongs = path.suffix.lower() in COMPANIONS and any(
            path.with_suffix(ending).exists() for ending in (".shp", ".tab", ".mif", ".gml")
        )
        if path.suffix == ".gdb" or (path.is_file() and path.parent.suffix != ".gdb" and not belongs):
            yield path


def read(path: Path, layer: str | None = None) -> tuple[Outcome, Layer | None]:
    """Read one layer and return how it ended; anything but a refusal that is meant is raised."""
    try:
        found = read_layer(path, layer=layer)
    except GeozoneError as error:
        if path.name not in error.get("zh"):
            raise AssertionError(path) from error  # a refusal names its file
        return Outcome("refused", kinds=(error.message.key,)), None
    kinds = tuple(sorted({finding.kind for finding in found.findings}))
    grave = any(finding.severity is not Severity.NOTE for finding in found.findings)
    crs = next((decision.value for decision in found.decisions if decision.kind == "crs"), "")
    return Outcome("findings" if grave else "read", len(found.data), crs, kinds), found


def layers(path: Path) -> list[str | None]:
    """Return the layers to read: those of a file with several, else the only one."""
    try:
        read_layer(path)
    except GeozoneError as error:
        if error.message.key == "read.several_layers":
            return [None, *str(error.message.params["choices"]).split(", ")]
    return [None]


def plain_geopandas(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    """Read as everybody does."""
    return gpd.read_file(path, **({"layer": layer} if layer else {}))


def plain_fiona(path: Path, layer: str | None) -> gpd.GeoDataFrame:
    """Read as everybody did."""
    with fiona.open(path, **({"layer": layer} if layer else {})) as collection:
        features = list(collection)
        crs = collection.crs_wkt or None
    geometries = [shapely.geometry.shape(item.geometry) if item.geometry else None for item in features]
    table = pd.DataFrame([dict(item.properties) for item in features])
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometries), crs=crs)


def compare(reader: Any, path: Path, layer: str | None, ours: Layer | None) -> str:
    """Say how a plain reader fares with a file, as against geozone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            plain = reader(path, layer)
        except Exception as error:  # noqa: BLE001 - whatever a plain reader raises is its outcome
            return f"fails ({type(error).__name__})"
        if ours is None:
            return f"reads {len(plain)} without a word"
        return differences(plain, ours.data) or "same"


def differences(plain: Any, ours: gpd.GeoDataFrame) -> str:
    """Return in what a plain reading differs."""
    if not isinstance(plain, gpd.GeoDataFrame):
        return "no geometry"
    found = [] if len(plain) == len(ours) else [f"{len(plain)} features instead of {len(ours)}"]
    if plain.crs is None:
        found.append("no CRS")
    elif len(plain) == len(ours) and not same_place(plain, ours):
        found.append("other place")
    if texts(ours) - texts(plain):
        found.append("text garbled")
    return ", ".join(found)


def same_place(plain: gpd.GeoDataFrame, ours: gpd.GeoDataFrame) -> bool:
    """Tell whether two readings lie in the same place, to a metre."""
    present = ours.geometry.notna().to_numpy() & ~ours.geometry.is_empty.to_numpy()
    if plain.geometry.notna().sum() < present.sum():
        return False
    there, here = plain.to_crs(4490).total_bounds, ours.total_bounds
    return bool(np.allclose(there, here, atol=1e-5, equal_nan=True))


def texts(data: gpd.GeoDataFrame) -> set[str]:
    """Return the text beyond ASCII in a layer."""
    return {
        value
        for name in data.columns
        if name != data.geometry.name
        for value in data[name]
        if isinstance(value, str) and not value.isascii() and value[:1] not in "[{"
    }


def outcomes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return how every file and layer ends."""
    found = {}
    for path in files(folder):
        for layer in layers(path):
            name = path.relative_to(folder).as_posix() + (f"|{layer}" if layer else "")
            found[name] = asdict(read(path, layer)[0])
    return found


def table(folder: Path) -> list[str]:
    """Return the rows of the table."""
    rows = ["| file | geozone | geopandas | fiona |", "|---|---|---|---|"]
    for path in files(folder):
        for layer in layers(path):
            outcome, ours = read(path, layer)
            said = {"read": "read", "findings": "read, said", "refused": "refused"}[outcome.outcome]
            counted = "" if ours is None else f" {outcome.features}"
            kinds = ", ".join(kind.removeprefix("read.") for kind in outcome.kinds)
            name = path.relative_to(folder).as_posix() + (f" ({layer})" if layer else "")
            cells = [compare(reader, path, layer, ours) for reader in (plain_geopandas, plain_fiona)]
            rows.append(f"| {name} | {said}{counted}{': ' + kinds if kinds else ''} | {' | '.join(cells)} |")
    return rows


def summary(rows: list[str]) -> str:
    """Return what the table comes to."""
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]
    refused = sum(row[1].startswith("refused") for row in cells)
    said = sum(row[1].startswith("read, said") for row in cells)
    sound = len(cells) - refused - said
    words = [
        f"{len(cells)} files and layers: geozone reads {sound}, reads {said} and says what is wrong, refuses {refused}."
    ]
    for name, column in (("geopandas", 2), ("fiona", 3)):
        fails = sum(row[column].startswith("fails") for row in cells)
        lost = sum(row[column].startswith("fails") and not row[1].startswith("refused") for row in cells)
        silent = sum(not row[column].startswith(("fails", "same")) for row in cells)
        words.append(
            f"Plain {name} fails on {fails} (geozone reads {lost} of these) and differs without a word on {silent}."
        )
    return " ".join(words)


def main(folder: Path) -> None:
    """Write the table and the outcomes."""
    EXPECTED.write_text(json.dumps(outcomes(folder), ensure_ascii=False, indent=1) + "\n", "utf-8")
    rows = table(folder)
    before, rest = DOCUMENT.read_text("utf-8").split(START)
    after = rest.split(END)[1]
    DOCUMENT.write_text("\n".join([before + START, "", summary(rows), "", *rows, "", END]) + after, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TESTDATA)
