"""A project file as text: blocks of keys, and comments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence


def toml_value(value: str | float | Sequence[float]) -> str:
    """Return a text, a number or a list of numbers as TOML writes it."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return f"{value:g}"
    return "[" + ", ".join(map(toml_value, value)) + "]"


def toml_key(name: str) -> str:
    """Return a key, in quotes where it is no bare one."""
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else toml_value(name)


def block(
    kind: str,
    keys: Mapping[str, str],
    tables: Mapping[str, Mapping[str, str | Sequence[float]]] | None = None,
) -> str:
    """Return a block of a project file.

    Parameters
    ----------
    kind
        Its table: ``layer``, ``register``, ``figures``.
    keys
        Its keys and texts.
    tables
        Inline tables behind them, such as ``fields`` and ``classes``; an empty one is left out.
    """
    lines = [f"[[{kind}]]", *(f"{toml_key(name)} = {toml_value(value)}" for name, value in keys.items())]
    for name, table in (tables or {}).items():
        inside = ", ".join(f"{toml_key(key)} = {toml_value(value)}" for key, value in table.items())
        lines += [f"{name} = {{ {inside} }}"] if table else []
    return "\n".join(lines)


def comment(said: str) -> str:
    """Return a text as lines of comment."""
    return "\n".join(f"# {line}".rstrip() for line in said.splitlines())
