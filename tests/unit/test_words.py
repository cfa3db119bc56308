"""One vocabulary: a word stands once, every code has its word, and no output writes its own."""

import ast
import io
import re
import tokenize
from collections import Counter
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from samples import sample_result
from sources import tree_of

import geozone
from geozone import table_output
from geozone.export.columns import DOMAINS, domain_values
from geozone.figures.references import published
from geozone.lists.layers import layers_table
from geozone.lists.rates import rate_list
from geozone.lists.zones import zones_table
from geozone.manifest.indicators import load_indicators
from geozone.manifest.inputs import register_roles
from geozone.manifest.roles import load_roles
from geozone.messages import LANGUAGES, room, text
from geozone.model import Basis, Comparator, Kind, Level, Modality, Severity, Status, Verdict
from geozone.policy.targets import targets_table
from geozone.rates.wording import value_text

PACKAGE = Path(geozone.__file__).parent
TEXTS = sorted(path.stem for path in (PACKAGE / "texts").glob("*.toml"))
PYTHON = [path for path in PACKAGE.rglob("*.py") if "node_modules" not in path.parts]
SCRIPTS = sorted((PACKAGE / "maps" / "frontend" / "src").glob("*.js"))
OUTPUTS = ("words", "maps", "export", "explain", "check")  # rooms of what results say
FAMILIES = {
    "verdict": Verdict, "status": Status, "basis": Basis, "basis_hint": Basis, "level": Level, "severity": Severity,
    "rate_kind": Kind, "comparator": Comparator, "target": Comparator, "modality": Modality,
}  # fmt: skip
SOURCE = "\n".join(path.read_text("utf-8") for path in PYTHON)
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
# modules that understand what people write in Chinese; they hold patterns, never sentences. The example writes as people do
READERS = (
    "checks/accuracy.py", "example/", "figures/", "maps/basemap.py", "overlay/shores.py", "policy/clauses.py", "rates/filters.py",
    "read/", "registers/", "terrain/elevation.py", "vintages.py",
)  # fmt: skip


def words_of(family, code):
    return room("words")[f"{family}_{code.name.lower()}"]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_code_has_its_word(family):
    for code in FAMILIES[family]:
        word = words_of(family, code)
        assert word.zh
        assert word.en


@pytest.mark.parametrize("family", [name for name in FAMILIES if name not in {"comparator", "modality"}])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_stands_for_two_codes(family, lang):
    words = [words_of(family, code).get(lang) for code in FAMILIES[family]]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_of_a_table_has_words(domain):
    values = domain_values(domain)
    assert all(title.zh and title.en for _, title in values)
    if domain == "role":
        assert {code for code, _ in values} == {*load_roles(), *register_roles()}


def test_no_code_is_worded_outside_the_shared_words():
    """A second file that words the same codes is a second vocabulary."""
    for name in TEXTS:
        if name == "words":
            continue
        keys = set(room(name))
        for family, codes in FAMILIES.items():
            copied = {f"{family}_{code.name.lower()}" for code in codes} & keys
            assert len(copied) < 2 or name == "rates", (name, copied)
    reasons = {
        key for key in room("rates") if key.startswith("verdict_")
    }  # sentences on verdicts, none of them a word
    assert all(room("rates")[key].zh.endswith("。") for key in reasons)


def test_a_short_text_stands_in_one_file_only():
    """Two texts that read alike in Chinese are one word; what differs in English is two."""
    places = {}
    for name in OUTPUTS:
        for key, value in room(name).items():
            if len(value.zh) <= 12 and "{" not in value.zh:
                places.setdefault(value.zh, set()).add((name, key, value.en.casefold()))
    doubled = {word: found for word, found in places.items() if len({name for name, _, _ in found}) > 1}
    assert set(doubled) <= {"来源", "说明"}, (
        doubled
    )  # a heading and a column: "Sources" and "Source", "About" and "Note"


def test_titles_of_roles_and_indicators_stand_in_their_tables_alone():
    titles = {role.title.zh for role in load_roles().values()} | {
        one.title.zh for one in load_indicators().values()
    }
    written = {
        f"{name}.{key}": value.zh for name in TEXTS for key, value in room(name).items() if value.zh in titles
    }
    # units of measure of other things than areas, kinds of rates and answers to demands are no titles
    assert [key for key in written if not key.startswith(("words.", "rates.answer_"))] == []


@cache
def named_keys():
    """Return the texts that Python names, whole or by their beginning and end."""
    whole, parts = set(), set()
    for path in PYTHON:
        nodes = list(ast.walk(tree_of(path)))
        pieces_of = {
            id(part)
            for node in nodes
            if isinstance(node, ast.JoinedStr)
            for part in ast.iter_child_nodes(node)
        }
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces_of:
                if re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", node.value):
                    whole.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                pieces = [
                    re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w%/.<>=-]+"
                    for part in ast.iter_child_nodes(node)
                ]
                pattern = "".join(pieces)
                if re.match(r"[a-z_]+\\\.", pattern):
                    parts.add(pattern)
    return whole, parts


def test_every_text_that_code_names_is_there():
    whole, parts = named_keys()
    keys = {f"{name}.{key}" for name in TEXTS for key in room(name)}
    called = {key for key in whole if key.partition(".")[0] in TEXTS and not key.endswith((".csv", ".toml"))}
    modules = {".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in PYTHON}
    assert sorted(called - keys - modules) == []
    for pattern in parts:
        if pattern.partition("\\.")[0] in TEXTS:
            assert any(re.fullmatch(pattern, key) for key in keys), pattern


def page_keys():
    source = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    whole = set(re.findall(r"'([a-z][a-z_0-9]*)'", source))
    parts = {re.sub(r"\$\{.*?\}", ".+", part) for part in re.findall(r"(?:text|hasText)\(`([^`]+)`", source)}
    return whole, parts


def test_every_text_that_the_page_names_is_there():
    source = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    keys = set(room("words")) | set(room("maps"))
    assert set(re.findall(r"(?<![\w.])text\('([a-z_0-9]+)'", source)) <= keys
    for pattern in page_keys()[1]:
        assert any(re.fullmatch(pattern, key) for key in keys), pattern


def test_the_page_has_no_name_for_two_texts():
    assert set(room("words")) & set(room("maps")) == set()


def test_no_text_is_idle():
    whole, parts = named_keys()
    page, page_parts = page_keys()
    idle = []
    for name in set(TEXTS) - {
        "usage",
        "qgis_plugin",
    }:  # keys that a library, or the names of algorithms, put together
        for key in room(name):
            full = f"{name}.{key}"
            used = full in whole or any(re.fullmatch(pattern, full) for pattern in parts)
            if name in {"words", "maps"}:
                used = used or key in page or any(re.fullmatch(pattern, key) for pattern in page_parts)
            if name == "words":  # columns, and words of the codes in them, go by their own names
                used = used or key.startswith(("column_", *(f"{domain}_" for domain in DOMAINS)))
            else:  # kinds of findings, values of fields
                used = used or key.removesuffix("_remedy") in SOURCE
            if not used:
                idle.append(full)
    assert idle == []


def strings_of(path):
    """Return the literals of a module that are no docstrings."""
    tree = tree_of(path)
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
    ]


def test_no_sentence_is_written_in_python():
    told = {
        path.relative_to(PACKAGE).as_posix(): found
        for path in PYTHON
        if not path.relative_to(PACKAGE).as_posix().startswith(READERS)
        and (
            found := [literal for literal in strings_of(path) if IDEOGRAPH.search(re.sub(".-.", "", literal))]
        )
    }
    assert told == {}


def test_what_reads_chinese_writes_no_chinese_sentence():
    """Patterns and lists of words are no sentences: no full stop ends them."""
    for path in PYTHON:
        if "example" in path.parts:
            continue
        assert [literal for literal in strings_of(path) if re.search(r"[\u3400-\u9fff]。$", literal)] == [], (
            path
        )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_word_is_written_in_the_scripts_of_the_page(path):
    assert not re.search(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]", path.read_text("utf-8"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_page_formats_no_rate_itself(path):
    source = path.read_text("utf-8")
    assert not re.search(r"Intl\.NumberFormat|toLocaleString|toPrecision", source)
    # degrees beside the graticule, and sizes of a drawing, are no figures of the tables
    assert "toFixed" not in source or path.stem in {"scene", "cards", "chart", "tiles", "link"}


def test_no_output_formats_a_share_itself():
    """Only `geozone.rounding` and what builds on it may write a number in per cent."""
    for path in PYTHON:
        room_ = path.relative_to(PACKAGE).parts[0]
        if room_ not in {"maps", "export", "explain.py", "table_output.py"}:
            continue
        source = path.read_text("utf-8")
        strings = [
            token.string
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.STRING
        ]
        assert not [found for found in strings if re.search(r":[^{}]*%\}", found)], path


def test_a_missing_text_is_an_error_at_once():
    with pytest.raises(KeyError):
        text("words.verdict_maybe")


def test_a_list_on_the_terminal_is_in_words_and_for_programs_in_codes():
    table = pd.DataFrame(
        {
            "role": ["redline"],
            "basis": ["derived"],
            "unit": ["million_kw"],
            "year": [2035.0],
            "vintage": ["unknown"],
        }
    )
    (told,) = table_output.readable(table, "zh", "targets")
    assert list(told) == ["用途", "数据性质", "计量单位", "目标年", "数据时点"]
    assert list(told.values()) == ["生态保护红线", "推算", "百万千瓦", "2035", "未知"]
    assert list(table.columns) == ["role", "basis", "unit", "year", "vintage"]
    assert list(table_output.readable(table, "en")[0]) == [
        "Role",
        "Basis",
        "Unit of measure",
        "Year",
        "Data date",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("zones", zones_table),
        ("layers", lambda lang: layers_table(None, lang)),
        ("targets", lambda lang: targets_table(published(), None, lang)),
    ],
)
def test_every_column_of_a_list_has_a_heading_of_its_own(name, table, lang):
    found = table(lang)
    told = pd.DataFrame(table_output.readable(found, lang, name))
    assert len(set(told.columns)) == len(pd.DataFrame(found).columns)
    if lang == "zh":
        assert all(IDEOGRAPH.search(column) for column in told.columns)
    assert (
        not {"derived", "firm", ">=", "pilot_zone", "county"} & set(told.astype(str).to_numpy().ravel())
        or lang == "en"
    )


def test_rates_on_the_terminal_are_said_as_on_the_page():
    result = sample_result()
    table = rate_list(result, "zh", every=True).rows
    assert Counter(row["rates_value"] for row in table) == Counter(
        value_text(rate).zh for rate in result.rates
    )
    assert list(table_output.readable(table, "zh", "rates")[0]) == [
        "指标", "行政区名称", "现状值", "数据性质", "数据时点", "目标值", "判定与差额",
    ]  # fmt: skip
