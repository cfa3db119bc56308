"""The folder of builds as an RO-Crate: every file with its digest, what it was made from, and by what.

RO-Crate 1.1, with the actions of the profile Process Run Crate. It is made from the run records, and says nothing of when and
where a build was run, so that it is the same wherever the same inputs are built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from geozone.files import digest, whole_file
from geozone.messages import Language, text

CRATE = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_VERSION = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_PARAMETERS = ("lang", "edition")  # those that change what is made; no path is among them
_MEDIA = {
    ".html": "text/html",
    ".json": "application/json",
    ".csv": "text/csv",
    ".gpkg": "application/geopackage+sqlite3",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".qgz": "application/zip",
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NO_DATE = "2000-01-01"  # as in a GeoPackage: the day of a build would make two equal builds differ
Entity = dict[str, Any]


def write_crate(path: Path, records: Iterable[Mapping[str, Any]], index: Path, lang: Language) -> None:
    """Write the crate of a folder.

    Parameters
    ----------
    path
        Where to write, ``ro-crate-metadata.json``.
    records
        The run records of the zones that the folder holds.
    index
        The index over them.
    lang
        Language of names and descriptions.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    content = json.dumps(crate(records, digest(index), lang), ensure_ascii=False, indent=1)
    with whole_file(path) as unfinished:
        unfinished.write_text(content + "\n", "utf-8", newline="\n")


def crate(records: Iterable[Mapping[str, Any]], index: str, lang: Language) -> Entity:
    """Return the crate of a folder by the run records of its zones and the digest of its index."""
    records = sorted(records, key=lambda record: str(record["zone"]))
    entities: dict[str, Entity] = {}
    for record in records:
        for entity in _of_zone(record, lang):
            entities.setdefault(entity["@id"], entity)
    entities["index.html"] = _file("index.html", index, text("export.crate_index").get(lang))
    files = [name for name, entity in entities.items() if entity["@type"] == "File"]
    actions = [name for name, entity in entities.items() if entity["@type"] == "CreateAction"]
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": text("export.crate_name", zones="; ".join(_said(one["title"], lang) for one in records)).get(
            lang
        ),
        "description": text("export.crate_about").get(lang),
        "datePublished": _newest_date(records),
        "license": text("export.crate_licence").get(lang),
        "conformsTo": _ids([_PROFILE]),
        "hasPart": _ids(sorted(files)),
        "mentions": _ids(actions),
    }
    about: Entity = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _VERSION},
        "about": {"@id": "./"},
    }
    profile: Entity = {
        "@id": _PROFILE,
        "@type": "CreativeWork",
        "name": "Process Run Crate",
        "version": "0.5",
    }
    return {"@context": _CONTEXT, "@graph": [about, root, profile, *entities.values()]}


def is_told(record: Any) -> bool:
    """Tell whether a record says what a crate says of it."""
    try:
        return bool(list(_of_zone(record, "en"))) and bool(_newest_date([record]))
    except (KeyError, TypeError, AttributeError):
        return False


def _of_zone(record: Mapping[str, Any], lang: Language) -> Iterator[Entity]:
    """Yield the files of a zone, its inputs and parameters, the software, and the action that made the ones of the others."""
    zone = str(record["zone"])
    name = f"{zone}_run.json"
    files = [_file(one["name"], one["sha256"], bytes_=one["bytes"]) for one in record["outputs"]]
    files.append(
        _file(name, None, text("export.crate_record").get(lang))
    )  # it has times: no digest of it stays
    inputs = list(_inputs(record, lang))
    parameters = [
        {
            "@id": f"#{zone}-{key}",
            "@type": "PropertyValue",
            "name": key,
            "value": str(record["parameters"][key]),
        }
        for key in _PARAMETERS
        if key in record["parameters"]
    ]
    version = str(record["versions"]["geozone"]["version"])
    software = {
        "@id": f"#geozone-{version}",
        "@type": "SoftwareApplication",
        "name": "geozone",
        "softwareVersion": version,
    }
    action = {
        "@id": f"#build-{zone}",
        "@type": "CreateAction",
        "name": _said(record["title"], lang),
        "instrument": {"@id": software["@id"]},
        "object": _ids(one["@id"] for one in (*inputs, *parameters)),
        "result": _ids(one["@id"] for one in files),
    }
    yield from (*files, *inputs, *parameters, software, action)


def _inputs(record: Mapping[str, Any], lang: Language) -> Iterator[Entity]:
    """Yield what a zone was made from; of a table of a database there is no digest."""
    seen = set()
    for one in record["inputs"]:
        named = str(one["sha256"] or one["path"])
        if named in seen:
            continue  # several layers of one file
        seen.add(named)
        entity: Entity = {
            "@id": f"#input-{named}",
            "@type": "CreativeWork",
            "name": re.split(r"[\\/]", str(one["path"]))[-1],
            "sha256": one["sha256"],
            "description": _said(one["source"], lang),
            "license": one.get("licence"),
            "temporalCoverage": one["vintage"],
        }
        yield {key: value for key, value in entity.items() if value}


def _file(name: str, sha256: str | None, description: str = "", *, bytes_: int | None = None) -> Entity:
    entity = {
        "@id": name,
        "@type": "File",
        "name": name,
        "description": description,
        "encodingFormat": _MEDIA.get(Path(name).suffix, ""),
        "contentSize": None if bytes_ is None else str(bytes_),
        "sha256": sha256,
    }
    return {key: value for key, value in entity.items() if value}


def _newest_date(records: Iterable[Mapping[str, Any]]) -> str:
    """Return the newest whole date of any input."""
    found = [_NO_DATE]
    for record in records:
        for one in record["inputs"]:
            said = [str(one["vintage"] or "")]
            said += [
                str(origin.get(key) or "")
                for origin in one.get("origins", ())
                for key in ("published", "taken")
            ]
            found += [date for words in said for date in _DATE.findall(words)]
    return max(found)


def _ids(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": name} for name in names]


def _said(words: Any, lang: Language) -> str:
    return str(words.get(lang, "")) if isinstance(words, Mapping) else str(words or "")
