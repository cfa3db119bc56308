"""A process that says as JSON what it took, and how much memory it had at most."""

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


def run_measured(name: str, command: Sequence[str]) -> tuple[dict[str, Any], float]:
    """Run a command, and return the last line that it printed and the highest memory (GB) of it and its children.

    Raises
    ------
    SystemExit
        If it fails.
    """
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    memory = [0.0]
    watch = threading.Thread(target=_watch, args=(process.pid, memory))
    watch.start()
    printed, _ = process.communicate()
    watch.join()
    if process.returncode:
        raise SystemExit(f"{name} failed")
    return json.loads(printed.splitlines()[-1]), memory[0]


def _watch(pid: int, memory: list[float]) -> None:
    while psutil.pid_exists(pid):
        try:
            first = psutil.Process(pid)
            if first.status() == psutil.STATUS_ZOMBIE:
                return
            family = [first, *first.children(recursive=True)]
            memory[0] = max(memory[0], sum(one.memory_info().rss for one in family) / 1e9)
        except psutil.NoSuchProcess:
            continue
        time.sleep(0.05)
