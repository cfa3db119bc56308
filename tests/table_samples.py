"""The example of the page of any table, as the documentation has it."""

import re
import warnings
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "docs/table_page.md"


def run_example(folder: Path) -> tuple[dict, str]:
    """Run the example in a folder, and return its names and the page that it writes."""
    code = re.search(r"```python\n(.*?)```", EXAMPLE.read_text("utf-8"), re.DOTALL)[1]
    names = {}
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("error")
        patch.chdir(folder)
        exec(compile(code, str(EXAMPLE), "exec"), names)
    return names, (folder / "nitrate.html").read_text("utf-8")
