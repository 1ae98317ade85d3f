"""``git gate archive``: a finished run goes, unchanged; an unfinished one stays."""

from __future__ import annotations

import shutil


def test_a_finished_run_is_put_away_and_the_next_begins(story):
    told = story("complete")
    told.write("pipeline/lessons-learned.md", "# Lessons\n")
    told.commit("lessons", author="principal")
    gate = told.read("pipeline/gates/stage-01.json")
    said = told.gate("archive")
    assert said.code == 0, said.said
    (folder,) = (told.path / "pipeline" / "archive").iterdir()
    assert folder.name.endswith("-reset")
    assert (folder / "gates" / "stage-01.json").read_text() == gate
    assert (told.path / "pipeline" / "lessons-learned.md").exists()
    assert not (told.path / "pipeline" / "gates").exists()
    said = told.commit("archive", check=False)
    assert said.code == 0, said.err
    assert told.gate("start", "Next").code == 0
    assert told.commit("start", check=False).code == 0
    assert told.check("--rev", "HEAD")["exit"] == 0


def test_an_unfinished_run_stays(story):
    told = story("tested")
    before = told.git("status", "--porcelain").out
    said = told.gate("archive")
    assert said.code == 2
    assert "stage-08" in said.said
    assert told.git("status", "--porcelain").out == before


def test_a_killed_archive_goes_on(story):
    told = story("complete")
    shutil.copytree(told.path / "pipeline", told.path.parent / "before")
    assert told.gate("archive").code == 0
    (folder,) = (told.path / "pipeline" / "archive").iterdir()
    # As if killed while the originals went: some of them, and run.json, are still there.
    for name in ("run.json", "context.md", "gates/stage-09.json"):
        (told.path / "pipeline" / name).parent.mkdir(exist_ok=True)
        shutil.copy(told.path.parent / "before" / name, told.path / "pipeline" / name)
    said = told.gate("archive")
    assert said.code == 0, said.said
    assert [path.name for path in (told.path / "pipeline").iterdir()] == ["archive"]
    assert (folder / "gates" / "stage-09.json").exists()


def test_without_a_run(repo):
    assert repo.gate("archive").code == 2


def test_an_archive_of_which_a_part_is_not_staged_is_refused_with_the_command_for_the_rest(story):
    told = story("complete")
    told.gate("archive", check=True)
    said = told.git("commit", "-q", "-a", "-m", "archive", check=False)
    assert (said.code != 0, "git add -A pipeline after git gate archive" in said.err) == (True, True)
    told.git("add", "-A", "pipeline")
    assert told.git("commit", "-q", "-m", "archive", check=False).code == 0
