"""Nothing in the environment, the configuration or the attributes bends a verdict, and no file changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from through_hook import commit, record

from commitgate.git.repository import environment
from story import Library, Story
from support import run, settle

GATE = "pipeline/gates/stage-01.json"

CONFIGURATION = [
    ("diff.renames", "copies"),
    ("diff.noprefix", "true"),
    ("diff.external", "/bin/false"),
    ("diff.relative", "true"),
    ("diff.orderFile", "/nowhere/order"),
    ("diff.ignoreSubmodules", "all"),
    ("diff.algorithm", "patience"),
    ("diff.submodule", "log"),
    ("diff.wordRegex", "."),
    ("core.quotePath", "false"),
    ("core.fsmonitor", "false"),
    ("core.precomposeUnicode", "true"),
    ("core.ignoreCase", "true"),
    ("core.pager", "/bin/false"),
    ("core.abbrev", "4"),
    ("core.attributesFile", "/nowhere"),
    ("log.showSignature", "true"),
    ("log.diffMerges", "combined"),
    ("log.diffMerges", "off"),
    ("log.follow", "true"),
    ("log.showRoot", "false"),
    ("log.decorate", "full"),
    ("log.date", "relative"),
    ("log.mailmap", "true"),
    ("i18n.logOutputEncoding", "UTF-16"),
    ("format.pretty", "oneline"),
    ("format.notes", "*"),
    ("color.ui", "always"),
    ("status.relativePaths", "false"),
    ("feature.experimental", "true"),
    ("pager.log", "true"),
    ("alias.log", "status"),
]
ENVIRONMENT = [
    {"GIT_EXTERNAL_DIFF": "/bin/false"},
    {"GIT_LITERAL_PATHSPECS": "0"},
    {"GIT_GLOB_PATHSPECS": "1"},
    {"GIT_ICASE_PATHSPECS": "1"},
    {"GIT_DIFF_OPTS": "-u0"},
    {"GIT_NO_REPLACE_OBJECTS": "0"},
    {"GIT_OPTIONAL_LOCKS": "1"},
    {"GIT_TRACE": "1", "GIT_TRACE_SETUP": "1", "GIT_TRACE_PERFORMANCE": "1"},
    {"GIT_PAGER": "/bin/false", "PAGER": "/bin/false"},
    {"GIT_ICASE_PATHSPECS": "1", "GIT_NOGLOB_PATHSPECS": "1"},
    {"LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "de"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"COLUMNS": "5", "TERM": "dumb"},
    {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "diff.relative", "GIT_CONFIG_VALUE_0": "true"},
    {"PYTHONHOME": "/nowhere", "PYTHONSTARTUP": "/nowhere"},
]


def test_what_would_change_an_answer_does_not_reach_git() -> None:
    inherited = {name: value for one in ENVIRONMENT for name, value in one.items()}
    env = environment({**inherited, "GIT_DIR": "x", "GIT_INDEX_FILE": "y"})
    assert not {name for name in env if name.endswith("_PATHSPECS")} - {"GIT_LITERAL_PATHSPECS"}
    assert not {"GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS"} & env.keys()
    forced = ("GIT_LITERAL_PATHSPECS", "GIT_NO_REPLACE_OBJECTS", "GIT_OPTIONAL_LOCKS", "LC_ALL", "GIT_DIR")
    assert [env[name] for name in forced] == ["1", "1", "0", "C", "x"]


@pytest.fixture(scope="module")
def told_once(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A reviewed run with a merge in it, a stale area, a retired file, and something staged: every kind of row."""
    told = library.copy("reviewed", tmp_path_factory.mktemp("merged") / "story")
    told.git("switch", "-q", "main")
    told.write("docs/guide.md", "x\n")
    told.commit("on main")
    told.git("switch", "-q", "-")
    told.git("merge", "-q", "--no-edit", "main")
    told.git("mv", "src/frontend/form.js", "src/frontend/forms.js")
    told.commit("rename")
    told.write("src/backend/auth.js", "// staged\n")
    told.git("add", "-A")
    settle(told)
    return told


@pytest.fixture
def merged(told_once: Story, tmp_path: Path) -> Story:
    told = Story(tmp_path / "story")
    shutil.copytree(told_once.path, told.path, symlinks=True)
    record(told)
    return told


def verdicts(story: Story, env=None):
    """All three sides, from the root and from a subfolder, without a memo."""
    return [
        Story(where).gate("check", "--format", "json", *side, env={"CI": "1", **(env or {})}).out
        for where in (story.path, story.path / "src" / "backend")
        for side in (("--index",), ("--rev", "HEAD"), ("--worktree",))
    ]


def test_no_configuration_changes_the_answer(merged):
    expected = verdicts(merged)
    assert '"stale"' in expected[0]
    assert '"pass"' in expected[0]
    assert expected[:3] == expected[3:], "from a subfolder it is the same question"
    groups = 4  # several at once; two values of one key stand side by side and so come into different groups
    for first in range(groups):
        group = CONFIGURATION[first::groups]
        for key, value in group:
            merged.config(key, value)
        assert verdicts(merged) == expected, group
        for key, _ in group:
            merged.git("config", "--unset", key)


def test_all_configuration_together_changes_nothing_at_the_door(merged):
    for key, value in CONFIGURATION:
        merged.config(key, value)
    merged.write(GATE, "{")
    merged.git("add", "-A")
    assert commit(merged).refused("json/syntax", 1)


def test_no_environment_changes_the_answer(merged):
    passed = merged.door()
    assert passed.code == 0
    for env in ENVIRONMENT:
        assert merged.door(env) == passed, env
    merged.write(GATE, "{")
    merged.git("add", GATE)
    refused = merged.door()
    assert refused.code == 1
    for env in ENVIRONMENT:
        assert merged.door(env) == refused, env


def test_git_dir_and_work_tree_may_be_set(merged, tmp_path):
    expected = [merged.check(side) for side in ("--index", "--worktree")]
    env = {"GIT_DIR": str(merged.path / ".git"), "GIT_WORK_TREE": str(merged.path)}
    for where in (merged.path, merged.path / "src", tmp_path):
        found = [Story(where).gate("check", "--format", "json", side, env=env) for side in ("--index", "--worktree")]
        assert [json.loads(one.out) for one in found] == expected, where


def test_the_hook_is_called_from_a_subfolder_or_with_closed_streams(merged):
    merged.write(GATE, "{")
    merged.git("add", "-A")
    inside = Story(merged.path / "src" / "backend")
    assert run("git", "commit", "-q", "-m", "x", cwd=inside.path).code == 1
    hook = str(merged.path / ".git" / "hooks" / "pre-commit")
    for closing in ("<&-", ">&-", "<&- >&-", "<&- >&- 2>&-"):
        assert run("sh", "-c", f"'{hook}' {closing}", cwd=merged.path).code == 1, closing


def test_outside_a_repository_nothing_is_decided(tmp_path):
    empty = Story(tmp_path)
    assert empty.door({"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}).code == 4
    assert empty.door({"PATH": ""}).code == 4, "no git at all"


def test_replaced_objects_and_grafts_are_not_looked_at(story):
    told = story("secured")
    told.write("src/backend/auth.js", "// changed\n")
    told.commit("change")
    expected = told.check("--rev", "HEAD")
    assert {row["stage"]: row["state"] for row in expected["stages"]}["stage-04-backend"] == "stale"
    old, new = told.oid("HEAD~1:src/backend/auth.js"), told.oid("HEAD:src/backend/auth.js")
    told.git("replace", new, old)
    told.git("replace", told.oid("HEAD"), told.oid("HEAD~1"))
    assert told.check("--rev", "HEAD") == expected
    told.git("replace", "-d", told.oid("HEAD"), new)
    head, root = told.oid("HEAD"), told.git("rev-list", "--max-parents=0", "HEAD").out.strip()
    told.write(".git/info/grafts", f"{head} {root}\n")
    assert told.check("--rev", "HEAD") == expected


@pytest.mark.parametrize(
    "attributes", ["* -diff\n", "* binary\n", "* eol=crlf\n", "* filter=upper\n", "* -text\n", "* export-ignore\n"]
)
def test_attributes_do_not_hide_or_invent_a_change(story, attributes):
    told = story("reviewed")
    record(told)
    told.config("filter.upper.clean", "tr a-z A-Z")
    told.config("filter.upper.smudge", "cat")
    expected = {row["stage"]: row["state"] for row in told.check("--rev", "HEAD")["stages"]}
    told.write(".git/info/attributes", attributes)
    assert {row["stage"]: row["state"] for row in told.check("--rev", "HEAD")["stages"]} == expected
    told.write("src/backend/auth.js", "// changed\r\nagain\n")
    told.git("add", "src/backend/auth.js")
    assert commit(told).passed()
    assert told.state("stage-06-backend") == "stale"


def test_a_refused_commit_changes_neither_index_nor_work_tree(story):
    told = story("built")
    record(told)
    told.write("notes.txt", "untracked\n")
    told.write("src/backend/auth.js", "// half staged\n")
    told.git("add", "-A")
    told.write("src/backend/auth.js", "// and more\n")
    told.write(GATE, "{")
    told.git("add", GATE)
    told.git("status", "-s")
    told.git("write-tree")  # git keeps the ids of folders in the index as soon as it has worked them out
    before = _without_memo(told)
    for args in ((), ("-a",), ("--amend",), ("--", GATE), ("--include", "--", GATE)):
        assert commit(told, *args).code == 1, args
        assert _without_memo(told) == before, args
    assert told.door().code == 1
    assert _without_memo(told) == before


def _without_memo(story: Story):
    drop = (".git/commitgate", ".git/COMMIT_EDITMSG", ".git/objects")
    return {path: found for path, found in story.snapshot().items() if not path.startswith(drop)}
