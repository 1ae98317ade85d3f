"""``git gate security``: required or not, which trigger, and never "skip" without having looked."""

from __future__ import annotations

import json
import os

import pytest

from commitgate.engine import WORKTREE, Question, open_engine
from commitgate.errors import CannotDecide
from commitgate.working.triggers import change_of
from support import Repo, run


def triggers(said):
    data = json.loads(said.out)
    assert data["schema"] == 1
    assert data["required"] == bool(data["triggers"]) == (said.code == 2)
    return {(one["id"], one["path"]) for one in data["triggers"]}


def test_the_delta_of_a_run_says_what_fires_and_where_that_is_written(story):
    told = story("built")
    said = told.gate("security")
    assert said.code == 2
    assert said.out.startswith("SECURITY_REVIEW: required\n")
    assert "path:auth" in said.out
    assert "src/backend/auth.js: auth" in said.out
    assert "rules/security.yaml:" in said.out
    data = json.loads(told.gate("security", "--format", "json").out)
    one = data["triggers"][0]
    assert sorted(one) == ["id", "line", "path", "pattern", "why"]
    assert (one["id"], one["path"], one["line"], one["pattern"]) == ("path:auth", "src/backend/auth.js", 0, "auth")
    assert len(data["triggers"]) == 1


def test_nothing_fires_before_the_build(story):
    said = story("clarified").gate("security")
    assert (said.code, said.out) == (0, "SECURITY_REVIEW: skip\n")


def test_named_paths_are_judged_whether_or_not_they_exist(story):
    told = story("clarified")
    assert triggers(told.gate("security", "--format", "json", "src/login.py", "src/author.py", "db/x.py")) == {
        ("path:auth", "src/login.py")
    }
    assert told.gate("security", "src/author.py", "docs/tokenizer.md").code == 0
    assert told.gate("security", "pipeline/adr/0001-token.md", "tests/test_auth.py").code == 0, "process and QA"
    assert told.gate("security", ".gates.yaml").code == 2
    assert told.gate("security", "../elsewhere/auth.py").code == 64


def test_a_folder_stands_for_its_files_and_paths_are_seen_from_here(story):
    told = story("built")
    assert triggers(told.gate("security", "--format", "json", "src")) == {("path:auth", "src/backend/auth.js")}
    below = Repo(told.path / "src" / "frontend")
    assert triggers(below.gate("security", "--format", "json", "auth.js", "../login.js")) == {
        ("path:auth", "src/frontend/auth.js"),
        ("path:auth", "src/login.js"),
    }


def test_the_sides_differ(story):
    told = story("clarified")
    told.write("src/backend/login.js", "x\n")
    assert (told.gate("security").code, told.gate("security", "--index").code) == (2, 0)
    told.git("add", "-A")
    assert (told.gate("security", "--index").code, told.gate("security", "--rev", "HEAD").code) == (2, 0)
    told.write("pipeline/pr-backend.md", "# b\n")
    told.commit("work")
    assert told.gate("security", "--rev", "HEAD").code == 2
    assert told.gate("security", "--rev", "HEAD~1").code == 0


def test_without_a_run_the_change_since_the_target_is_judged(repo):
    repo.branch("feature/x")
    repo.write("src/a.py", "a\n")
    repo.commit("a")
    for arguments in ((), ("--index",), ("--rev", "HEAD")):
        assert repo.gate("security", *arguments).code == 0
    repo.write("src/oauth.py", "a\n")
    repo.commit("b")
    for arguments in ((), ("--index",), ("--rev", "HEAD")):
        assert triggers(repo.gate("security", "--format", "json", *arguments)) == {("path:auth", "src/oauth.py")}
    repo.git("rm", "-q", "src/oauth.py")
    assert repo.gate("security", "--index").code == 0, "what came and went is no change"


def test_a_deleted_file_fires_by_its_old_name(repo):
    repo.write("src/login.py", "a\n")
    repo.commit("a")
    repo.branch("feature/x")
    repo.git("mv", "src/login.py", "src/plain.py")
    repo.commit("b")
    assert triggers(repo.gate("security", "--format", "json")) == {("path:auth", "src/login.py")}


@pytest.mark.parametrize("arguments", [(), ("--index",), ("--rev", "HEAD")])
def test_no_change_to_judge_is_never_skip(repo, arguments):
    said = repo.gate("security", *arguments)
    assert said.code == 4
    assert "skip" not in said.out
    assert "no change to judge" in said.err


def test_a_shallow_clone_cannot_tell(repo, tmp_path):
    repo.branch("feature/x")
    for name in ("a", "b", "c"):
        repo.write(f"src/{name}.py", "x\n")
        repo.commit(name)
    repo.git("switch", "-q", "main")
    repo.write("other", "x\n")
    repo.commit("main moves")
    run("git", "clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo.path}", tmp_path / "clone",
        cwd=tmp_path, check=True)  # fmt: skip
    clone = Repo(tmp_path / "clone")
    clone.git("switch", "-q", "feature/x")
    said = clone.gate("security")
    assert said.code == 4
    assert "shallow" in said.err
    assert "skip" not in said.out
    assert clone.gate("security", "src/login.py").code == 2, "a name can be judged anywhere"


def test_an_unknown_revision_is_exit_4(repo):
    assert repo.gate("security", "--rev", "nowhere").code == 4


def test_record_writes_the_skip_once_and_only_when_nothing_fires(story):
    told = story("clarified")
    assert told.gate("security", "--record").code == 0
    once = told.read("pipeline/context.md")
    assert "SECURITY-SKIP: no trigger fires" in once
    assert told.gate("security", "--record").code == 0
    assert told.read("pipeline/context.md") == once
    assert told.commit("skip", author="dev-platform").code == 0
    told = story("built", "fires")
    before = told.read("pipeline/context.md")
    assert told.gate("security", "--record").code == 2
    assert told.read("pipeline/context.md") == before


def test_record_looks_at_lines_too(story):
    told = story("clarified")
    told.write("src/backend/plain.js", "const x = eval(y)\n")
    before = told.read("pipeline/context.md")
    assert told.gate("security", "--record").code == 2
    assert told.read("pipeline/context.md") == before


def test_options_that_exclude_each_other(story):
    told = story("clarified")
    for arguments in (("--record", "src/a.py"), ("--record", "--index"), ("--index", "--rev", "HEAD")):
        assert told.gate("security", *arguments).code == 64


def test_names_from_hostile_hands_are_neutral(repo):
    repo.branch("feature/x")
    repo.write("src/auth\x1b[31m\n::error::.py", "x\n")
    repo.commit("a")
    said = repo.gate("security")
    assert said.code == 2
    assert "\x1b" not in said.out
    assert "\n::error" not in said.out


def test_no_change_has_a_rule_of_its_own(repo, monkeypatch):
    monkeypatch.chdir(repo.path)
    question = Question(WORKTREE)
    with open_engine() as engine:
        answer = engine.ask(question, 0)
        with pytest.raises(CannotDecide) as refused:
            change_of(engine, question, answer)
    assert refused.value.rule == "engine/no-delta"


def test_lines_are_shown_with_their_number_and_what_is_gone_says_so(repo):
    repo.write("src/backend/plain.js", "a\nconst x = eval(y)\n")
    repo.commit("before")
    repo.branch("feature/x")
    repo.write("src/backend/plain.js", "a\nif (!req.session.user) stop()\n")
    said = repo.gate("security")
    assert said.code == 2
    assert "    src/backend/plain.js:2: req.session\n" in said.out
    assert "    src/backend/plain.js:2 (removed): eval(\n" in said.out
    data = json.loads(repo.gate("security", "--format", "json").out)
    gone = next(one for one in data["triggers"] if one["id"] == "content:exec")
    assert (gone["line"], gone["pattern"]) == (2, "eval(")
    assert gone["why"].endswith("(removed; the line is that of the old file)")
    assert all("removed" not in one["why"] for one in data["triggers"] if one["id"] != "content:exec")


def test_a_named_path_is_judged_by_its_changed_lines_else_by_all_of_them(repo):
    repo.write("src/backend/old.js", "eval(x)\n")
    repo.write("src/backend/same.js", "eval(x)\n")
    repo.commit("before")
    repo.branch("feature/x")
    repo.write("src/backend/old.js", "eval(x)\nplain\n")
    repo.write("src/backend/new.js", "plain\n")
    (repo.path / "link.js").symlink_to("src/backend/same.js")
    repo.git("add", "-A")
    exec_ = {("content:exec", "src/backend/same.js")}
    for arguments in ((), ("--index",)):
        judged = [*arguments, "--format", "json"]
        assert repo.gate("security", *arguments, "src/backend/old.js").code == 0, "what it holds already is no change"
        assert repo.gate("security", *arguments, "src/backend/new.js", "no/such.js").code == 0
        assert triggers(repo.gate("security", *judged, "src/backend/same.js")) == exec_
        assert triggers(repo.gate("security", *judged, "src")) == exec_
    assert repo.gate("security", "link.js").code == 0, "what a link points to is judged in its own place"
    repo.git("switch", "-q", "main")
    assert triggers(repo.gate("security", "--rev", "main", "--format", "json", "src")) == exec_ | {
        ("content:exec", "src/backend/old.js")
    }


def test_tests_and_texts_are_not_judged_by_their_lines(repo):
    repo.branch("feature/x")
    repo.write("tests/plain.js", "eval(x)\n")
    repo.write("notes.md", "eval(x)\n")
    assert repo.gate("security", "tests/plain.js", "notes.md").code == 0


def test_a_path_that_is_not_utf8_still_gives_a_valid_json_document(repo):
    repo.branch("feature/x")
    folder = os.fsencode(repo.path) + b"/src"
    os.makedirs(folder, exist_ok=True)
    with open(folder + b"/login\xff\xc2\x9b.py", "wb") as file:
        file.write(b"x\n")
    name = os.fsdecode(b"src/login\xff\xc2\x9b.py")
    for command in (("security",), ("why", name)):
        said = repo.gate(*command, "--format", "json")
        assert said.out.isascii()
        assert "login\\udcff\\u009b.py" in said.out
        json.loads(said.out)
