"""reference-transaction: the target moves to what others have or what is ready, whatever command moves it."""

from __future__ import annotations

import pytest

from support import Repo


@pytest.fixture
def guarded(clone):
    def at(milestone, name="story"):
        return clone(milestone, "--reference-transaction", name=name)

    return at


def refused(said):
    return said.code != 0 and "refs/heads/main: refused" in said.err


def test_work_on_a_branch_is_not_touched(guarded):
    told = guarded("requirements")
    told.write("src/backend/early.js", "early\n")
    assert told.commit("early", args=("--no-verify",)).code == 0
    told.git("branch", "copy")
    told.git("branch", "-m", "copy", "renamed")
    told.git("rebase", "-q", "--force-rebase", "main")
    told.git("branch", "-q", "-D", "renamed")
    told.git("tag", "x")


@pytest.mark.parametrize(
    "way", ["fast-forward", "merge", "update-ref", "reset", "cherry-pick", "no-verify", "branch -f"]
)
def test_no_way_around(guarded, way):
    told = guarded("requirements")
    told.write("src/backend/early.js", "early\n")
    told.commit("early", args=("--no-verify",))
    bad, before = told.oid(), told.oid("main")
    if way == "update-ref":
        said = told.git("update-ref", "refs/heads/main", bad, check=False)
    elif way == "branch -f":
        said = told.git("branch", "-f", "main", bad, check=False)
    else:
        told.git("switch", "-q", "main")
        if way == "no-verify":
            told.git("checkout", "-q", bad, "--", ".")
        said = {
            "fast-forward": lambda: told.git("merge", "--ff-only", bad, check=False),
            "merge": lambda: told.git("merge", "--no-verify", "--no-ff", "--no-edit", bad, check=False),
            "reset": lambda: told.git("reset", "--hard", bad, check=False),
            "cherry-pick": lambda: told.git("cherry-pick", f"main..{bad}", check=False),
            "no-verify": lambda: told.git("commit", "--no-verify", "-m", "x", check=False),
        }[way]()
    assert refused(said), said.said
    assert told.oid("main") == before


def test_what_is_ready_may_be_merged(guarded):
    told = guarded("tested")
    told.git("switch", "-q", "main")
    assert told.git("merge", "-q", "--no-ff", "--no-edit", "feature/reset").code == 0
    told.git("reset", "-q", "--hard", "HEAD~1")
    assert told.git("merge", "-q", "--ff-only", "feature/reset").code == 0


def test_without_a_run_the_target_moves(guarded):
    told = guarded("started")
    told.git("switch", "-q", "main")
    told.write("docs/notes.md", "x\n")
    assert told.commit("notes").code == 0
    assert told.git("commit", "-q", "--amend", "-m", "notes, reworded").code == 0


def test_the_first_commit_of_a_repository(guarded, tmp_path):
    told = guarded("started")
    new = type(told)(tmp_path / "new")
    new.path.mkdir()
    new.git("init", "-q", "-b", "main", "--template=")
    new.gate("install", "--reference-transaction", check=True)
    new.write("README.md", "x\n")
    assert new.commit("first").code == 0
    other = type(told)(tmp_path / "other")
    other.path.mkdir()
    other.git("init", "-q", "-b", "main", "--template=")
    other.gate("install", "--reference-transaction", check=True)
    other.write("pipeline/run.json", told.read("pipeline/run.json"))
    other.write("pipeline/context.md", told.read("pipeline/context.md"))
    said = other.commit("a run on the target", check=False, args=("--no-verify",))
    assert refused(said)
    other.git("switch", "-q", "-c", "feature")
    assert other.commit("a run on a branch", check=False).code == 0


def test_deleting_and_renaming(guarded):
    told = guarded("started")
    for packed in (False, True):
        if packed:
            told.git("pack-refs", "--all")
        for args in (
            ("branch", "-D", "main"),
            ("branch", "-m", "main", "trunk"),
            ("update-ref", "-d", "refs/heads/main"),
        ):
            said = told.git(*args, check=False)
            assert refused(said), said.said
            assert "push/protected" in said.err
        assert told.oid("main")
        assert told.git("for-each-ref", "refs/heads/trunk").out == ""


def test_packing_and_collecting(guarded):
    told = guarded("started")
    told.git("pack-refs", "--all")
    assert not (told.path / ".git/refs/heads/main").exists()
    told.git("gc", "-q")
    told.git("worktree", "prune")
    told.git("stash", "list")
    assert told.oid("main")


def upstream(told, tmp_path):
    """A server whose main has moved on to what this clone would refuse, and a second clone's way to move it."""
    bare = Repo(tmp_path / "server.git")
    told.git("init", "-q", "--bare", "-b", "main", str(bare.path))
    told.git("push", "-q", "--no-verify", str(bare.path), "main", "feature/reset:main2")
    told.git("remote", "add", "origin", str(bare.path))
    told.git("fetch", "-q", "origin")
    bare.git("update-ref", "refs/heads/main", told.oid("feature/reset"))
    return bare


@pytest.mark.parametrize(
    "command", [("pull", "-q", "--ff-only", "origin", "main"), ("pull", "-q", "--rebase", "origin", "main")]
)
def test_pull(guarded, tmp_path, command):
    told = guarded("requirements")
    upstream(told, tmp_path)
    told.git("switch", "-q", "main")
    assert told.git(*command).code == 0
    assert told.oid() == told.oid("feature/reset")


def test_fetch_into_the_branch_itself(guarded, tmp_path):
    told = guarded("requirements")
    upstream(told, tmp_path)
    # git moves the branch before the remote-tracking one, so at that moment nobody is known to have the commit.
    said = told.git("fetch", "-q", "origin", "main:main", check=False)
    assert refused(said)
    assert "git fetch first" in said.err
    told.git("fetch", "-q", "origin")
    assert told.git("fetch", "-q", "origin", "main:main").code == 0
    assert told.oid("main") == told.oid("feature/reset")


def test_pull_that_merges(guarded, tmp_path):
    told = guarded("started")
    bare = upstream(told, tmp_path)
    bare.git("update-ref", "refs/heads/main", told.oid("main"))
    other = type(told)(tmp_path / "other")
    told.git("clone", "-q", str(bare.path), str(other.path))
    other.write("docs/theirs.md", "x\n")
    other.commit("theirs")
    other.git("push", "-q", "origin", "main")
    told.git("switch", "-q", "main")
    told.write("docs/ours.md", "x\n")
    told.commit("ours")
    assert told.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main").code == 0
    assert told.git("reset", "-q", "--hard", "origin/main").code == 0


def test_clone_from_a_template_with_the_hook(guarded, tmp_path):
    told = guarded("requirements")
    bare = upstream(told, tmp_path)
    template = tmp_path / "template"
    (template / "hooks").mkdir(parents=True)
    hook = template / "hooks" / "reference-transaction"
    hook.write_text(told.read(".git/hooks/reference-transaction"))
    hook.chmod(0o755)
    target = tmp_path / "cloned"
    said = told.git("clone", "-q", f"--template={template}", str(bare.path), str(target))
    assert said.err == ""
    cloned = Repo(target)
    assert cloned.oid("main") == told.oid("feature/reset")
    assert (target / ".git/hooks/reference-transaction").exists()


def test_a_linked_worktree_and_a_detached_head(guarded, tmp_path):
    told = guarded("requirements")
    told.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    tree = Repo(tmp_path / "tree")
    tree.write("src/backend/early.js", "x\n")
    tree.commit("early", args=("--no-verify",))
    said = tree.git("branch", "-f", "main", "HEAD", check=False)
    assert refused(said)


def test_the_chained_hook_sees_every_state_and_every_line(guarded):
    told = guarded("started")
    told.hook("reference-transaction.before-commitgate", '#!/bin/sh\necho "$1" >>.git/seen\ncat >>.git/seen\n')
    told.git("branch", "x")
    seen = told.read(".git/seen").split("\n")
    assert seen[0] == "prepared"
    assert "refs/heads/x" in seen[1]
    assert seen[2] == "committed"
    told.hook("reference-transaction.before-commitgate", "#!/bin/sh\nexit 1\n")
    assert told.git("branch", "y", check=False).code != 0


def test_what_moves_no_branch_starts_nothing(guarded):
    told = guarded("started")
    shim = told.path / ".git/hooks/reference-transaction"
    shim.write_text(shim.read_text().replace("gate_python=", "gate_python=/nowhere"))
    told.git("tag", "x")
    told.git("update-ref", "refs/notes/x", "HEAD")
    said = told.git("branch", "x", check=False)
    assert said.code != 0
    assert "git gate install --reference-transaction" in said.err
