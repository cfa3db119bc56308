"""What a build says at its end."""

import json

from geozone.run.closing import closing_lines


def record(folder, key, severities):
    said = {"zh": "甲的要求中 2 项达标。", "en": "2 demands of A are met."}
    findings = [{"severity": one} for one in severities]
    content = {"title": {"zh": "甲", "en": "A"}, "story": said, "findings": findings}
    (folder / f"{key}_run.json").write_text(json.dumps(content), "utf-8")


def test_a_build_ends_with_the_story_the_findings_and_what_to_open(tmp_path):
    record(tmp_path, "a", ["warning", "note", "warning"])
    lines = [line.zh for line in closing_lines(tmp_path, ["a"])]
    assert lines[0] == "甲：甲的要求中 2 项达标。"
    assert "警告 2 条、提示 1 条" in lines[1]
    assert "错误" not in lines[1]
    assert "a.xlsx" in lines[1]
    assert lines[2].endswith(str(tmp_path / "a.html"))
    assert len(lines) == 3


def test_several_zones_end_with_the_overview_and_none_of_nothing_found(tmp_path):
    for key in ("a", "b"):
        record(tmp_path, key, [])
    lines = [line.en for line in closing_lines(tmp_path, ["a", "b", "a"])]
    assert lines.count("No findings") == 2
    assert lines[-1].endswith("index.html")
    assert len(lines) == 7
