"""Tables for the command line: what is declared, and how a table is printed or written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from geozone.catalog import load_catalog
from geozone.errors import UsageError
from geozone.files import whole_file
from geozone.messages import Language
from geozone.run.layers import covers
from geozone.seeds import get_zone, load_zones

ENDINGS = (".csv", ".json", ".xlsx", ".parquet")


def zones(lang: Language) -> pd.DataFrame:
    """Return the declared zones."""
    rows = [
        {
            "zone": zone.key,
            "title": zone.title.get(lang),
            "kind": zone.kind,
            "members": ",".join(zone.members),
            "levels": ",".join(zone.levels),
            "documents": ",".join(zone.documents),
            "note": zone.note.get(lang) if zone.note else "",
        }
        for zone in load_zones().values()
    ]
    return pd.DataFrame(rows)


def layers(zone: str | None, lang: Language) -> pd.DataFrame:
    """Return the embedded layers, or those that serve a zone.

    Raises
    ------
    UsageError
        If there is no such zone.
    """
    wanted = get_zone(zone) if zone else None
    rows = [
        {
            "layer": spec.id,
            "role": spec.role,
            "title": spec.title.get(lang),
            "basis": spec.basis.value,
            "vintage": spec.vintage,
            "accuracy": spec.accuracy.get(lang),
            "licence": spec.licence,
            "source": spec.source.get(lang),
            "zones": ",".join(spec.zones),
        }
        for spec in load_catalog().values()
        if wanted is None or covers(spec, wanted)
    ]
    return pd.DataFrame(rows)


def show(table: pd.DataFrame, form: str | None) -> str:
    """Return a table as text: aligned for reading, or JSON records, or CSV. Numbers keep all their digits."""
    if form == "json":
        return json.dumps(records(table), ensure_ascii=False, indent=1)
    if form == "csv":
        return table.to_csv(index=False).rstrip("\n")
    with pd.option_context("display.unicode.east_asian_width", True, "display.max_colwidth", 40):
        return table.to_string(index=False, na_rep="", float_format=lambda value: f"{value:,.6g}")


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain values; missing ones are None."""
    return [
        {str(name): _plain(value) for name, value in row.items()} for row in table.to_dict(orient="records")
    ]


def require_ending(path: Path, more: tuple[str, ...] = ()) -> None:
    """Refuse a file name whose ending names no table format, nor one of `more`.

    Raises
    ------
    UsageError
        If the ending is none of csv, json, xlsx, parquet and `more`.
    """
    if path.suffix.lower() not in (*ENDINGS, *more):
        raise UsageError("cli.bad_ending", path=path, choices=", ".join((*ENDINGS, *more)))


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table in the format that its file name ends in.

    Raises
    ------
    UsageError
        If the ending is none of csv, json, xlsx, parquet, or the file cannot be written.
    """
    require_ending(path)
    with whole_file(path) as unfinished:
        match path.suffix.lower():
            case ".csv":
                table.to_csv(unfinished, index=False, encoding="utf-8-sig")
            case ".json":
                unfinished.write_text(json.dumps(records(table), ensure_ascii=False, indent=1), "utf-8")
            case ".xlsx":
                table.to_excel(unfinished, index=False, engine="xlsxwriter")
            case _:
                table.to_parquet(unfinished, index=False)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
