"""The command line: results on stdout, progress and messages on stderr.

Exit codes: 0 done; 1 the data has findings that stop the job; 2 wrong usage; 3 input missing or unreadable;
4 internal error (with a traceback only under ``--debug``).
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import sys
import traceback
from itertools import pairwise

import click

from geozone.aligned import WIDTH
from geozone.cli import change, diff, example, files, init, lists, standards, zones
from geozone.cli.help import SPOKEN, language_of_user, show_usage_error
from geozone.cli.loading import start_no_idle_threads
from geozone.cli.options import cli
from geozone.cli.supervised import supervised
from geozone.cli.terminal import prepare
from geozone.errors import GeozoneError, InputError, UsageError
from geozone.garbage import collect_seldom
from geozone.messages import Language, Text, text
from geozone.quiet import quieten
from geozone.read.formats import REACHING_DRIVERS
from geozone.shortage import is_of_memory

__all__ = ["change", "cli", "diff", "example", "files", "init", "lists", "main", "standards", "zones"]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with the code that the module's text states.

    Called without arguments, as from a terminal, it runs the command in a process of its own.
    """
    from_terminal = arguments is None
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    if debug:
        arguments.remove("--debug")
    asked = _following(arguments, "--lang")
    lang: Language = "en" if "en" in asked else "zh"
    SPOKEN.set(lang if lang in asked else language_of_user())

    def command() -> None:
        if from_terminal:
            collect_seldom()
            atexit.register(gc.freeze)  # what the process has loaded ends with it: none of it is garbage
        _run(arguments, lang, debug=debug)

    if from_terminal and not debug:
        supervised(command, lang)
    else:
        command()


def _run(arguments: list[str], lang: Language, *, debug: bool) -> None:
    _load_no_reaching_driver()
    start_no_idle_threads()
    prepare(sys.stdout, escape="--json" in arguments)
    prepare(sys.stderr)
    WIDTH.set(shutil.get_terminal_size().columns if sys.stdout.isatty() else None)
    if not debug:
        quieten()
    try:
        cli.main(args=arguments, prog_name="geozone", standalone_mode=False)
    except GeozoneError as error:
        if is_of_memory(error):  # whichever file was at hand is not to blame
            _fail(text("cli.no_memory"), lang, InputError.exit_code)
        _fail(text("cli.failed", reason=error.text), lang, error.exit_code)
    except click.ClickException as error:
        show_usage_error(error)
        sys.exit(UsageError.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail(text("cli.ended"), lang, 130)
    except Exception as error:  # noqa: BLE001 - the last stop: a bug becomes exit code 4
        if is_of_memory(error):
            _fail(text("cli.no_memory"), lang, InputError.exit_code)
        if debug:
            traceback.print_exc()
        _fail(text("cli.internal", reason=f"{type(error).__name__}: {error}"), lang, GeozoneError.exit_code)


def _load_no_reaching_driver() -> None:
    """Keep every GDAL of this process and its children from loading drivers that fetch files or addresses.

    It works as long as none is loaded. A program that imports geozone keeps its drivers.
    """
    os.environ.setdefault("CPL_LOG", os.devnull)  # else it grumbles about those that it does not have
    for name in ("GDAL_SKIP", "OGR_SKIP"):
        skipped = [word for word in os.environ.get(name, "").split(",") if word]
        os.environ[name] = ",".join(dict.fromkeys([*skipped, *REACHING_DRIVERS]))


def _following(arguments: list[str], option: str) -> list[str]:
    pairs = pairwise(arguments)
    after = [value for name, value in pairs if name == option]
    return after + [item.partition("=")[2] for item in arguments if item.startswith(f"{option}=")]


def _fail(reason: Text, lang: Language, code: int) -> None:
    click.echo(reason.get(lang), err=True)
    sys.exit(code)
