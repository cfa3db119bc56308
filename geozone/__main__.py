"""``python -m geozone``."""

from __future__ import annotations

from geozone.cli import main

main()
