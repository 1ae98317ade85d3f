"""pre-push: every line, the remote ref, and nothing that a local commit did around its hook leaves the clone."""

from __future__ import annotations

import sys

import pytest

from commitgate.doors.updates import Update, pushed, received
from commitgate.errors import CannotDecide
from support import SOURCE, run

ZEROS = "0" * 40


def push(told, *args):
    return told.git("push", "-q", "origin", *args, check=False)


def smuggle(told, path="src/backend/early.js"):
    told.write(path, "early\n")
    told.commit("smuggled", args=("--no-verify",))
    return told.oid()


def door(told, *lines, env=None):
    """The hook alone, with lines as git writes them."""
    start = SOURCE / "commitgate" / "doors" / "start.py"
    feed = "".join(f"{line}\n" for line in lines).encode()
    return run(sys.executable, "-I", "-S", start, "pre-push", "origin", "url", cwd=told.path, feed=feed, env=env)


def test_a_lawful_branch_is_pushed_in_silence(clone, server):
    told = clone("built")
    bare = server(told, hook=False)
    said = push(told, "feature/reset")
    assert (said.code, said.said) == (0, "")
    told.write_gate("stage-05")
    told.commit("pre-review", author="dev-platform")
    assert push(told, "feature/reset").code == 0
    assert bare.oid("refs/heads/feature/reset") == told.oid()


def test_what_was_committed_around_the_hook_is_not_pushed(clone, server):
    told = clone("requirements")
    bare = server(told, hook=False)
    bad = smuggle(told)
    said = push(told, "feature/reset")
    assert said.code != 0
    assert "refs/heads/feature/reset: refused" in said.err
    assert "order/early-work" in said.err
    assert bad[:12] in said.err
    assert bare.git("branch").out.split() == ["*", "main"]


def test_every_line_is_read_and_each_ref_has_its_message(clone, server):
    told = clone("requirements")
    server(told, hook=False)
    told.git("branch", "good")
    smuggle(told)
    said = push(told, "good", "HEAD:refs/heads/bad", "main:refs/heads/also")
    assert said.code != 0
    for line in ("refs/heads/good: in order", "refs/heads/bad: refused", "refs/heads/also: in order"):
        assert line in said.err


def test_the_remote_ref_decides_what_is_protected(clone, server):
    told = clone("built")
    bare = server(told, hook=False)
    before = bare.oid("refs/heads/main")
    said = push(told, "HEAD:main")
    assert said.code != 0
    assert "refs/heads/main: refused" in said.err
    assert "ready/stage" in said.err
    assert bare.oid("refs/heads/main") == before
    assert push(told, "HEAD:refs/heads/not-main").code == 0


def test_a_ready_branch_may_become_the_target(clone, server):
    told = clone("tested")
    bare = server(told, hook=False)
    said = push(told, "HEAD:main")
    assert (said.code, said.said) == (0, "")
    assert bare.oid("refs/heads/main") == told.oid()


def test_the_target_without_a_run_is_pushed(clone, server):
    told = clone("started")
    bare = server(told, hook=False)
    told.git("switch", "-q", "main")
    told.write("docs/notes.md", "notes\n")
    told.commit("notes")
    assert push(told, "main").code == 0
    assert bare.oid("refs/heads/main") == told.oid()


def test_a_protected_branch_is_neither_deleted_nor_rewritten(clone, server):
    told = clone("started")
    bare = server(told, hook=False)
    bare.config("receive.denyDeleteCurrent", "ignore")
    told.git("switch", "-q", "main")
    told.git("commit", "-q", "--amend", "-m", "another beginning")
    for refspec in (":main", "+main"):
        said = push(told, refspec)
        assert said.code != 0
        assert "push/protected" in said.err
    told.git("push", "-q", "origin", "feature/reset", "feature/reset:other")
    assert push(told, ":other").code == 0


@pytest.mark.parametrize("length", [40, 64])
def test_deletions_have_zeros_of_any_length(clone, server, length):
    told = clone("started")
    server(told, hook=False)
    oid = told.oid("main") if length == 40 else "a" * 64
    said = door(told, f"(delete) {'0' * length} refs/heads/main {oid}")
    assert said.code == 2
    assert "push/protected" in said.err


def test_a_forced_push_over_commits_that_are_not_here(clone, server):
    told = clone("started")
    server(told, hook=False)
    said = door(told, f"refs/heads/main {told.oid('main')} refs/heads/main {'a' * 40}")
    assert (said.code, "push/protected" in said.err) == (2, True)
    said = door(told, f"refs/heads/x {told.oid()} refs/heads/x {'a' * 40}")
    assert (said.code, said.err) == (0, "")


def test_a_rebased_branch_is_judged_anew(clone, server):
    told = clone("requirements")
    server(told, hook=False)
    told.git("push", "-q", "--no-verify", "origin", "feature/reset")
    smuggle(told)
    told.git("push", "-q", "--no-verify", "origin", "feature/reset")
    told.git("commit", "-q", "--amend", "--no-verify", "-m", "reworded")
    said = push(told, "+feature/reset")
    assert (said.code != 0, "order/early-work" in said.err) == (True, True)


def test_what_the_remote_has_already_is_not_judged_again(clone, server):
    told = clone("requirements")
    server(told, hook=False)
    smuggle(told)
    told.git("push", "-q", "--no-verify", "origin", "feature/reset")
    told.write("docs/notes.md", "notes\n")
    told.commit("notes", args=("--no-verify",))
    assert push(told, "feature/reset").code == 0
    smuggle(told, "src/backend/more.js")
    said = push(told, "feature/reset")
    assert said.code != 0
    assert "more.js" in said.err
    assert "early.js" not in said.err


def test_approvals_keep_their_base_when_a_branch_is_pushed_bit_by_bit(clone, server):
    told = clone("secured")
    server(told, hook=False)
    assert push(told, "feature/reset").code == 0
    assert told.review("frontend", "backend").code == 0
    assert push(told, "feature/reset").code == 0
    assert told.review("platform", "backend").code == 0
    said = push(told, "feature/reset")
    assert (said.code, said.said) == (0, "")


def test_tags(clone, server):
    told = clone("requirements")
    server(told, hook=False)
    told.git("tag", "good")
    told.git("tag", "-a", "annotated", "-m", "annotated", "main")
    told.git("tag", "blob", told.git("rev-parse", "HEAD:README.md").out.strip())
    assert push(told, "good", "annotated", "blob").code == 0
    smuggle(told)
    told.git("tag", "-a", "bad", "-m", "bad")
    said = push(told, "bad")
    assert (said.code != 0, "refs/tags/bad: refused" in said.err) == (True, True)
    assert push(told, ":good").code == 0


def test_other_refs_pass(clone, server):
    told = clone("requirements")
    server(told, hook=False)
    smuggle(told)
    told.git("notes", "add", "-m", "a note")
    assert push(told, "refs/notes/commits", "HEAD:refs/gates/x").code == 0


def test_a_branch_with_a_root_of_its_own_is_judged_by_itself(clone, server):
    told = clone("requirements")
    server(told, hook=False)
    told.git("switch", "-q", "--orphan", "pages")
    told.write("index.html", "hello\n")
    told.commit("pages", args=("--no-verify",))
    assert push(told, "pages").code == 0


def test_a_shallow_clone_cannot_tell(clone, server, tmp_path):
    told = clone("requirements")
    bare = server(told, hook=False)
    told.git("push", "-q", "--no-verify", "origin", "feature/reset")
    shallow = type(told)(tmp_path / "shallow")
    told.git("clone", "-q", "--depth=1", "--no-single-branch", f"file://{bare.path}", str(shallow.path))
    shallow.git("switch", "-q", "feature/reset")
    shallow.gate("install", check=True)
    shallow.write("docs/x.md", "x\n")
    shallow.commit("x", args=("--no-verify",))
    said = shallow.git("push", "-q", "origin", "HEAD:refs/heads/new", check=False)
    assert (said.code != 0, "engine/shallow" in said.err) == (True, True)


def test_a_policy_that_cannot_be_read_lets_nothing_out(clone, server):
    told = clone("started")
    server(told, hook=False)
    told.write(".gates.yaml", "version: 1\nareaz: {}\n")
    told.commit("broken", args=("--no-verify",))
    said = push(told, "feature/reset")
    assert (said.code != 0, "policy/unknown-key" in said.err) == (True, True)


def test_history_strict_holds_at_this_door_too(clone, server):
    told = clone("requirements")
    told.policy_on_target("version: 1\nhistory: strict\n")
    server(told, hook=False)
    smuggle(told)
    told.git("revert", "--no-edit", "HEAD")
    said = push(told, "feature/reset")
    assert (said.code != 0, "order/early-work" in said.err) == (True, True)


def test_lines_that_are_none():
    with pytest.raises(CannotDecide) as caught:
        pushed(b"nonsense\n")
    assert caught.value.rule == "push/input"
    for data in (b"refs/heads/x zz refs/heads/x zz\n", b"a b refs/heads/x " + b"0" * 39 + b"\n"):
        with pytest.raises(CannotDecide):
            pushed(data)
    assert pushed(b"") == []
    assert received(f"{ZEROS} {'1' * 40} refs/heads/x\n".encode()) == [Update("refs/heads/x", "", "1" * 40)]
    assert received(b"ref:refs/heads/a ref:refs/heads/b HEAD\n") == []


def test_nonsense_at_the_door_is_no_pass(clone):
    said = door(clone("started"), "nonsense")
    assert (said.code, "push/input" in said.err, "Traceback" in said.err) == (4, True, False)


def test_the_framework_names_one_ref_in_the_environment(clone, server):
    told = clone("requirements")
    server(told, hook=False)
    names = {
        "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/feature/reset",
        "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/feature/reset",
    }
    ends = {"PRE_COMMIT_FROM_REF": told.oid("main"), "PRE_COMMIT_TO_REF": told.oid()}
    assert told.gate("pre-push", env=names | ends).code == 0
    assert told.gate("pre-push", env=names).code == 0
    smuggle(told)
    said = told.gate("pre-push", env=names | {"PRE_COMMIT_FROM_REF": told.oid("main"), "PRE_COMMIT_TO_REF": told.oid()})
    assert (said.code, "order/early-work" in said.err) == (2, True)
    onto_main = names | {"PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main"}
    assert told.gate("pre-push", env=onto_main).code == 2
    said = told.gate("pre-push", env=names | {"PRE_COMMIT_TO_REF": "nowhere"})
    assert (said.code, "engine/revision" in said.err) == (4, True)


def test_what_is_pushed_may_be_told_in_words_with_blanks(clone, server):
    """git repeats in its line what was typed: here the newest commit whose message says so."""
    told = clone("requirements")
    bare = server(told, hook=False)
    told.git("commit", "-q", "--allow-empty", "-m", "two words")
    assert push(told, "HEAD^{/two words}:refs/heads/feature/reset").code == 0
    assert bare.oid("feature/reset") == told.oid()
    smuggle(told)
    told.git("commit", "-q", "--allow-empty", "-m", "three more words")
    said = push(told, "HEAD^{/three more words}:refs/heads/feature/reset")
    assert (said.code != 0, "order/early-work" in said.err) == (True, True)
