"""Parts of a run in other processes: what they return, tell and raise arrives."""

import gc
import os
import signal
import subprocess
import sys
import warnings
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path

import pytest

from geozone.errors import DataError, GeozoneError, UsageError
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


def run_script(script):
    """Run it in the environment of a user, without what other tests have set in this process."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHONWARNINGS", "GDAL_", "OGR_"))
    }
    return subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False, env=environment
    )


def end(options):
    del options
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_was_ended_is_told_whoever_speaks_to_it_next():
    with pytest.raises(UsageError) as told, Processes(1, Options()) as processes:
        processes.result(processes.start(end))
    assert told.value.message.key == "run.process_lost"
    with Processes(1, Options()) as processes:
        wait([processes.start(end)])
        with pytest.raises(UsageError) as told:
            processes.start(collecting)
    assert told.value.message.key == "run.process_lost"


def test_a_script_is_not_run_again_by_the_processes_that_it_asks_for(tmp_path):
    script = tmp_path / "script.py"  # as people write them, without a word about a main module
    script.write_text(
        "from geozone.run import jobs\n"
        "from geozone.run.options import Options\n"
        "from geozone.run.processes import Processes\n"
        "print('run')\n"
        "with Processes(1, Options()) as processes:\n"
        "    print(processes.result(processes.start(jobs.make_ready)))\n",
        "utf-8",
    )
    run = run_script(script)
    assert (run.stdout, run.stderr) == ("run\nNone\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the other process outlives this one")
def test_one_that_ends_at_once_leaves_no_word_of_python(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import os, sys\n"
        "from geozone.quiet import quieten\n"
        "from geozone.run import jobs\n"
        "from geozone.run.options import Options\n"
        "from geozone.run.processes import Processes\n"
        "quieten()\n"
        "with Processes(1, Options()) as processes:\n"
        "    processes.result(processes.start(jobs.make_ready))\n"
        "    print(os.environ.get('PYTHONWARNINGS'), flush=True)\n"
        "    os._exit(143)\n",
        "utf-8",
    )
    run = run_script(script)
    assert (run.returncode, run.stdout, run.stderr) == (143, "None\n", "")


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


def own(path, size):
    """Return a zone with a red line of the user's own, in a file of a size, or in a database."""
    if isinstance(path, Path):
        path.write_bytes(b"")
        os.truncate(path, size)
    project = embedded_project("bth")
    spec = project.layers["redline"]
    layers = project.layers | {"redline": replace(spec, sources=(replace(spec.sources[0], path=path),))}
    return replace(project, layers=layers, own=frozenset({"redline"}))


def test_a_single_zone_of_little_data_of_ones_own_is_built_by_two_processes(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    small, large = own(tmp_path / "a.gpkg", 1 << 20), own(tmp_path / "b.gpkg", 1 << 30)
    assert _processes([small], Options()) == 2
    assert _processes([small], Options(threads=1)) == 1
    assert _processes([large], Options()) == 1
    assert _processes([own("postgresql://host/gis", 0)], Options()) == 1
    (tmp_path / "a.gpkg").unlink()  # whoever reads it tells
    assert _processes([small], Options()) == 1
