"""The shapes of history: merges, targets, and where the start of the work is not known (exit 4, with the remedy)."""

from __future__ import annotations

import pytest
from through_hook import attempt, commit, record

from commitgate.git.history import WALK, parse_walk
from story import RUN, Story, derive
from support import run

GATE = "pipeline/gates/stage-01.json"


@pytest.fixture
def told(story):
    def at(milestone="requirements"):
        made = story(milestone)
        record(made)
        return made

    return at


def on_main(story: Story, path: str, content: str = "main\n") -> None:
    """A commit on main, and back."""
    story.git("switch", "-q", "main")
    story.write(path, content)
    story.git("add", "-A")
    assert commit(story).git.code == 0
    story.git("switch", "-q", "-")


def first_finding(data) -> tuple[int, str]:
    return data["exit"], data["findings"][0]["rule"]


def test_a_clean_merge_is_judged_before_it_is_made(told):
    story = told("reviewed")
    on_main(story, "docs/guide.md")
    assert attempt(story, "merge", "-q", "--no-edit", "main").passed()
    assert story.git("rev-list", "--parents", "-1", "HEAD").out.count(" ") == 2
    assert story.state("stage-06-backend") == "pass", "what main did elsewhere takes no approval away"


def test_a_merge_of_main_that_touches_the_area_drops_only_what_it_touches(told):
    story = told("reviewed")
    on_main(story, "src/infra/pipe.tf")
    assert attempt(story, "merge", "-q", "--no-edit", "main").passed()
    assert story.state("stage-06-backend") == "pass", "a new file of main is not part of this branch's change"
    assert story.state("stage-04-frontend") == "pass"


def test_a_merge_that_brings_a_spoiled_gate_is_refused(told):
    story = told("started")
    story.git("switch", "-q", "main")
    story.write(GATE, "{")
    story.git("add", "-A")
    story.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "spoiled")
    story.git("switch", "-q", "-")
    said = attempt(story, "merge", "-q", "--no-edit", "main")
    assert said.refused("json/syntax", 1)
    assert story.git("rev-list", "--parents", "-1", "HEAD").out.count(" ") == 1


def test_a_conflicted_merge_is_judged_when_it_is_concluded(told):
    story = told("reviewed")
    on_main(story, "src/frontend/form.js", "// of main\n")
    assert attempt(story, "merge", "-q", "--no-edit", "main").git.code == 1
    assert first_finding(story.check("--index")) == (4, "engine/unmerged")
    story.write("src/frontend/form.js", "// both\n")
    story.git("add", "-A")
    before = story.check("--worktree")
    said = commit(story)
    assert said.passed(), said.git.said
    assert story.state("stage-06-backend") in ("pass", "waiting")
    assert story.state("stage-06-frontend") == "stale"
    assert {row["stage"]: row["state"] for row in before["stages"]}["stage-06-frontend"] == "stale"


def test_an_early_file_that_only_the_merge_makes_is_refused(told):
    story = told("started")
    on_main(story, "docs/guide.md")
    story.git("merge", "-q", "--no-commit", "--no-ff", "main")
    story.write("src/backend/evil.js", "// nobody's\n")
    story.git("add", "-A")
    assert commit(story).refused("order/early-work", 2)


def test_an_octopus_merge_is_one_merge(told):
    story = told("reviewed")
    for name in ("one", "two"):
        story.git("switch", "-q", "-c", name, "main")
        story.write(f"docs/{name}.md", "x\n")
        story.git("add", "-A")
        assert commit(story).passed()
    story.git("switch", "-q", "feature/reset")
    assert attempt(story, "merge", "-q", "--no-edit", "one", "two").passed()
    assert story.git("rev-list", "--parents", "-1", "HEAD").out.count(" ") == 3
    assert story.state("stage-06-backend") == "pass"
    story.write(GATE, "{")
    assert commit(story, "-a").refused("json/syntax", 1)


def _told_on(tmp_path, branch: str, *, first: bool = True) -> Story:
    from story import BRIEF

    story = Story(tmp_path / "own")
    story.path.mkdir()
    story.git("init", "-q", "-b", branch)
    record(story)
    if first:
        story.write("src/backend/old.js", "// old\n")
        story.commit("begin")
    story.write("pipeline/run.json", RUN)
    story.write("pipeline/context.md", "# Context\n\nTRACK: full\n\n## User Decisions\n\n")
    story.commit("start")
    story.write("pipeline/brief.md", BRIEF)
    story.write_gate("stage-01")
    story.commit("requirements")
    return story


@pytest.mark.parametrize("first", [True, False], ids=["with a past", "from nothing"])
@pytest.mark.parametrize("branch", ["main", "trunk"])
def test_work_on_the_target_itself_or_without_any_target(tmp_path, branch, first):
    story = _told_on(tmp_path, branch, first=first)
    assert story.state("stage-01") == "pass"
    story.write("src/backend/app.js", "// early\n")
    story.git("add", "-A")
    assert commit(story).refused("order/early-work", 2)
    story.git("reset", "-q", "--hard")
    story.write("pipeline/brief.md", story.read("pipeline/brief.md") + "\nMore.\n")
    story.git("add", "-A")
    assert commit(story).passed()
    assert story.state("stage-01") == "stale", "what a PASS is bound to is found on the target too"
    subfolder = Story(story.path / "pipeline")
    assert subfolder.check("--rev", "HEAD") == story.check("--rev", "HEAD")


def test_the_run_begins_where_its_id_came_not_where_run_json_was_edited_last(story):
    told = story("reviewed")
    told.git("branch", "-q", "-m", "main", "elsewhere")
    before = told.check("--rev", "HEAD")
    assert {row["state"] for row in before["stages"] if row["stage"] == "stage-06-backend"} == {"pass"}
    told.write("pipeline/run.json", RUN.replace('"Reset"', '"Reset of passwords"'))
    assert told.commit("name it better", check=False).code == 0
    assert told.check("--rev", "HEAD")["stages"] == before["stages"]
    assert told.check("--index")["exit"] == 0


def test_the_target_is_what_origin_head_says(told, tmp_path):
    story = told("reviewed")
    story.git("branch", "-q", "-m", "main", "develop")
    run("git", "clone", "-q", "--bare", "--branch", "develop", str(story.path), "hub.git", cwd=tmp_path, check=True)
    run("git", "clone", "-q", "hub.git", "clone", cwd=tmp_path, check=True)
    clone = Story(tmp_path / "clone")
    assert clone.git("symbolic-ref", "refs/remotes/origin/HEAD").out.strip() == "refs/remotes/origin/develop"
    clone.git("switch", "-q", "feature/reset")
    assert clone.state("stage-06-backend") == "pass"
    clone.git("remote", "set-head", "origin", "--delete")
    clone.git("branch", "-q", "-D", "develop")
    assert clone.state("stage-06-backend") == "pass", "without a target the run's own start serves"


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_a_shallow_clone_is_never_a_pass(told, tmp_path, depth):
    story = told("complete")
    for branch in ((), ("--no-single-branch",)):
        name = f"shallow{len(branch)}"
        run("git", "clone", "-q", f"--depth={depth}", *branch, f"file://{story.path}", name, cwd=tmp_path, check=True)
        shallow = Story(tmp_path / name)
        for side in (("--index",), ("--rev", "HEAD", "--ready"), ("--worktree",)):
            data = shallow.check(*side)
            assert first_finding(data) == (4, "engine/shallow"), (branch, side)
            assert "--unshallow" in data["findings"][0]["hint"]
            assert "fetch-depth: 0" in data["findings"][0]["hint"]
        assert shallow.door().code == 4
        shallow.git("fetch", "-q", "--unshallow")
        assert shallow.check("--rev", "HEAD", "--ready")["exit"] == 0


def _criss_cross(story: Story) -> None:
    story.git("switch", "-q", "main")
    story.write("docs/a.md", "a\n")
    story.commit("on main")
    story.git("tag", "m1")
    unhooked = ("-c", "core.hooksPath=/dev/null")
    story.git(*unhooked, "merge", "-q", "--no-ff", "--no-edit", "feature/reset")
    story.git("switch", "-q", "feature/reset")
    assert attempt(story, "merge", "-q", "--no-ff", "--no-edit", "m1").refused("engine/criss-cross", 4)
    story.git(*unhooked, "commit", "-q", "--no-edit")


def test_two_merge_bases_cannot_be_judged_until_the_target_is_merged_once_more(told):
    story = told("started")
    _criss_cross(story)
    assert len(story.git("merge-base", "--all", "main", "HEAD").out.split()) == 2
    assert first_finding(story.check("--rev", "HEAD")) == (4, "engine/criss-cross")
    story.write("notes.txt", "one\n")
    story.git("add", "-A")
    assert commit(story).refused("engine/criss-cross", 4)
    story.git("reset", "-q", "--hard")
    assert attempt(story, "merge", "-q", "--no-edit", "main").passed(), "the remedy that the message names"
    assert story.check("--rev", "HEAD")["exit"] != 4


def test_unrelated_histories_cannot_be_judged(told):
    story = told("started")
    story.git("switch", "-q", "--orphan", "stranger")
    story.write("README.md", "x\n")
    story.git("add", "-A")
    assert commit(story).passed(), "an unborn branch is compared with nothing"
    assert commit(story, "--allow-empty").passed(), "nothing is bound where there is no run"
    story.git("checkout", "-q", "feature/reset", "--", "pipeline")
    assert commit(story).refused("engine/unrelated", 4)
    story.git("commit", "-q", "-n", "-m", "around the hook")
    assert first_finding(story.check("--rev", "HEAD")) == (4, "engine/unrelated")
    assert commit(story, "--allow-empty").refused("engine/unrelated", 4)


def test_a_revision_that_is_none(told):
    story = told("started")
    for name in ("nowhere", "HEAD:pipeline/run.json", "--all", "", "HEAD^{tree}"):
        assert first_finding(story.check("--rev", name)) == (4, "engine/revision"), name


def test_a_partial_clone_without_its_remote_cannot_decide(told, tmp_path):
    story = told("built")
    story.config("uploadpack.allowFilter", "true")
    url = f"file://{story.path}"
    run("git", "clone", "-q", "--filter=blob:none", "--no-checkout", url, "partial", cwd=tmp_path, check=True)
    partial = Story(tmp_path / "partial")
    assert partial.check("--rev", "HEAD")["exit"] == story.check("--rev", "HEAD")["exit"]
    run("git", "clone", "-q", "--filter=blob:none", "--no-checkout", url, "cut", cwd=tmp_path, check=True)
    cut = Story(tmp_path / "cut")
    cut.git("remote", "set-url", "origin", "file:///nowhere")
    assert cut.check("--rev", "HEAD")["exit"] == 4


def test_a_bare_repository_judges_commits_and_nothing_else(told, tmp_path):
    story = told("reviewed")
    run("git", "clone", "-q", "--bare", str(story.path), "bare.git", cwd=tmp_path, check=True)
    bare = Story(tmp_path / "bare.git")
    assert bare.check("--rev", "HEAD") == story.check("--rev", "HEAD")
    for side in ("--worktree", "--index"):
        data = bare.check(side)
        assert first_finding(data) == (4, "engine/no-work-tree")
        assert "--rev" in data["findings"][0]["hint"]


def test_the_token_of_the_index_is_that_of_the_commit_made_from_it(told):
    story = told("secured")
    story.verdict("frontend", "backend")
    story.git("add", "-A")
    derive(story)
    story.git("add", "-A")
    staged = story.read_gate("stage-06-backend")["subject"]["token"]
    assert commit(story).passed()
    assert story.git("diff", "--quiet", "HEAD", check=False).code == 0
    derive(story)
    assert story.read_gate("stage-06-backend")["subject"]["token"] == staged


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_a_log_is_read_alike_in_pieces_of_any_size(story, size):
    told = story("requirements")
    said = told.git(*WALK, "HEAD", "--").stdout
    pieces = [said[start : start + size] for start in range(0, len(said), size)]
    assert list(parse_walk(pieces)) == list(parse_walk([said]))
    assert len(list(parse_walk(pieces))) == int(told.git("rev-list", "--count", "HEAD").out)
