"""Objects by name from one long-lived process: whatever is asked for ahead, everybody gets their own answer."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commitgate.errors import CannotDecide
from commitgate.git.repository import Repository
from support import Repo

NAMES = ["HEAD", "HEAD^{tree}", "HEAD:a", "HEAD:b", "HEAD:missing", "refs/heads/none", "HEAD:large"]
CALLS = st.lists(
    st.tuples(st.sampled_from(["expect", "get"]), st.lists(st.sampled_from(NAMES), max_size=5)), max_size=8
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    repo = Repo(tmp_path_factory.mktemp("objects"))
    repo.git("init", "-q", "-b", "main")
    repo.write("a", "one\n")
    repo.write("b", "two words here\n\n5 blob 3\n")
    repo.write("large", "x" * 300_000)
    repo.commit("objects")
    return repo.path


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CALLS)
def test_the_answers_are_those_of_asking_one_by_one(path, calls):
    repo, plain = Repository(str(path)), Repository(str(path))
    for call, names in calls:
        if call == "expect":
            repo.batch.expect(names)
        else:
            assert repo.batch.get(names) == [plain.batch.get([name])[0] for name in names]
    repo.close()
    plain.close()


def test_what_is_expected_again_is_answered_anew(path):
    repo, told = Repository(str(path)), Repo(path)
    for oid in (told.oid("main:a"), told.oid("main:b")):
        told.git("update-ref", "refs/tags/moving", oid)
        repo.batch.expect(["refs/tags/moving"])
        assert repo.batch.get(["HEAD"])[0].type == "commit"  # read past it, and leave it lying
    assert repo.batch.get(["refs/tags/moving"])[0].oid == told.oid("main:b")
    assert repo.batch.get(["refs/tags/moving", "HEAD"])[0].type == "blob", "it is taken once; now it is asked for"
    repo.close()


def test_a_limit_holds_for_what_is_expected_too(path):
    repo = Repository(str(path))
    repo.batch.expect(["HEAD:large", "HEAD:a"], 1000)
    assert [blob.type for blob in repo.batch.get(["HEAD:a", "HEAD:large"], 1000)] == ["blob", "large"]
    repo.batch.expect(["HEAD:large"], 1000)
    assert repo.batch.get(["HEAD:large"])[0].type == "blob", "the answer to another question"
    repo.close()


def test_outside_a_repository_asking_ahead_is_answered_by_a_refusal(tmp_path):
    repo = Repository(str(tmp_path))
    repo.batch.expect(["HEAD"])
    with pytest.raises(CannotDecide, match="not a git repository"):
        repo.batch.get(["HEAD"])


def test_processes_that_were_let_go_are_collected(path, monkeypatch):
    spawn, pids = os.posix_spawnp, []
    monkeypatch.setattr(os, "posix_spawnp", lambda *args, **named: pids.append(spawn(*args, **named)) or pids[-1])
    repo = Repository(str(path))
    for _ in range(5):
        repo.batch.get(["HEAD"])
        repo.begin("rev-parse", "HEAD")
        repo.close()
    left = set(pids)
    for _ in range(200):  # the last may still be ending; every process that is started looks again
        repo.line("rev-parse", "HEAD")
        left = {pid for pid in left if os.path.exists(f"/proc/{pid}")} if os.path.isdir("/proc/self") else set()
        if not left:
            return
    pytest.fail(f"ended processes are still there: {left}")


def test_many_long_names_do_not_fill_the_pipes(path):
    """They are sent in turns by their size: git stops reading while nobody reads its answers."""
    repo = Repository(str(path))
    standing = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(10)
    try:
        found = repo.batch.get([f"HEAD:{'./' * number}large" for number in range(400)])
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, standing)
    assert {one.type for one in found} == {"blob"}
    repo.close()
