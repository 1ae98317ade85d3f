"""``git gate stage``."""

from __future__ import annotations

import pytest

from story import BRIEF


@pytest.mark.parametrize(
    ("milestone", "stage", "files"),
    [
        ("started", "requirements", ["brief.md"]),
        ("prereviewed", "security-review", ["security-review.md"]),
        ("built", "pre-review", ["pre-review.md"]),
        ("reviewed", "qa", ["test-report.md"]),
        ("deployed", "retrospective", ["retrospective.md", "lessons-learned.md"]),
    ],
)
def test_the_documents_of_an_open_stage(story, milestone, stage, files):
    told = story(milestone)
    said = told.gate("stage", stage)
    assert said.code == 0, said.said
    for name in files:
        assert "{{" not in told.read(f"pipeline/{name}")
        assert f"pipeline/{name}" in said.out
    assert f"git gate pass {stage}" in said.out
    assert told.git("diff", "--cached", "--name-only").out == ""


def test_the_feature_is_filled_in(story):
    told = story("started")
    told.gate("stage", "requirements", check=True)
    assert told.read("pipeline/brief.md").startswith("# Feature Brief: Reset\n")


def test_a_document_names_the_folder_of_its_own_run(repo):
    repo.write(".gates.yaml", 'version: 1\ntarget: main\nruns: ["pipelines/*"]\ncheckpoints: off\n')
    repo.commit("policy")
    repo.branch("feature/x")
    repo.gate("start", "Reset", check=True)
    repo.write("pipelines/reset/brief.md", BRIEF)
    repo.gate("pass", "requirements", check=True)
    repo.gate("stage", "design", check=True)
    assert " pipelines/reset/adr/ " in repo.read("pipelines/reset/design-spec.md")


def test_what_is_there_stays(story):
    told = story("started")
    told.write("pipeline/brief.md", "mine\n")
    said = told.gate("stage", "requirements")
    assert said.code == 0
    assert "already there: pipeline/brief.md" in said.out
    assert told.read("pipeline/brief.md") == "mine\n"


def test_even_a_dangling_link_stays(story):
    told = story("started")
    (told.path / "pipeline" / "brief.md").symlink_to("nowhere")
    assert told.gate("stage", "requirements").code == 0
    assert (told.path / "pipeline" / "brief.md").is_symlink()
    assert not (told.path / "pipeline" / "nowhere").exists()


def test_a_stage_that_is_not_open_names_what_is_missing(story):
    told = story("started")
    before = told.git("status", "--porcelain").out
    said = told.gate("stage", "design")
    assert said.code == 2
    assert "stage-01 is missing" in said.out
    assert told.git("status", "--porcelain").out == before


def test_build_has_one_document_for_each_area_with_a_change(story):
    told = story("clarified")
    told.write("src/backend/a.js", "1\n")
    told.write("src/frontend/b.js", "2\n")
    assert told.gate("stage", "build").code == 0
    assert told.read("pipeline/pr-backend.md").startswith("# backend: Reset\n")
    assert (told.path / "pipeline" / "pr-frontend.md").exists()
    assert not (told.path / "pipeline" / "pr-platform.md").exists()


def test_build_of_a_named_area_before_it_changed(story):
    told = story("clarified")
    assert "name one" in told.gate("stage", "build").out
    for name in ("build", "stage-04"):
        said = told.gate("stage", name, "platform")
        assert said.code == 0
    assert (told.path / "pipeline" / "pr-platform.md").exists()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("build", "bakend"), "did you mean backend"),
        (("build", "qa"), "nobody reviews it"),
        (("pre-review", "backend"), "not divided by areas"),
        (("peer-review",), "git gate review"),
        (("biuld",), "did you mean build"),
    ],
)
def test_a_wrong_name_is_64(story, args, says):
    said = story("built").gate("stage", *args)
    assert said.code == 64
    assert says in said.said


def test_without_a_run_there_is_no_stage(repo):
    said = repo.gate("stage", "requirements")
    assert said.code == 2
    assert "git gate start" in said.err


def test_a_stage_that_the_track_leaves_out_is_blocked(repo):
    repo.gate("start", "X", "--track", "nano", check=True)
    said = repo.gate("stage", "design")
    assert said.code == 2
    assert "nano" in said.err
