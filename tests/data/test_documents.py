"""The register of demands held against documents: a small made-up one, and the real ones where they are at hand."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from geozone.cli import cli
from geozone.errors import InputError
from geozone.model import Comparator
from geozone.policy.clauses import clauses, figures, numeral
from geozone.policy.documents import Outcome, recognise, verify_documents
from geozone.policy.targets import verification_table
from geozone.seeds import load_renderings, load_targets

POLICY = Path(__file__).parents[2].parent / "shared" / "policy"
needs_documents = pytest.mark.skipif(not POLICY.is_dir(), reason="the policy documents are not at hand")

MADE_UP = """Front matter of 6 parts, on the 20th.
First, general
It names PM2.5 and 12 things.
2. A heading that is broken
over two lines, with 3 more
(1) An item with 1,234.5 units and
44% of them in Class III.
**（Two） another item, with four of ten.**
三、中文节
（三）第三项：达到５５％以上，比2024年提高3.2个百分点。
"""


def test_clauses_are_found_by_numbers_in_any_form():
    found, wrong = clauses(MADE_UP)
    assert [clause.number for clause in found] == ["front", "1", "2", "2(1)", "2(2)", "3", "3(3)"]
    assert wrong == []
    printed = {clause.number: [(figure.value, figure.line) for figure in clause.figures] for clause in found}
    assert printed["front"] == [(6, 1)]
    assert printed["1"] == [(12, 3)]
    assert printed["2"] == [(2, 5), (3, 5)]
    assert printed["2(1)"] == [(1234.5, 6), (44, 7), (3, 7)]
    assert printed["2(2)"] == [(4, 8), (10, 8)]
    assert printed["3(3)"] == [(55, 10), (2024, 10), (3.2, 10)]


def test_items_are_found_where_lines_were_joined_or_broken():
    joined = MADE_UP.replace("\n", " ")
    assert [clause.item for clause in clauses(joined)[0] if clause.item] == [1, 2, 3]
    broken = MADE_UP.replace("(1)", "(\n1 )")
    assert [clause.number for clause in clauses(broken)[0]] == [
        clause.number for clause in clauses(MADE_UP)[0]
    ]


def test_a_heading_out_of_order_is_told_with_its_line():
    for old, new, expected, line in [
        ("（Two）", "（Three）", 2, 8),
        ("（三）", "（七）", 3, 10),
        ("（Two）", "(9)", 2, 8),
    ]:
        _, wrong = clauses(MADE_UP.replace(old, new))
        assert [(item.kind, item.expected, item.line) for item in wrong] == [("item", expected, line)]


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("8", 8),
        ("八", 8),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十一", 21),
        ("Eight", 8),
        ("Twenty-one", 21),
        ("PM", None),
    ],
)
def test_numerals_in_words(word, number):
    assert numeral(word) == number


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("PM2.5 and PM_{2.5} are names", []),
        ("the 20th, 2nd and 3rd are ordinals", []),
        ("tens of millions of kilowatts", [1e7]),
        ("remain Class II", [2]),
        ("363,900 km", [363900]),
        ("7.3、7个百分点", [7.3, 7]),
    ],
)
def test_what_is_a_figure(text, values):
    assert [figure.value for figure in figures(text)] == values


def test_a_folder_without_documents_is_missing_input(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError):
            verify_documents(folder)
    (tmp_path / "x.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError):
        verify_documents(tmp_path)


def test_a_text_that_is_none_of_the_documents_is_told(tmp_path):
    """A document is known by the short names in it, whatever its file is called."""
    (tmp_path / "a.txt").write_text("京津冀美丽中国先行区建设行动方案\n", "utf-8")
    (tmp_path / "b.txt").write_text("something else\n", "utf-8")
    result = verify_documents(tmp_path)
    assert result.unrecognised == ["b.txt"]
    assert {check.document for check in result.checks} == {"004"}
    assert {check.outcome for check in result.checks} == {Outcome.NOT_FOUND}
    assert set(result.absent) == {"000", "001", "002", "003"}


@pytest.fixture(scope="module")
def verified():
    return verify_documents(POLICY)


@needs_documents
def test_every_numeric_demand_is_confirmed_in_every_language(verified):
    assert verified.faults == []
    assert verified.absent == []
    confirmed = {
        (target, check.document)
        for check in verified.checks
        for target in check.targets
        if check.part == "value" and check.outcome is Outcome.CONFIRMED
    }
    for target in load_targets():
        for document in target.documents:
            if document in target.printed:
                assert (target.id, document) in confirmed
    implied = {
        target for check in verified.checks for target in check.targets if check.outcome is Outcome.IMPLIED
    }
    for target in load_targets():
        if target.id in implied:  # what no document prints is implied by the wording, or a count of a list
            assert target.comparator in {Comparator.FULL, Comparator.EQUAL, Comparator.AT_LEAST}
            assert target.printed == {}


@needs_documents
def test_figures_that_no_demand_registers_are_listed(verified):
    listed = Counter((figure.document, figure.clause) for figure in verified.unregistered)
    assert listed == {("000", "front"): 2, ("001", "front"): 1, ("002", "front"): 8, ("003", "front"): 2}
    table = verification_table(verified)
    assert (table["outcome"] == "unregistered").sum() == sum(listed.values())


@needs_documents
def test_a_new_figure_in_a_clause_is_listed(tmp_path):
    shutil.copytree(POLICY, tmp_path / "copy")
    path = next((tmp_path / "copy").glob("003*"))
    path.write_text(
        path.read_text("utf-8").replace("will reach over 40%", "will reach over 40% in 16 bays"), "utf-8"
    )
    result = verify_documents(tmp_path / "copy")
    assert result.faults == []
    assert ("3(6)", "16") in {(figure.clause, figure.printed) for figure in result.unregistered}


@needs_documents
def test_the_command_names_the_line_of_a_changed_figure_and_exits_1(tmp_path):
    shutil.copytree(POLICY, tmp_path / "copy")
    path = next((tmp_path / "copy").glob("004*"))
    original = path.read_text("utf-8")
    assert original.count("55%") == 1
    line = original[: original.index("55%")].count("\n") + 1
    path.write_text(original.replace("55%", "５６％"), "utf-8")
    told = CliRunner().invoke(cli, ["targets", "verify", str(path.parent), "--lang", "en"])
    assert told.exit_code == 1
    assert told.stderr == (
        f"{path.name}, line {line}, clause 3(6): JJJ-23 is registered as '55', printed is '56'.\n"
    )
    path.write_text(original, "utf-8")
    assert CliRunner().invoke(cli, ["targets", "verify", str(path.parent)]).exit_code == 0


def _copy(tmp_path, document, text):
    folder = tmp_path / document
    folder.mkdir(exist_ok=True)
    (folder / f"{document}.txt").write_text(text, "utf-8")
    return verify_documents(folder)


@needs_documents
@pytest.mark.parametrize("document", sorted(load_renderings()))
def test_every_changed_digit_of_a_registered_figure_is_caught_on_its_line(tmp_path, document):
    """Each digit of each line with a confirmed figure is changed in turn."""
    original = next(POLICY.glob(f"{document}*")).read_text("utf-8")
    assert recognise(original).document == document
    baseline = _copy(tmp_path, document, original)
    registered = {
        (check.line, check.printed) for check in baseline.checks if check.outcome is Outcome.CONFIRMED
    }
    lines = original.split("\n")
    changed = 0
    for number, figure in sorted(registered):
        line = lines[number - 1]
        for match in re.finditer(rf"(?<![\d.]){re.escape(figure)}(?![\d.]*\d)", line):
            for position in range(match.start(), match.end()):
                if not line[position].isdigit():
                    continue
                other = str((int(line[position]) + 1 + position % 8) % 10)
                altered = f"{line[:position]}{other}{line[position + 1 :]}"
                result = _copy(
                    tmp_path, document, "\n".join([*lines[: number - 1], altered, *lines[number:]])
                )
                assert {check.line for check in result.faults} == {number}, altered[
                    max(0, position - 9) : position + 9
                ]
                changed += 1
    assert changed >= 5


@needs_documents
@pytest.mark.parametrize(
    ("document", "old", "new"),
    [
        ("000", "at least one", "at least two"),
        ("001", "about five provinces", "about six provinces"),
        ("001", "ten-year", "five-year"),
        ("002", "remain Class III", "remain Class II"),
        ("003", "striving to build four", "striving to build five"),
        ("003", "tens of millions", "tens of thousands"),
        ("000", "3.2 percentage points", "3.2 percent"),
        ("003", "will reach 44%", "will reach 44 percentage points"),
        ("004", "提升 3.2 个百分点", "提升 3.2%"),
        ("004", "分别达到 42%、55%", "分别达到 42%"),
    ],
)
def test_changed_words_and_lost_figures_are_caught(tmp_path, document, old, new):
    original = next(POLICY.glob(f"{document}*")).read_text("utf-8")
    assert old in original
    result = _copy(tmp_path, document, original.replace(old, new))
    assert len(result.faults) == 1


@needs_documents
def test_a_heading_with_a_changed_number_is_caught(tmp_path):
    original = next(POLICY.glob("000*")).read_text("utf-8")
    line = next(i for i, text in enumerate(original.split("\n"), 1) if text.startswith("(6)"))
    for other in ("(9)", "(7)", "(16)"):
        result = _copy(tmp_path, "000", original.replace("\n(6)", f"\n{other}"))
        assert line in {check.line for check in result.faults}


@needs_documents
def test_a_copy_with_other_line_breaks_is_confirmed_too(tmp_path):
    """Copies from a page break lines anywhere between words."""
    for path in sorted(POLICY.glob("00[0-3]*")):
        rewrapped = re.sub(r"(?<=[a-z,]) (?=[a-z])", "\n", path.read_text("utf-8"))
        assert _copy(tmp_path, path.name[:3], rewrapped).faults == []


@needs_documents
def test_no_sentence_of_the_documents_stands_in_the_seeds(verified):
    """Facts only: no run of words as long as a clause is taken over from a document."""
    seeds = Path(__file__).parents[2] / "seeds"
    chinese = re.sub(r"\s", "", next(POLICY.glob("004*")).read_text("utf-8"))
    english = [re.sub(r"\s+", " ", path.read_text("utf-8")).casefold() for path in POLICY.glob("00[0-3]*")]
    for path in seeds.glob("*.toml"):
        for text in re.findall(r'"([^"]*)"', path.read_text("utf-8")):
            pieces = [text[i : i + 32] for i in range(len(re.sub(r"\s", "", text)) - 31)]
            assert not any(piece in chinese for piece in pieces if re.search(r"[\u4e00-\u9fff]", piece)), text
            words = text.casefold().split()
            runs = [" ".join(words[i : i + 14]) for i in range(len(words) - 13)]
            assert not any(run in document for run in runs for document in english), text
