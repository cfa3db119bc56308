"""Keys of TOML with very many dots are refused; dots anywhere else are none of a key."""

import tomllib

import pytest

from geozone.manifest.long_keys import MOST_DOTS, line_of_long_key

CHAIN = ".".join("a" * (MOST_DOTS + 2))


@pytest.mark.parametrize(
    ("written", "line"),
    [
        (f"{CHAIN} = 1\n", 1),
        (f"\n[{CHAIN}]\n", 2),
        (f"x = [\n1.5, {{{CHAIN} = 1}}]\n", 2),
        ("\n\n" + " . ".join(['"a.b"', "'c'", "d-1"] * MOST_DOTS) + " = 1\n", 3),
        (f"x = '# \"' # '\n{CHAIN} = 1\n", 2),
        (f'x = """\n\\""" {{ """\n{CHAIN} = 1\n', 3),
        (f'p = "C:\\\\"\n{CHAIN} = 1\n', 2),
    ],
)
def test_a_key_of_too_many_dots_is_found_with_its_line(written, line):
    tomllib.loads(written)
    assert line_of_long_key(written) == line


@pytest.mark.parametrize(
    "written",
    [
        ".".join("a" * (MOST_DOTS + 1)) + " = 1\n",
        f"# {CHAIN}\n",
        f'x = "{CHAIN}"\n',
        f"x = '{CHAIN}'\n",
        f'x = """\n{CHAIN}\\"""\n"{CHAIN}""""\n',
        f"x = '''\n{CHAIN}''\n{CHAIN}''''\n",
        "x = [" + "1.5, " * 2 * MOST_DOTS + "]\n",
        f'"{CHAIN}" = 1\n',
    ],
)
def test_dots_of_strings_comments_and_numbers_are_none_of_a_key(written):
    tomllib.loads(written)
    assert line_of_long_key(written) is None


@pytest.mark.parametrize("open_end", ['x = """', "x = '''", 'x = "', "x = '", 'x = """\\'])
def test_a_string_without_an_end_hides_what_stands_in_it(open_end):
    assert line_of_long_key(open_end + CHAIN) is None
