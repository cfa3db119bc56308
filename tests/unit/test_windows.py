"""Windows, emulated: nothing is called that only Unix has, paths are read as written there, and files may be open elsewhere."""

import ast
import fcntl
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import SimpleNamespace

import pytest
from sources import tree_of

import geozone
from geozone import system
from geozone.errors import InputError, UsageError
from geozone.files import clear_leftovers, whole_file, working_folder
from geozone.project import load_project
from geozone.read import address
from geozone.read.address import split_layer
from geozone.run.swap import one_build
from geozone.system import BusyError, database_address, held, move

PACKAGE = Path(geozone.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "node_modules" not in path.parts)
# they ask first which system it is
GUARDED = {"system.py", "cli/supervised.py", "qgis_plugin/geozone_processing/command.py"}
NOT_WAITED_FOR = {
    "reuse/store.py",
    "toml_tables.py",
}  # what cannot be written there is not kept, and nothing is lost
UNIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
UNIX_NAMES = {
    "os": {
        "chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getloadavg", "getpgid", "getuid",
        "kill", "killpg", "lchown", "mkfifo", "mknod", "nice", "openpty", "posix_spawn", "pread", "pwrite", "rename",
        "sched_getaffinity", "sendfile", "setsid", "setuid", "statvfs", "sync", "uname", "wait", "wait3", "waitpid",
        "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "WEXITSTATUS", "WIFSIGNALED", "WTERMSIG",
    },
    "signal": {
        "SIGALRM", "SIGBUS", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGUSR1", "SIGUSR2", "alarm", "pause",
        "pthread_kill", "setitimer", "sigwait",
    },
    "shutil": {"chown"},
    "time": {"tzset"},
}  # fmt: skip
UNIX_FOLDERS = ("/dev/", "/proc/", "/tmp/", "/usr/", "/etc/")
TEXT_METHODS = {"open", "read_text", "write_text"}


@cache
def nodes():
    """Return what the modules are made of, but for those that ask first which system it is."""
    named = {path.relative_to(PACKAGE).as_posix(): path for path in MODULES}
    return [
        (name, node)
        for name, path in named.items()
        if name not in GUARDED
        for node in ast.walk(tree_of(path))
    ]


def test_no_module_calls_what_only_unix_has():
    guilty = []
    for name, node in nodes():
        found = None
        if isinstance(node, ast.Import):
            found = next((each.name for each in node.names if each.name in UNIX_MODULES), None)
        elif isinstance(node, ast.ImportFrom):
            names = {each.name for each in node.names}
            found = node.module if node.module in UNIX_MODULES else None
            found = found or next(iter(names & UNIX_NAMES.get(node.module or "", set())), None)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = node.attr if node.attr in UNIX_NAMES.get(node.value.id, ()) else None
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = node.value if node.value.startswith(UNIX_FOLDERS) else None
        if found:
            guilty.append(f"{name}:{node.lineno}: {found}")
    assert guilty == []


def test_a_file_that_may_be_open_is_moved_in_one_place():
    """Path.rename fails on Windows where there is a file, Path.replace where a program has it open."""
    guilty = [
        f"{name}:{node.lineno}: {ast.unparse(node)}"
        for name, node in nodes()
        if name not in NOT_WAITED_FOR
        and isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"rename", "replace"}
        and len(node.args) == 1
        and not node.keywords
        and not isinstance(node.args[0], ast.Dict)
    ]
    assert guilty == []


def test_no_text_is_read_or_written_in_the_encoding_of_the_system():
    guilty = []
    for name, node in nodes():
        if not isinstance(node, ast.Call):
            continue
        method = isinstance(node.func, ast.Attribute) and node.func.attr in TEXT_METHODS
        if not method and not (isinstance(node.func, ast.Name) and node.func.id == "open"):
            continue
        given = [
            *node.args,
            *(keyword.value for keyword in node.keywords if keyword.arg in {"mode", "encoding"}),
        ]
        words = [
            each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        binary = any("b" in word and set(word) <= set("rwxab+") for word in words)
        named = any(keyword.arg in {"encoding", None} for keyword in node.keywords)
        of_path = (
            not method or node.func.attr != "open" or ast.unparse(node.func.value).endswith(("path", "place"))
        )
        positional = method and node.func.attr != "open" and bool(node.args)
        if of_path and not (binary or named or positional):
            guilty.append(f"{name}:{node.lineno}: {ast.unparse(node)}")
    assert guilty == []


EMULATED = """
import sys, os, signal, importlib, pathlib, tempfile, json
import numpy, pandas, geopandas, pyogrio, rasterio, fiona, shapely, folium, xlsxwriter, openpyxl, click, tqdm, numba, scipy.ndimage
import matplotlib.figure, multiprocessing, concurrent.futures, subprocess, asyncio, pypinyin, exactextract, xlrd, psutil
import concurrent.futures.process, multiprocessing.connection, multiprocessing.spawn, multiprocessing.queues
import pyarrow.parquet, ctypes, sqlite3, zipfile, urllib.request
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
for name in ("fork", "kill", "waitpid", "getuid", "sched_getaffinity", "WIFSIGNALED", "statvfs", "uname", "getppid", "chown"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGKILL", "SIGHUP", "SIGBUS", "SIGUSR1", "SIGALRM", "alarm"):
    if hasattr(signal, name):
        delattr(signal, name)
sys.platform = "win32"
package = pathlib.Path(sys.argv[1])
for path in sorted(package.rglob("*.py")):
    name = ".".join(path.relative_to(package.parent).with_suffix("").parts)
    if "node_modules" not in name and "geozone_processing" not in name and not name.endswith("__main__"):
        importlib.import_module(name.removesuffix(".__init__"))
from geozone.cli.supervised import supervised
from geozone.run.swap import one_build
from geozone import system
out = pathlib.Path(sys.argv[2])
for words in ("old", "new"):
    with one_build(out) as stage:
        (stage / "a.html").write_text(words, "utf-8")
assert (out / "a.html").read_text("utf-8") == "new"
assert system.share_of_address_space() == 0
assert system.processors() >= 1
system.end_with_parent(1)
supervised(lambda: print("ran"), "en")
"""


def test_every_module_works_without_what_only_unix_has(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", EMULATED, PACKAGE, tmp_path / "out"],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "ran"), done.stderr


class SharingViolationError(PermissionError):
    """What Windows says where another program has a file open."""

    winerror = 32


@pytest.fixture
def opened_elsewhere(monkeypatch):
    """Let a number of attempts to take the place of a file fail, as while QGIS or a virus scanner has it open."""
    state = SimpleNamespace(left=0, name="bth.gpkg", tried=0)
    replace = Path.replace

    def refusing(self, target):
        if Path(target).name == state.name and Path(target).exists():
            state.tried += 1
            if state.left:
                state.left -= 1
                raise SharingViolationError(
                    13, "The process cannot access the file", str(self), None, str(target)
                )
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refusing)
    monkeypatch.setattr(system, "_WAITS_S", (0.001,) * 5)
    return state


def held_files(folder):
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def build(out, words):
    with one_build(out) as stage:
        for name in ("bth.gpkg", "bth.html"):
            (stage / name).write_text(words, "utf-8")


def test_a_file_that_is_open_for_a_moment_is_waited_for(opened_elsewhere, tmp_path):
    build(tmp_path, "old")
    opened_elsewhere.left = 3
    build(tmp_path, "new")
    assert opened_elsewhere.tried == 4
    assert held_files(tmp_path) == {"bth.gpkg": "new", "bth.html": "new"}


def test_a_file_that_stays_open_is_told_and_the_former_build_stays_whole(opened_elsewhere, tmp_path):
    build(tmp_path, "old")
    opened_elsewhere.left = 100
    for write in (lambda: build(tmp_path, "new"), lambda: write_one(tmp_path / "bth.gpkg")):
        with pytest.raises(UsageError) as error:
            write()
        assert error.value.message.key == "files.in_use"
        assert "QGIS" in error.value.get("zh")
        assert "bth.gpkg" in error.value.get("zh")
        assert held_files(tmp_path) == {"bth.gpkg": "old", "bth.html": "old"}
    opened_elsewhere.left = 0
    build(tmp_path, "new")
    assert held_files(tmp_path) == {"bth.gpkg": "new", "bth.html": "new"}


def write_one(path):
    with whole_file(path) as unfinished:
        unfinished.write_text("new", "utf-8")


def test_what_unix_refuses_is_not_tried_again(monkeypatch, tmp_path):
    calls = []

    def refusing(self, target):
        calls.append(target)
        raise PermissionError(13, "Permission denied", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", refusing)
    with pytest.raises(PermissionError):
        move(tmp_path / "a", tmp_path / "b")
    assert len(calls) == 1


@pytest.fixture
def locks_of_windows(monkeypatch):
    """Put the locks of Windows in the place of those of Unix: of a file, and by its own module."""

    def locking(descriptor, _mode, _count):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PermissionError(13, "Permission denied") from error

    monkeypatch.setattr(system, "fcntl", None)
    monkeypatch.setattr(system, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))


def test_the_locks_of_windows_hold_a_folder_for_one_process(locks_of_windows, tmp_path):
    with held(tmp_path):
        with pytest.raises(BusyError), held(tmp_path):
            pass
        with held(tmp_path.parent):
            pass
    with held(tmp_path), working_folder(tmp_path) as folder:
        clear_leftovers(tmp_path)
        assert folder.is_dir()  # it is in use
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", [r"C:\data\x.gpkg", r"\\server\share\红线.gdb", "D:/成果/x.gpkg"])
def test_drives_and_shares_are_no_layers(file, monkeypatch):
    there = {file, "C", "D"}  # a folder may be called so
    monkeypatch.setattr(address, "_exists", lambda path: path in there)
    assert split_layer(file) == (file, None)
    assert split_layer(f"{file}:redline") == (file, "redline")
    assert (
        split_layer(PureWindowsPath(f"{file}:redline")) == (str(PureWindowsPath(file)), "redline")
        or "/" in file
    )
    there.discard(file)
    assert split_layer(file) == (file, None)
    assert split_layer(f"{file}:redline") == (f"{file}:redline", None)


def test_a_database_on_a_drive_or_a_share_has_an_address():
    assert (
        database_address(PureWindowsPath(r"C:\a b\c#1.gpkg"), "mode=ro")
        == "file:///C:/a%20b/c%231.gpkg?mode=ro"
    )
    assert database_address(PureWindowsPath(r"\\nas\共享\c.gpkg"), "mode=ro").startswith("file:////nas/%E5")
    assert database_address(PurePosixPath("/a/b:c?.gpkg"), "mode=ro") == "file:///a/b%3Ac%3F.gpkg?mode=ro"


BAY = '[[register]]\nrole = "bay"\nbasis = "official"\nas_of = "2026-06-30"\npath = {path}\n'


def test_a_project_that_was_written_on_windows_is_read_elsewhere(tmp_path):
    (tmp_path / "名录").mkdir()
    (tmp_path / "名录" / "bays.csv").write_text("名称,状态\n", "utf-8")
    project = tmp_path / "project.toml"
    project.write_bytes(
        f'\ufeffzone = "hebei"\r\n{BAY.format(path=chr(39) + "名录" + chr(92) + "bays.csv" + chr(39))}'.encode()
    )
    (register,) = load_project(project).registers
    assert register.path == tmp_path / "名录" / "bays.csv"
    project.write_text(
        f'zone = "hebei"\n{BAY.format(path=chr(34) + "名录" + chr(92) + "data" + chr(34))}', "utf-8"
    )
    with pytest.raises(InputError) as error:  # in double quotes a backslash is none
        load_project(project)
    assert "'" in error.value.get("zh")
    assert "\\" in error.value.get("zh")


@pytest.mark.parametrize("file", ["README.md", "README.zh.md", "docs/windows.md"])
def test_the_steps_for_windows_name_the_wheel_of_this_version(file):
    written = (PACKAGE.parent / file).read_text("utf-8")
    assert f"pip install geozone-{geozone.__version__}-py3-none-any.whl" in written


@pytest.mark.parametrize("encoding", ["cp936", "cp437"])
def test_a_console_of_another_encoding_shows_what_it_can(encoding):
    done = subprocess.run(
        [sys.executable, "-m", "geozone", "indicators", "--lang", "zh"],
        capture_output=True, check=False, timeout=60, env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "PATH": "", "PYTHONPATH": str(PACKAGE.parent)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = done.stdout.decode(encoding)
    if encoding == "cp936":
        assert "生态保护红线" in told
    with suppress(UnicodeDecodeError):
        assert "Traceback" not in done.stderr.decode(encoding)
