"""Write the tables of ``docs/standards.md``: every rule of the standards with what it rests on, and what each check takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from geozone.manifest.rules import load_rules
from geozone.messages import text
from geozone.standards.checking import checks
from geozone.standards.declared import load_standard, standard_ids
from geozone.standards.keys import CERTAINTIES, CHECKS

DOCUMENT = Path(__file__).with_suffix(".md")


def rule_rows() -> Iterator[str]:
    """Yield the lines of the table of rules."""
    yield "| code | check | of | how sure | source |"
    yield "|---|---|---|---|---|"
    for name in standard_ids():
        standard = load_standard(name)
        for rule in standard.rules:
            of = ", ".join(rule.fields or rule.layers) or "all"
            certainty = text(f"words.certainty_{rule.source.certainty}").en
            yield f"| {rule.code} | `{rule.check}` | {of} | {certainty} | {rule.source.title.en} |"


def check_rows() -> Iterator[str]:
    """Yield the lines of the table of checks."""
    yield "| check | finds | takes |"
    yield "|---|---|---|"
    for name, keys in CHECKS.items():
        finds = (checks()[name].__doc__ or "").splitlines()[0].removeprefix("Find ").rstrip(".")
        takes = ", ".join(f"`{key}`" for key in keys)
        yield f"| `{name}` | {finds} | {takes} |"


def certainty_rows() -> Iterator[str]:
    """Yield how many rules of each standard are how sure."""
    words = [text(f"words.certainty_{word}").en for word in CERTAINTIES]
    yield f"| standard | rules | {' | '.join(words)} |"
    yield "|---|" + "---:|" * (len(words) + 1)
    for name in standard_ids():
        rules = load_standard(name).rules
        counts = [sum(rule.source.certainty == word for rule in rules) for word in CERTAINTIES]
        yield f"| `{name}`: {load_standard(name).title.en} | {len(rules)} | {' | '.join(map(str, counts))} |"


def code_rows() -> Iterator[str]:
    """Yield the letters by which codes begin, and what they are about."""
    yield "| codes | about |"
    yield "|---|---|"
    rooms: dict[str, list[str]] = {}
    for rule in load_rules().values():
        rooms.setdefault(rule.room, []).append(rule.code)
    for room, codes in rooms.items():
        yield f"| {min(codes)}–{max(codes)} | {text(f'words.rules_{room}').en} |"


TABLES = {"certainties": certainty_rows, "rules": rule_rows, "checks": check_rows, "codes": code_rows}


def filled(written: str) -> str:
    """Return the document with its tables as they are declared."""
    for name, rows in TABLES.items():
        table = "\n".join(rows()) + "\n"
        marker = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        written = marker.sub(lambda found, table=table: found[1] + table + found[2], written)
    return written


if __name__ == "__main__":
    DOCUMENT.write_text(filled(DOCUMENT.read_text("utf-8")), "utf-8")
