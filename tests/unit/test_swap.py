"""A build replaces the files of a folder whole, or not at all, whatever ends it."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geozone.errors import UsageError
from geozone.files import clear_leftovers, whole_file, working_folder
from geozone.run import swap
from geozone.run.swap import complete, one_build, settle
from geozone.system import BusyError
from geozone.system import held as lock

NAMES = ["bth.gpkg", "bth.html", "bth.xlsx", "bth_rates.csv", "bth_rates.json", "bth_run.json", "index.html"]
# a build of seven files that ends itself at one of its dealings with the disk, as by SIGKILL
KILLED = """
import os, sys
from pathlib import Path
out, moment = Path(sys.argv[1]), int(sys.argv[2])
dealings = 0
def counted(function):
    def deal(*given, **named):
        global dealings
        dealings += 1
        if dealings == moment:
            os.kill(os.getpid(), 9)
        return function(*given, **named)
    return deal
for name in ("rename", "replace", "fsync", "link", "rmdir", "mkdir", "unlink", "open", "scandir"):
    setattr(os, name, counted(getattr(os, name)))
from geozone.run.swap import one_build
with one_build(out) as stage:
    for name in sys.argv[3:]:
        (stage / name).write_text("new")
print(dealings)
"""


def build(out, words):
    with one_build(out) as stage:
        for name in NAMES:
            (stage / name).write_text(words)


def held(out):
    return {path.name: path.read_text() for path in out.iterdir() if path.is_file()}


def whole(words):
    return dict.fromkeys(NAMES, words)


def killed_at(out, moment):
    return subprocess.run(
        [sys.executable, "-c", KILLED, out, str(moment), *NAMES], capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_build_killed_at_any_moment_leaves_the_old_files_or_the_new_ones(tmp_path):
    build(tmp_path, "old")
    every = int(killed_at(tmp_path, -1).stdout)
    assert held(tmp_path) == whole("new")
    assert every > 40
    seen = set()
    for moment in range(1, every + 1, 5):
        shutil.rmtree(tmp_path)
        build(tmp_path, "old")
        assert killed_at(tmp_path, moment).returncode == -signal.SIGKILL
        was_pending = complete(tmp_path)
        found = held(tmp_path)
        assert found in (whole("old"), whole("new")), (moment, found)
        seen.add((was_pending, found["index.html"]))
        build(tmp_path, "third")
        assert sorted(item.name for item in tmp_path.iterdir()) == NAMES, moment
        assert held(tmp_path) == whole("third")
    assert {(False, "old"), (True, "new")} <= seen  # killed before, and in the midst of the swap


def test_a_build_that_fails_leaves_the_old_files_and_nothing_else(tmp_path):
    build(tmp_path, "old")

    def fail():
        with one_build(tmp_path) as stage:
            (stage / NAMES[0]).write_text("half")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        fail()
    assert held(tmp_path) == whole("old")
    assert len(list(tmp_path.iterdir())) == len(NAMES)


@pytest.mark.parametrize("place", [NAMES[0], NAMES[3], NAMES[-1]])
def test_a_file_that_cannot_be_replaced_leaves_all_as_they_were(tmp_path, place):
    build(tmp_path, "old")
    (tmp_path / place).unlink()
    (tmp_path / place).mkdir()
    (tmp_path / NAMES[1]).unlink()  # a file that was not there is not there afterwards
    before = held(tmp_path)
    with pytest.raises(UsageError, match=place):
        build(tmp_path, "new")
    assert held(tmp_path) == before
    assert not [item for item in tmp_path.iterdir() if item.name.startswith(".")]


def test_whoever_reads_a_folder_completes_a_swap_that_was_ended_and_leaves_one_that_is_under_way(tmp_path):
    build(tmp_path, "old")
    (tmp_path / ".geozone-swap").mkdir()
    (tmp_path / ".geozone-swap" / NAMES[-1]).write_text("new")
    with lock(tmp_path):
        settle(tmp_path)
        assert held(tmp_path) == whole("old")
    settle(tmp_path)
    assert held(tmp_path) == whole("old") | {NAMES[-1]: "new"}
    assert not list(tmp_path.glob(".*"))


def test_one_of_two_builds_of_a_folder_is_refused(tmp_path):
    build(tmp_path, "old")
    with one_build(tmp_path):
        done = killed_at(tmp_path, -1)
        assert done.returncode == 1
        assert "files.busy" in done.stderr or "Another geozone is writing" in done.stderr
    assert held(tmp_path) == whole("old")
    build(tmp_path, "new")


def test_other_files_of_the_folder_stay(tmp_path):
    (tmp_path / "hebei.html").write_text("of another build")
    (tmp_path / ".geozone-notes").write_text("a file of the user")
    build(tmp_path, "new")
    assert held(tmp_path) == whole("new") | {
        "hebei.html": "of another build",
        ".geozone-notes": "a file of the user",
    }


def test_leftovers_of_a_killed_process_go_and_those_in_use_stay(tmp_path):
    (tmp_path / ".geozone-abc").mkdir()
    (tmp_path / ".geozone-abc" / "half").write_text("")
    with working_folder(tmp_path) as used:
        clear_leftovers(tmp_path)
        assert list(tmp_path.iterdir()) == [used]
    assert not list(tmp_path.iterdir())


def test_a_lock_is_held_by_one_and_ends_with_its_block(tmp_path):
    with lock(tmp_path), pytest.raises(BusyError), lock(tmp_path):
        pass
    with lock(tmp_path):
        pass


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (OSError(errno.ENOSPC, "?"), True),
        (RuntimeError("sqlite3_exec(COMMIT) failed: database or disk is full"), True),
        (OSError(errno.EACCES, "?"), False),
    ],
)
def test_a_full_disk_is_told_with_what_is_needed(tmp_path, error, is_full):
    build(tmp_path, "old")

    def fill():
        with one_build(tmp_path) as stage:
            (stage / NAMES[0]).write_text("half")
            raise UsageError("files.unwritable", path=stage, reason="?") from error

    with pytest.raises(UsageError) as caught:
        fill()
    assert ("64 MiB" in str(caught.value)) == is_full
    assert held(tmp_path) == whole("old")


def test_a_signal_in_the_midst_of_a_swap_is_put_off(tmp_path, monkeypatch):
    build(tmp_path, "old")
    moved = []
    former = swap._remember

    def interrupted(place, folder):
        if len(moved) == 3:
            signal.raise_signal(signal.SIGINT)
        moved.append(place)
        former(place, folder)

    monkeypatch.setattr(swap, "_remember", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, "new")
    assert held(tmp_path) == whole("new")


def test_a_single_file_is_written_whole_beside_a_build(tmp_path):
    with one_build(tmp_path) as stage, whole_file(tmp_path / "a.csv") as unfinished:
        unfinished.write_text("a")
        (stage / "b.csv").write_text("b")
    assert held(tmp_path) == {"a.csv": "a", "b.csv": "b"}


@pytest.mark.skipif(sys.platform != "linux", reason="commands run in a process of their own on Linux")
@pytest.mark.parametrize(
    ("breaks", "word"),
    [
        ("ctypes.string_at(0)", "SIGSEGV"),
        ("os.abort()", "SIGABRT"),
        ("os.kill(os.getpid(), 9)", "lack of memory"),
    ],
)
def test_a_command_that_breaks_down_ends_in_a_sentence(breaks, word):
    words = f"import ctypes, os\nfrom geozone.cli.supervised import supervised\nsupervised(lambda: {breaks}, 'en')"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert word in done.stderr
    assert "as before" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="commands run in a process of their own on Linux")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "SIGINT"]
)
def test_a_build_that_is_asked_to_end_says_so_and_leaves_nothing(tmp_path, number, code):
    started = subprocess.Popen(
        [sys.executable, "-m", "geozone", "build", "hebei", "--out", tmp_path, "--lang", "en"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while not list(tmp_path.glob(".geozone-*")) and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(0.5)
    started.send_signal(number)
    _, said = started.communicate(timeout=60)
    assert started.returncode == code, said
    assert "Ended on request" in said
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


WAITS = """
import os, pathlib, tempfile, time
from geozone.cli.supervised import supervised

def wait():
    pathlib.Path(tempfile.gettempdir(), "half").write_text("")
    print(tempfile.gettempdir(), flush=True)
    time.sleep(60)

supervised(wait, "en")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="commands run in a process of their own on Linux")
def test_temporary_files_of_a_killed_command_go_with_the_next_one_and_those_of_a_living_one_stay(tmp_path):
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    killed, living = (
        subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(2)
    )
    abandoned, kept = (Path(one.stdout.readline().strip()) for one in (killed, living))
    killed.kill()
    killed.communicate(timeout=60)
    assert (abandoned / "half").exists()
    words = "from geozone.cli.supervised import supervised\nsupervised(lambda: None, 'en')"
    subprocess.run([sys.executable, "-c", words], env=environment, check=True)
    assert list(tmp_path.iterdir()) == [kept]
    living.terminate()
    living.communicate(timeout=60)
    assert not list(tmp_path.iterdir())
