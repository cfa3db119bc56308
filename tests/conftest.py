"""Fixtures that several test folders share."""

from __future__ import annotations

import fcntl
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from samples import BUILT_ZONES, THOROUGH

ROOT = Path(__file__).resolve().parents[1]

# what a test computes is computed in it; those of reuse name a folder of their own
os.environ["GEOZONE_CACHE"] = ""

# speed is measured in tests/bench, never asserted
settings.register_profile("usual", deadline=None, max_examples=15)
settings.register_profile("thorough", deadline=None, max_examples=100)
settings.load_profile("thorough" if THOROUGH else "usual")


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among the thousands of tests: looking takes a fifteenth of the processor time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def shared(factory: pytest.TempPathFactory, worker: str, name: str) -> Path:
    """Return where all processes of this run of the tests find something."""
    base = factory.getbasetemp()
    return (base if worker == "master" else base.parent) / name


@contextmanager
def once(factory: pytest.TempPathFactory, worker: str, name: str) -> Iterator[Path]:
    """Give a folder that all processes share, to one after the other."""
    folder = shared(factory, worker, name)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other process waits for it
        yield folder


@pytest.fixture(scope="module")
def results_kept(tmp_path_factory, worker_id) -> Iterator[None]:
    """Let a module take what others of this run have computed of the same data, where it asks for what is kept.

    For modules that are about what becomes of a result, and change no code while they compute one.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEOZONE_CACHE", str(shared(tmp_path_factory, worker_id, "results")))
        yield


@pytest.fixture(scope="session")
def with_font() -> None:
    """Skip where no font has Chinese characters."""
    from geozone.errors import UsageError
    from geozone.export.fonts import chinese_font

    try:
        chinese_font()
    except UsageError:
        pytest.skip("no font with Chinese characters is installed")


@pytest.fixture(scope="session")
def built(tmp_path_factory, worker_id) -> Path:
    """Return the folder of a build of the three zones from the embedded layers, made once for all processes."""
    from geozone.project import embedded_project
    from geozone.run.build import build

    with once(tmp_path_factory, worker_id, "maps") as folder:
        if not folder.exists():
            build([embedded_project(zone) for zone in BUILT_ZONES], folder)
    return folder


@pytest.fixture(scope="session")
def example_of(tmp_path_factory, worker_id) -> Callable[[str], Path]:
    """Return a function that gives the folder of the synthetic example of a zone, written once for all processes."""
    from geozone.example import write_example

    def of_zone(zone: str) -> Path:
        with once(tmp_path_factory, worker_id, f"example_{zone}") as folder:
            if not folder.exists():
                write_example(folder, zone)
        return folder

    return of_zone


@pytest.fixture(scope="session")
def documentation(tmp_path_factory, worker_id) -> Path:
    """Return the folder of the site of docs/, made once for all processes; whatever Sphinx warns of fails."""
    pytest.importorskip("sphinx", reason="Sphinx is not installed (pip install geozone[docs])")
    with once(tmp_path_factory, worker_id, "documentation") as folder:
        if not folder.exists():
            made = subprocess.run(
                [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "docs", folder],
                cwd=ROOT, capture_output=True, encoding="utf-8", check=False,
            )  # fmt: skip
            assert made.returncode == 0, made.stderr
    return folder
