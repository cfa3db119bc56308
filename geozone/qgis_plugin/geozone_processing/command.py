"""The geozone program of an environment, run in a process of its own; nothing here needs QGIS.

The environment of the process is a clean one: QGIS has a Python, libraries and paths of its own, which must not reach it.
"""

from __future__ import annotations

import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import IO, Any, NamedTuple

WINDOWS = os.name == "nt"
_PROGRAM = {True: "geozone.exe", False: "geozone"}
_FOLDER = {True: "Scripts", False: "bin"}  # of the programs of an environment
# what a process needs of the user and the system: nothing of QGIS, of its Python, or of its libraries is among it
_KEPT = frozenset({
    "APPDATA", "COMSPEC", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOCALAPPDATA", "LOGNAME", "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE", "PROGRAMDATA", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ", "USER", "USERNAME",
    "USERPROFILE", "WINDIR", "XDG_CACHE_HOME",
})  # fmt: skip
_KEPT_BEGINNINGS = ("GEOZONE_", "NUMBA_", "PG")  # PGPASSFILE and what else says how a database is reached
_PROGRESS = re.compile(r"\[(\d{1,3})%\] ?(.*)")
_PATIENCE = 10.0  # seconds that a process has to clear up when it is cancelled
_TURN = 0.1  # seconds between two looks at whether it is


class CancelledError(Exception):
    """The user cancelled the command."""


class Finished(NamedTuple):
    """How a command ended."""

    code: int
    output: str
    told: list[str]  # lines of standard error, without progress


def candidates(chosen: str, *, windows: bool = WINDOWS) -> list[PurePath]:
    """Return where the program of a chosen environment may be: what was chosen itself, or a program in that folder."""
    kind = PureWindowsPath if windows else PurePosixPath
    written = chosen.strip().strip('"')  # as Windows copies a path
    if not written:
        return []
    place, program = kind(written), _PROGRAM[windows]
    return [place, place / _FOLDER[windows] / program, place / program]


def find_program(chosen: str, *, windows: bool = WINDOWS) -> Path | None:
    """Return the program of a chosen environment, or of none the first on the path; None where there is none."""
    if not chosen.strip():
        found = shutil.which(_PROGRAM[windows])
        return Path(found) if found else None
    return next((Path(place) for place in candidates(chosen, windows=windows) if Path(place).is_file()), None)


def clean_environment(
    program: PurePath, given: Mapping[str, str], *, windows: bool = WINDOWS
) -> dict[str, str]:
    """Return the environment of the process: what is the user's and the system's, and the paths of the chosen programs.

    Parameters
    ----------
    program
        The geozone program.
    given
        The environment of QGIS.
    """
    kept = {
        name: value
        for name, value in given.items()
        if name.upper() in _KEPT or name.upper().startswith(_KEPT_BEGINNINGS)
    }
    folder = program.parent
    if windows:
        root = folder.parent if folder.name.lower() == _FOLDER[True].lower() else folder
        system = PureWindowsPath(kept.get("SYSTEMROOT", kept.get("SystemRoot", r"C:\Windows")))
        # an environment of conda keeps its libraries in Library\bin
        places = [folder, root, root / "Library" / "bin", system / "System32", system]
        path = ";".join(dict.fromkeys(map(str, places)))
    else:
        path = ":".join([str(folder), "/usr/bin", "/bin"])
    return {**kept, "PATH": path, "PYTHONUTF8": "1", "GEOZONE_PROGRESS": "lines"}


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    cancelled: Callable[[], bool],
    progress: Callable[[int], None],
    tell: Callable[[str], None],
) -> Finished:
    """Run a command to its end.

    Parameters
    ----------
    command
        The program and its arguments.
    environment
        All that the process has of one.
    cancelled
        Asked ten times a second whether the user wants no more of it.
    progress
        Called with each new per cent.
    tell
        Called with every other line of standard error.

    Raises
    ------
    CancelledError
        If it was cancelled; the process and those that it began have ended then.
    OSError
        If the program cannot be started.
    """
    told: list[str] = []
    with tempfile.TemporaryFile() as output:  # a pipe that nobody reads would fill up
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd=tempfile.gettempdir(),
            encoding="utf-8",
            errors="replace",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        try:
            for line in _lines(process, cancelled):
                shown = _PROGRESS.fullmatch(line)
                if shown:
                    progress(int(shown[1]))
                if shown is None or shown[2]:
                    tell(shown[2] if shown else line)
                if shown is None:
                    told.append(line)
        except BaseException:
            end(process)
            raise
        code = process.wait()
        output.seek(0)
        return Finished(code, output.read().decode("utf-8", "replace"), told)


def _lines(process: subprocess.Popen[str], cancelled: Callable[[], bool]) -> Any:
    """Yield the lines of standard error as they come, until it is closed."""
    lines: queue.Queue[str | None] = queue.Queue()
    stream = process.stderr
    assert stream is not None
    threading.Thread(target=_pass_on, args=(stream, lines), daemon=True).start()
    while True:
        if cancelled():
            raise CancelledError
        try:
            line = lines.get(timeout=_TURN)
        except queue.Empty:
            continue
        if line is None:
            return
        if line:
            yield line


def _pass_on(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    with stream:
        for line in stream:
            lines.put(line.rstrip())
    lines.put(None)


def end(process: subprocess.Popen[str], *, windows: bool = WINDOWS) -> None:
    """End a process and those that it began: it is asked to clear up after itself, and has some seconds for it."""
    if process.poll() is not None:
        return
    if windows:  # asking a process ends that one alone there
        subprocess.run(tree_end(process.pid), check=False, capture_output=True)
    else:
        process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()  # its children end with it
        process.wait()


def tree_end(number: int) -> list[str]:
    """Return the command of Windows that ends a process and all that it began."""
    return ["taskkill", "/PID", str(number), "/T", "/F"]
