"""Fixtures that several test folders share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from samples import BUILT_ZONES

# speed is measured in tests/bench, never asserted
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """Return the folder of a build of the three zones from the embedded layers, made once a session."""
    from geozone.project import embedded_project
    from geozone.run.build import build

    folder = tmp_path_factory.mktemp("maps")
    build([embedded_project(zone) for zone in BUILT_ZONES], folder)
    return folder
