"""Properties over generated histories in real repositories: what a change is bound to, and what the doors say of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commitgate.documents.reading import kind_of, read
from commitgate.doors.branches import Judging
from commitgate.doors.updates import Update
from commitgate.engine import COMMIT, INDEX, WORKTREE, Engine, Question
from commitgate.facts import Change
from commitgate.finding import VERDICTS, exit_code
from commitgate.git.repository import Repository
from commitgate.judge.binding import area_token
from commitgate.judge.judging import judge
from commitgate.judge.ledger import EMPTY
from commitgate.judge.replayed import judge_commit
from commitgate.judge.verdicts import APPROVED
from commitgate.memo import NoMemo
from commitgate.objects import NOBODY, Row
from commitgate.policy.paths import classify
from commitgate.protection import Protected
from commitgate.replay import Replaying
from story import RUN
from support import Repo

NOW = 1_774_600_000
REAL = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PARTS = ("backend", "frontend", "platform", "qa", "other", "product", "product-without-qa", "triggers")
BASE = {
    "src/backend/a.js": ("100644", b"a\n"),
    "src/backend/b.js": ("100755", b"b\n"),
    "src/frontend/c.js": ("100644", b"c\n"),
    "src/tests/d.test.js": ("100644", b"d\n"),
    "LICENSE": ("100644", b"x\n"),
    "assets/e.png": ("100644", bytes(range(256))),
}
START = {
    "pipeline/run.json": ("100644", RUN.encode()),
    "pipeline/context.md": ("100644", b"# Context\n\nTRACK: full\n\n## User Decisions\n"),
}
NEW = ("src/backend/auth/login.js", "src/frontend/sp ace.js", "src/backend/\u00fc.js", "src/infra/x.tf", "notes.bin")

Edit = tuple[str, tuple[str, bytes] | None]  # a path, and what it becomes: (mode, content), or None


# -- histories as streams for git fast-import ---------------------------------------------------------------------


class Commit(NamedTuple):
    """One commit of a stream: its parents by mark, and what it changes against the first one."""

    parents: tuple[int, ...]
    edits: tuple[Edit, ...]
    message: str = "change"
    author: str = "somebody <s@example.com>"


def stream(commits: list[Commit]) -> bytes:
    """Marks count from 1. The last commit becomes the branch ``work``; every other one is kept by it or by ``main``."""
    lines = []
    for mark, commit in enumerate(commits, 1):
        message = commit.message.encode()
        lines.append(b"commit refs/heads/work\nmark :%d\n" % mark)
        lines.append(f"author {commit.author} {1_700_000_000 + mark} +0000\n".encode())
        lines.append(f"committer {commit.author} {1_700_000_000 + mark} +0000\n".encode())
        lines.append(b"data %d\n%s\n" % (len(message), message))
        for word, parent in zip(("from", "merge", "merge"), commit.parents, strict=False):
            lines.append(f"{word} :{parent}\n".encode())
        for path, state in commit.edits:
            quoted = b'"%s"' % path.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            if state is None:
                lines.append(b"D %s\n" % quoted)
            else:
                mode, content = state
                lines.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), quoted, len(content), content))
    return b"".join(lines) + b"\nreset refs/heads/main\nfrom :1\n\n"


class Place:
    """A repository that is filled again and again."""

    def __init__(self, path: Path) -> None:
        self.repo = Repo(path)
        path.mkdir()
        self.repo.git("init", "-q", "-b", "work", "--template=")

    def told(self, commits: list[Commit], main: int = 1) -> str:
        """Fill it; ``main`` is the mark that the target stands on. The id of ``work``."""
        data = stream(commits).replace(b"from :1\n\n", b"from :%d\n\n" % main)
        command = ["git", "fast-import", "--quiet", "--force"]
        subprocess.run(command, cwd=self.repo.path, input=data, check=True, capture_output=True)
        return self.repo.oid("work")


@pytest.fixture(scope="module")
def place(tmp_path_factory, _session_isolation):
    return Place(tmp_path_factory.mktemp("histories") / "repo")


class PoliciesOnly(NoMemo):
    """Every question starts from nothing, as in CI, except that no policy is compiled twice."""

    def get(self, table, key):
        return super().get(table, key) if table == "policies" else None


POLICIES = PoliciesOnly()


def ask(path, kind, revision=""):
    with Engine(Repository(str(path)), POLICIES) as opened:
        return opened.ask(Question(kind, revision), NOW)


def tokens(path, kind=COMMIT, revision="work"):
    """The token of every part of the change."""
    answer = ask(path, kind, revision)
    return {part: area_token(answer.policy, answer.verdict.snapshot, part) for part in PARTS}


modes = st.sampled_from(["100644", "100755"])
contents = st.sampled_from([b"", b"one\n", b"two\n", b"\0\1\2", b"    indented\n", b"\tindented\n"])
links = st.sampled_from([b"somewhere", b"../else/where"])
states = st.one_of(st.none(), st.tuples(modes, contents), st.tuples(st.just("120000"), links))


@st.composite
def changes(draw) -> list[Edit]:
    """A change: every path once, each really different from the base."""
    paths = draw(st.lists(st.sampled_from([*BASE, *NEW]), min_size=1, max_size=6, unique=True))
    return [(path, draw(states.filter(lambda state, path=path: state != BASE.get(path)))) for path in paths]


def linear(groups) -> list[Commit]:
    """The base, the start of the run, and one commit for each group."""
    commits = [Commit((), tuple(BASE.items())), Commit((1,), tuple(START.items()))]
    for group in groups:
        commits.append(Commit((len(commits),), tuple(group)))
    return commits


@st.composite
def retold(draw, change: list[Edit]) -> tuple[list[Commit], int]:
    """The same change told in another way, and the mark of main."""
    edits = draw(st.permutations(change))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(edits) - 1)), max_size=3)))
    groups = [edits[start:end] for start, end in zip([0, *cuts], [*cuts, len(edits)], strict=True) if start < end]
    shape = draw(st.sampled_from(["linear", "detour", "squashed", "merged", "merge of main", "rebased", "octopus"]))
    moved = (("docs/moved.md", ("100644", b"main moves\n")), ("src/platform.tf", ("100644", b"x\n")))
    if shape == "squashed":
        return [Commit((), tuple(BASE.items())), Commit((1,), (*START.items(), *edits))], 1
    if shape == "rebased":
        base = [Commit((), tuple(BASE.items())), Commit((1,), moved), Commit((2,), tuple(START.items()))]
        for group in groups:
            base.append(Commit((len(base),), tuple(group), "picked", "another <a@example.com>"))
        return base, 2
    commits = linear(groups if shape != "detour" else [[(path, ("100644", b"first")) for path, _ in edits], edits])
    if shape in ("merged", "octopus"):
        half = len(edits) // 2
        ours, theirs = edits[:half], edits[half:]
        commits = linear([ours, theirs])
        commits[-1] = commits[-1]._replace(parents=(2,))
        parents = (3, 4) if shape == "merged" else (2, 3, 4)
        commits.append(Commit(parents, tuple(edits), "merge"))
    if shape == "merge of main":
        commits.append(Commit((1,), moved))
        commits.append(Commit((len(commits) - 1, len(commits)), moved, "merge"))
        return commits, len(commits) - 1
    return commits, 1


@given(st.data())
@settings(REAL, max_examples=40)
def test_a_change_is_bound_alike_however_it_is_told(place, data):
    """Amend, squash, split, reorder, messages, authors, detours, merges and rebases over other files."""
    change = data.draw(changes())
    place.told(linear([change]))
    plain = tokens(place.repo.path)
    commits, main = data.draw(retold(change))
    place.told(commits, main)
    assert tokens(place.repo.path) == plain


@given(changes(), st.data())
@REAL
def test_every_other_row_is_another_change_of_its_area_alone(place, change, data):
    place.told(linear([change]))
    before = tokens(place.repo.path)
    path = data.draw(st.sampled_from([*BASE, *NEW]))
    now = dict(change).get(path, BASE.get(path))
    state = data.draw(states.filter(lambda one: one != now))
    place.told(linear([[*(edit for edit in change if edit[0] != path), (path, state)]]))
    after = tokens(place.repo.path)
    moved = {part for part in PARTS if before[part] != after[part]}
    kind = classify(ask(place.repo.path, COMMIT, "work").policy, path)
    if kind.free:
        assert not moved
    else:
        assert {kind.area, "product"} <= moved <= {kind.area, "product", "product-without-qa", "triggers"}


@given(changes())
@REAL
def test_the_index_is_bound_like_the_commit_made_from_it(place, change):
    repo, head = place.repo, place.told(linear([change]))
    made, before = tokens(repo.path), repo.oid("work^")
    repo.git("read-tree", "--reset", head)
    repo.git("update-ref", "refs/heads/work", before)
    assert tokens(repo.path, INDEX) == made
    for entry in repo.path.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    repo.git("checkout-index", "-a")
    assert tokens(repo.path, WORKTREE) == made


def attributes(repo):
    repo.write(".git/info/attributes", "* -diff -text export-ignore\n*.js binary\n")


def configuration(repo):
    for key, value in (
        ("diff.renames", "copies"),
        ("diff.noprefix", "true"),
        ("diff.ignoreSubmodules", "all"),
        ("core.quotePath", "false"),
        ("diff.orderFile", "README.md"),
        ("log.showSignature", "true"),
        ("log.diffMerges", "off"),
        ("merge.renames", "false"),
        ("i18n.logOutputEncoding", "UTF-16"),
    ):
        repo.config(key, value)


def replacement(repo):
    head, tree = repo.oid("work"), repo.oid("main^{tree}")
    other = repo.git("commit-tree", "-m", "nothing happened", "-p", repo.oid("main"), tree).out.strip()
    repo.git("replace", head, other)


def graft(repo):
    repo.write(".git/info/grafts", f"{repo.oid('work')} {repo.oid('main')}\n")


@pytest.mark.parametrize("surrounding", [attributes, configuration, replacement, graft])
def test_what_surrounds_a_history_does_not_bend_it(tmp_path, surrounding):
    fresh = Place(tmp_path / "repo")
    edits = [(path, ("100755", b"new\n")) for path in BASE][:4]
    commits = [*linear([edits]), Commit((1,), (("docs/m.md", ("100644", b"m\n")),))]
    fresh.told([*commits, Commit((3, 4), commits[-1].edits, "merge")], main=4)
    before = tokens(fresh.repo.path)
    surrounding(fresh.repo)
    assert tokens(fresh.repo.path) == before


# -- the doors ----------------------------------------------------------------------------------------------------


def said(verdict):
    """What every door has to say of one state."""
    boxes = verdict.board.boxes if verdict.board is not None else ()
    return {
        "stages": [(box.stage_id, box.state, box.changed) for box in boxes],
        "approvals": [(one.area, one.status, one.approvals, one.requested) for one in verdict.reviews],
        "ready": verdict.ready,
        "obstacles": {(one.rule, one.path) for one in (*verdict.state, *verdict.obstacles) if one.level},
    }


def edit_review(told, data):
    name = data.draw(st.sampled_from(["frontend", "platform", "backend"]))
    area = data.draw(st.sampled_from(["backend", "frontend"]))
    told.verdict(name, area, data.draw(st.sampled_from(["APPROVED", "CHANGES REQUESTED", "APPROVED."])))


def edit_product(told, data):
    path = data.draw(st.sampled_from(["src/backend/auth.js", "src/frontend/form.js", "src/infra/x.tf", "docs/x.md"]))
    told.write(path, data.draw(st.sampled_from(["one\n", "two\n"])))


def edit_gate(told, data):
    stage = data.draw(st.sampled_from(["stage-01", "stage-05", "stage-05-security", "stage-07"]))
    status = data.draw(st.sampled_from(["PASS", "FAIL", "ESCALATE"]))
    told.write_gate(stage, status, **({"escalation_reason": "unclear"} if status == "ESCALATE" else {}))


def remove(told, data):
    path = data.draw(st.sampled_from(["pipeline/gates/stage-05.json", "pipeline/brief.md", "src/backend/auth.js"]))
    (told.path / path).unlink(missing_ok=True)


def policy(told, data):
    told.write(".gates.yaml", data.draw(st.sampled_from(["version: 1\nreview: {matrix: 3}\n", "version: 1\n"])))


@given(data=st.data())
@settings(REAL, max_examples=10)
def test_the_doors_agree(tmp_path_factory, library, data):
    """Index, commit, work tree, the range, and the doors of a push: one state, one answer."""
    told = library.copy(
        data.draw(st.sampled_from(["built", "secured", "reviewed"])), tmp_path_factory.mktemp("d") / "r"
    )
    moves = st.sampled_from([edit_review, edit_product, edit_gate, remove, policy])
    for move in data.draw(st.lists(moves, min_size=1, max_size=3)):
        move(told, data)
    told.git("add", "-A")
    index, worktree = ask(told.path, INDEX), ask(told.path, WORKTREE)
    told.git("commit", "-q", "--no-verify", "--allow-empty", "-m", "whatever it is")
    commit = ask(told.path, COMMIT, "HEAD")
    repo, tip, head = Repository(str(told.path)), told.oid("main"), told.oid()
    replay = Replaying(repo, lambda count: None).replay(tip, head, NOW)
    assert said(index.verdict) == said(commit.verdict)
    assert said(worktree.verdict) == said(commit.verdict)
    assert said(replay.answer.verdict) == said(commit.verdict)
    assert exit_code(index.verdict.lawful) == exit_code(worktree.verdict.lawful) == exit_code(commit.verdict.lawful)
    protected = Protected("main", tip, tip, frozenset({"main"}))
    updates = [Update("refs/heads/other", "", head), Update("refs/heads/main", tip, head)]
    (_, branch), (_, target) = Judging(repo, protected, ["main"], NOW).judge(updates)
    assert exit_code(branch) == exit_code(replay.standing())
    assert (exit_code(target) == 0) is (commit.verdict.ready and exit_code(branch) == 0)
    repo.close()


# -- the judge ----------------------------------------------------------------------------------------------------


def hearing(path, monkeypatch, revision="HEAD"):
    """What the judge is told about a commit: (policy, facts, history)."""
    heard = []
    with monkeypatch.context() as patch:
        patch.setattr("commitgate.judge.judging.judge", lambda *told: heard.append(told[:3]) or judge(*told))
        ask(path, COMMIT, revision)
    return heard[-1]


@pytest.fixture(scope="module")
def cases(library):
    """The judge's case at several milestones."""
    with pytest.MonkeyPatch.context() as patch:
        return {name: hearing(library.at(name), patch) for name in ("built", "reviewed", "tested", "complete")}


def drop_approval(data, policy, facts):
    side = facts.side
    given = [
        (path, section)
        for path, _, review in side.reviews()
        for section in review.sections
        if section.verdict == APPROVED
    ]
    if not given:
        return policy, facts
    path, gone = data.draw(st.sampled_from(given))
    review = side.documents[path]
    left = review._replace(sections=tuple(one for one in review.sections if one is not gone))
    return policy, facts._replace(side=side._replace(documents={**side.documents, path: left}))


def add_path(data, policy, facts):
    area = data.draw(st.sampled_from([*(one.name for one in policy.areas), ""]))
    number = data.draw(st.integers(0, 99))
    change = Change(f"src/new{number}.x", "000000", "0" * 40, "100644", f"{number:040x}", area, not area, ())
    side = facts.side
    delta = sorted({one.path: one for one in (change, *side.delta)}.values(), key=lambda one: one.path)
    return policy, facts._replace(side=side._replace(delta=tuple(delta)))


def add_trigger(data, policy, facts):
    side = facts.side
    if not side.delta:
        return policy, facts
    position = data.draw(st.integers(0, len(side.delta) - 1))
    change, name = side.delta[position], data.draw(st.sampled_from([one.id for one in policy.triggers]))
    fired = change._replace(triggers=tuple(dict.fromkeys((*change.triggers, (name, "found")))))
    delta = (*side.delta[:position], fired, *side.delta[position + 1 :])
    return policy, facts._replace(side=side._replace(delta=delta))


def tighten(data, policy, facts):
    ids = tuple(one.id for one in policy.triggers)
    signing = tuple(one._replace(level="signed", keys=("SHA256:x",)) for one in policy.reviewers)
    ways = {
        "more approvals": {name: getattr(policy, name) + 1 for name in ("required_scoped", "required_matrix")},
        "per area": {"areas": tuple(one._replace(approvals=max(one.approvals, 3)) for one in policy.areas)},
        "own commits": {
            "reviewers": tuple(one._replace(level="committed", emails=("nobody@x",)) for one in policy.reviewers)
        },
        "signatures": {"reviewers": signing},
        "humans": {
            "reviewers": tuple(one._replace(human=True) for one in policy.reviewers),
            "agents": (*policy.agents, "dev-*", "frontend"),
        },
        "nobody releases": {"release": ()},
        "committers count": {"contributors": "committer"},
        "heavier tracks": {
            "tracks": {name: one._replace(too_light_for=ids) for name, one in policy.tracks.items()},
        },
        "later merge": {"merge_requires": "retrospective"},
        "strict": {"history": "strict", "unowned": "block", "require_run": True},
    }
    return policy._replace(**ways[data.draw(st.sampled_from(sorted(ways)))]), facts


def passed(verdict):
    return {box.stage_id for box in verdict.board.boxes if box.state == "pass"} if verdict.board is not None else set()


@given(data=st.data())
@settings(REAL, max_examples=120)
def test_less_approval_more_change_and_stricter_rules_never_help(cases, data):
    policy, facts, before = cases[data.draw(st.sampled_from(["reviewed", "tested", "complete"]))]
    verdict = judge(policy, facts, before, NOW)
    for step in data.draw(
        st.lists(st.sampled_from([drop_approval, add_path, add_trigger, tighten]), min_size=1, max_size=5)
    ):
        policy, facts = step(data, policy, facts)
        after = judge(policy, facts, before, NOW)
        assert verdict.ready or not after.ready
        assert passed(after) <= passed(verdict)
        verdict = after


def test_the_steps_that_never_help_do_hurt(cases):
    """Else the property above would hold of nothing."""
    policy, facts, before = cases["tested"]
    assert judge(policy, facts, before, NOW).ready
    assert not judge(policy._replace(required_matrix=3), facts, before, NOW).ready
    side = facts.side
    bare = {path: one for path, one in side.documents.items() if "/code-review/" not in path}
    assert not judge(policy, facts._replace(side=side._replace(documents=bare)), before, NOW).ready
    assert not judge(policy, facts._replace(side=side._replace(delta=side.delta[1:])), before, NOW).ready


def spoilt(data, root, documents):
    """Documents with some of them gone, and some read from other bytes."""
    found = dict(documents)
    for path in data.draw(st.lists(st.sampled_from(sorted(documents)), max_size=4, unique=True)):
        below = path[len(root) + 1 :]
        content = data.draw(
            st.one_of(
                st.none(),
                st.binary(max_size=60),
                st.sampled_from([b"{}", b"[]", b"null", b"# Review\n\n## Review of backend\n\nREVIEW: APPROVED\n"]),
                st.sampled_from(["PASS", "FAIL", "ESCALATE", 3]).map(lambda one: json.dumps({"status": one}).encode()),
            )
        )
        if content is None:
            del found[path]
        else:
            found[path] = read(kind_of(below), below, content)
    return found


@given(data=st.data())
@settings(REAL, max_examples=120)
def test_the_judge_has_an_answer_to_everything(cases, data):
    """Whatever a tree, its parents and its history hold: a verdict, and every finding with a rule and a level."""
    policy, facts, before = cases[data.draw(st.sampled_from(sorted(cases)))]
    side = facts.side
    process = tuple(
        Row(path, *data.draw(st.sampled_from([("000000", "0" * 40), ("100644", "1" * 40)])), mode, oid)
        for path, (mode, oid) in side.entries.items()
        if data.draw(st.booleans())
    )
    side = side._replace(
        documents=spoilt(data, side.root, side.documents),
        delta=data.draw(st.sampled_from([side.delta, side.delta[1:], ()])),
        touched=data.draw(st.sampled_from([side.delta, ()])),
        touched_process=process,
        author=data.draw(st.sampled_from([NOBODY, side.author])),
        conflicting=data.draw(st.sampled_from([(), ("src/backend/auth.js",)])),
    )
    parents = tuple(
        parent._replace(documents=spoilt(data, side.root, parent.documents)) for parent in facts.parents * 2
    )
    side = side._replace(parents=tuple("1" * 40 for _ in parents))
    facts = facts._replace(
        side=side, parents=parents[: data.draw(st.integers(0, 2))], frozen=data.draw(st.booleans()), unmerged=("x",)
    )
    history = data.draw(st.sampled_from([before, EMPTY]))
    verdict = judge(policy, facts, history, data.draw(st.sampled_from([0, NOW, 2**40])))
    found = (*verdict.lawful, *verdict.state, *verdict.obstacles, *judge_commit(policy, facts, history, NOW))
    assert not verdict.ready
    assert all("/" in one.rule and one.message and one.level in VERDICTS for one in found)
