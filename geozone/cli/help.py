"""Help and usage in the language of the user: English as the catalogue has it, or Chinese.

Help of options and commands stands in the catalogue (``help``). What the library of the command line says itself is
recognised by its English words (``usage``) and said in Chinese; a sentence that is not known stays as it is.
"""

from __future__ import annotations

import locale
import os
import re
import sys
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

import click

from geozone.aligned import broken, width_of
from geozone.messages import Language, Text, filled, room, text

# the command line sets it; whoever asks a command for its help otherwise gets it in English
SPOKEN: ContextVar[Language] = ContextVar("SPOKEN", default="en")
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts, as for other programs
_CHINESE = ("zh", "chinese")  # as systems begin the name of the language
_AS_WRITTEN = "\b"  # begins a paragraph whose lines stay as they are
_QUOTED = re.compile(r"'[^']*'(?:, '[^']*')*")
_WIDEST_TERM, _SPACING = 30, 2
_Declared = TypeVar("_Declared", bound=Callable[..., Any])


def language_of_user() -> Language:
    """Return the language that the environment, or the system where it names none, asks for."""
    name = next((found for found in map(os.environ.get, _VARIABLES) if found), None)
    if name is None and sys.platform == "win32":
        name = locale.getlocale()[0]
    return "zh" if (name or "").lower().startswith(_CHINESE) else "en"


def said(english: str) -> str:
    """Return words of the library of the command line in the language that is spoken."""
    if SPOKEN.get() == "en":
        return english
    for pattern, words in _known():
        found = pattern.fullmatch(english)
        if found:
            return filled(words, {name: said(_unquoted(part)) for name, part in found.groupdict().items()}).zh
    return english


def option(*declarations: str, words: str, **attributes: Any) -> Callable[[_Declared], _Declared]:
    """Declare an option whose help is the text ``help.<words>``."""
    return click.option(*declarations, cls=Option, words=text(f"help.{words}"), **attributes)


class Option(click.Option):
    """An option with its help in both languages."""

    def __init__(self, *declarations: Any, words: Text, **attributes: Any) -> None:
        super().__init__(*declarations, **{**attributes, "help": words.en})
        self.words = words

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option as it is written, and its help."""
        self.help = self.words.get(SPOKEN.get())
        record = super().get_help_record(ctx)
        if record is None:
            return None
        name, told = record
        extra = re.search(r"(?<=  \[)default: .*(?=\]$)", told)
        return name, told if extra is None else told[: extra.start()] + said(extra[0]) + "]"

    def make_metavar(self, ctx: click.Context) -> str:
        """Return what stands for its value."""
        return said(super().make_metavar(ctx))


class Formatter(click.HelpFormatter):
    """Help in lines: an ideograph is as wide as two letters, and a line may end behind it."""

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        if SPOKEN.get() == "en":
            super().write_heading(heading)
        else:
            self.write(f"{'':>{self.current_indent}}{said(heading)}：\n")

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        if SPOKEN.get() == "en":
            super().write_usage(prog, args, prefix)
        else:
            self.write(f"{said('Usage:')}{prog} {args}\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        if SPOKEN.get() == "en":
            super().write_text(text)
            return
        indent = " " * self.current_indent
        paragraphs = [
            paragraph.splitlines()[1:]
            if paragraph.startswith(_AS_WRITTEN)
            else broken(paragraph, self.width - self.current_indent)
            for paragraph in text.split("\n\n")
        ]
        self.write("\n\n".join("\n".join(indent + line for line in lines) for lines in paragraphs) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = _WIDEST_TERM, col_spacing: int = _SPACING
    ) -> None:
        """Write terms with what they mean."""
        rows = list(rows)
        if SPOKEN.get() == "en":
            super().write_dl(rows, col_max, col_spacing)
            return
        column = self.current_indent + min(max(width_of(term) for term, _ in rows), col_max) + col_spacing
        for term, meaning in rows:
            line = " " * self.current_indent + term
            if width_of(line) + col_spacing > column:
                self.write(f"{line}\n")
                line = ""
            line += " " * (column - width_of(line))
            self.write(line + f"\n{' ' * column}".join(broken(said(meaning), self.width - column)) + "\n")


class Context(click.Context):
    """A call whose help is formatted so."""

    formatter_class = Formatter


class Command(click.Command):
    """A command whose help is the text of its name."""

    context_class = Context

    def __init__(self, name: str | None, **attributes: Any) -> None:
        self.words = text(f"help.command_{name}")
        super().__init__(name, **{**attributes, "help": self.words.en})

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write its help."""
        self.help = self.words.get(SPOKEN.get())
        super().format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence of its help, or as much of it as fits."""
        if SPOKEN.get() == "en":
            self.help = self.words.en
            return super().get_short_help_str(limit)
        return self.words.zh.strip().partition("。")[0]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return how it is called, in parts."""
        return [said(piece) for piece in super().collect_usage_pieces(ctx)]


class Group(click.Group):
    """The commands, and what is said of all of them."""

    context_class = Context
    command_class = Command

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help of the program."""
        self.help = text("help.geozone").get(SPOKEN.get())
        super().format_help_text(ctx, formatter)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return how it is called, in parts."""
        return [said(piece) for piece in super().collect_usage_pieces(ctx)]


def show_usage_error(error: click.ClickException) -> None:
    """Tell on standard error what was wrong in a call, and how the command is called."""
    if SPOKEN.get() == "en" or isinstance(error, click.exceptions.NoArgsIsHelpError):  # the help alone
        error.show()
        return
    context: click.Context | None = getattr(error, "ctx", None)
    if context is not None:
        hint = text("usage.hint", command=context.command_path, option=context.help_option_names[-1])
        click.echo(f"{context.get_usage()}\n{hint.zh}\n", err=True)
    click.echo(text("cli.failed", reason=said(error.format_message())).zh, err=True)


def _unquoted(part: str) -> str:
    """Return names without the library's quotes around them."""
    return part[1:-1].replace("', '", "、") if _QUOTED.fullmatch(part) else part


@cache
def _known() -> list[tuple[re.Pattern[str], Text]]:
    """Return the sentences of the library as patterns, those with more words of their own first."""
    found = sorted(
        room("usage").values(), key=lambda words: len(re.sub(r"\{\w+\}", "", words.en)), reverse=True
    )
    return [
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(words.en)), re.DOTALL), words)
        for words in found
    ]
