"""The command that drafts a project file from a folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geozone.cli.help import option
from geozone.cli.options import JSON, LANG, PATH, cli
from geozone.cli.progress import progress_bar
from geozone.errors import UsageError
from geozone.messages import Language, Text, text

if TYPE_CHECKING:
    from geozone.drafting.folder import Ask

_PROJECT_FILE = "project.toml"


@cli.command("init")
@click.argument("folder", type=PATH)
@option("--out", type=PATH, words="init_out")
@option("--ask", is_flag=True, words="ask")
@JSON
@LANG
def init_command(folder: Path, out: Path | None, ask: bool, form: str | None, lang: Language) -> None:
    """Draft a project.toml from the files in FOLDER and below."""
    from geozone.drafting import draft_project, draft_rows, draft_text
    from geozone.drafting.entries import State
    from geozone.files import whole_file

    path = out or folder / _PROJECT_FILE
    if path.exists():
        raise UsageError("drafting.exists", path=path)
    if ask and not sys.stdin.isatty():
        raise UsageError("drafting.ask_needs_terminal")
    with progress_bar(lang, compiles=False) as progress:
        draft = draft_project(folder, ask=_asking(lang) if ask else None, progress=progress)
    with whole_file(path) as unfinished:
        unfinished.write_text(draft_text(draft, path.parent, lang), "utf-8", newline="\n")
    counts = {state.value: len(draft.of_state(state)) for state in State}
    said = text("drafting.written", path=path, **{**counts, "left_out": len(draft.left_out)})
    click.echo(said.get(lang), err=True)
    if form == "json":
        click.echo(json.dumps(draft_rows(draft, path.parent, lang), ensure_ascii=False, indent=1))
    else:
        click.echo(path)


def _asking(lang: Language) -> Ask:
    """Return a function that asks on the terminal; an empty answer leaves the question open."""

    def ask(question: Text, choices: Sequence[tuple[str, Text]]) -> str | None:
        words = ("、" if lang == "zh" else ", ").join(f"{key} {title.get(lang)}" for key, title in choices)
        click.echo(question.get(lang), err=True)
        click.echo(text("drafting.choices", choices=words).get(lang), err=True)
        keys = click.Choice(["", *(key for key, _ in choices)])
        answer: str = click.prompt(
            "", default="", show_default=False, show_choices=False, type=keys, err=True
        )
        return answer or None

    return ask
