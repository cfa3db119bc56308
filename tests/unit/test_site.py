"""The site of the documents: it is read from a folder, and asks nothing of any host."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

import geozone
from geozone.cli import cli
from geozone.manifest.measures import load_measures
from geozone.project.keys import TABLES

LOADING = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}


class Page(HTMLParser):
    """What a page loads, where it leads to, and the places in it that can be led to."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.leads, self.places = [], [], {""}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if (tag, name) in LOADING:
                self.loads.append(value)
            elif (tag, name) == ("a", "href"):
                self.leads.append(value)
            elif name in {"id", "name"}:
                self.places.add(value)


@pytest.fixture(scope="module")
def pages(documentation):
    return {path: Page(path.read_text("utf-8")) for path in sorted(documentation.rglob("*.html"))}


def is_relative(address):
    return not urlsplit(address).scheme and not address.startswith("/")


def text_of(documentation, page):
    return re.sub(r"<[^>]+>", "", (documentation / page).read_text("utf-8"))


def test_nothing_is_loaded_but_from_the_folder(documentation, pages):
    loaded = [(path.name, address) for path, page in pages.items() for address in page.loads]
    assert len(loaded) > 100
    for name, address in loaded:
        assert is_relative(address), (name, address)
    styles = [path.read_text("utf-8") for path in documentation.rglob("*.css")]
    assert not [
        found for style in styles for found in re.findall(r"url\((?!['\"]?data:)[^)]*//[^)]*\)", style)
    ]
    assert not [
        style for style in styles if "@import" in style and "//" in style.partition("@import")[2][:80]
    ]


def test_every_link_leads_to_a_place_that_is_there(pages):
    for path, page in pages.items():
        for address in [*page.loads, *page.leads]:
            parts = urlsplit(address)
            if parts.scheme in {"http", "https", "data"}:
                continue
            assert is_relative(address), (path.name, address)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), (path.name, address)
            if target in pages:
                assert unquote(parts.fragment) in pages[target].places, (path.name, address)


def test_every_page_is_reached_from_the_first_one(documentation, pages):
    reached, open_ends = set(), {documentation / "index.html"}
    while open_ends:
        reached |= open_ends
        found = {
            (path.parent / unquote(urlsplit(address).path)).resolve()
            for path in open_ends
            for address in pages[path].leads
        }
        open_ends = (found & set(pages)) - reached
    assert set(pages) - reached <= {documentation / "search.html"}


def test_every_command_public_name_measure_and_key_has_its_entry(documentation):
    commands = text_of(documentation, "commands.html")
    assert [name for name in cli.commands if f"Usage: geozone {name}" not in commands] == []
    interface = Page((documentation / "interface.html").read_text("utf-8"))
    assert {f"geozone.{name}" for name in geozone.__all__} <= interface.places
    own_data = (documentation / "own_data.html").read_text("utf-8")
    declared = {*load_measures(), *(key for keys in TABLES.values() for key in keys)}
    assert [name for name in declared if f">{name}<" not in own_data] == []


def test_the_site_has_the_version_of_the_program(documentation):
    assert f"geozone {geozone.__version__}" in (documentation / "index.html").read_text("utf-8")
