"""Every command that the documents print is one, with arguments and options that it takes."""

import re
import shlex
from pathlib import Path

import click
import pytest

import geozone
from geozone.cli import cli

HOME = Path(geozone.__file__).parents[1]
LINE = re.compile(r"geozone [a-z].*?(?=\s+#|$)")
FILES = [HOME / "README.md", HOME / "README.zh.md", *sorted((HOME / "docs").glob("*.md"))]


def printed():
    """Return the commands that stand on lines of their own, in a block of code, each with its file."""
    for path in FILES:
        fenced = False
        for line in path.read_text("utf-8").splitlines():
            fenced ^= line.startswith("```")
            command = LINE.match(line.strip())
            if command and (fenced or line.startswith("    ")) and not re.search(r"[|…\[]|\.{3}", command[0]):
                yield pytest.param(command[0], id=f"{path.name}: {command[0][:60]}")


COMMANDS = list(printed())


def test_the_documents_print_commands():
    assert len(COMMANDS) > 12
    assert {"example", "init", "build"} <= {one.values[0].split()[1] for one in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_printed_command_can_be_called_so(command):
    name, *arguments = shlex.split(command)[1:]
    known = cli.commands[name]
    parser = known.make_parser(click.Context(known))
    options, _, _ = parser.parse_args(args=arguments)
    required = [one.name for one in known.params if one.required and one.name not in options]
    assert required == []
