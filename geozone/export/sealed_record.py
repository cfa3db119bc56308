"""The form of a run record: JSON with a digest of each of its sections, so that a changed one is found and named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from geozone.files import whole_file

SEAL = "seal"  # of the record itself: a digest of each of its other sections


def write_sealed(record: Mapping[str, Any], path: Path) -> None:
    """Write a record of plain values with its seal.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    held = {name: value for name, value in record.items() if name != SEAL}
    held[SEAL] = sections(held)
    with whole_file(path) as unfinished:
        content = json.dumps(held, ensure_ascii=False, indent=1, allow_nan=False)
        unfinished.write_text(content + "\n", "utf-8", newline="\n")


def sections(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the digest of each section of a JSON document, by its name."""
    return {
        name: blake2b(
            json.dumps(value, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace"),
            digest_size=8,
        ).hexdigest()
        for name, value in document.items()
    }
