"""``git gate validate``: gate files by themselves, on disk, in the index, in a commit."""

from __future__ import annotations

import json
import os
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents import gate as reader
from commitgate.judge.gates import circumstances, fold
from commitgate.judge.one_gate import Opinion, opinion, with_twins
from support import Repo, run

GATES = "pipeline/gates"
GOOD = {
    "stage": "stage-09",
    "status": "PASS",
    "agent": "principal",
    "track": "full",
    "timestamp": "2026-03-26T10:00:00Z",
    "severity": "green",
    "lessons_promoted": [],
    "patterns_harvested": 0,
    "contributions_written": [],
    "blockers": [],
    "warnings": [],
}


def gate(stage="stage-09", **fields):
    return json.dumps({**GOOD, "stage": stage, **fields}, indent=2) + "\n"


def test_every_gate_of_the_pipeline_has_its_line(story):
    told = story("complete")
    said = told.gate("validate")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == f"{GATES}/stage-01.json: PASS"
    assert len(lines) == len(list((told.path / GATES).iterdir()))
    assert all(line.endswith(": PASS") for line in lines)
    assert Repo(told.path / "src").gate("validate").out == said.out, "from any folder"
    assert told.gate("validate", "--rev", "HEAD").out == said.out
    assert told.gate("validate", "--index").out == said.out
    assert told.gate("validate", GATES).out == said.out


def test_no_gate_is_said_in_words(repo):
    for arguments in ((), ("--index",), ("--rev", "HEAD")):
        said = repo.gate("validate", *arguments)
        assert (said.code, said.out) == (0, "no gate in the pipeline: nothing to check\n")


@pytest.mark.parametrize(
    ("text", "code", "says", "rule"),
    [
        (gate(), 0, "PASS", ""),
        (gate(status="FAIL", blockers=["no"]), 2, "FAIL", ""),
        (gate(status="ESCALATE", escalation_reason="why"), 3, "ESCALATE", ""),
        (gate(status="FAIL"), 2, "FAIL", "gate/fail-reason warning"),
        (gate(timestamp="2199-01-01T00:00:00Z"), 0, "PASS", "gate/future warning"),
        (gate().replace('"severity"', '"agent": "twice",\n  "severity"'), 1, "MALFORMED", "json/duplicate-key"),
        (gate(severity="blue"), 1, "MALFORMED", "gate/schema"),
        (gate("stage-08"), 1, "MALFORMED", "gate/stage-name"),
        ("", 1, "MALFORMED", "json/empty"),
        ("[" * 100_000, 1, "MALFORMED", "json/depth"),
        ("x" * 300_000, 1, "MALFORMED", "json/size"),
    ],
)
def test_what_a_gate_says_is_the_exit_code(tmp_path, text, code, says, rule):
    (tmp_path / "stage-09.json").write_text(text)
    said = Repo(tmp_path).gate("validate", "stage-09.json")
    assert said.code == code
    assert said.out.splitlines()[0] == f"stage-09.json: {says}"
    assert rule in said.out
    if code == 1:
        assert "    → " in said.out


def test_findings_name_the_line(tmp_path):
    (tmp_path / "stage-09.json").write_text(gate(severity="blue"))
    said = Repo(tmp_path).gate("validate", "stage-09.json")
    assert "stage-09.json:7: gate/schema severity" in said.out


def test_the_worst_wins(tmp_path):
    for name, text in (
        ("fail/stage-09.json", gate(status="FAIL", blockers=["no"])),
        ("escalate/stage-09.json", gate(status="ESCALATE", escalation_reason="why")),
        ("bad/stage-09.json", "{"),
    ):
        Repo(tmp_path).write(name, text)
    here = Repo(tmp_path)
    assert here.gate("validate", "fail", "escalate").code == 3
    assert here.gate("validate", "fail", "escalate", "bad").code == 1
    assert here.gate("validate", "fail", "escalate", "bad", "missing.json").code == 4


def test_what_cannot_be_read_is_unknown(tmp_path):
    here = Repo(tmp_path)
    said = here.gate("validate", "stage-01.json")
    assert said.code == 4
    assert "engine/unreadable" in said.out


def test_things_that_are_no_plain_files(tmp_path):
    here = Repo(tmp_path)
    here.write("real/stage-09.json", gate())
    (tmp_path / "stage-09.json").symlink_to("real/stage-09.json")
    (tmp_path / "stage-02.json").mkdir()
    os.mkfifo(tmp_path / "stage-03.json")
    here.write("run/stage-09.json", gate(), mode=0o755)
    for path, rule in (
        ("stage-09.json", "gate/mode the file is a symbolic link"),
        ("stage-02.json", "gate/not-a-file"),
        ("stage-03.json", "gate/not-a-file"),
        ("run/stage-09.json", "gate/mode the file is executable"),
    ):
        said = here.gate("validate", path)
        assert (said.code, said.out.splitlines()[0]) == (1, f"{path}: MALFORMED")
        assert f"{path}: {rule}" in said.out


def test_an_executable_bit_that_git_ignores_is_ignored(repo):
    repo.write(f"{GATES}/stage-09.json", gate(), mode=0o755)
    assert repo.gate("validate").code == 1
    repo.config("core.fileMode", "false")
    assert repo.gate("validate").code == 0


def test_the_same_things_in_index_and_commit(repo):
    repo.write(f"{GATES}/stage-02.json/file", "x\n")
    repo.write(f"{GATES}/stage-09.json", gate(), mode=0o755)
    (repo.path / GATES / "stage-08.json").symlink_to("stage-09.json")
    repo.write(f"{GATES}/Stage-07.json", gate("stage-07"))
    repo.write(f"{GATES}/stage-07.json", gate("stage-07"))
    repo.write(f"{GATES}/stage-01.json.lock", "")
    repo.write(f"{GATES}/sub/stage-01.json", "{")
    repo.commit("all at once")
    for arguments in (("--index",), ("--rev", "HEAD")):
        said = repo.gate("validate", *arguments)
        assert said.code == 1
        for line in (
            f"{GATES}/stage-02.json: gate/not-a-file",
            f"{GATES}/stage-09.json: gate/mode the file is executable",
            f"{GATES}/stage-08.json: gate/mode the file is a symbolic link",
            f"{GATES}/stage-07.json: gate/twin",
        ):
            assert line in said.out
        assert ".lock" not in said.out
        assert "/sub/" not in said.out
    assert "gate/twin" in repo.gate("validate").out


def test_each_side_is_read_as_it_is(repo):
    path = f"{GATES}/stage-09.json"
    repo.write(path, gate())
    repo.commit("good")
    repo.write(path, gate(status="FAIL", blockers=["no"]))
    repo.git("add", "-A")
    repo.write(path, "{")
    assert repo.gate("validate").code == 1
    assert repo.gate("validate", "--index").code == 2
    assert repo.gate("validate", "--rev", "HEAD").code == 0
    assert repo.gate("validate", "--rev", "HEAD", path).out == f"{path}: PASS\n"
    assert repo.gate("validate", "--index", "README.txt").code == 4
    assert repo.gate("validate", "--rev", "nowhere").code == 4
    assert repo.gate("validate", "--rev", "HEAD", "--index").code == 64
    for side in (("--index",), ("--rev", "HEAD")):
        said = repo.gate("validate", *side, ".")
        assert (said.code, said.out) == (0, "no gate in .: nothing to check\n"), "the root holds no gate itself"
        assert repo.gate("validate", *side, "nowhere").code == 4
        assert repo.gate("validate", *side, "../elsewhere").code == 64
    below = Repo(repo.path / "pipeline")
    assert below.gate("validate", "--index", "gates").out == f"{path}: FAIL\n"
    assert below.gate("validate", "--rev", "HEAD", "../pipeline/gates/stage-09.json").code == 0


def test_a_gate_with_conflicts_is_unknown(repo):
    path = f"{GATES}/stage-09.json"
    repo.branch("other")
    repo.write(path, gate(agent="a"))
    repo.commit("a")
    repo.git("switch", "-q", "main")
    repo.write(path, gate(agent="b"))
    repo.commit("b")
    repo.git("merge", "-q", "other", check=False)
    said = repo.gate("validate", "--index")
    assert said.code == 4
    assert "conflicts" in said.out
    assert "json/conflict-marker" in repo.gate("validate").out


def test_a_bare_repository_can_be_asked_for_a_commit(repo, tmp_path):
    repo.write(f"{GATES}/stage-09.json", gate())
    repo.commit("good")
    run("git", "clone", "-q", "--bare", repo.path, tmp_path / "bare.git", cwd=tmp_path, check=True)
    said = Repo(tmp_path / "bare.git").gate("validate", "--rev", "main")
    assert (said.code, said.out) == (0, f"{GATES}/stage-09.json: PASS\n")


def test_the_track_of_the_run_beside_it_counts(story):
    told = story("requirements")
    told.write_gate("stage-01", track="hotfix")
    for arguments in ((), (f"{GATES}/stage-01.json",)):
        said = told.gate("validate", *arguments)
        assert said.code == 1
        assert "gate/track" in said.out
    told.git("add", "-A")
    assert "gate/track" in told.gate("validate", "--index").out


def test_an_own_schema_takes_the_place_of_the_stages(tmp_path):
    here = Repo(tmp_path)
    here.write("stage-09.json", gate())
    here.write("own.json", json.dumps({"required": ["reviewed_by"], "properties": {"reviewed_by": {"type": "string"}}}))
    said = here.gate("validate", "--schema", "own.json", "stage-09.json")
    assert said.code == 1
    assert "reviewed_by" in said.out
    here.write("stage-09.json", gate(reviewed_by="me", severity="blue"))
    assert here.gate("validate", "--schema", "own.json", "stage-09.json").code == 0
    assert here.gate("validate", "--schema", "none.json", "stage-09.json").code == 1
    here.write("own.json", "{")
    assert here.gate("validate", "--schema", "own.json", "stage-09.json").code == 1


def test_text_of_documents_cannot_forge_lines(tmp_path):
    (tmp_path / "stage-09.json").write_text(gate(severity="\x1b[2J\n::error::stage-01.json: PASS"))
    said = Repo(tmp_path).gate("validate", "stage-09.json")
    assert said.code == 1
    assert "\x1b" not in said.out
    assert "\n::error" not in said.out


def test_many_files_are_checked_in_one_process(tmp_path):
    paths = []
    for number in range(400):
        paths.append(f"{number}/stage-09.json")
        Repo(tmp_path).write(paths[-1], gate(patterns_harvested=number))
    said = run(sys.executable, "-m", "commitgate", "validate", *paths, cwd=tmp_path)
    assert said.code == 0
    assert said.out.splitlines() == [f"{path}: PASS" for path in paths]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_give_an_opinion(data):
    path = f"{GATES}/stage-09.json"
    one = opinion(path, "100644", reader.read(data, "stage-09.json"), "full", 0)
    assert one.says in ("PASS", "FAIL", "ESCALATE", "MALFORMED")
    assert (one.says == "MALFORMED") == any(finding.level for finding in one.findings)
    assert all(finding.path == path and finding.rule for finding in one.findings)


def test_a_clock_may_run_five_minutes_ahead():
    facts = reader.read(gate().encode(), "stage-09.json")
    assert circumstances("p", facts, "full", facts.when - 300) == []
    assert [one.rule for one in circumstances("p", facts, "full", facts.when - 301)] == ["gate/future"]


def test_twins_are_told_by_case_and_composition():
    names = ["g/stage-01.json", "g/STAGE-01.json", "g/é.json", "g/e\u0301.json", "h/stage-01.json"]
    found = with_twins([Opinion(name, "PASS", ()) for name in names])
    assert [one.says for one in found] == ["PASS", "MALFORMED", "PASS", "MALFORMED", "PASS"]
    assert fold(names[2]) == fold(names[3])
