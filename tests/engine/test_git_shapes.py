"""Every way to make a commit and every shape of index: the hook judges the very tree that is about to be committed."""

from __future__ import annotations

import json

import pytest
from through_hook import commit, record

from story import RUN, Story
from support import Repo, run

GATE = "pipeline/gates/stage-01.json"
NEXT = "pipeline/gates/stage-02.json"


@pytest.fixture
def told(story):
    """A run whose requirements are done; its hook writes down what it answered."""

    def at(milestone: str = "requirements", name: str = "story") -> Story:
        made = story(milestone, name)
        record(made)
        return made

    return at


def spoil(story: Story, path: str = GATE) -> None:
    story.write(path, story.read(path).replace('"status"', '"status": "PASS",\n  "status"', 1))


def mend(story: Story, path: str = GATE) -> None:
    story.write(path, story.git("show", f"HEAD:{path}").stdout)


def test_commit_all_is_judged_with_what_it_adds(told):
    story = told()
    spoil(story)
    assert commit(story, "-a").refused("json/duplicate-key", 1)
    assert story.git("diff", "--cached", "--quiet", check=False).code == 0, "-a is taken back when it is refused"


def test_commit_patch_takes_the_chosen_hunks_only(told):
    story = told()
    lines = [f"{n}\n" for n in range(40)]
    story.write("notes.txt", "".join(lines))
    story.git("add", "-A")
    assert commit(story).passed()
    story.write("notes.txt", "".join(["first\n", *lines, "last\n"]))
    assert commit(story, "-p", feed=b"y\nn\n").passed()
    assert "first" in story.git("show", "HEAD:notes.txt").out
    assert "last" not in story.git("show", "HEAD:notes.txt").out


def test_commit_patch_of_a_spoiled_gate_is_refused(told):
    story = told()
    spoil(story)
    assert commit(story, "-p", feed=b"y\n").refused("json/duplicate-key", 1)
    assert commit(story, "-p", feed=b"n\n").code in (None, 0), "nothing chosen, nothing refused"


def test_a_partial_commit_has_an_index_of_its_own(told):
    story = told()
    spoil(story)
    story.git("add", GATE)
    story.write("notes.txt", "one\n")
    story.git("add", "notes.txt")
    assert commit(story, "--", "notes.txt").passed(), "the spoiled gate is staged, but not part of this commit"
    assert commit(story, "--", GATE).refused("json/duplicate-key", 1)


def test_include_takes_staged_and_named_paths(told):
    story = told()
    story.write("notes.txt", "one\n")
    story.git("add", "notes.txt")
    spoil(story)
    assert commit(story, "--include", "--", GATE).refused("json/duplicate-key", 1)


def test_amend_of_a_message_and_of_a_gate(told):
    story = told()
    assert commit(story, "--amend").passed()
    spoil(story)
    assert commit(story, "-a", "--amend").refused("json/duplicate-key", 1)
    gate = story.read_gate("stage-01") | {"warnings": ["short"]}
    story.write(GATE, json.dumps(gate))
    assert commit(story, "-a", "--amend").passed()
    assert story.state("stage-01") == "pass"


@pytest.mark.parametrize("branch", ["main", "trunk"])
def test_the_first_commit_without_a_run(tmp_path, branch):
    story = _unborn(tmp_path, branch)
    story.write("src/backend/app.js", "// app\n")
    story.git("add", "-A")
    assert commit(story).passed()


@pytest.mark.parametrize("branch", ["main", "trunk"])
def test_the_first_commit_may_start_a_run_but_not_build(tmp_path, branch):
    story = _unborn(tmp_path, branch)
    story.write("pipeline/run.json", RUN)
    story.write("src/backend/app.js", "// app\n")
    story.git("add", "-A")
    assert commit(story).refused("order/early-work", 2)
    story.git("rm", "-q", "--cached", "src/backend/app.js")
    assert commit(story).passed()
    assert story.check("--rev", "HEAD")["exit"] == 0
    assert story.state("stage-01") == "open"


def test_an_orphan_branch_is_unborn_again(told):
    story = told()
    story.git("switch", "-q", "--orphan", "fresh")
    assert story.check("--index")["exit"] == 0
    story.write("README.md", "x\n")
    story.git("add", "-A")
    assert commit(story).passed()


def test_a_detached_head_is_a_place_like_any_other(told):
    story = told()
    story.git("switch", "-q", "--detach")
    spoil(story)
    assert commit(story, "-a").refused("json/duplicate-key", 1)
    mend(story)
    story.write("src/backend/app.js", "// early\n")
    story.git("add", "-A")
    assert commit(story).refused("order/early-work", 2)


def test_a_linked_worktree_judges_its_own_index(told, tmp_path):
    story = told()
    story.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = Story(tmp_path / "linked")
    spoil(story)
    story.git("add", "-A")
    linked.write("notes.txt", "one\n")
    linked.git("add", "-A")
    assert commit(linked).git.code == 0, "what is staged in the other worktree is not this one's"
    spoil(linked)
    linked.git("add", "-A")
    assert "json/duplicate-key" in commit(linked).git.said
    assert linked.check("--index")["verdict"] == "malformed"


@pytest.fixture
def library_repo(make_repo) -> Repo:
    other = make_repo("library")
    other.commit("one", args=("--allow-empty",))
    return other


def test_a_submodule_is_one_row_and_moving_it_is_a_change(told, library_repo):
    story = told("reviewed")
    before = story.git("rev-parse", "HEAD~2").out.strip()
    story.git("submodule", "--quiet", "add", str(library_repo.path), "src/backend/lib")
    assert commit(story).passed()
    assert story.state("stage-06-backend") == "stale", "a new submodule in an area is a change of it"
    library_repo.commit("two", args=("--allow-empty",))
    story.git("-C", "src/backend/lib", "pull", "-q")
    worktree = story.check("--worktree")
    story.git("add", "-A")
    assert [one["rule"] for one in story.check("--index")["findings"]].count("order/stale") <= 1
    assert _stages(worktree) == _stages(story.check("--index"))
    assert commit(story).passed()
    assert before != story.oid()


def test_a_submodule_where_a_gate_should_be(told, library_repo):
    story = told()
    oid = library_repo.oid()
    story.git("update-index", "--add", "--cacheinfo", f"160000,{oid},{NEXT}")
    assert commit(story).refused("gate/mode", 1)


def test_the_hook_inside_a_submodule_judges_the_submodule(told, make_repo):
    story = told()
    outer = make_repo("outer")
    outer.git("submodule", "--quiet", "add", "-b", "feature/reset", str(story.path), "inner")
    inner = Story(outer.path / "inner")
    hooks = inner.git("rev-parse", "--absolute-git-dir").out.strip() + "/hooks"
    run("cp", "-r", f"{story.path}/.git/hooks/.", hooks, cwd=outer.path, check=True)
    spoil(inner)
    inner.git("add", "-A")
    assert "json/duplicate-key" in commit(inner).git.said
    mend(inner)
    inner.write("notes.txt", "one\n")
    inner.git("add", "-A")
    assert commit(inner).git.code == 0


def _sha256(tmp_path) -> Story:
    story = Story(tmp_path / "sha256")
    story.path.mkdir()
    story.git("init", "-q", "-b", "main", "--object-format=sha256")
    story.write("README.md", "# Product\n")
    story.commit("begin")
    record(story)
    story.branch("feature/reset")
    return story


def test_a_sha256_repository_from_start_to_requirements(tmp_path):
    from story import BRIEF

    story = _sha256(tmp_path)
    story.write("pipeline/run.json", RUN)
    story.write("pipeline/context.md", "# Context\n\nTRACK: full\n\n## User Decisions\n\n")
    story.git("add", "-A")
    assert commit(story).passed()
    story.write_gate("stage-01")
    story.git("add", "-A")
    assert commit(story).refused("consistency/missing-document", 1)
    story.write("pipeline/brief.md", BRIEF)
    worktree = story.check("--worktree")
    story.git("add", "-A")
    assert _stages(worktree) == _stages(story.check("--index"))
    assert commit(story).passed()
    assert story.state("stage-01") == "pass"
    assert len(story.oid()) == 64


@pytest.mark.parametrize(
    "shape",
    [
        ("update-index", "--split-index"),
        ("update-index", "--index-version", "4"),
        ("sparse-checkout", "set", "--cone", "pipeline/gates"),
        ("sparse-checkout", "set", "--cone", "--sparse-index", "pipeline/gates"),
        ("sparse-checkout", "set", "--no-cone", "/pipeline/"),
        ("update-index", "--untracked-cache"),
    ],
    ids=lambda shape: " ".join(shape[1:]),
)
def test_every_shape_of_index_gives_the_same_answer(told, shape):
    story = told("built")
    story.git(*shape)
    assert story.check("--index")["exit"] == 0
    story.write(GATE, story.read(GATE).replace('"status"', '"status": "PASS",\n  "status"', 1))
    story.git("add", "--sparse", GATE)
    assert commit(story).refused("json/duplicate-key", 1)
    story.git("checkout", "-q", "HEAD", "--", GATE)
    story.write("pipeline/gates/stage-05.json", story.read(GATE).replace("stage-01", "stage-05"))
    story.git("add", "pipeline/gates/stage-05.json")
    assert commit(story).refused("gate/schema", 1)


def test_intent_to_add_is_not_in_the_commit(told):
    story = told()
    story.write(NEXT, "{")
    story.git("add", "-N", NEXT)
    story.write("notes.txt", "one\n")
    story.git("add", "notes.txt")
    assert commit(story).passed()
    assert story.check("--worktree")["verdict"] == "malformed", "but it is in the work tree"


def test_an_unmerged_index_cannot_be_judged(told):
    story = told()
    story.git("switch", "-q", "-c", "other", "HEAD~1")
    story.write("notes.txt", "other\n")
    story.commit("other")
    story.git("switch", "-q", "feature/reset")
    story.write("notes.txt", "mine\n")
    story.commit("mine")
    assert story.git("merge", "-q", "other", check=False).code == 1
    data = story.check("--index")
    assert (data["exit"], data["findings"][0]["rule"]) == (4, "engine/unmerged")
    assert data["findings"][0]["path"] == "notes.txt"
    assert story.door().code == 4


def _unborn(tmp_path, branch: str) -> Story:
    story = Story(tmp_path / "unborn")
    story.path.mkdir()
    story.git("init", "-q", "-b", branch)
    record(story)
    return story


def _stages(data) -> dict[str, str]:
    return {row["stage"]: row["state"] for row in data["stages"]}
