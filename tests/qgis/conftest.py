"""QGIS without a screen, for what is opened, drawn and edited in it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"  # QGIS brings its modules to the system's Python


@pytest.fixture(scope="session")
def run_in_qgis(tmp_path_factory):
    """Return a function that runs a script of this folder with QGIS's modules, and returns what it printed."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path_factory.mktemp("home")),
        "QT_QPA_PLATFORM": "offscreen",
        "LANG": "C.UTF-8",
    }
    probe = [SYSTEM_PYTHON, "-c", "import qgis.core"]
    if (
        not Path(SYSTEM_PYTHON).exists()
        or subprocess.run(probe, check=False, capture_output=True, env=environment).returncode
    ):
        pytest.skip("QGIS's Python modules (python3-qgis) are not installed")

    def run(script, *arguments, timeout=120, task=None):
        command = [SYSTEM_PYTHON, str(Path(__file__).parent / script), *map(str, arguments)]
        return subprocess.run(
            command, input=task, capture_output=True, text=True, check=True, timeout=timeout, env=environment
        ).stdout

    return run
