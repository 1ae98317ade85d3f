"""The memo is a convenience: gone, broken, foreign or read-only, it changes no verdict."""

from __future__ import annotations

import hashlib
import marshal
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from commitgate import memo as memos
from story import MILESTONES, Story
from support import SOURCE

SIDES = (("--index",), ("--rev", "HEAD"), ("--worktree",), ("--rev", "HEAD", "--ready"))


def answers(story: Story, env=None) -> list[str]:
    return [story.gate("check", "--format", "json", *side, env=env).out for side in SIDES]


def memo_of(story: Story):
    return story.path / ".git" / "commitgate" / "memo"


@pytest.mark.parametrize("milestone", MILESTONES[1::4])
def test_warm_cold_and_ci_agree(story, milestone):
    told = story(milestone)
    warm = answers(told)  # what the story's own commits left behind
    again = answers(told)
    memo_of(told).unlink()
    cold = answers(told)
    assert warm == again == cold == answers(told, {"CI": "true"})
    told.write("src/backend/auth.js", "// changed\n")
    told.write("src/infra/pipe.tf", "# new\n")
    told.git("add", "-A")
    warm = answers(told)
    assert warm == answers(told, {"CI": "true"})
    assert told.door().code == told.door({"CI": "true"}).code
    told.commit("one further", check=False)
    assert answers(told) == answers(told, {"CI": "true"}), "HEAD moved by one commit, or not at all"
    told.commit("amended", args=("--amend", "--allow-empty", "--no-verify"))
    assert answers(told) == answers(told, {"CI": "true"}), "HEAD was replaced"


def test_the_memo_follows_head_wherever_it_goes(story):
    told = story("reviewed")
    commits = told.git("rev-list", "--reverse", "HEAD").out.split()
    for oid in (*commits, *reversed(commits), commits[0], commits[-1]):
        told.git("-c", "core.hooksPath=/dev/null", "checkout", "-q", "--detach", oid)
        assert told.gate("check", "--format", "json").out == told.gate("check", "--format", "json", env={"CI": "1"}).out
    told.git("switch", "-q", "feature/reset")
    told.git("branch", "-q", "-f", "main", "HEAD~3")
    assert answers(told) == answers(told, {"CI": "1"}), "the target moved"
    told.git("switch", "-q", "main")
    told.git("merge", "-q", "--ff-only", "feature/reset")
    assert answers(told) == answers(told, {"CI": "1"}), "the run has landed"


def test_a_policy_of_another_day_is_another_question(story):
    told = story("reviewed")
    before = answers(told)
    told.write(".gates.yaml", "review:\n  matrix: 3\n")
    assert answers(told)[2] != before[2]
    assert answers(told) == answers(told, {"CI": "1"})
    told.remove(".gates.yaml")
    assert answers(told) == before


def _sealed(content: object) -> bytes:
    body = marshal.dumps(content)
    return hashlib.sha256(body).digest() + body


BROKEN = {
    "empty": b"",
    "short": b"x" * 31,
    "garbage": os.urandom(5000),
    "sealed garbage": hashlib.sha256(b"garbage").digest() + b"garbage",
    "sealed number": _sealed(7),
    "sealed triple": _sealed((1, 2, 3)),
    "another version": _sealed(("0.0.0", {"documents": {"x": "y"}})),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_memo_is_ignored_and_replaced(story, data):
    told = story("built")
    expected = answers(told)
    memo_of(told).write_bytes(data)
    assert answers(told) == expected
    assert told.door().code == 0
    assert memo_of(told).read_bytes() != data


def test_every_truncation_of_a_memo_is_ignored(story, tmp_path):
    told = story("built")
    data = memo_of(told).read_bytes()
    folder = tmp_path / "memo"
    folder.mkdir()
    for length in range(0, len(data), max(1, len(data) // 60)):
        (folder / "memo").write_bytes(data[:length])
        assert memos.Memo(str(folder))._tables == {}
    for position in range(0, len(data), max(1, len(data) // 60)):
        (folder / "memo").write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        assert memos.Memo(str(folder))._tables == {}


def kept_in(folder):
    """What lies in the folder beside the mark that a passed check leaves."""
    return sorted(path.name for path in folder.iterdir() if path.name not in ("judged", "judged-index"))


@pytest.mark.parametrize("what", ["a file", "a folder of that name", "a link to nowhere", "a full device"])
def test_a_memo_that_cannot_be_written_is_no_obstacle(story, what):
    told = story("built")
    expected = answers(told)
    memo_of(told).unlink()
    folder = memo_of(told).parent
    if what == "a file":
        shutil.rmtree(folder)
        folder.write_text("not a folder\n")
    elif what == "a folder of that name":
        memo_of(told).mkdir()
    elif what == "a link to nowhere":
        shutil.rmtree(folder)
        folder.symlink_to("/proc/nowhere")
    else:
        shutil.rmtree(folder)
        folder.symlink_to("/proc/self")
    assert answers(told) == expected
    assert told.door().code == 0
    if what == "a folder of that name":
        assert kept_in(folder) == ["memo"], "nothing half-written stays behind"


def test_killed_at_any_moment_the_next_run_is_right(story):
    told = story("built")
    expected = answers(told)
    start = SOURCE / "commitgate" / "doors" / "start.py"
    for delay in (0, 2, 5, 10, 15, 20, 25, 30, 40, 60):
        memo_of(told).unlink(missing_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", start, "pre-commit"], cwd=told.path, stderr=subprocess.DEVNULL
        )
        time.sleep(delay / 1000)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert told.door().code == 0
    assert answers(told) == expected
    assert not list(told.path.glob(".git/*.lock"))


def test_what_a_killed_writer_left_goes_with_the_next_memo(story):
    told = story("built")
    folder = memo_of(told).parent
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    kept = [f"memo.{os.getpid()}.tmp", "memo.x.tmp", f"memo.{'9' * 30}.tmp", "notes.tmp"]
    for name in (f"memo.{gone.pid}.tmp", *kept):
        (folder / name).write_bytes(b"half")
    memo_of(told).unlink()
    assert told.door().code == 0
    assert [name for name in kept_in(folder) if name.endswith(".tmp")] == sorted(kept)


def test_many_at_once_agree(story):
    told = story("built")
    expected = told.check("--index")
    memo_of(told).unlink()
    start = SOURCE / "commitgate" / "doors" / "start.py"
    running = [subprocess.Popen([sys.executable, "-I", "-S", start, "pre-commit"], cwd=told.path) for _ in range(12)]
    assert [process.wait() for process in running] == [0] * 12
    assert told.check("--index") == expected
    assert kept_in(memo_of(told).parent) == ["memo"]


def test_a_missing_object_is_unknown_never_a_pass(story):
    told = story("built")
    memo_of(told).unlink()
    oid = told.oid("HEAD:pipeline/gates/stage-01.json")
    told.git("config", "gc.auto", "0")
    for pack in list((told.path / ".git" / "objects" / "pack").glob("*.pack")):
        data = pack.read_bytes()
        for file in pack.parent.glob(f"{pack.stem}.*"):
            file.unlink()
        told.git("unpack-objects", "-q", feed=data)
    (told.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    data = told.check("--index")
    assert (data["exit"], data["findings"][0]["rule"]) == (4, "engine/missing-object")
    assert told.door().code == 4


def test_a_target_whose_commit_is_missing_is_no_repository_without_a_target(story):
    told = story("built")
    memo_of(told).unlink()
    told.write(".git/refs/heads/main", "1" * 40 + "\n")
    assert told.door().code == 4
    for question in (("--index",), ("--rev", "HEAD")):
        data = told.check(*question)
        assert (data["exit"], data["findings"][0]["rule"]) == (4, "engine/git-failed")


def test_a_damaged_index_is_unknown(story):
    told = story("built")
    told.write(".git/index", b"DIRC\0\0\0\2\0\0\0\7" + b"x" * 100)
    data = told.check("--index")
    assert (data["exit"], data["findings"][0]["rule"]) == (4, "engine/git-failed")
    assert told.door().code == 4


def test_without_git_nothing_is_decided(story):
    told = story("built")
    said = told.door({"PATH": "/nowhere"})
    assert said.code == 4
    assert "engine/git-failed" in said.err
    assert "internal error" not in said.err


def test_an_error_inside_is_unknown_with_a_place_for_its_trace(story, tmp_path):
    told = story("built")
    memo_of(told).unlink()
    (tmp_path / "git").write_text("#!/bin/sh\necho '?:?:?'\n")
    (tmp_path / "git").chmod(0o755)
    said = told.door({"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert said.code == 4
    assert "Traceback" not in said.err
