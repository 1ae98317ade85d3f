"""Triggers that read lines, in real repositories: every door says the same, and nothing is read without need."""

from __future__ import annotations

import json
import sys

import pytest

from commitgate.content import LineContent
from story import RUN, STEPS
from support import run

EVAL = "const x = eval(text)\n"


def fired(told, *arguments):
    """(trigger, path, line) of everything that ``git gate security`` says."""
    said = told.gate("security", "--format", "json", *arguments)
    return {(one["id"], one["path"], one["line"]) for one in json.loads(said.out)["triggers"]}


def required(told, *arguments):
    """The message of ``security/required`` as ``check`` says it, "" when the review is not required."""
    return next(
        (row["message"] for row in told.check(*arguments)["findings"] if row["rule"] == "security/required"), ""
    )


def build(told, text=EVAL, path="src/backend/plain.js"):
    """A lawful build of one area, whose only file has a dull name."""
    told.write(path, text)
    told.write("pipeline/pr-backend.md", "# Backend\n")
    told.write_gate("stage-04-backend", files_changed=[path])
    told.commit("build", author="dev-backend")


def test_every_door_says_the_same(story):
    told = story("clarified")
    told.write("src/backend/plain.js", "x\n" + EVAL)
    wanted = {("content:exec", "src/backend/plain.js", 2)}
    assert fired(told) == wanted
    assert "content:exec (src/backend/plain.js)" in required(told)
    assert fired(told, "--index") == set()
    told.git("add", "-A")
    assert fired(told, "--index") == wanted
    assert "content:exec" in required(told, "--index", "--ready")
    told.git("reset", "-q")
    build(told, "x\n" + EVAL)
    assert fired(told, "--rev", "HEAD") == wanted
    assert "content:exec" in required(told, "--rev", "HEAD")
    told.write_gate("stage-05", security_review_required=False)
    told.git("add", "-A")
    assert "security/disagrees" in told.door().err
    told.commit("smuggled", args=("--no-verify",))
    said = told.gate("verify", "--format", "json")
    assert "security/disagrees" in {row["rule"] for row in json.loads(said.out)["findings"]}
    assert told.state("stage-05-security") == "open"


def test_a_server_says_the_same(story, tmp_path):
    told = story("clarified")
    build(told)
    told.write_gate("stage-05", security_review_required=False)
    told.commit("smuggled", args=("--no-verify",))
    server = tmp_path / "server.git"
    run("git", "clone", "-q", "--bare", "-b", "main", told.path, server, cwd=tmp_path, check=True)
    run("git", "update-ref", "-d", "refs/heads/feature/reset", cwd=server, check=True)
    hook = server / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m commitgate pre-receive\n")
    hook.chmod(0o755)
    said = told.git("push", "-q", "--no-verify", str(server), "feature/reset", check=False)
    assert said.code != 0
    assert "security/disagrees" in said.err


def test_attributes_hide_nothing(story):
    told = story("clarified")
    told.policy_on_target("version: 1\n")
    told.write(".gitattributes", "*.js -diff -text binary\n")
    told.write("src/backend/plain.js", EVAL)
    assert ("content:exec", "src/backend/plain.js", 1) in fired(told)
    told.git("add", "-A")
    assert ("content:exec", "src/backend/plain.js", 1) in fired(told, "--index")


def test_the_gate_is_bound_to_rows_that_fire_by_a_line_and_to_no_others(story):
    told = story("clarified")
    build(told)
    told.write_gate("stage-05")
    told.commit("pre-review", author="dev-platform")
    told.write_gate("stage-05-security", triggering_conditions=["path:auth"])
    told.git("add", "-A")
    said = told.door().err
    assert "security/condition-missing" in said
    assert "content:exec, which fires on src/backend/plain.js (line 1: eval()" in said
    told.write_gate("stage-05-security", triggering_conditions=["content:exec"])
    told.commit("security", author="security")
    assert told.state("stage-05-security") == "pass"
    told.write("src/backend/other.js", "plain\n")
    told.commit("more", author="dev-backend", args=("--no-verify",))
    assert told.state("stage-05-security") != "stale", "a row that fires nothing is none of its business"
    told.write("src/backend/plain.js", EVAL + "more\n")
    told.commit("more", author="dev-backend", args=("--no-verify",))
    assert told.state("stage-05-security") == "stale"


def test_lines_decide_whether_the_review_is_part_of_the_order(story):
    told = story("clarified")
    build(told, "plain\n")
    told.write_gate("stage-05", security_review_required=False)
    told.commit("pre-review", author="dev-platform")
    assert told.state("stage-05-security") == "skipped"
    told.write("src/backend/plain.js", EVAL)
    told.write_gate("stage-04-backend", files_changed=["src/backend/plain.js"], warnings=["more"])
    told.commit("more", author="dev-backend")
    assert told.state("stage-05-security") == "open"
    said = told.review("frontend", "backend")
    assert "stage-05-security is missing" in said.err


def test_a_rename_moves_lines_and_changes_none(repo):
    repo.write("src/backend/one.js", EVAL)
    repo.write("src/backend/two.js", EVAL)
    repo.write("notes.txt", "if (x) child_process\n")
    repo.commit("before")
    repo.branch("feature/x")
    repo.git("mv", "src/backend/one.js", "src/backend/moved.js")
    repo.commit("moved")
    assert fired(repo) == set()
    repo.write("src/backend/copy.js", EVAL)
    assert fired(repo) == {("content:exec", "src/backend/copy.js", 1)} or fired(repo) == {
        ("content:exec", "src/backend/moved.js", 1)
    }
    repo.remove("src/backend/copy.js")
    repo.git("mv", "notes.txt", "src/backend/notes.js")
    assert ("content:exec", "src/backend/notes.js", 1) in fired(repo), "text that becomes a script has not only moved"
    repo.git("mv", "src/backend/notes.js", "notes.txt")
    repo.write("src/backend/moved.js", EVAL + "more\n")
    assert {path for _, path, _ in fired(repo)} == {"src/backend/one.js", "src/backend/moved.js"}, (
        "moved and edited: both are looked at"
    )


def test_code_that_moves_out_of_a_place_that_nobody_reviews_is_new(repo):
    repo.write("src/backend/kept.js", "plain\n")
    repo.write("tests/plain.js", EVAL)
    repo.write("docs/plain.js", EVAL)
    repo.commit("before")
    repo.branch("feature/x")
    repo.git("mv", "tests/plain.js", "src/backend/plain.js")
    repo.commit("moved")
    assert fired(repo) == {("content:exec", "src/backend/plain.js", 1)}
    repo.git("mv", "docs/plain.js", "src/backend/other.js")
    assert ("content:exec", "src/backend/other.js", 1) in fired(repo)


def test_tests_free_paths_and_process_files_are_not_read(story):
    told = story("clarified")
    for path in ("src/tests/plain.js", "docs/notes.html", "notes.md", "pipeline/adr/0001-eval.md"):
        told.write(path, EVAL + "password = 'x'\n")
    assert required(told) == ""


def test_links_submodules_and_binaries(repo):
    repo.write("src/backend/plain.js", EVAL)
    repo.commit("before")
    repo.branch("feature/x")
    repo.remove("src/backend/plain.js")
    (repo.path / "src/backend/plain.js").symlink_to("eval(secret)")
    repo.commit("a link")
    for arguments in ((), ("--index",), ("--rev", "HEAD")):
        assert fired(repo, *arguments) == {("content:exec", "src/backend/plain.js", 1)}, (
            "what the link replaced is gone"
        )
    repo.write("src/backend/data.bin", b"\0\1")
    repo.write("src/backend/large.txt", b"x" * (1 << 20) + b"y")
    repo.write("src/backend/huge.txt", b"x" * (5 << 20))
    opaque = {("content:opaque", f"src/backend/{name}", 0) for name in ("data.bin", "large.txt", "huge.txt")}
    assert opaque <= fired(repo)
    repo.commit("data")
    assert opaque <= fired(repo, "--rev", "HEAD")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.oid()},module")
    repo.git("commit", "-q", "-m", "module")
    assert ("content:opaque", "module", 0) in fired(repo, "--rev", "HEAD")


def test_a_link_that_becomes_a_file_of_the_same_bytes(repo):
    repo.write("src/backend/kept.js", "plain\n")
    (repo.path / "src/backend/link.js").symlink_to("eval(x)")
    repo.commit("before")
    repo.branch("feature/x")
    repo.remove("src/backend/link.js")
    repo.write("src/backend/link.js", "eval(x)")
    repo.git("add", "-A")
    assert fired(repo, "--index") == {("content:exec", "src/backend/link.js", 1)}
    repo.git("reset", "-q", "--hard")
    (repo.path / "src/backend/kept.js").chmod(0o755)
    assert fired(repo) == set(), "a mode has no lines"


def test_an_added_dependency_needs_more_than_a_light_track(story):
    told = story("started")
    told.git("switch", "-q", "main")
    told.write("package.json", '{"dependencies": {"a": "^1"}}\n')
    told.commit("before")
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-edit", "main")
    told.write("pipeline/run.json", RUN.replace('"full"', '"dep-update"'))
    told.write("pipeline/context.md", told.read("pipeline/context.md").replace("TRACK: full", "TRACK: dep-update"))
    told.write("package.json", '{"dependencies": {"a": "^2"}}\n')
    rules = {row["rule"]: row["message"] for row in told.check()["findings"]}
    assert "dep:manifest" in rules["security/required"]
    assert "track/too-light" not in rules
    told.write("package.json", '{"dependencies": {"a": "^2", "b": "^1"}}\n')
    rules = {row["rule"]: row["message"] for row in told.check()["findings"]}
    assert "track dep-update is not enough for this change: dep:new fires on package.json (line 1: b)" in rules[
        "track/too-light"
    ]  # fmt: skip
    told.write("package.json", "{")
    assert "it cannot be read" in {row["rule"]: row["message"] for row in told.check()["findings"]}["track/too-light"]


def test_a_new_flag_keeps_a_checkpoint_from_passing_by_itself(story):
    told = story("started")
    told.policy_on_target("version: 1\ncheckpoints: {a: {auto_pass_when: no_warnings}}\n")
    STEPS["requirements"](told)
    told.write("src/other.js", "if (isFeatureEnabled('new-flow')) {}\n")
    told.decide("CHECKPOINT-AUTO-PASS: a (no_warnings)")
    told.git("add", "-A")
    assert "flag:new fires on src/other.js: a person must look" in told.door().err


class Counting:
    """How many rows are read by their blobs."""

    def __init__(self, monkeypatch):
        self.paths = []
        original = LineContent._read

        def read(content, rows):
            self.paths += [row.path for row in rows]
            return original(content, rows)

        monkeypatch.setattr(LineContent, "_read", read)


def test_a_long_history_is_not_read_line_by_line(story, monkeypatch):
    told = story("clarified")
    for number in range(6):
        told.write(f"src/backend/plain{number % 2}.js", f"// {number}\n")
        told.write("pipeline/context.md", told.read("pipeline/context.md") + f"\nNote {number}.\n")
        told.commit(f"change {number}", author="dev-backend")
    told.remove(".git/commitgate")
    counting = Counting(monkeypatch)
    monkeypatch.chdir(told.path)
    from commitgate.commands.verify import command

    assert command.main(["main..HEAD"], standalone_mode=False) == 0
    assert sorted(counting.paths) == ["src/backend/plain0.js", "src/backend/plain1.js"], "the tip alone, each row once"


def test_what_is_known_of_two_blobs_is_not_read_again(story, monkeypatch):
    told = story("clarified")
    build(told)
    told.check("--rev", "HEAD")
    counting = Counting(monkeypatch)
    assert "content:exec" in required(told, "--rev", "HEAD")
    assert "content:exec" in required(told, "--index", "--ready")
    assert counting.paths == []
    told.write("src/backend/more.js", "plain\n")
    told.git("add", "-A")
    assert "content:exec" in required(told, "--index", "--ready")
    assert counting.paths == ["src/backend/more.js"]


def test_a_blob_that_is_missing_is_never_skip(repo):
    repo.branch("feature/x")
    repo.write("src/plain.js", EVAL)
    repo.commit("a")
    oid = repo.git("rev-parse", "HEAD:src/plain.js").out.strip()
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    said = repo.gate("security", "--rev", "HEAD")
    assert said.code == 4
    assert "not in the repository" in said.err
    assert fired(repo) == {("content:exec", "src/plain.js", 1)}, "the work tree has it"


@pytest.mark.parametrize("attributes", ["* text eol=crlf\n", "*.js ident\n"])
def test_filters_make_no_line(repo, attributes):
    repo.write(".gitattributes", attributes)
    repo.write("src/plain.js", EVAL)
    repo.commit("before")
    repo.branch("feature/x")
    repo.write("src/plain.js", EVAL.replace("\n", "\r\n") + "more\r\n")
    assert fired(repo) == set()
    repo.commit("after")
    assert fired(repo, "--rev", "HEAD") == set()


def test_a_review_after_a_pass_that_is_bound_to_names_and_lines_is_no_early_work(story):
    told = story("clarified")
    for area, path, text in (("backend", "auth.js", "// who\n"), ("frontend", "form.js", EVAL)):
        told.write(f"src/{area}/{path}", text)
        told.write(f"pipeline/pr-{area}.md", f"# {area}\n")
        told.write_gate(f"stage-04-{area}")
        told.commit(f"build {area}", author=f"dev-{area}")
    STEPS["prereviewed"](told)
    told.write_gate("stage-05-security", triggering_conditions=["content:exec", "path:auth"])
    told.commit("security review", author="security")
    assert told.review("platform", "backend").code == 0
    said = told.gate("verify", "--format", "json")
    assert json.loads(said.out)["history"] == []
    assert told.state("stage-05-security") == "pass"
