"""Attacks on the review that nobody would notice by eye: none of them pays."""

from __future__ import annotations

import json
import shutil

import pytest
from through_hook import attempt, record

from commitgate.engine import COMMIT, Question, open_engine
from commitgate.judge.binding import area_token
from story import RUN, Story

AUTH = "src/backend/auth.js"


def verify(told, *args):
    """What the range door says: the rules that stand, those of the past, and every message."""
    said = told.gate("verify", "--ready", "--format", "json", *args)
    data = json.loads(said.out)
    data["rules"] = {row["rule"] for row in data["findings"]}
    data["past"] = {row["rule"] for row in data["history"]}
    data["states"] = {row["stage"]: row["state"] for row in data["stages"]}
    return data


def smuggle(told, message="smuggled"):
    told.git("add", "-A")
    told.git("commit", "-q", "--no-verify", "--allow-empty", "-m", message)
    return told.oid()


def commit_tree(told, tree, *parents):
    """A commit made by plumbing: any tree, any parents, no hook."""
    oid = told.git("commit-tree", "-m", "made by hand", *(f"-p{one}" for one in parents), tree).out.strip()
    told.git("reset", "-q", "--hard", oid)
    return oid


def on(told, branch, path, content, start="main"):
    """A branch with one file more than ``start``, and back to where we were."""
    told.git("switch", "-q", "-c", branch, start)
    told.write(path, content)
    smuggle(told, branch)
    told.git("switch", "-q", "feature/reset")


def token(told, area):
    """What an approval of the area is bound to at HEAD."""
    with open_engine(str(told.path)) as engine:
        answer = engine.ask(Question(COMMIT, "HEAD"), 0)
    return area_token(answer.policy, answer.verdict.snapshot, area)


def section(told, reviewer, area):
    """The ``Reviewed:`` line that the tool writes into a reviewer's section."""
    assert told.gate("review", area, "--as", reviewer, "--no-pager").code == 0
    text = told.read(f"pipeline/code-review/by-{reviewer}.md")
    told.git("checkout", "-q", "--", ".")
    told.git("clean", "-qfd", "pipeline")
    return next(line for line in text.splitlines() if line.startswith("Reviewed: "))


# -- what is added to a reviewed area afterwards ------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["a b.js", 'quo"ted.js', "tab\there.js", "new\nline.js", "back\\slash.js", "ünï.js"],
)
def test_a_file_with_a_strange_name_is_no_way_around_a_review(story, name):
    told = story("reviewed")
    told.write(f"src/backend/{name}", "slipped in\n")
    smuggle(told)
    data = verify(told)
    assert data["states"]["stage-06-backend"] == "stale"
    assert data["ready"] is False


def test_a_name_that_is_not_utf_8_is_no_way_around_a_review(story):
    told = story("reviewed")
    blob = told.git("hash-object", "-w", "--stdin", feed=b"x").out.strip().encode()
    told.git("update-index", "-z", "--index-info", feed=b"100644 " + blob + b" 0\tsrc/backend/\xff\xfe.js\0")
    told.git("commit", "-q", "--no-verify", "-m", "smuggled")
    assert verify(told)["states"]["stage-06-backend"] == "stale"


@pytest.mark.parametrize("twin", ["src/Backend/auth.js", "SRC/backend/auth.js", "src/backend/AUTH.js"])
def test_a_twin_of_a_reviewed_file_is_reviewed_too(story, twin):
    """On a system that ignores case it would take the place of the reviewed one."""
    told = story("tested")
    assert verify(told)["ready"] is True
    blob = told.git("hash-object", "-w", "--stdin", feed=b"evil").out.strip()
    told.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{twin}")
    told.git("commit", "-q", "--no-verify", "-m", "smuggled")
    assert verify(told)["ready"] is False


def test_a_twin_in_another_normal_form_is_reviewed_too(story):
    told = story("secured")
    told.write("src/backend/caf\u00e9.js", "// reviewed\n")
    told.commit("one more", author="dev-backend")
    told.gate("reaffirm", "build", "pre-review", "security-review")
    told.commit("reaffirm")
    for reviewer in ("frontend", "platform"):
        told.review(reviewer, "backend")
    assert told.state("stage-06-backend") == "pass"
    told.write("src/backend/cafe\u0301.js", "// not reviewed\n")
    smuggle(told)
    assert told.state("stage-06-backend") == "stale"


@pytest.mark.parametrize("attributes", ["*.bin -diff\n", "* binary -diff -text\n"])
def test_a_binary_is_bound_like_any_file_whatever_its_attributes(story, attributes):
    told = story("reviewed")
    told.write(".git/info/attributes", attributes)
    told.write("src/backend/model.bin", bytes(range(256)) * 4)
    smuggle(told)
    before = token(told, "backend")
    told.write("src/backend/model.bin", bytes(range(255, -1, -1)) * 4)
    smuggle(told)
    assert token(told, "backend") != before
    assert told.state("stage-06-backend") == "stale"


def test_a_submodule_that_moves_takes_the_approval_with_it(story):
    told = story("reviewed")

    def point(oid):
        told.git("update-index", "--add", "--cacheinfo", f"160000,{oid * 40},src/backend/vendored")
        told.git("commit", "-q", "--no-verify", "-m", "point elsewhere")
        return verify(told)["states"]["stage-06-backend"]

    assert point("1") == "stale"
    for reviewer in ("frontend", "platform"):
        told.remove(f"pipeline/code-review/by-{reviewer}.md")
    smuggle(told)
    for reviewer in ("frontend", "platform"):
        told.verdict(reviewer, "backend")
        told.git("add", "pipeline")
        told.git("commit", "-q", "--no-verify", "-m", "review", env={"GIT_AUTHOR_NAME": reviewer})
    assert told.state("stage-06-backend") in ("pass", "waiting")
    assert point("2") == "stale"


# -- merges -------------------------------------------------------------------------------------------------------


def test_an_edit_inside_a_merge_is_named_and_takes_the_approval(story):
    told = story("tested")
    record(told)
    on(told, "aside", "docs/aside.md", "x\n")
    told.git("merge", "-q", "--no-commit", "--no-ff", "aside")
    told.write(AUTH, "// slipped in\n")
    told.git("add", "-A")
    said = attempt(told, "commit", "-q", "-m", "merge")
    assert said.passed()
    assert "merge/evil" in said.git.err
    data = verify(told)
    assert data["past"] == {"merge/evil"}
    assert any(told.oid()[:12] in row["message"] and AUTH in row["message"] for row in data["history"])
    assert data["states"]["stage-06-backend"] == "stale"
    assert data["ready"] is False
    assert told.gate("verify", "--history", "strict").code == 2


def test_strict_history_refuses_an_edited_merge_at_the_commit(story):
    told = story("built")
    record(told)
    told.policy_on_target("version: 1\nhistory: strict\n")
    on(told, "aside", "docs/aside.md", "x\n")
    told.git("merge", "-q", "--no-commit", "--no-ff", "aside")
    told.write(AUTH, "// slipped in\n")
    told.git("add", "-A")
    assert attempt(told, "commit", "-q", "-m", "merge").refused("merge/evil", 2)


def test_solving_a_conflict_is_no_evil_but_it_is_work(story):
    told = story("tested")
    on(told, "aside", AUTH, "// theirs\n")
    assert told.git("merge", "-q", "--no-edit", "aside", check=False).code == 1
    told.write(AUTH, "// both\n")
    smuggle(told, "solved")
    data = verify(told)
    assert "merge/evil" not in data["past"] | data["rules"]
    assert data["states"]["stage-06-backend"] == "stale"


def test_a_merge_that_keeps_ours_throws_nothing_of_the_target_away_unseen(story):
    told = story("tested")
    told.git("switch", "-q", "main")
    told.write("src/backend/fix.js", "// a fix\n")
    smuggle(told, "a fix on main")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-verify", "-s", "ours", "--no-edit", "main")
    data = verify(told)
    assert data["states"]["stage-06-backend"] == "stale", "taking the fix out again is a change of this branch"
    assert data["past"] == {"merge/evil"}
    assert "src/backend/fix.js" in str(data["history"])
    assert data["ready"] is False


def test_a_merge_that_keeps_ours_does_not_shed_a_veto(story):
    told = story("tested")
    told.branch("aside")
    assert told.review("platform", "backend", "CHANGES REQUESTED", "BLOCKER: it leaks").code == 0
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-verify", "-s", "ours", "--no-edit", "aside")
    data = verify(told)
    assert data["states"]["stage-06-backend"] == "fail"
    assert data["ready"] is False


@pytest.mark.parametrize("way", ["away and back", "merge", "merge turned", "octopus", "plumbing"])
def test_no_tree_of_before_takes_a_veto_back(story, way):
    """The old tree holds the reviewer's approval; whoever brings it back is not the reviewer."""
    told = story("reviewed")
    told.policy_on_target("version: 1\nreviewers:\n  platform: {emails: [platform@example.com]}\n")
    good, tree = told.oid(), told.git("rev-parse", "HEAD^{tree}").out.strip()
    assert told.review("platform", "backend", "CHANGES REQUESTED", "BLOCKER: it leaks").code == 0
    veto = told.oid()
    if way == "away and back":
        told.git("rm", "-rq", "pipeline")
        smuggle(told, "away")
        told.git("checkout", "-q", good, "--", "pipeline")
        smuggle(told, "and back")
    else:
        parents = {"merge": (veto, good), "merge turned": (good, veto), "octopus": (good, veto, told.oid("main"))}
        commit_tree(told, tree, *parents.get(way, (veto,)))
    data = verify(told)
    assert data["states"]["stage-06-backend"] == "fail"
    assert (data["ready"], data["exit"] == 0) == (False, False)


def test_a_merge_takes_over_a_veto_that_its_reviewer_has_answered(story):
    told = story("reviewed")
    told.policy_on_target("version: 1\nreviewers:\n  frontend: {emails: [frontend@example.com]}\n")
    assert told.review("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: it leaks").code == 0
    on(told, "aside", "docs/aside.md", "x\n", start="HEAD")
    assert told.review("frontend", "backend").code == 0
    record(told)
    who = {"GIT_AUTHOR_NAME": "somebody", "GIT_AUTHOR_EMAIL": "somebody@example.com"}
    assert attempt(told, "merge", "-q", "--no-edit", "aside", env=who).passed()
    assert "review/veto-erased" not in verify(told)["past"]


@pytest.mark.parametrize("first", ["branch", "target"])
def test_a_merge_that_takes_the_targets_side_does_not_shed_the_run(story, first):
    """Every file of the run is as it is on one of the two parents: absent. git's own merge would keep it."""
    told = story("built")
    told.git("switch", "-q", "main")
    told.write("LICENSE", "x\n")
    smuggle(told, "main moves")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-edit", "main")
    told.git("rm", "-rq", "pipeline")
    tree = told.git("write-tree").out.strip()
    told.git("reset", "-q", "--hard", "HEAD^")
    parents = ["feature/reset", "main"] if first == "branch" else ["main", "feature/reset"]
    commit_tree(told, tree, *(told.oid(one) for one in parents))
    data = verify(told, "main..HEAD")
    assert data["exit"] == 2
    assert "order/run-removed" in data["rules"]


def test_a_run_that_ended_on_the_target_ends_here_too(story):
    """git's own merge takes the run away, and that is nobody's edit."""
    told = story("tested")
    told.git("branch", "late")
    told.git("switch", "-q", "main")
    told.git("merge", "-q", "--ff-only", "feature/reset")
    told.git("rm", "-rq", "pipeline")
    smuggle(told, "the run is over")
    told.git("switch", "-q", "late")
    told.write("docs/late.md", "x\n")
    smuggle(told, "late")
    told.git("merge", "-q", "--no-verify", "--no-edit", "main")
    assert "order/run-removed" not in verify(told, "main..HEAD")["rules"]


def test_the_folder_that_a_repository_lies_in_does_not_blind_the_comparison(story, tmp_path):
    """A colon parts paths where git is told of foreign objects."""
    told = story("tested")
    moved = Story(shutil.copytree(told.path, tmp_path / 'a:"b', symlinks=True))
    moved.git("switch", "-q", "main")
    moved.write("src/backend/fix.js", "// a fix\n")
    smuggle(moved, "a fix on main")
    moved.git("switch", "-q", "feature/reset")
    moved.git("merge", "-q", "--no-verify", "-s", "ours", "--no-edit", "main")
    assert verify(moved, "main..HEAD")["past"] == {"merge/evil"}


def test_attributes_of_the_work_tree_do_not_say_what_a_clean_merge_is(story):
    """A server has no work tree; every door must make the same merge."""
    told = story("tested")
    told.git("switch", "-q", "main")
    told.write(AUTH, "// one\n")
    smuggle(told, "main says one")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-verify", "-s", "ours", "--no-edit", "main")
    before = verify(told, "main..HEAD")["past"]
    told.write(".gitattributes", "* merge=union\n")
    assert verify(told, "main..HEAD")["past"] == before
    told.git("add", ".gitattributes")
    assert verify(told, "main..HEAD")["past"] == before


def test_a_merge_that_git_cannot_repeat_is_unknown(story):
    told = story("tested")
    on(told, "aside", AUTH, "// theirs\n")
    theirs = told.git("rev-parse", "aside:" + AUTH).out.strip()
    told.git("merge", "-q", "--no-verify", "-s", "ours", "--no-edit", "aside")
    (told.path / ".git/objects" / theirs[:2] / theirs[2:]).unlink()
    data = verify(told, "main..HEAD")
    assert (data["exit"], data["rules"]) == (4, {"engine/merge"})


def test_a_tag_with_the_name_of_a_branch_does_not_say_where_a_range_begins(story):
    told = story("built")
    assert verify(told, "main..HEAD")["exit"] == 2
    told.git("tag", "main", "HEAD")
    data = verify(told, "main..HEAD")
    assert (data["exit"], data["rules"]) == (4, {"engine/ambiguous"})
    assert verify(told, "refs/heads/main..HEAD")["exit"] == 2
    assert verify(told)["exit"] == 2


@pytest.mark.parametrize("kind", ["refs/tags/", "refs/heads/", "refs/remotes/", "refs/"])
def test_nothing_with_the_whole_name_of_a_branch_is_the_target(story, kind):
    """As in CI, where only origin/main is there: git would take such a tag for the local main, which is ahead."""
    told = story("requirements")
    told.write("src/backend/early.js", "early\n")
    smuggle(told)
    told.git("update-ref", "refs/remotes/origin/main", "main")
    told.git("update-ref", "-d", "refs/heads/main")
    told.git("update-ref", f"{kind}refs/heads/main", "HEAD")
    assert "order/early-work" in verify(told)["rules"]
    assert verify(told, "refs/heads/main..HEAD")["rules"] == {"engine/revision"}
    assert "order/early-work" in verify(told, "refs/remotes/origin/main..HEAD")["rules"]


def test_a_tag_called_merge_head_is_no_merge(story):
    told = story("built")
    before = told.check("--index")
    told.git("update-ref", "refs/tags/MERGE_HEAD", "main")
    assert told.check("--index") == before


@pytest.mark.parametrize("what", ["edit", "run"])
def test_an_octopus_hides_nothing(story, what):
    """git has no merge of three to compare with, so whatever differs is the octopus's own work."""
    told = story("tested")
    for name in ("one", "two"):
        on(told, name, f"docs/{name}.md", "x\n")
    told.git("merge", "-q", "--no-verify", "--no-edit", "one", "two")
    lawful = told.oid()
    parents = [told.oid(name) for name in ("feature/reset^1", "one", "two")]
    assert verify(told)["ready"] is True
    if what == "edit":
        told.write(AUTH, "// slipped in\n")
    else:
        told.git("rm", "-rq", "pipeline")
    told.git("add", "-A")
    commit_tree(told, told.git("write-tree").out.strip(), *parents)
    assert told.oid() != lawful
    data = verify(told, "main..HEAD")
    assert data["exit"] == 2
    if what == "edit":
        assert "merge/evil" in data["past"]
        assert data["ready"] is False
    else:
        assert "order/run-removed" in data["rules"]


def test_who_wrote_part_of_a_change_as_co_author_does_not_approve_it(story):
    """Wherever the line stands, and however its key is written."""
    told = story("secured")
    told.write(AUTH, "// by two\n")
    told.git("add", "-A")
    message = "fix\n\ncO-AUTHORED-BY :  Platform <p@example.com>\n\nBREAKING CHANGE: none"
    told.git("commit", "-q", "--no-verify", "-m", message, env={"GIT_AUTHOR_NAME": "dev-backend"})
    for reviewer in ("platform", "frontend"):
        told.verdict(reviewer, "backend")
        smuggle(told, f"review by {reviewer}")
    shown = told.gate("why", "approval", "backend").out
    assert "platform approves, and it does not count" in shown
    assert "frontend approves, and it does not count" not in shown


# -- approvals where they were not given -----------------------------------------------------------------------------


def test_an_approval_of_one_area_is_none_of_another(story):
    told = story("secured")
    bound = section(told, "platform", "backend")
    told.review("platform", "frontend", "APPROVED", "", bound)
    assert told.read_gate("stage-06-frontend")["approvals"] == []


def test_an_approval_copied_to_another_branch_does_not_count_there(story):
    told = story("secured")
    told.review("frontend", "backend", "APPROVED", "", section(told, "frontend", "backend"))
    assert told.read_gate("stage-06-backend")["approvals"] == ["frontend"]
    told.git("switch", "-q", "-c", "other", "HEAD^")
    told.write(AUTH, "// something else\n")
    told.commit("another change", author="dev-backend", check=False)
    told.git("checkout", "-q", "feature/reset", "--", "pipeline/code-review")
    told.derive_and_commit("frontend")
    assert told.read_gate("stage-06-backend")["approvals"] == []


def test_an_old_approval_does_not_come_back_with_a_reverted_and_reapplied_change(story):
    """The same files, byte for byte, in the next run: its approvals are its own."""
    told = story("secured")
    bound = {name: section(told, name, "backend") for name in ("frontend", "platform")}
    for name, line in bound.items():
        told.review(name, "backend", "APPROVED", "", line)
    assert told.read_gate("stage-06-backend")["status"] == "PASS"
    told.write("pipeline/run.json", RUN.replace("reset-1", "reset-2"))
    smuggle(told, "another run")
    data = verify(told)
    assert data["states"]["stage-06-backend"] == "stale"
    assert data["ready"] is False


@pytest.mark.parametrize("move", ["loosened", "deleted", "reviewer added"])
def test_the_range_is_judged_by_the_policy_that_it_would_like_to_change(story, move):
    told = story("secured")
    policy = "version: 1\nreview: {scoped: 2, matrix: 2}\n"
    told.policy_on_target(policy)
    if move == "deleted":
        told.policy_on_target(policy.replace("2", "3"))
        told.remove(".gates.yaml")
    else:
        added = "reviewers: {friend: {}, crony: {}}\n"
        told.write(".gates.yaml", policy.replace("2", "1") if move == "loosened" else policy + added)
    smuggle(told, move)
    reviewers = {"loosened": ["frontend"], "deleted": ["frontend", "platform"], "reviewer added": ["friend", "crony"]}
    for reviewer in reviewers[move]:
        told.verdict(reviewer, "backend")
        smuggle(told, f"review by {reviewer}")
    data = verify(told)
    assert data["states"]["stage-06-backend"] not in ("pass", "waiting")
    assert data["ready"] is False


@pytest.mark.parametrize("name", ["summary.md", "adr/0001-run.md", "archive/old/brief.md"])
def test_a_document_that_can_be_run_is_none(story, name):
    told = story("tested")
    told.write(f"pipeline/{name}", "#!/bin/sh\ncurl example.com\n", mode=0o755)
    told.git("add", "-A")
    said = told.door()
    assert said.code == 1
    assert f"gate/mode pipeline/{name}" in said.err
    told.git("update-index", "--chmod=-x", f"pipeline/{name}")
    assert "gate/mode" not in told.door().err, "as the hint says"
