"""A command in a process of its own, so that one that breaks down ends in a sentence.

A damaged file may break a library below Python, and the system ends a process that takes too much memory; neither can be
caught in the process itself. The first process only waits, passes signals on, and has the last word.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from multiprocessing import active_children
from pathlib import Path
from types import FrameType

import click

from geozone.errors import InputError
from geozone.files import remove_working_folders
from geozone.messages import Language, text
from geozone.system import BusyError, end_with_parent, held

# by which a system ends a process whose library broke down; not every system has all of them
_BROKEN = tuple(
    getattr(signal, name)
    for name in ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT")
    if hasattr(signal, name)
)
_SCRATCH = "geozone-command-"  # how folders of temporary files are called


def supervised(command: Callable[[], None], lang: Language) -> None:
    """Run a command, and exit with its code; where it broke down, say so and exit with code 3.

    Temporary files of the command go with it; those of one that was killed with both its processes go with the next one.
    """
    if sys.platform != "linux":
        end_with_a_sentence(lang)
        command()
        return
    sys.stdout.flush()
    sys.stderr.flush()
    locks = ExitStack()  # left open
    scratch = _scratch(locks)
    first = os.getpid()
    child = os.fork()
    if not child:
        end_with_parent(first)
        end_with_a_sentence(lang)
        if scratch is not None:
            os.environ["TMPDIR"] = tempfile.tempdir = scratch
        command()
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: os.kill(child, number))
    _, status = os.waitpid(child, 0)
    if scratch is not None:
        shutil.rmtree(scratch, ignore_errors=True)
    if not os.WIFSIGNALED(status):
        os._exit(os.WEXITSTATUS(status))
    ended_by = os.WTERMSIG(status)
    if ended_by in _BROKEN or ended_by == signal.SIGKILL:
        key = "cli.broken" if ended_by in _BROKEN else "cli.killed"
        click.echo(text(key, signal=signal.Signals(ended_by).name).get(lang), err=True)
        sys.stderr.flush()
        os._exit(InputError.exit_code)
    os._exit(128 + ended_by)


def end_with_a_sentence(lang: Language) -> None:
    """Let a process that is asked to end clear up after itself and say so.

    It ends in the handler itself: an exception could be swallowed by a library that happens to be at work.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(
            number, signal.SIG_IGN
        )  # a terminal sends it to both processes, and the first passes it on
        for process in active_children():
            process.kill()
        remove_working_folders()
        click.echo("\n" + text("cli.ended").get(lang), err=True)
        sys.stderr.flush()
        os._exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _scratch(locks: ExitStack) -> str | None:
    """Make a folder for temporary files, locked as long as one of the two processes lives."""
    _remove_abandoned()
    while True:
        try:
            folder = tempfile.mkdtemp(prefix=_SCRATCH)
            locks.enter_context(held(Path(folder)))
        except BusyError:  # another command has taken it for abandoned already
            continue
        except OSError:  # told where it is needed
            return None
        return folder


def _remove_abandoned() -> None:
    """Remove folders of temporary files whose commands were killed: their locks can be had."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        with suppress(OSError, BusyError), held(folder) as locked:
            if locked and folder.lstat().st_uid == os.getuid():
                shutil.rmtree(folder, ignore_errors=True)
