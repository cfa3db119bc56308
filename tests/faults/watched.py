"""Reads hostile files one by one, each in a process that is watched: how it ends, what it opens, how long and how large.

::

    python tests/faults/watched.py            # files that this makes: side doors, bombs, cut ones
    python tests/faults/watched.py FOLDER     # those of a folder
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

SECONDS = 30.0
MEMORY = 2 << 30
CALLS = "open,openat,openat2,connect,socket,execve,fork,vfork,clone,clone3"
_BROKEN = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}
_MARK = "/watched/{}"
_OPENED = re.compile(r'(?:open|openat|openat2)\((?:AT_FDCWD, )?"([^"]*)"[^=]*= (-?\d+)')
_PATH_KEY = re.compile(r'path\s*=\s*"([^"\n]*)"')
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_BORN = re.compile(r"(?:fork|vfork|clone3?)\(.*= (\d+)$")
# what any program opens, and what the libraries bring along
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/usr/", "/lib", "/bin/", "/opt/", sys.prefix, str(Path(sys.prefix).resolve().parent), sys.base_prefix,
           str(Path(__file__).resolve().parents[2]), str(Path.home() / ".cache"))  # fmt: skip
_NAMES = (
    "/etc/passwd",  # in which the library of PostgreSQL looks up the name of the user
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/resolv.conf",
    "/etc/hosts",
    "/tmp",
    "/etc/mime.types",
)


class End(NamedTuple):
    """How reading a file ended."""

    code: int  # of the exit; negative: the signal that ended it
    seconds: float  # of processor
    memory: int  # bytes at the most
    said: str


class Case(NamedTuple):
    """A file, and how it is read."""

    name: str
    kind: str  # layer, register, figures, raster, project, database
    path: Path


def read(case: Case) -> None:
    """Read a file as a run does, and exit with the code of the command line."""
    from geozone.cli import main
    from geozone.errors import GeozoneError

    if case.kind == "layer":
        main(["check", str(case.path), "--lang", "en"])
        return
    try:
        _READERS[case.kind](case.path)
    except GeozoneError as error:
        sys.stderr.write(error.get("en"))
        sys.exit(error.exit_code)


def _register(path: Path) -> None:
    from geozone.model import Basis
    from geozone.registers import read_register

    read_register(path, role="bay", basis=Basis.OFFICIAL, as_of="2026-06-30")


def _figures(path: Path) -> None:
    from geozone.figures.tables import read_figures
    from geozone.model import Basis
    from geozone.seeds import get_zone

    read_figures(path, basis=Basis.PUBLIC, zone=get_zone("bth"))


def _raster(path: Path) -> None:
    import geopandas as gpd
    import shapely

    import geozone
    from geozone.raster.opening import open_raster

    with open_raster(path) as raster:
        raster.values((0, min(raster.height, 64)), (0, min(raster.width, 64)))
        raster.stored((0, raster.height), shape=(16, 16))
    square = gpd.GeoDataFrame({"code": ["a"]}, geometry=[shapely.box(117.1, 40.5, 117.4, 40.9)], crs=4490)
    geozone.zonal_means(path, square, by="code")


def _project(path: Path) -> None:
    from geozone.project import load_project
    from geozone.read import read_layer

    project = load_project(path)
    for name in project.own:
        for source in project.layers[name].sources:
            read_layer(source.path, layer=source.layer, crs=source.crs, encoding=source.encoding)
    for entry in project.registers:
        if entry.path.parent == path.parent:
            _register(entry.path)


_READERS: dict[str, Callable[[Path], Any]] = {
    "register": _register,
    "figures": _figures,
    "raster": _raster,
    "project": _project,
    "database": _project,
}


def watch(case: Case, number: int, *, wait: float = 10 * SECONDS) -> End:
    """Read one file in a child of this process and return how that ended."""
    with tempfile.TemporaryFile() as words:
        child = os.fork()
        if not child:
            code = 4
            try:
                os.dup2(words.fileno(), 1)
                os.dup2(words.fileno(), 2)
                resource.setrlimit(resource.RLIMIT_CPU, (int(4 * SECONDS), int(4 * SECONDS)))
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                with suppress(OSError):
                    os.open(_MARK.format(number), os.O_RDONLY)
                read(case)
                code = 0
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else 0
            except BaseException:  # noqa: BLE001 - whatever it is, it is told as an internal error
                import traceback

                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        ended, usage, status = False, None, 0
        until = time.monotonic() + wait
        while not ended:
            found, status, usage = os.wait4(child, os.WNOHANG)
            ended = bool(found)
            if not ended and time.monotonic() > until:
                os.kill(child, signal.SIGKILL)
                until += wait
            time.sleep(0.005)
        assert usage is not None
        words.seek(0)
        said = words.read().decode("utf-8", "replace")
    return End(
        os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10, said
    )


def judge(end: End) -> str:
    """Return what is wrong with how a file ended; nothing where it is as it should be."""
    said = end.said.strip()[-300:]
    # a library that broke down is told by the first process of the command line, with exit code 3
    faults = {
        f"ended by signal {-end.code}": end.code < 0 and -end.code not in _BROKEN,
        f"exit {end.code}: {said}": end.code > 3,
        f"traceback: {said}": "Traceback" in end.said,
        "no sentence": end.code in {2, 3} and not said,
        f"{end.seconds:.0f} s of processor": end.seconds > SECONDS,
        f"{end.memory / (1 << 30):.1f} GB": end.memory > MEMORY,
    }
    return "; ".join(fault for fault, is_so in faults.items() if is_so)


def made(folder: Path, only: str) -> Iterator[Case]:
    """Yield the files that this makes, each as soon as it is made."""
    import bombs
    import side_doors

    bait = side_doors.write_bait(folder / "bait")
    for way in (*side_doors.WAYS, *bombs.WAYS):
        if not way.__name__.startswith(only.partition("/")[0]):
            continue
        for kind, path in way(folder / way.__name__, bait):
            yield Case(f"{way.__name__}/{path.relative_to(folder / way.__name__)}", kind, path)


def kept(folder: Path) -> Iterator[Case]:
    """Yield the files of a folder, each by all that could read it."""
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        kinds = {
            ".toml": ["project"],
            ".tif": ["raster"],
            ".vrt": ["layer", "raster", "register"],
            ".xlsx": ["layer", "register", "figures"],
            ".csv": ["layer", "register", "figures"],
        }.get(path.suffix, ["layer"])
        for kind in kinds:
            yield Case(str(path.relative_to(folder)), kind, path)


def own(case: Case, opened: str) -> bool:
    """Tell whether a path that was opened is the file, one that is read with it, or none of anybody's data."""
    path = os.path.normpath(opened)
    if path.startswith(str(case.path)) or path == str(case.path.parent):
        return True
    if not path.startswith("/"):
        return path.startswith(("geozone/", ".venv/", "tests/"))
    if Path(path).parent == case.path.parent:
        of_name = Path(path).stem.split(".")[0] == case.path.stem.split(".")[0]
        return of_name or case.kind in {"project", "database"}
    return path.startswith(_SYSTEM) or "/geozone-" in path or "/etilqs_" in path or path in _NAMES


def named(case: Case, path: str) -> bool:
    """Tell whether a project file names a path."""
    if case.kind not in {"project", "database"}:
        return False
    written = _PATH_KEY.findall(case.path.read_text("utf-8", "replace"))
    return Path(path).name in {Path(one).name for one in written}


def named_address(case: Case, call: str) -> bool:
    """Tell whether a call connects to the database that a project file names."""
    address = _ADDRESS.search(call)
    if case.kind != "project" or address is None:
        return case.kind in {"project", "database"}
    return (address[1] or address[2]) in case.path.read_text("utf-8", "replace")


def reached(trace: Path, number: int, case: Case) -> list[str]:
    """Return what the process of a file, and those that it began, opened beside that file, and which sockets."""
    logs = {item.name.rpartition(".")[2]: item for item in trace.parent.glob(f"{trace.name}.*")}
    mark = _MARK.format(number) + '"'
    first = [pid for pid, log in logs.items() if mark in log.read_text("utf-8", "replace")]
    assert first, "the trace has no mark of the file"
    found, waiting = [], first[-1:]
    while waiting:
        log = logs.get(waiting.pop())
        words = "" if log is None else log.read_text("utf-8", "replace")
        for line in words[max(words.find(mark), 0) :].splitlines():
            if born := _BORN.search(line):
                waiting.append(born[1])
            opened = _OPENED.search(line)
            if opened and int(opened[2]) >= 0 and not own(case, opened[1]) and not named(case, opened[1]):
                found.append(opened[1])
            if "AF_INET" in line and not named_address(case, line):
                found.append(line.strip())
    return list(dict.fromkeys(found))


def run(cases: Iterator[Case], trace: Path | None) -> list[tuple[Case, End, str]]:
    """Watch files one by one and return how each ended, with what is wrong."""
    rows = []
    for number, case in enumerate(cases):
        end = watch(case, number)
        wrong = judge(end)
        if trace is not None and not wrong:
            time.sleep(0.01)
            wrong = "; ".join(f"opens {name}" for name in reached(trace, number, case))
        rows.append((case, end, wrong))
        if trace is not None:
            for log in trace.parent.glob(f"{trace.name}.*"):
                if log.name != f"{trace.name}.{os.getpid()}":
                    log.unlink(missing_ok=True)
        if wrong:
            sys.stderr.write(f"{case.kind} {case.name}: {wrong}\n")
            sys.stderr.flush()
    return rows


def main() -> int:
    """Run and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--trace", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--only", default="", help="the beginning of the names of files")
    given = parser.parse_args()
    if given.trace is None and shutil.which("strace"):
        with tempfile.TemporaryDirectory() as folder:
            trace = Path(folder) / "trace"
            command = [
                "strace",
                "-ff",
                "--seccomp-bpf",
                "-qq",
                "-s",
                "300",
                "-e",
                f"trace={CALLS}",
                "-o",
                str(trace),
                sys.executable,
                *sys.argv,
                "--trace",
                str(trace),
            ]
            return subprocess.run(command, check=False).returncode
    import warnings

    warnings.simplefilter("ignore")
    import geozone.cli  # loaded once, before what is watched
    import geozone.run.build

    geozone.cli._load_no_reaching_driver()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "watched"
        folder.mkdir()
        cases = made(folder, given.only) if given.folder is None else kept(given.folder)
        rows = run((case for case in cases if case.name.startswith(given.only)), given.trace)
    ends = Counter("broken" if end.code < 0 else f"exit {end.code}" for _, end, _ in rows)
    groups = Counter(case.name.split("/")[0] for case, _, _ in rows)
    for group, count in groups.items():
        own = Counter(f"exit {end.code}" for case, end, _ in rows if case.name.split("/")[0] == group)
        print(
            f"{group:18} {count:4}  " + ", ".join(f"{name}: {number}" for name, number in sorted(own.items()))
        )
    slowest = max(rows, key=lambda row: row[1].seconds)
    largest = max(rows, key=lambda row: row[1].memory)
    print(f"{len(rows)} files, " + ", ".join(f"{name}: {number}" for name, number in sorted(ends.items())))
    print(
        f"slowest {slowest[1].seconds:.1f} s ({slowest[0].name}), largest {largest[1].memory / (1 << 30):.2f} GB ({largest[0].name})"
    )
    wrong = [f"{case.kind} {case.name}: {words}" for case, _, words in rows if words]
    print(f"{len(wrong)} wrong")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
