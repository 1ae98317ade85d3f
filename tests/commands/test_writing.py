"""Writing whole files, one writer at a time, whatever becomes of the writer."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time

import pytest

from commitgate.errors import GateError
from commitgate.git.repository import Repository
from commitgate.writing import lock, write
from support import Gate

# Adds one to a number in a file, without any care of its own: only the lock keeps counts from getting lost.
COUNT = """
import sys
from commitgate.git.repository import Repository
from commitgate.writing import lock, write
for _ in range(5):
    with lock(Repository(sys.argv[1])):
        with open(sys.argv[2]) as stream:
            number = int(stream.read())
        write(sys.argv[2], str(number + 1).encode())
"""


def left_over(repo) -> list[str]:
    return [name for name in repo.snapshot() if name.endswith(".tmp")]


def test_a_new_file_is_made_with_its_folders(repo):
    target = repo.path / "pipeline" / "gates" / "stage-01.json"
    assert write(str(target), b"one\n") is True
    assert target.read_bytes() == b"one\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert left_over(repo) == []


def test_the_same_bytes_touch_nothing(repo):
    target = repo.write("pipeline/context.md", "same\n")
    os.utime(target, (1, 1))
    before = target.stat()
    assert write(str(target), b"same\n") is False
    after = target.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600])
def test_the_mode_of_a_file_is_kept(repo, mode):
    target = repo.write("pipeline/context.md", "old\n", mode=mode)
    assert write(str(target), b"new\n")
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_nothing_is_written_through_a_link(repo):
    outside = repo.write("outside.txt", "mine\n")
    (repo.path / "pipeline").mkdir()
    (repo.path / "pipeline" / "context.md").symlink_to(outside)
    (repo.path / "other").mkdir()
    (repo.path / "pipeline" / "gates").symlink_to(repo.path / "other")
    before = repo.snapshot()
    for path in ("pipeline/context.md", "pipeline/gates/stage-01.json"):
        with pytest.raises(GateError, match="symbolic link"):
            write(str(repo.path / path), b"theirs\n")
    assert repo.snapshot() == before


@pytest.mark.parametrize("kind", ["folder", "pipe", "file as folder"])
def test_what_is_no_plain_file_is_refused_and_stays(repo, kind):
    target = repo.path / "pipeline" / "context.md"
    target.parent.mkdir()
    if kind == "folder":
        target.mkdir()
    elif kind == "pipe":
        os.mkfifo(target)
    else:
        target.write_text("a file\n")
        target = target / "stage-01.json"
    before = repo.snapshot()
    with pytest.raises(GateError):
        write(str(target), b"text\n")
    assert repo.snapshot() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_one_clear_line(repo):
    (repo.path / "pipeline").mkdir(mode=0o555)
    with pytest.raises(GateError, match="cannot be written"):
        write(str(repo.path / "pipeline" / "context.md"), b"text\n")


def test_fifty_writers_lose_nothing(repo):
    target = repo.write("pipeline/number", "0")
    writers = [
        subprocess.Popen([sys.executable, "-c", COUNT, str(repo.path), str(target)], cwd=repo.path) for _ in range(50)
    ]
    assert [writer.wait(120) for writer in writers] == [0] * 50
    assert target.read_text() == "250"
    assert left_over(repo) == []


def test_the_lock_goes_with_a_killed_process(repo):
    code = "import sys,time\nfrom commitgate.git.repository import Repository\nfrom commitgate.writing import lock\n"
    code += "with lock(Repository(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)\n"
    holder = subprocess.Popen([sys.executable, "-c", code, str(repo.path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    holder.kill()
    holder.wait()
    holder.stdout.close()
    started = time.monotonic()
    with lock(Repository(str(repo.path))):
        assert time.monotonic() - started < 5


def test_what_killed_writers_left_is_removed_and_nothing_else(repo):
    code = "import os,sys\nfrom commitgate.git.repository import Repository\nfrom commitgate import writing\n"
    code += "os.replace = lambda *_: os._exit(9)\n"
    code += "with writing.lock(Repository(sys.argv[1])):\n    writing.write(sys.argv[2], b'text')\n"
    kept = ["pipeline/gates/stage-01.json", "pipeline/.notes.tmp", "src/.x.0123456789abcdef.commitgate.tmp"]
    for path in kept:
        repo.write(path, "text\n")
    killed = [sys.executable, "-c", code, str(repo.path), str(repo.path / "services/a/gates/stage-02.json")]
    assert subprocess.run(killed, cwd=repo.path).returncode == 9
    assert len(list((repo.path / "services/a/gates").iterdir())) == 1
    with lock(Repository(str(repo.path))):
        assert list((repo.path / "services/a/gates").iterdir()) == []
    for path in kept:
        assert (repo.path / path).exists(), path


def test_the_lock_stands_outside_the_work_tree(repo):
    with lock(Repository(str(repo.path))):
        assert repo.git("status", "--porcelain", "--ignored").out == ""


def test_linked_worktrees_do_not_wait_for_each_other(repo, tmp_path):
    other = tmp_path / "linked"
    repo.git("worktree", "add", "-q", str(other))
    with lock(Repository(str(repo.path))), lock(Repository(str(other))):
        pass


def test_killed_at_any_point_pass_leaves_a_whole_gate_or_none(story):
    told = story("designed")
    told.write(
        "pipeline/context.md", told.read("pipeline/context.md") + "2026-03-26T10:00:00Z — CHECKPOINT-PASS: b (u)\n"
    )
    gate = told.path / "pipeline" / "gates" / "stage-03.json"
    command = ["pass", "clarification", "--set", "scope_changed=false"]
    started = time.monotonic()
    told.gate(*command, check=True)
    whole = time.monotonic() - started
    chance = random.Random(7)
    killed = 0
    for attempt in range(25):
        process = Gate(*command, "--warning", f"attempt {attempt}", cwd=told.path)
        time.sleep(whole * chance.uniform(0.1, 1.1))
        process.kill()
        if process.end().code == -signal.SIGKILL:
            killed += 1
        else:
            whole *= 0.8  # it was quicker than the first one
        assert json.loads(gate.read_bytes())["status"] == "PASS"
    assert killed, "no attempt was killed while it ran"
    told.gate("pass", "clarification", "--warning", "last", check=True)
    assert json.loads(gate.read_bytes())["warnings"] == ["last"]
    assert left_over(told) == []
