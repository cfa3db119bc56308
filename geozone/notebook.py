"""What a notebook shows: the page of a map in a frame, a project in a few lines, and how far work has come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from tqdm.auto import tqdm

from geozone.messages import Language, Text, text
from geozone.model import ZoneResult
from geozone.overlay.features import Progress
from geozone.project import FigureFile, Project, RegisterFile
from geozone.rates.titles import indicator_titles
from geozone.rates.wording import NONE, by_id, outcome_text, target_of, target_text, value_text
from geozone.run.options import STEPS
from geozone.run.options import Progress as StepProgress
from geozone.story.zone import leading_of_demands, zone_story

HEIGHT = 640  # of the frame, CSS pixels
_HEADINGS = ("indicator", "rates_value", "target_value", "outcome")


class Map(str):
    """The page of a map: the text of an html document, which a notebook shows in a frame.

    Write it to a file in UTF-8, or leave it as the last value of a cell.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        return in_frame(self)


def in_frame(page: str, height: int = HEIGHT) -> str:
    """Return a whole html document as a frame that stands inside another one, and asks for nothing.

    Parameters
    ----------
    page
        The document.
    height
        CSS pixels.
    """
    return (
        f'<iframe srcdoc="{escape(page)}" width="100%" height="{height}" '
        'style="border: 1px solid #d0d0d0" loading="lazy"></iframe>'
    )


def project_html(project: Project, result: ZoneResult | None, lang: Language) -> str:
    """Return a project as a notebook shows it: what it is made from and, once it was computed, what came out.

    Parameters
    ----------
    project
        The project.
    result
        What the run computed; None before it, since whoever looks at a project should not have to wait for its run.
    lang
        The language.
    """
    parts = [f"<h3>{_said(project.title, lang)}</h3>"]
    own = [project.layers[name].title for name in sorted(project.own)]
    tables: list[RegisterFile | FigureFile] = [*project.registers, *project.figures]
    own += [Text(one.name, one.name) for one in tables]
    parts.append(_paragraph(text("notebook.own" if own else "notebook.embedded", count=len(own)), lang))
    if own:
        parts.append(f"<ul>{''.join(f'<li>{_said(one, lang)}</li>' for one in own)}</ul>")
    if result is None:
        parts.append(_paragraph(text("notebook.not_computed"), lang))
        return "\n".join(parts)
    parts.append(_paragraph(zone_story(result), lang))
    titles, targets = indicator_titles(result), by_id(result.targets)
    rows = [
        (titles[rate.indicator], value_text(rate), target_text(rate, target), outcome_text(rate, target))
        for rate in leading_of_demands(result).values()
        if (target := target_of(rate, targets)) is not None
    ]
    head = _row((text(f"words.column_{name}") for name in _HEADINGS), lang, "th")
    body = "".join(_row((cell or NONE for cell in row), lang, "td") for row in rows)
    parts.append(f"<table><thead>{head}</thead><tbody>{body}</tbody></table>")
    parts.append(_paragraph(text("notebook.findings", count=len(result.findings)), lang))
    return "\n".join(parts)


def _said(words: Text, lang: Language) -> str:
    return escape(words.get(lang))


def _paragraph(words: Text, lang: Language) -> str:
    return f"<p>{_said(words, lang)}</p>"


def _row(cells: Iterable[Text], lang: Language, tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_said(cell, lang)}</{tag}>' for cell in cells)}</tr>"


class Steps:
    """A bar of the steps of a run, in a notebook or on a terminal; it closes after the last one.

    Parameters
    ----------
    lang
        Language of the steps.
    total
        How many there are.
    """

    def __init__(self, lang: Language, total: int = len(STEPS)) -> None:
        self._lang, self._total = lang, total
        self._bar: Any = None

    def __call__(self, step: Text) -> None:
        """Tell that a step begins."""
        if self._bar is None:
            self._bar = tqdm(total=self._total, unit="step")
        self._bar.set_description(step.get(self._lang))
        self._bar.update()
        if self._bar.n >= self._total:
            self._bar.close()
            self._bar = None


def steps(lang: Language) -> StepProgress:
    """Return what shows the steps of a run."""
    return Steps(lang)


@contextmanager
def shown(progress: Progress | bool | None) -> Iterator[Progress | None]:
    """Yield what is told how far work has come: a bar where it is True, else what was given."""
    if not isinstance(progress, bool):
        yield progress
        return
    if not progress:
        yield None
        return
    with tqdm(leave=False, miniters=1) as bar:

        def follow(done: int, total: int) -> None:
            if (bar.total or 0) != total:  # another kind of work begins
                bar.reset(total or None)
            bar.n = done
            bar.refresh()

        yield follow
