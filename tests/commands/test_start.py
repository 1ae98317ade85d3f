"""``git gate start``."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitgate.documents import run as run_file
from commitgate.working.starting import run_id
from support import Repo


def test_a_run_begins_with_two_files_and_a_next_step(repo):
    said = repo.gate("start", "Password Reset via Email")
    assert said.code == 0, said.said
    written = json.loads(repo.read("pipeline/run.json"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-password-reset-via-email-[0-9a-f]{6}", written["run"])
    assert (written["feature"], written["track"], written["schema"]) == ("Password Reset via Email", "full", 1)
    assert "TRACK: full" in repo.read("pipeline/context.md")
    assert "next: git add pipeline/run.json pipeline/context.md && git commit" in said.out
    assert "git gate stage requirements" in said.out
    assert repo.git("diff", "--cached", "--name-only").out == ""


def test_the_track_is_written_and_names_its_first_stage(repo):
    said = repo.gate("start", "Bump", "--track", "dep-update")
    assert json.loads(repo.read("pipeline/run.json"))["track"] == "dep-update"
    assert "TRACK: dep-update" in repo.read("pipeline/context.md")
    assert "git gate stage build" in said.out


def test_a_repository_without_a_commit_may_start(tmp_path):
    (tmp_path / "fresh").mkdir()
    fresh = Repo(tmp_path / "fresh")
    fresh.git("init", "-q", "-b", "main")
    assert fresh.gate("start", "First").code == 0
    assert fresh.commit("run").code == 0
    assert fresh.gate("check", "--rev", "HEAD").code in (0, 2)


def test_from_a_subfolder_the_run_lands_at_the_root(repo):
    (repo.path / "src").mkdir()
    said = Repo(repo.path / "src").gate("start", "X")
    assert said.code == 0
    assert (repo.path / "pipeline" / "run.json").exists()
    assert "../pipeline/run.json" in said.out


def test_a_second_run_is_refused_and_nothing_changes(repo):
    repo.gate("start", "One", check=True)
    before = repo.read("pipeline/run.json"), repo.read("pipeline/context.md"), repo.git("status", "--porcelain").out
    said = repo.gate("start", "Two")
    assert said.code == 2
    assert '"One" is under way' in said.err
    after = repo.read("pipeline/run.json"), repo.read("pipeline/context.md"), repo.git("status", "--porcelain").out
    assert before == after


def test_a_run_file_that_cannot_be_read_is_a_run_all_the_same(repo):
    repo.write("pipeline/run.json", "{")
    assert repo.gate("start", "Two").code == 2
    assert repo.read("pipeline/run.json") == "{"


@pytest.mark.parametrize("left", ["pipeline/context.md", "pipeline/gates/stage-01.json"])
def test_what_belongs_to_no_run_is_not_inherited(repo, left):
    repo.write(left, "old\n")
    said = repo.gate("start", "X")
    assert said.code == 2
    assert left in said.err
    assert not (repo.path / "pipeline" / "run.json").exists()


def test_an_ignored_run_folder_is_refused_with_the_line_that_ignores_it(repo):
    repo.write(".gitignore", "pipeline/\n")
    said = repo.gate("start", "X")
    assert said.code == 2
    assert ".gitignore:1" in said.err
    assert not (repo.path / "pipeline").exists()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("X", "--track", "fulll"), "did you mean full"),
        (("",), "feature"),
        (("two\nlines",), "feature"),
        (("x" * 201,), "feature"),
        ((), "Missing argument"),
    ],
)
def test_a_wrong_command_line_is_64(repo, args, says):
    said = repo.gate("start", *args)
    assert said.code == 64, said.said
    assert says in said.err
    assert not (repo.path / "pipeline").exists()


def test_a_name_that_is_not_utf8_is_64(repo):
    said = repo.gate("start", "caf\udce9")
    assert said.code == 64
    assert "Traceback" not in said.err


def test_outside_a_repository_it_cannot_be_decided(tmp_path):
    assert Repo(tmp_path).gate("start", "X").code == 4


def test_a_policy_that_cannot_be_accepted_refuses_with_its_findings(repo):
    repo.write(".gates.yaml", "areas: 3\n")
    said = repo.gate("start", "X")
    assert said.code == 1
    assert "policy/" in said.out
    assert ".gates.yaml:1" in said.out


@given(st.text(min_size=1))
def test_every_feature_makes_an_acceptable_run_id(feature):
    made = run_id(feature, 1_774_000_000, "0a1b2c")
    data = run_file.write(made, "plain", "full", "2026-03-26T10:00:00Z")
    assert run_file.read(data).id == made
    assert unicodedata.is_normalized("NFC", made)
