"""How Sphinx makes the site of these pages: read from a folder, without any network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

import geozone
from geozone.cli import cli
from geozone.cli.help import SPOKEN
from geozone.manifest.measures import load_measures
from geozone.project.keys import PROJECT, SINCE, TABLES, TARGET, Key

# pages at the root of the project, which are read there too, and the pages of the site that include them
ROOT_PAGES = {
    "README.md": "index.md",
    "README.zh.md": "chinese.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "licences.md",
    "layers/LICENSES.md": "licences.md",
}

project = "geozone"
version = release = geozone.__version__
language = "en"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
default_role = "code"  # docstrings name parameters between single backquotes

html_theme = "furo"
html_title = f"geozone {version}"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_search_language = "chinese_or_english"
html_show_search_summary = (
    False  # a page from a folder may not read the others, where the summaries come from
)
html_use_index = html_domain_indices = False  # the search does it

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
myst_links_external_new_tab = True

autodoc_typehints = "none"  # the docstrings tell types as readers need them
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False


class ChineseOrEnglish(SearchEnglish):
    """Words of English, and of Chinese every two neighbouring characters: any word of two or more is found."""

    lang = "chinese_or_english"
    language_name = "English"  # the search of the page asks for the stemmer of this name
    js_splitter_code = r"""
    function splitQuery(query) {
      return (query.match(/[\u4e00-\u9fff]+|(?:(?![\u4e00-\u9fff])[\p{Letter}\p{Number}_])+/gu) || []).flatMap((word) =>
        /[\u4e00-\u9fff]/.test(word) && word.length > 2
          ? Array.from({ length: word.length - 1 }, (_, at) => word.slice(at, at + 2))
          : [word],
      );
    }
    """
    _words = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")

    def split(self, input: str) -> list[str]:  # noqa: A002 - the name is that of the library
        """Return the words of a text as the script splits a query."""
        found: list[str] = []
        for word in self._words.findall(input):
            if "\u4e00" <= word[0] <= "\u9fff" and len(word) > 2:
                found.extend(word[at : at + 2] for at in range(len(word) - 1))
            else:
                found.append(word)
        return found

    def word_filter(self, word: str) -> bool:
        """Return whether a word is worth finding: also short ones of Chinese."""
        return "\u4e00" <= word[:1] <= "\u9fff" or super().word_filter(word)


def commands() -> Iterator[str]:
    """Yield what every command says of itself under ``--help``, as a section each."""
    for name, command in sorted({"": cli, **cli.commands}.items()):
        context = cli.context_class(cli, info_name="geozone", max_content_width=100)
        if name:
            context = command.context_class(command, context, name, max_content_width=100)
        yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
        for below, one in sorted(getattr(command, "commands", {}).items() if name else ()):
            inner = one.context_class(one, context, below, max_content_width=100)
            yield f"### {inner.command_path}\n\n```text\n{one.get_help(inner)}\n```\n"


def commands_in_chinese() -> Iterator[str]:
    """Yield the same in Chinese."""
    spoken = SPOKEN.set("zh")
    yield from list(commands())
    SPOKEN.reset(spoken)


def keys() -> Iterator[str]:
    """Yield the keys of every table of a project file."""
    for title, table in [
        (
            "At the head of the file",
            {name: key for name, key in PROJECT.items() if name not in {*TABLES, "since"}},
        ),
        *((f"`[[{name}]]`", keys) for name, keys in TABLES.items()),
        ("`target = { … }` of an indicator", TARGET),
        (
            "`[since]`: the last release, a GeoPackage or a folder of builds, which a build is held against",
            SINCE,
        ),
    ]:
        yield f"### {title}\n\n| key | holds | needed |\n|---|---|---|\n" + _rows(table)


def _rows(table: Mapping[str, Key]) -> str:
    return "".join(
        f"| `{name}` | {' '.join(f'`{word}`' for word in key.choices) or key.holds} | {'yes' * key.required} |\n"
        for name, key in table.items()
    )


def measures() -> Iterator[str]:
    """Yield the keys that an indicator of every measure takes."""
    yield "| measure | value | keys of its `[[indicator]]` |\n|---|---|---|\n"
    for name, measure in load_measures().items():
        taken = ", ".join(f"`{key}`" if one.required else f"`{key}`?" for key, one in measure.keys.items())
        yield f"| `{name}` | {measure.title.en} | {taken} |\n"


DERIVED = {
    "commands": commands,
    "commands_in_chinese": commands_in_chinese,
    "keys": keys,
    "measures": measures,
}


def derive(_app: Sphinx, _page: str, content: list[str]) -> None:
    """Put in what the program itself declares, where a page asks for it."""
    content[0] = re.sub(
        r"^<!-- derived: (\w+) -->$",
        lambda asked: "".join(DERIVED[asked[1]]()),
        content[0],
        flags=re.MULTILINE,
    )


def point_into_the_site(_app: Sphinx, _path: Path, _page: str, content: list[str]) -> None:
    """Let links of a page at the root of the project lead to pages of the site."""

    def pointed(link: re.Match[str]) -> str:
        page = ROOT_PAGES.get(link[1], link[1].removeprefix("docs/"))
        return f"]({page}{link[2] or ''})"

    content[0] = re.sub(r"\]\(([^)#:]+)(#[^)]*)?\)", pointed, content[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the search for Chinese, what the program declares, and the links of included pages."""
    app.add_search_language(ChineseOrEnglish)
    app.connect("source-read", derive)
    app.connect("include-read", point_into_the_site)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
