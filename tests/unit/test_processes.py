"""Parts of a run in other processes: what they return, tell and raise arrives."""

import gc
import os
import signal
import subprocess
import sys
import warnings

import pytest

from geozone.errors import DataError, GeozoneError
from geozone.messages import Text
from geozone.project import embedded_project
from geozone.run.build import _processes
from geozone.run.options import Options
from geozone.run.processes import Processes


def work(name, options):
    """Tell a step and a line; return where it was done."""
    options.progress(Text(f"步骤{name}", f"step {name}"))
    options.notice(Text(f"{name}的说明", f"note of {name}"))
    warnings.warn("a library's own words", stacklevel=1)
    return name, os.getpid(), options.lang


def collecting(options):
    del options
    return gc.isenabled(), gc.get_threshold()[0]


def fail(name, options):
    del options
    raise DataError("files.unwritable", path=name, reason="because")


def test_results_and_notes_come_in_the_order_of_asking_and_errors_whole(capfd):
    steps, notes = [], []
    options = Options(
        lang="en", progress=lambda step: steps.append(step.en), notice=lambda line: notes.append(line.en)
    )
    with Processes(2, options) as processes:
        later = processes.start(work, "later")
        first = processes.start(work, "first")
        broken = processes.start(fail, "x.gpkg")
        name, where, lang = processes.result(first)
        assert (name, lang) == ("first", "en")
        assert where != os.getpid()
        assert processes.result(later)[0] == "later"
        with pytest.raises(GeozoneError) as caught:
            processes.result(broken)
    assert notes == ["note of first", "note of later"]
    assert sorted(steps) == ["step first", "step later"]
    assert caught.value.exit_code == 1
    assert "x.gpkg" in caught.value.get("zh")
    assert capfd.readouterr().out == ""


ENDED_EARLY = """
import os, signal
from geozone.run.options import Options
from geozone.run.processes import Processes

with Processes(1, Options()) as processes:
    processes.start(print)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere nothing ends a process whose parent was killed"
)
def test_a_process_whose_parent_is_killed_before_it_has_begun_ends():
    started = subprocess.Popen([sys.executable, "-c", ENDED_EARLY], stderr=subprocess.PIPE)
    started.communicate(timeout=60)  # every process that has inherited the pipe has ended
    assert started.returncode == -signal.SIGKILL


def test_a_process_of_its_own_looks_for_garbage_seldom_and_still_does():
    before = gc.get_threshold()
    with Processes(1, Options()) as processes:
        enabled, threshold = processes.result(processes.start(collecting))
    assert enabled
    assert threshold > before[0]
    assert gc.get_threshold() == before


def test_only_embedded_zones_are_built_at_a_time(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    zones = [embedded_project(key) for key in ("bth", "yrd", "hebei")]
    assert _processes(zones, Options()) == 2
    assert _processes(zones, Options(threads=3)) == 3
    assert _processes(zones, Options(threads=1)) == 1
    assert _processes(zones[:1], Options()) == 2
    assert _processes([zones[0], zones[0]], Options()) == 1
    assert _processes(zones, Options(workers=2)) == 1
    zones[1].layers.pop("rivers")
    assert _processes(zones, Options()) == 1
