"""Read vector files of GIS staff, every decision reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geozone.read.safety import LIMITS, Limits

if TYPE_CHECKING:
    from geozone.read.vector import list_layers, read_layer

__all__ = ["LIMITS", "Limits", "list_layers", "read_layer"]


def __getattr__(name: str) -> Any:
    # imported on first use: what a project file says of its data is known without opening any
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from geozone.read import vector  # noqa: PLC0415

    return getattr(vector, name)
