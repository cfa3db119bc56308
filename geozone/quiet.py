"""Libraries keep to themselves what they log and warn of: findings say it in the user's words."""

from __future__ import annotations

import logging
import socket
import sys
import warnings
from typing import Any


def quieten() -> None:
    """Keep back what libraries log or warn of, with paths and in their own words, in this process."""
    for name in ("fiona", "pyogrio", "rasterio", "shapely", "distributed"):
        logging.getLogger(name).addHandler(logging.NullHandler())
    # urllib3, which folium brings, opens a socket at its import to see whether there is IPv6; nothing here asks a host
    socket.has_ipv6 = False
    if not sys.warnoptions:
        warnings.showwarning = _no_warning


def is_quiet() -> bool:
    """Tell whether warnings are kept back in this process."""
    return warnings.showwarning is _no_warning


def _no_warning(*_: Any, **__: Any) -> None:
    return
