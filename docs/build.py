"""Rebuild the measured tables and the pictures in this folder, from the embedded layers and the built maps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = (
    ("layers/build/measure.py",),  # layers.md
    ("tests/data/readers.py",),  # reading.md
    ("docs/places.py",),  # places.md
    ("docs/standards.py",),  # standards.md
    ("docs/screenshots.py", "maps"),  # images/
)

for program, *arguments in PROGRAMS:
    subprocess.run([sys.executable, str(ROOT / program), *arguments], cwd=ROOT, check=True)
