"""Parts of a run in processes of their own: most of the work holds the interpreter, so that threads would only wait."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.queues import SimpleQueue
from threading import Thread
from types import ModuleType, TracebackType
from typing import Self, TypeVar

from geozone.errors import UsageError
from geozone.garbage import collect_seldom
from geozone.messages import Text
from geozone.quiet import is_quiet, quieten
from geozone.run.options import Options
from geozone.system import end_with_parent

_Result = TypeVar("_Result")
_WARNINGS = "PYTHONWARNINGS"
_steps: SimpleQueue[Text | None] | None = (
    None  # of the process that does the work, to the one that asked for it
)


class Processes:
    """A number of processes that do parts of a run, and tell of it in the process that asks for them.

    Steps are told as they come; what was decided and found about data when its result is asked for, so that the order of
    the asking is the order of the telling.

    Parameters
    ----------
    number
        How many processes.
    options
        How the run is done.
    """

    def __init__(self, number: int, options: Options) -> None:
        # a copy of this process would hold the locks of its threads, whoever had them
        context = get_context("spawn")
        if is_quiet():
            _quieten_tracker()
        self._steps: SimpleQueue[Text | None] = context.SimpleQueue()
        self._options = options
        self._others = set(active_children())
        self._listener = Thread(target=self._listen, daemon=True)
        self._pool = ProcessPoolExecutor(number, context, _begin, (self._steps, is_quiet()))

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:  # what they are at is of no use any more
            for process in set(active_children()) - self._others:
                process.terminate()
        self._pool.shutdown(cancel_futures=True)
        self._steps.put(None)
        self._listener.join()

    def start(self, work: Callable[..., _Result], *given: object) -> Future[tuple[_Result, list[Text]]]:
        """Begin with a function of a module, which gets what is given, and then the options.

        Raises
        ------
        UsageError
            If the system ended a process.
        """
        silent = Options()
        quiet = replace(self._options, progress=silent.progress, notice=silent.notice)
        try:
            with _without_script():
                return self._pool.submit(_do, work, given, quiet)
        except BrokenProcessPool as error:
            raise UsageError("run.process_lost") from error

    def result(
        self, future: Future[tuple[_Result, list[Text]]], notice: Callable[[Text], None] | None = None
    ) -> _Result:
        """Wait for a part; tell what it had to tell, whomever that is to be told.

        Raises
        ------
        UsageError
            If the system ended the process that did it.
        """
        try:
            result, told = future.result()
        except BrokenProcessPool as error:
            raise UsageError("run.process_lost") from error
        for line in told:
            (notice or self._options.notice)(line)
        return result

    def _listen(self) -> None:
        while (step := self._steps.get()) is not None:
            self._options.progress(step)


def _quieten_tracker() -> None:
    """Let the process by which Python clears up after processes not tell, in its own words, that one was ended."""
    if sys.platform == "win32":  # there is none
        return
    from multiprocessing.resource_tracker import ensure_running  # noqa: PLC0415 - it needs what Windows lacks

    before = os.environ.get(_WARNINGS)
    os.environ[_WARNINGS] = "ignore"  # the one way to tell it
    try:
        ensure_running()
    finally:
        if before is None:
            del os.environ[_WARNINGS]
        else:
            os.environ[_WARNINGS] = before


@contextmanager
def _without_script() -> Iterator[None]:
    """Let processes that begin in a block not run the script of this one again, of which they need nothing."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _begin(steps: SimpleQueue[Text | None], quiet: bool) -> None:
    global _steps  # noqa: PLW0603 - a queue can be given to a process at its start alone
    _steps = steps
    collect_seldom()
    atexit.register(gc.freeze)  # what the process holds ends with it: none of it is garbage
    parent = parent_process()
    assert parent is not None
    assert parent.pid is not None
    end_with_parent(parent.pid)
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # a terminal sends it to all; the first process ends the others
    if quiet:
        quieten()


def _do(
    work: Callable[..., _Result], given: tuple[object, ...], options: Options
) -> tuple[_Result, list[Text]]:
    assert _steps is not None
    told: list[Text] = []
    result = work(*given, replace(options, progress=_steps.put, notice=told.append))
    return result, told
