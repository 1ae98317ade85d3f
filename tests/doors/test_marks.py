"""A commit made around the check is said at once, by hooks that are pure sh, that start nothing and fail nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from commitgate.doors import marker
from commitgate.git.repository import Repository
from support import CHECKOUT, SOURCE, run

NOTE = "without the check"


def change(told, path="docs/notes.md"):
    file = told.path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text((file.read_text() if file.exists() else "") + "more\n")
    return path


def commit(told, *args, env=None):
    said = told.git("commit", "-q", "-m", "change", *args, check=False, env=env)
    assert said.code == 0, said.said
    return said.err


def test_a_checked_commit_is_silent_in_every_form(clone):
    told = clone("requirements")
    told.git("add", change(told))
    assert commit(told) == ""
    change(told)
    assert commit(told, "-a") == ""
    told.git("add", change(told, "docs/other.md"))
    change(told)
    assert commit(told, "--", "docs/notes.md") == ""
    assert commit(told, "--amend") == ""
    assert told.git("commit", "-q", "--amend", "--no-edit").err == ""
    told.git("add", change(told))
    assert told.git("commit", "-q", "--fixup", "HEAD").err == ""
    assert commit(told, "--allow-empty") == ""


def test_no_verify_is_said_and_the_commit_is_made(clone):
    told = clone("requirements")
    told.git("add", change(told))
    before = told.oid()
    assert commit(told, "--no-verify").count(NOTE) == 1
    assert told.oid("HEAD~1") == before
    told.git("add", change(told))
    assert commit(told) == "", "the note is about one commit only"


def test_one_check_stands_for_one_commit(clone):
    told = clone("requirements")
    told.git("add", change(told))
    assert commit(told) == ""
    assert NOTE in commit(told, "--no-verify", "--amend")
    assert NOTE in commit(told, "--no-verify", "--allow-empty")


def test_a_check_whose_commit_was_given_up_does_not_stand_for_another(clone):
    told = clone("requirements")
    told.git("add", change(told))
    assert told.git("commit", "-q", "-m", "", check=False).code != 0
    told.git("add", change(told))
    assert NOTE in commit(told, "--no-verify")


def test_a_refused_commit_leaves_no_mark(clone):
    told = clone("requirements")
    told.write("src/backend/early.js", "early\n")
    told.git("add", "-A")
    assert told.git("commit", "-q", "-m", "early", check=False).code != 0
    assert NOTE in commit(told, "--no-verify")


def test_cherry_pick_and_revert(clone):
    told = clone("requirements")
    told.git("switch", "-q", "-c", "other")
    told.git("add", change(told))
    commit(told)
    told.git("switch", "-q", "feature/reset")
    assert told.git("cherry-pick", "other").err.count(NOTE) == 1
    assert told.git("revert", "--no-edit", "HEAD").err.count(NOTE) == 1


def two_branches(told):
    told.git("switch", "-q", "-c", "other")
    for path in ("docs/a.md", "docs/b.md"):
        told.git("add", change(told, path))
        commit(told)
    told.git("switch", "-q", "feature/reset")
    told.git("add", change(told, "docs/c.md"))
    commit(told)


def test_merges(clone):
    told = clone("requirements")
    two_branches(told)
    told.git("branch", "again")
    assert NOTE not in told.git("merge", "--no-edit", "other").err
    told.git("switch", "-q", "again")
    assert told.git("merge", "--no-edit", "--no-verify", "other").err.count(NOTE) == 1


def test_a_merge_with_conflicts_is_checked_when_it_is_committed(clone):
    told = clone("requirements")
    for branch in ("one", "two"):
        told.git("switch", "-q", "-c", branch, "feature/reset")
        told.write("docs/same.md", f"{branch}\n")
        told.git("add", "-A")
        commit(told)
    assert told.git("merge", "one", check=False).code != 0
    told.write("docs/same.md", "both\n")
    told.git("add", "-A")
    assert told.git("commit", "-q", "--no-edit").err == ""


def test_am_is_said_once_for_each_series(clone):
    told = clone("requirements")
    start = told.oid()
    for name in ("a", "b"):
        told.git("add", change(told, f"docs/{name}.md"))
        commit(told)
    series = told.git("format-patch", "--stdout", f"{start}..HEAD").stdout
    told.git("switch", "-q", "-c", "other", start)
    said = told.git("am", feed=series)
    assert (said.err.count(NOTE), "git am" in said.err) == (1, True)
    told.git("reset", "-q", "--hard", start)
    told.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "elsewhere")
    assert told.git("am", "-q", feed=series).err.count(NOTE) == 1


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_rebase_is_said_once(clone, backend):
    told = clone("requirements")
    two_branches(told)
    said = told.git("rebase", backend, "feature/reset", "other").err
    assert said.count(NOTE) == 1
    assert "2 commits" in said
    told.git("switch", "-q", "-c", "single", "other~1")
    told.git("add", change(told, "docs/d.md"))
    commit(told)
    assert "1 commit anew" in told.git("rebase", backend, "other", "single").err
    assert NOTE not in told.git("rebase", backend, "other", "single").err


def test_a_linked_worktree(clone, tmp_path):
    told = clone("requirements")
    tree = type(told)(tmp_path / "tree")
    told.git("worktree", "add", "-q", str(tree.path), "-b", "linked")
    tree.git("add", change(tree))
    assert commit(tree) == ""
    tree.git("add", change(tree))
    assert NOTE in commit(tree, "--no-verify")
    told.git("add", change(told))
    assert commit(told) == ""


def test_the_first_commit_of_all(clone, tmp_path):
    told = clone("started")
    for number, args in enumerate((("--allow-empty",), (), ("--no-verify",))):
        new = type(told)(tmp_path / f"new{number}")
        new.path.mkdir()
        new.git("init", "-q", "-b", "main", "--template=")
        new.gate("install", check=True)
        if "--allow-empty" not in args:
            new.git("add", change(new))
        assert (NOTE in commit(new, *args)) is ("--no-verify" in args)


def test_git_status_in_between_does_not_matter(clone):
    """Another index file of the same content: then the trees are compared."""
    told = clone("requirements")
    again = "#!/bin/sh\ncp .git/index .git/index.new && mv .git/index.new .git/index\n"
    told.hook("prepare-commit-msg.before-commitgate", again)
    told.git("add", change(told))
    assert commit(told) == ""
    other = "#!/bin/sh\necho x >sneaked && git add sneaked\n"
    told.hook("prepare-commit-msg.before-commitgate", other)
    told.git("add", change(told))
    assert commit(told) == "", "git has read the index before, so what was judged is what is committed"
    told.hook(
        "pre-commit",
        told.read(".git/hooks/pre-commit")
        .replace("exec ", "")
        .replace('pre-commit "$@"\n', 'pre-commit "$@" || exit 1\n git mv README.md READ.md; exit 0\n', 1),
    )
    told.git("add", change(told))
    assert NOTE in commit(told)


def test_an_index_without_hard_links_is_copied(clone, tmp_path):
    told = clone("requirements")
    here = os.stat(tmp_path).st_dev
    others = [
        one for one in ("/dev/shm", "/tmp", "/var/tmp", CHECKOUT) if os.path.isdir(one) and os.access(one, os.W_OK)
    ]
    place = next((one for one in others if os.stat(one).st_dev != here), None)
    if place is None:
        pytest.skip("no second file system here")
    index = os.path.join(place, f"index-{os.getpid()}")
    shutil.copy(told.path / ".git" / "index", index)
    try:
        told.git("add", change(told), env={"GIT_INDEX_FILE": index})
        assert commit(told, env={"GIT_INDEX_FILE": index}) == ""
        told.git("add", change(told), env={"GIT_INDEX_FILE": index})
        assert NOTE in commit(told, "--no-verify", env={"GIT_INDEX_FILE": index})
    finally:
        os.unlink(index)


def test_a_folder_that_cannot_be_written_costs_no_commit(clone):
    told = clone("requirements")
    folder = told.path / ".git" / "commitgate"
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("a file in its place\n")
    told.git("add", change(told))
    for args in ((), ("--no-verify", "--allow-empty")):
        assert told.git("commit", "-q", "-m", "change", *args, check=False).code == 0


def test_check_index_leaves_the_mark_for_a_framework(clone):
    told = clone("requirements")
    told.hook("pre-commit", "#!/bin/sh\nexit 0\n")
    told.git("add", change(told))
    assert NOTE in commit(told)
    told.git("add", change(told))
    assert told.gate("check", "--index").code == 0
    assert commit(told) == ""


@pytest.mark.parametrize("hook", ["prepare-commit-msg", "post-commit"])
def test_the_common_case_starts_no_process(clone, hook):
    """A PATH with nothing on it: what needed another program would say so."""
    told = clone("requirements")
    told.git("add", change(told))
    assert told.gate("check", "--index").code == 0
    env = {"PATH": "/nowhere", "GIT_INDEX_FILE": ".git/index"}
    said = run("/bin/sh", told.path / ".git/hooks" / hook, ".git/COMMIT_EDITMSG", "message", cwd=told.path, env=env)
    assert (said.code, said.said) == (0, "")
    assert not (told.path / ".git/commitgate/unchecked").exists()


def test_chained_hooks_are_run_and_get_their_input(clone):
    told = clone("requirements")
    hooks = {name: told.read(f".git/hooks/{name}") for name in ("prepare-commit-msg", "post-commit", "post-rewrite")}
    told.gate("uninstall", check=True)
    for name in hooks:
        told.hook(name, f"#!/bin/sh\necho {name} $1 >>seen.txt\n[ {name} = post-rewrite ] && cat >>seen.txt\nexit 0\n")
    told.write(".git/info/exclude", "seen.txt\n")
    told.gate("install", check=True)
    two_branches(told)
    (told.path / "seen.txt").unlink()
    said = told.git("rebase", "-q", "feature/reset", "other")
    assert "2 commits" in said.err
    seen = told.read("seen.txt").splitlines()
    assert [line.split()[0] for line in seen[:4]] == ["prepare-commit-msg", "post-commit"] * 2
    assert seen[4] == "post-rewrite rebase"
    assert len(seen) == 7
    told.hook("prepare-commit-msg.before-commitgate", "#!/bin/sh\nexit 3\n")
    assert told.git("commit", "--allow-empty", "-m", "x", check=False).code != 0


def test_checks_at_the_same_time_never_touch_the_index(clone):
    told = clone("requirements")
    told.git("add", change(told))
    before = (told.path / ".git/index").read_bytes()
    start = SOURCE / "commitgate" / "doors" / "start.py"
    command = [sys.executable, "-I", "-S", start, "pre-commit"]
    for _ in range(3):
        running = [subprocess.Popen(command, cwd=told.path) for _ in range(8)]
        assert [process.wait() for process in running] == [0] * 8
    assert (told.path / ".git/index").read_bytes() == before
    assert {path.name for path in told.path.glob(".git/commitgate/judged*")} == {"judged", "judged-index"}


def test_leaving_the_mark_never_writes_to_a_link(clone, monkeypatch):
    """Another check may put its link there at any moment; what can be written to is only a new file."""
    told = clone("requirements")
    index = told.path / ".git/index"
    before = index.read_bytes()
    monkeypatch.chdir(told.path)
    real = os.link

    def overtaken(source, target):
        real(source, target)
        raise FileExistsError(target)

    monkeypatch.setattr(os, "link", overtaken)
    marker.leave(Repository())
    assert index.read_bytes() == before
