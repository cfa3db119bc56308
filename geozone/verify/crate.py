"""The crate over a folder of builds: it says what the run records and the index say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geozone.export.crate import CRATE, crate
from geozone.files import digest
from geozone.maps.document import is_as_sealed
from geozone.messages import LANGUAGES, Message, message
from geozone.run.crate import folder_records
from geozone.run.finished import INDEX
from geozone.verify.check import Check, failed, passed, shown, told

_BEFORE = "0.1."  # versions that wrote no crate


def crate_checks(folder: Path) -> Iterator[Check]:
    """Yield the checks of the crate: it names every file and input of the folder with its digest, and nothing else."""
    path = folder / CRATE
    if not path.is_file():
        if any(_writes_crates(record) for record in folder_records(folder)):
            yield failed(CRATE, message("verify.crate_missing"))
        else:
            yield passed(CRATE, message("verify.crate_before"))
        return
    try:
        found = _entities(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        yield failed(CRATE, message("verify.unreadable", path=CRATE, reason=str(error)))
        return
    records, sha256 = folder_records(folder), _index_digest(folder / INDEX, found)
    wrong = min(
        (list(_differences(_entities(crate(records, sha256, lang)), found)) for lang in LANGUAGES), key=len
    )
    yield from told(CRATE, wrong)
    if not wrong:
        yield passed(CRATE, message("verify.crate_agrees", count=len(found)))


def _writes_crates(record: Mapping[str, Any]) -> bool:
    """Tell whether a record is of a version that writes crates."""
    version = str(record.get("versions", {}).get("geozone", {}).get("version", ""))
    return not version.startswith(_BEFORE)


def _index_digest(index: Path, found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the digest that the crate should give of the index: of one that was changed, which is told there, the one that it gives."""
    try:
        if is_as_sealed(index.read_text("utf-8")):
            return digest(index)
    except (OSError, ValueError):
        pass
    return str(found.get(INDEX, {}).get("sha256", ""))


def _entities(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    context = {"@id": "@context", "value": document["@context"]}
    return {str(entity["@id"]): entity for entity in (context, *document["@graph"])}


def _differences(
    right: Mapping[str, Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]
) -> Iterator[Message]:
    for name in right:
        if name not in found:
            yield message("verify.crate_without", name=name)
            continue
        for key in {**right[name], **found[name]}:
            expected, said = right[name].get(key), found[name].get(key)
            if expected != said:
                yield message(
                    "verify.value_was", place=f"{name} · {key}", found=shown(said), expected=shown(expected)
                )
    for name in found:
        if name not in right:
            yield message("verify.crate_beyond", name=name)
