"""The texts of an example: its project file, and the page that says what is in the folder and what is wrong on purpose."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geozone.example.declared import Entry, entries, words, zones
from geozone.example.inputs import inputs
from geozone.example.keeping_registers import FIGURES_FILE
from geozone.messages import text
from geozone.model import Basis

SOURCE = "示例数据（geozone example 生成）"
_LAYER_INSIDE = ("geodatabase", "geopackage", "workbook", "workbook_in_degrees_minutes_seconds")
_NO_CRS = "zipped_shapefile"
_NUMBERS_AS_TEXT = "number_as_text"


def project_text(zone: str) -> str:
    """Return the project file."""
    title = zones()[zone]["title"]
    head = [
        words("project_head.toml").rstrip(),
        f"zone = {_toml(zone)}",
        f"title = {_toml(title['zh'])}",
        'map_review_number = ""',
    ]
    blocks = ["\n".join(head)]
    blocks += [_block("layer", _layer(entry)) for entry in entries("layer", zone)]
    blocks += [_block("layer", _raster(entry)) for entry in entries("raster", zone)]
    blocks += [_block("register", _register(entry)) for entry in entries("register", zone)]
    blocks.append(_block("figures", {"path": FIGURES_FILE, "basis": Basis.SYNTHETIC.value, "source": SOURCE}))
    return "\n\n".join([*blocks, words("own.toml").rstrip()]) + "\n"


def readme_text(zone: str) -> str:
    """Return the page that explains the folder, Chinese first."""
    title = zones()[zone]["title"]
    files = "\n".join(f"| `{path}` | {told} |" for path, told in _files(zone).items())
    wrong = list(_wrong(zone))
    tables = {
        lang: "\n".join(f"| `{path}` | {told['what'][lang]} | {told['told'][lang]} |" for path, told in wrong)
        for lang in ("zh", "en")
    }
    parts = [
        text("example.readme_head", title=title["zh"]).zh,
        text("example.readme_files", files=files).zh,
        text("example.readme_wrong", wrong=tables["zh"]).zh,
        text("example.readme_head", title=title["en"]).en,
        text("example.readme_wrong", wrong=tables["en"]).en,
    ]
    return "\n\n".join(parts) + "\n"


def _files(zone: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in ("layer", "raster", "register"):
        for entry in entries(kind, zone):
            told = found.get(entry["file"])
            found[entry["file"]] = f"{told}、{entry['title']}" if told else entry["title"]
    return {**found, FIGURES_FILE: text("example.figures_title").zh}


def _wrong(zone: str) -> Iterator[tuple[str, Entry]]:
    told = {entry["id"]: entry for entry in entries("mistake", zone)}
    for kind in ("layer", "raster", "register"):
        for entry in entries(kind, zone):
            ids = [*(["no_crs"] if entry.get("keep") == _NO_CRS else []), *entry.get("wrong", ())]
            yield from ((entry["file"], told[name]) for name in ids)
    if any(row.as_text for row in inputs(zone).figures):
        yield FIGURES_FILE, told[_NUMBERS_AS_TEXT]


def _layer(entry: Entry) -> dict[str, Any]:
    inside = {"layer": entry["layer"]} if entry["keep"] in _LAYER_INSIDE else {}
    fields = {name: heading.rpartition("/")[2] for name, heading in entry["fields"].items()}
    return {**_identity(entry), "path": entry["file"], **inside, **_origin(entry), "fields": fields}


def _raster(entry: Entry) -> dict[str, Any]:
    classes = {"classes": entry["classes"]} if "classes" in entry else {}
    return {**_identity(entry), "path": entry["file"], **_origin(entry), **classes}


def _register(entry: Entry) -> dict[str, Any]:
    more = {name: entry[name] for name in ("sheet", "level") if name in entry}
    fields = {"fields": entry["fields"]} if "fields" in entry else {}
    known = {"basis": Basis.SYNTHETIC.value, "as_of": entry["as_of"], "source": SOURCE}
    return {**_identity(entry), "path": entry["file"], **more, **known, **fields}


def _identity(entry: Entry) -> dict[str, Any]:
    return (
        {"role": entry["role"]}
        if entry["id"] == entry["role"]
        else {"role": entry["role"], "id": entry["id"]}
    )


def _origin(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry["title"],
        "basis": Basis.SYNTHETIC.value,
        "vintage": entry["vintage"],
        "source": SOURCE,
    }


def _block(kind: str, table: Mapping[str, Any]) -> str:
    return "\n".join([f"[[{kind}]]", *(f"{name} = {_toml(value)}" for name, value in table.items())])


def _toml(value: Any) -> str:
    """Return a value as TOML; a table in one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(part)}" for name, part in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
