"""The zones whose files lie in a folder of builds, whichever build wrote them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError

from geozone.errors import GeozoneError
from geozone.files import make_folder, whole_file
from geozone.manifest.indicators import load_indicators
from geozone.maps.index import render_index
from geozone.messages import Language, Text, text
from geozone.model import Comparator, Modality, Target, Zone, ZoneResult
from geozone.rates.rows import read_rates
from geozone.read.door import vector
from geozone.read.door.content import text_of
from geozone.run.finished import INDEX, INDEXED, staged
from geozone.seeds import load_documents, load_zones, zone_targets


def write_index(
    folder: Path, lang: Language, notice: Callable[[Text], None], *, stage: Path | None = None
) -> Path:
    """Write the index over every zone that a folder holds, those of earlier builds too.

    It is made from the files of the zones alone, so that it says what they say and does not depend on which of them
    were built together.

    Parameters
    ----------
    folder
        Where ``geozone build`` wrote to.
    lang
        Language that the index opens in.
    notice
        Told of a zone that stays out, because a file of it is missing or cannot be read.
    stage
        A folder of files that are to take the places of those in `folder`; the index is written there, as it will be then.

    Raises
    ------
    UsageError
        If the index cannot be written.
    """
    make_folder(folder)
    results, lacking = built_zones(folder, stage=stage)
    for reason in lacking:
        notice(reason)
    path = (stage or folder) / INDEX
    with whole_file(path) as unfinished:
        unfinished.write_text(render_index(results, lang=lang), "utf-8", newline="\n")
    return path


def built_zones(folder: Path, *, stage: Path | None = None) -> tuple[list[ZoneResult], list[Text]]:
    """Return what the files of each zone in a folder say of it, and why others cannot be read.

    Returns
    -------
    results, lacking
        Zones in the order of their declaration, with units, rates and targets, but without layers and registers; and a
        sentence for each zone that has some of its files only, or files that are damaged.
    """
    results, lacking = [], []
    for key, zone in load_zones().items():
        needed = [staged(f"{key}{ending}", folder, stage) for ending in INDEXED]
        missing = [path.name for path in needed if not path.exists()]
        if len(missing) == len(needed):
            continue
        if missing:
            names = ", ".join(missing)
            lacking.append(
                text("run.index_without", zone=zone.title, reason=text("run.index_missing", names=names))
            )
            continue
        record, rates, package, _ = needed
        try:
            results.append(_zone_result(zone, record, rates, package))
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            DataSourceError,
            DataLayerError,
            GeozoneError,
            ShapelyError,
        ) as error:
            lacking.append(text("run.index_without", zone=zone.title, reason=str(error)))
    return results, lacking


def _zone_result(zone: Zone, record: Path, rates: Path, package: Path) -> ZoneResult:
    document, run = json.loads(text_of(rates)), json.loads(text_of(record))
    facts = ["code", "name", "name_en", "level", "parent", "area_km2"]
    # another program may have it open: nothing is waited for, nothing is written beside it
    units = vector.frame(package, layer="units", columns=facts, IMMUTABLE="YES")
    for name in ("name_en", "parent"):
        units[name] = units[name].fillna("")
    declared = zone_targets(zone.key)
    known = {target.id for target in declared}
    further = [target for target in _targets(package) if target.id not in known]
    return ZoneResult(
        zone=zone,
        title=Text(**document["title"]),
        review_number=str(run["map_review_number"]),
        units=units,
        layers={},
        mosaic=pd.DataFrame(),
        rates=read_rates(document["rates"]),
        targets=[*declared, *further],
        documents=dict(load_documents()),
        registers={},
        indicators=load_indicators(),
        story=Text(**run.get("story", {"zh": "", "en": ""})),
    )


def _targets(package: Path) -> list[Target]:
    """Return the targets of a GeoPackage, those of the user's own and of other documents among them; texts in one language."""
    table = vector.frame(package, layer="targets", read_geometry=False, IMMUTABLE="YES")
    return [_target(row) for row in table.astype(object).where(table.notna(), None).to_dict("records")]


def _target(row: Mapping[str, Any]) -> Target:
    documents = tuple(filter(None, str(row["documents"] or "").split(",")))
    title, region = str(row["title"]), str(row["region"] or "")
    return Target(
        id=str(row["id"]),
        documents=documents,
        clause=str(row["clause"] or ""),
        zone=str(row["zone"]),
        region=Text(region, region),
        region_codes=tuple(filter(None, str(row["region_codes"] or "").split(","))),
        indicator=str(row["indicator"]),
        title=Text(title, title),
        comparator=Comparator(row["comparator"]),
        modality=Modality(row["modality"]),
        value=None if row["value"] is None else float(row["value"]),
        unit=str(row["unit"]),
        year=None if row["year"] is None else int(row["year"]),
        reference=documents == (str(row["id"]),),  # `reference_targets` gives each the document that sets it
    )
