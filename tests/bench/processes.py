"""A process that says as JSON what it took, and what it and its children had at most."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
_LOOK = 0.2  # seconds between two looks at memory
_WINDOW = 1.0  # seconds in which threads are held against each other


def run_measured(name: str, command: Sequence[str]) -> tuple[dict[str, Any], float]:
    """Run a command, and return the last line that it printed and the highest memory (GB) of it and its children.

    Raises
    ------
    SystemExit
        If it fails.
    """
    told, memory, _ = run_watched(name, command)
    return told, memory


def run_watched(name: str, command: Sequence[str]) -> tuple[dict[str, Any], float, float]:
    """Run a command as `run_measured` does, and return also the processor seconds of its busiest thread.

    Of every second, those of the thread that had most of them, whichever that is: what the whole would take if every thread
    had a processor of its own and never waited for memory.
    """
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    watch = _Watch(process.pid)
    thread = threading.Thread(target=watch.run)
    thread.start()
    printed, _ = process.communicate()
    thread.join()
    if process.returncode:
        raise SystemExit(f"{name} failed")
    return json.loads(printed.splitlines()[-1]), watch.memory, watch.busiest


class _Watch:
    """What is seen of a process and its children while they run."""

    def __init__(self, pid: int) -> None:
        self.pid, self.memory, self.busiest = pid, 0.0, 0.0
        self._spent: dict[tuple[int, int], float] = {}

    def run(self) -> None:
        """Look until the process ends."""
        looked = time.perf_counter()
        while psutil.pid_exists(self.pid):
            try:
                first = psutil.Process(self.pid)
                if first.status() == psutil.STATUS_ZOMBIE:
                    return
                family = [first, *first.children(recursive=True)]
                self.memory = max(self.memory, sum(one.memory_info().rss for one in family) / 1e9)
                if time.perf_counter() - looked >= _WINDOW:
                    looked = time.perf_counter()
                    self._compare(family)
            except psutil.NoSuchProcess:
                continue
            time.sleep(_LOOK)

    def _compare(self, family: Sequence[psutil.Process]) -> None:
        spent = {
            (one.pid, thread.id): thread.user_time + thread.system_time
            for one in family
            for thread in one.threads()
        }
        self.busiest += max(
            (seconds - self._spent.get(thread, 0.0) for thread, seconds in spent.items()), default=0.0
        )
        self._spent = spent
