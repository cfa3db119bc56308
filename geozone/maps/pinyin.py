"""How Chinese characters sound, each by itself, without tones."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

_DIAERESIS = "\N{COMBINING DIAERESIS}"  # ü is typed as v


def sounds(character: str) -> list[str] | None:
    """Return the readings of a character in plain letters, the usual one first; None where it has none."""
    written = _characters().get(str(ord(character)))
    if written is None:
        return None
    return list(dict.fromkeys(plain for sound in written.split(",") if (plain := _toneless(sound)).isascii()))


def _toneless(sound: str) -> str:
    parts = unicodedata.normalize("NFD", sound).replace(f"u{_DIAERESIS}", "v")
    return "".join(
        part for part in parts if not unicodedata.combining(part) or part == "\N{COMBINING CIRCUMFLEX ACCENT}"
    )


@cache
def _characters() -> Mapping[str, str]:
    # the package itself reads all its phrases when it is imported, which takes ten times as long
    spec = find_spec("pypinyin")
    for folder in spec.submodule_search_locations or () if spec else ():
        table = Path(folder) / "pinyin_dict.json"
        if table.is_file():
            found: dict[str, str] = json.loads(table.read_text("utf-8"))
            return found
    known: Mapping[int, str] = import_module("pypinyin.pinyin_dict").pinyin_dict
    return {str(code): written for code, written in known.items()}
