"""Rebuild ``layers/data`` and the list of units from the pinned packages: every layer in the order in which they need each other."""

from __future__ import annotations

from importlib import import_module
from time import perf_counter

ORDER = (
    "boundary",
    "codes",
    "dem",
    "coastline",
    "rivers",
    "lakes",
    "barrier",
    "bays",
    "redline",
    "seats",
    "backdrop",
)


def main() -> None:
    """Run every layer's script."""
    for name in ORDER:
        started = perf_counter()
        print(f"{name}:", flush=True)
        import_module(name).main()
        print(f"  {perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
