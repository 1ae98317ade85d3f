"""The work tree as a side: it is what ``git add -A`` would stage, in every repository, and asking hangs on nothing."""

from __future__ import annotations

import os

import pytest

from commitgate.git.delta import parse
from commitgate.git.repository import Repository
from commitgate.git.side import start_index, worktree_rows
from support import Repo, run


def both(repo: Repo, env=None):
    """The rows of the work tree, and those of the index once everything is added."""
    here = Repository(str(repo.path), env)
    before = {row[:5] for row in worktree_rows(here, "HEAD")}
    repo.git("add", "-A")
    return before, {row[:5] for row in parse(start_index(here, "HEAD").output())}


@pytest.fixture(params=["sha1", "sha256"])
def repo(request, tmp_path) -> Repo:
    made = Repo(tmp_path / "repo")
    made.path.mkdir()
    made.git("init", "-q", f"--object-format={request.param}")
    made.write("kept.txt", "kept\n")
    made.write("gone.txt", "gone\n")
    made.write("changed.txt", "old\n")
    made.write("tool.sh", "#!/bin/sh\n", mode=0o755)
    made.write("folder/file.txt", "x\n")
    made.write("ignored.log", "tracked all the same\n")
    made.write(".gitattributes", "*.crlf eol=crlf\n")
    made.commit("begin")
    return made


def test_every_kind_of_change_is_what_add_would_stage(repo):
    repo.remove("gone.txt")
    repo.write("changed.txt", "new\n")
    repo.write("new.txt", "new\n")
    repo.write("windows.crlf", "a\r\nb\r\n")
    repo.write("déjà\n.txt", "odd\n")
    repo.write("run.sh", "#!/bin/sh\n", mode=0o755)
    (repo.path / "tool.sh").chmod(0o644)
    (repo.path / "link").symlink_to("kept.txt")
    repo.remove("kept.txt")
    (repo.path / "kept.txt").symlink_to("nowhere")
    before, after = both(repo)
    assert before == after
    assert len(before) == 9


def test_a_file_that_became_a_folder_and_the_reverse(repo):
    repo.remove("folder")
    repo.write("folder", "now a file\n")
    repo.remove("kept.txt")
    repo.write("kept.txt/inside.txt", "now a folder\n")
    before, after = both(repo)
    assert before == after
    assert len(before) == 4


def test_a_folder_that_became_a_link_holds_nothing(repo):
    os.rename(repo.path / "folder", repo.path / "elsewhere")
    (repo.path / "folder").symlink_to("elsewhere")
    before, after = both(repo)
    assert before == after


def test_removed_from_the_index_and_still_on_disk(repo):
    repo.git("rm", "-q", "--cached", "kept.txt", "ignored.log")
    repo.write(".gitignore", "*.log\n")
    before, after = both(repo)
    assert before == after
    assert {row[0] for row in before} == {".gitignore", "ignored.log"}, "kept.txt is as it was, ignored.log is gone"


def test_intended_and_touched_files(repo):
    repo.write("later.txt", "later\n")
    repo.git("add", "-N", "later.txt")
    os.utime(repo.path / "kept.txt", (1, 1))
    before, after = both(repo)
    assert before == after
    assert {row[0] for row in before} == {"later.txt"}


def test_a_submodule_counts_by_its_commit_not_by_its_mess(repo, tmp_path):
    form = repo.git("rev-parse", "--show-object-format").out.strip()
    other = Repo(tmp_path / "other")
    other.path.mkdir()
    other.git("init", "-q", f"--object-format={form}")
    other.commit("one", args=("--allow-empty",))
    repo.git("submodule", "--quiet", "add", str(other.path), "lib")
    repo.commit("add lib")
    repo.write("lib/mess.txt", "mess\n")
    assert both(repo) == (set(), set())
    repo.git("-C", "lib", "commit", "-q", "--allow-empty", "-m", "two")
    before, after = both(repo)
    assert before == after
    assert len(before) == 1


def test_what_is_no_file_is_not_waited_for(repo):
    repo.remove("changed.txt")
    os.mkfifo(repo.path / "changed.txt")
    os.mkfifo(repo.path / "pipe")
    run("timeout", "20", "git", "status", cwd=repo.path, check=True)
    before = {row[0]: row[3] for row in worktree_rows(Repository(str(repo.path)), "HEAD")}
    assert before == {"changed.txt": "000000"}


@pytest.mark.parametrize("path", ["pipeline/context.md", "pipeline/gates/stage-01.json", "pipeline/run.json"])
def test_a_document_that_is_no_file_is_not_waited_for(story, path):
    told = story("requirements")
    told.remove(path)
    os.mkfifo(told.path / path)
    assert told.gate("check", "--format", "json").code in (0, 2), "as good as removed"
    told.remove(path)
    (told.path / path).symlink_to("/dev/zero")
    assert told.check("--worktree")["verdict"] == "malformed"
