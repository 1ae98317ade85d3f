"""``git gate derive``: exact, idempotent to the byte, and right whoever else writes or whenever it is killed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents.gate import read
from commitgate.judge.review_gate import same_gate
from support import Gate

BACKEND = "pipeline/gates/stage-06-backend.json"
FRONTEND = "pipeline/gates/stage-06-frontend.json"


def times(told, path):
    found = (told.path / path).stat()
    return found.st_ino, found.st_mtime_ns


def test_it_writes_a_gate_for_every_area_and_says_who_is_awaited(story):
    told = story("secured")
    told.verdict("frontend", "backend")
    said = told.gate("derive")
    assert said.code == 0, said.said
    assert f"{BACKEND}: written, FAIL, 1 of 2 approvals (frontend); awaits 1 of platform, " in said.out
    assert f"{FRONTEND}: written, FAIL, 0 of 2 approvals; awaits 2 of backend, platform, " in said.out
    gate = told.read_gate("stage-06-backend")
    assert (gate["status"], gate["failure_reason"], gate["approvals"]) == (
        "FAIL",
        "INSUFFICIENT_APPROVALS",
        ["frontend"],
    )
    assert not read((told.path / BACKEND).read_bytes(), "stage-06-backend.json").findings
    assert told.commit("review by frontend", author="dev-frontend").code == 0


def test_nothing_changed_means_not_one_byte_changes(story):
    told = story("secured")
    told.verdict("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: no limit")
    told.gate("derive", check=True)
    # Another layout and other times say the same, so they stay.
    gate = told.read_gate("stage-06-backend")
    gate["timestamp"] = gate["changes_requested"][0]["timestamp"] = "2026-01-01T00:00:00Z"
    told.write(BACKEND, json.dumps(gate))
    before = times(told, BACKEND), times(told, FRONTEND)
    said = told.gate("derive")
    assert "unchanged" in said.out
    assert "written" not in said.out
    assert (times(told, BACKEND), times(told, FRONTEND)) == before
    assert told.read(BACKEND) == json.dumps(gate)


def test_a_standing_request_keeps_its_time_when_the_gate_is_written_anew(story):
    told = story("secured")
    told.verdict("frontend", "backend", "CHANGES REQUESTED")
    told.gate("derive", check=True)
    gate = told.read_gate("stage-06-backend")
    gate["changes_requested"][0]["timestamp"] = "2026-01-01T00:00:00Z"
    told.write(BACKEND, json.dumps(gate))
    told.verdict("platform", "backend")
    told.gate("derive", check=True)
    gate = told.read_gate("stage-06-backend")
    assert gate["approvals"] == ["platform"]
    assert gate["changes_requested"] == [{"reviewer": "frontend", "timestamp": "2026-01-01T00:00:00Z"}]


def test_check_compares_and_writes_nothing(story):
    told = story("reviewed")
    assert told.gate("derive", "--check").code == 0
    told.verdict("principal", "backend", "CHANGES REQUESTED")
    before = told.snapshot()
    said = told.gate("derive", "--check")
    assert said.code == 1
    assert f"{BACKEND}: differs, FAIL" in said.out
    assert "awaits principal, who requested changes" in said.out
    after = told.snapshot()
    assert {path: after[path] for path in before if not path.startswith(".git")} == {
        path: before[path] for path in before if not path.startswith(".git")
    }


def test_a_forged_gate_is_put_right(story):
    told = story("secured")
    told.write_gate(
        "stage-06-backend", area="backend", review_shape="matrix", required_approvals=1, approvals=["frontend"],
        changes_requested=[], escalated_to_principal=False,
    )  # fmt: skip
    assert told.gate("derive", "--check").code == 1
    told.gate("derive", check=True)
    gate = told.read_gate("stage-06-backend")
    assert (gate["status"], gate["required_approvals"], gate["approvals"]) == ("FAIL", 2, [])


def test_a_broken_gate_and_a_broken_time_are_replaced(story):
    told = story("reviewed")
    told.write(BACKEND, "{")
    gate = told.read_gate("stage-06-frontend")
    told.write(FRONTEND, json.dumps({**gate, "timestamp": "yesterday"}))
    told.gate("derive", check=True)
    for name in ("stage-06-backend", "stage-06-frontend"):
        assert read((told.path / f"pipeline/gates/{name}.json").read_bytes(), f"{name}.json").status == "PASS"


def test_a_review_file_that_cannot_be_read_is_said(story):
    told = story("secured")
    told.write("pipeline/code-review/by-frontend.md", "# R\n\n## Review of backend\n\n**REVIEW: APPROVED**\n")
    said = told.gate("derive")
    assert said.code == 1
    assert "review/near-miss pipeline/code-review/by-frontend.md:5" in said.out
    assert told.read_gate("stage-06-backend")["approvals"] == []


def test_without_a_run_there_is_nothing_to_derive(repo):
    said = repo.gate("derive")
    assert (said.code, said.out) == (0, "no run is active: there is nothing to derive\n")
    repo.write("pipeline/run.json", "{")
    assert repo.gate("derive").code == 1


def test_a_link_in_the_way_is_refused_and_not_followed(story, tmp_path):
    told = story("secured")
    outside = tmp_path / "outside.json"
    outside.write_text("untouched")
    (told.path / BACKEND).symlink_to(outside)
    said = told.gate("derive")
    assert said.code == 1
    assert "symbolic link" in said.err
    assert outside.read_text() == "untouched"


def test_it_works_in_any_folder(story):
    told = story("secured")
    below = told.path / "src" / "backend"
    done = subprocess.run([sys.executable, "-m", "commitgate", "derive"], cwd=below, capture_output=True, check=True)
    assert BACKEND.encode() in done.stdout
    assert (told.path / BACKEND).exists()


def test_a_policy_that_cannot_be_read_is_told_with_its_line(story):
    told = story("secured")
    told.write(".gates.yaml", "areas: {}\nunowend: free\n")
    said = told.gate("derive")
    assert said.code == 1
    assert ".gates.yaml:2" in said.out
    assert not (told.path / BACKEND).exists()


def test_fifty_at_once_end_with_the_right_gates(story):
    told = story("secured")
    told.verdict("frontend", "backend")
    running = [Gate("derive", cwd=told.path) for _ in range(50)]
    for one in running:
        said = one.end()
        assert (said.code, said.err) == (0, "")
    assert told.gate("derive", "--check").code == 0
    assert not [name for name in told.snapshot() if name.endswith(".tmp")]


def test_killed_at_any_point_it_leaves_whole_files_and_the_next_run_is_right(story):
    told = story("secured")
    chance = random.Random(7)
    began = time.monotonic()
    told.gate("derive", check=True)
    whole = time.monotonic() - began
    for turn in range(25):
        told.verdict("frontend", "backend", "APPROVED" if turn % 2 else "CHANGES REQUESTED")
        running = Gate("derive", cwd=told.path)
        time.sleep(chance.uniform(0.1, 1.1) * whole)
        running.kill()
        if running.end().code >= 0:
            whole *= 0.8  # it was quicker than the first one
        for path in (BACKEND, FRONTEND):
            assert not read((told.path / path).read_bytes(), path.rpartition("/")[2]).findings
    assert told.gate("derive").code == 0
    assert told.gate("derive", "--check").code == 0
    assert not [name for name in told.snapshot() if name.endswith(".tmp")]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20), st.lists(st.text(max_size=8), max_size=3))
def test_times_are_all_that_is_not_compared(when, names):
    gate = {"timestamp": "", "changes_requested": [{"reviewer": name, "timestamp": ""} for name in names], "a": 1}
    other = {**gate, "timestamp": when, "changes_requested": [{"reviewer": name, "timestamp": when} for name in names]}
    assert same_gate(other, gate)
    assert not same_gate({**other, "a": 2}, gate)
    assert not same_gate({**other, "changes_requested": [*other["changes_requested"], {"reviewer": "x"}]}, gate)
