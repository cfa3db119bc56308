"""How far long work has come, on standard error: a bar on a terminal, lines for a program that starts the command.

With ``GEOZONE_PROGRESS=lines`` in the environment every new per cent is a line of its own, ``[37%]`` and what is being done.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import click

from geozone.messages import Language, Text, text

if TYPE_CHECKING:
    from geozone.overlay.features import Progress

VARIABLE, LINES = "GEOZONE_PROGRESS", "lines"
_FINE = 1000  # of how much each part of work counts


class Steps(NamedTuple):
    """What a run of steps tells on standard error."""

    advance: Callable[[Text], None]  # a step begins
    notice: Callable[[Text], None]  # something is to be said in between


@contextmanager
def progress_bar(lang: Language, *, compiles: bool = True) -> Iterator[Progress]:
    """Show how far long work has come, on a terminal from the second second on; yields what is called with done and total.

    Parameters
    ----------
    lang
        Of what is said beside it.
    compiles
        Whether the work is an overlay, which is compiled when it runs for the first time; that is said then.
    """
    if _in_lines():
        yield _Lines().show
        return
    if not sys.stderr.isatty():
        yield _unseen
        return
    from tqdm import tqdm

    from geozone.overlay.compiled.kept import is_compiled

    if compiles and not is_compiled():
        click.echo(text("run.step_overlay_first").get(lang), err=True)
    with tqdm(file=sys.stderr, delay=2, leave=False, miniters=1) as bar:

        def show(done: int, total: int) -> None:
            if (bar.total or 0) != total:  # another kind of work begins; reset() would not wait for the delay
                bar.total, bar.last_print_n = total or None, 0
            bar.n = done
            bar.update(0)

        yield show


@contextmanager
def step_bar(total: int, lang: Language) -> Iterator[Steps]:
    """Show which of several steps has begun."""
    if _in_lines():
        lines, begun = _Lines(), iter(range(total))
        yield Steps(
            lambda step: lines.show(next(begun, total), total, step.get(lang)),
            lambda line: click.echo(line.get(lang), err=True),
        )
        return
    from tqdm import tqdm

    with tqdm(total=total, unit="step", file=sys.stderr) as bar:

        def advance(step: Text) -> None:
            bar.set_description(step.get(lang))
            bar.update()

        yield Steps(advance, lambda line: bar.write(line.get(lang), file=sys.stderr))


def part_of(whole: Progress, number: int, count: int) -> Progress:
    """Return what tells the progress of one of several equal parts as that of the whole; numbers begin with 0."""

    def show(done: int, total: int) -> None:
        if total:
            whole(number * _FINE + done * _FINE // total, count * _FINE)

    return show


def say(line: str) -> None:
    """Write a line on standard error, above a bar where one stands."""
    if "tqdm" not in sys.modules:  # so none stands
        click.echo(line, err=True)
        return
    from tqdm import tqdm

    with tqdm.external_write_mode(file=sys.stderr):
        click.echo(line, err=True)


def _unseen(done: int, total: int) -> None:
    """Show nothing, where nobody looks."""
    del done, total


def _in_lines() -> bool:
    return os.environ.get(VARIABLE) == LINES


class _Lines:
    """Lines of per cent, each only once."""

    def __init__(self) -> None:
        self._told = ""

    def show(self, done: int, total: int, words: str = "") -> None:
        """Tell how much of how much is done; of an unknown whole there is nothing to tell."""
        if not total:
            return
        line = f"[{100 * done // total}%] {words}".rstrip()
        if line != self._told:
            self._told = line
            click.echo(line, err=True)
