"""What a path may be called and what a file may be: names that git quotes, and gates that are no plain files."""

from __future__ import annotations

import os

import pytest
from through_hook import commit, record

GATE = "pipeline/gates/stage-01.json"

NAMES = {
    "newline": b"new\nline",
    "tab": b"tab\there",
    "quotes": b"\"quoted\" 'twice'",
    "backslash": b"back\\slash",
    "not utf-8": b"\xff\xfe\xe9",
    "dash": b"-rf",
    "colon": b":(top)x",
    "colon row": b":100644 100644 0 0 M",
    "mark": b"\x01commit 0",
    "star": b"*?[a]",
    "space": b" ",
    "unicode": "déjà-vu e\u0301 \u2028 \u202e".encode(),
}


@pytest.fixture
def told(story):
    def at(milestone="requirements"):
        made = story(milestone)
        record(made)
        return made

    return at


def put(story, path: bytes, content: bytes) -> None:
    place = os.path.join(os.fsencode(story.path), path)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, "wb") as handle:
        handle.write(content)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_strange_name_in_an_area_is_early_like_any_other(told, name):
    story = told()
    put(story, b"src/backend/" + name, b"1\n")
    worktree = story.check("--worktree")
    story.git("add", "-A")
    assert commit(story).refused("order/early-work", 2)
    index = story.check("--index")
    early = [one for one in index["findings"] if one["rule"] == "order/early-work"]
    assert [one["path"].encode("utf-8", "surrogateescape") for one in early] == [b"src/backend/" + name]
    assert early == [one for one in worktree["findings"] if one["rule"] == "order/early-work"]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_strange_name_hides_nothing_that_is_staged_beside_it(told, name):
    story = told()
    put(story, name if name != b" " else b" /x", b"1\n")
    story.write(GATE, "{")
    story.git("add", "-A")
    assert commit(story).refused("json/syntax", 1)
    story.git("checkout", "-q", "HEAD", "--", GATE)
    assert commit(story).passed()
    assert story.check("--rev", "HEAD")["verdict"] == "pass"


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_strange_name_among_the_gates_and_reviews_is_named(told, name):
    story = told()
    put(story, b"pipeline/gates/" + name + b".json", b"{}")
    story.git("add", "-A")
    assert commit(story).refused("gate/file-name", 1)
    story.git("rm", "-q", "--cached", "-r", "pipeline/gates")
    story.git("reset", "-q")
    put(story, b"pipeline/code-review/by-" + name + b".md", b"# Review\n")
    story.git("add", "pipeline/code-review")
    assert commit(story).refused("review/file-name", 1)


def test_a_strange_name_changes_no_other_token(told):
    story = told("reviewed")
    put(story, b"src/tests/\xff:x", b"1\n")
    story.git("add", "-A")
    assert commit(story).passed()
    assert {story.state("stage-06-backend"), story.state("stage-06-frontend")} == {"pass"}
    put(story, b"src/backend/\xff:x", b"1\n")
    story.git("add", "-A")
    assert commit(story).passed()
    assert story.state("stage-06-backend") == "stale"
    assert story.state("stage-06-frontend") == "waiting"


def test_staged_bad_and_fixed_on_disk_is_refused(told):
    story = told()
    good = story.read(GATE)
    story.write(GATE, good + "}")
    story.git("add", "-A")
    story.write(GATE, good)
    assert commit(story).refused("json/syntax", 1)


def test_staged_good_and_broken_on_disk_passes(told):
    story = told()
    good = story.read(GATE)
    story.write(GATE, good.replace('"warnings": []', '"warnings": ["w"]'))
    story.git("add", "-A")
    story.write(GATE, "{")
    assert commit(story).passed()
    assert story.check("--worktree")["verdict"] == "malformed"


def test_a_gate_that_was_pass_does_not_disappear(told):
    story = told()
    story.git("rm", "-q", GATE)
    assert commit(story).refused("order/gate-removed", 2)


@pytest.mark.parametrize(
    "target", ["pipeline/gates/stage-01.txt", "docs/stage-01.json", "pipeline/archive/stage-01.json"]
)
def test_a_gate_that_was_pass_is_not_renamed_away(told, target):
    story = told()
    (story.path / target).parent.mkdir(parents=True, exist_ok=True)
    story.git("mv", GATE, target)
    assert commit(story).refused("order/gate-removed", 2)


def test_the_whole_folder_does_not_disappear(told):
    story = told()
    story.git("mv", "pipeline", "elsewhere")
    assert commit(story).refused("order/run-removed", 2)


@pytest.mark.parametrize("path", [GATE, "pipeline/run.json", "pipeline/context.md", "pipeline/brief.md"])
def test_a_symbolic_link_is_no_document(told, path):
    story = told()
    story.write("copy", story.read(path))
    story.remove(path)
    (story.path / path).symlink_to(os.path.relpath(story.path / "copy", (story.path / path).parent))
    assert story.check("--worktree")["verdict"] == "malformed"
    story.git("add", "-A")
    assert commit(story).refused("gate/mode", 1)


def test_the_verdicts_of_a_reviewer_do_not_vanish_behind_a_link(told):
    story = told("reviewed")
    path = "pipeline/code-review/by-platform.md"
    story.write("docs/elsewhere.md", story.read(path))
    story.remove(path)
    (story.path / path).symlink_to("../../docs/elsewhere.md")
    story.git("add", "-A")
    assert commit(story).refused("gate/mode", 1)


@pytest.mark.parametrize("text", ["rules.yaml", "version: 1"])
def test_a_link_is_no_policy_on_any_side(told, text):
    """Neither what it leads to nor, as a blob would have it, the words of the link itself."""
    story = told()
    story.write("rules.yaml", "version: 1\n")
    (story.path / ".gates.yaml").symlink_to(text)
    assert [one["rule"] for one in story.check("--worktree")["findings"]] == ["policy/mode"]
    assert story.gate("policy", "check").code == 1
    assert "policy/mode" in story.gate("doctor").said
    story.git("add", "-A")
    assert commit(story).refused("policy/mode", 1)
    story.git("commit", "-q", "--no-verify", "-m", "a link")
    assert [one["rule"] for one in story.check("--rev", "HEAD")["findings"]] == ["policy/mode"]
    story.remove(".gates.yaml")
    story.write(".gates.yaml", "version: 1\n")
    assert "policy/mode" not in [one["rule"] for one in story.check("--worktree")["findings"]]


def test_a_submodule_is_no_policy(told):
    story = told()
    story.git("update-index", "--add", "--cacheinfo", f"160000,{story.oid()},.gates.yaml")
    assert commit(story).refused("policy/mode", 1)


def test_a_folder_of_gates_that_is_a_link_holds_none(told):
    story = told()
    story.git("mv", "pipeline/gates", "elsewhere")
    (story.path / "pipeline/gates").symlink_to("../elsewhere")
    story.git("add", "-A")
    assert commit(story).refused("order/gate-removed", 2)
    assert "order/gate-removed" in [one["rule"] for one in story.check("--worktree")["findings"]]


def test_an_executable_gate_is_refused(told):
    story = told()
    story.git("update-index", "--chmod=+x", GATE)
    assert commit(story).refused("gate/mode", 1)


def test_a_folder_where_a_gate_should_be(told):
    story = told()
    story.write("pipeline/gates/stage-02.json/stage-02.json", "{}")
    story.git("add", "-A")
    assert commit(story).refused("gate/not-a-file", 1)


@pytest.mark.parametrize(
    "twin",
    [
        "pipeline/gates/Stage-01.json",
        "pipeline/gates/stage-01.JSON",
        "pipeline/gates/\u017ftage-01.json",
        "pipeline/Gates/stage-01.json",
        "Pipeline/gates/stage-01.json",
        "pipeline/Run.json",
        "PIPELINE/run.json",
        "pipeline/Context.md",
    ],
)
def test_a_twin_is_refused(told, twin):
    story = told()
    story.write(twin, story.read(GATE))
    story.git("add", "-A")
    assert commit(story).refused("gate/twin", 1)


@pytest.mark.parametrize("name", ["stage-01.json.lock", ".stage-01.json.1.tmp", "README.md"])
def test_other_files_beside_the_gates_are_left_alone(told, name):
    story = told()
    story.write(f"pipeline/gates/{name}", "{")
    story.git("add", "-A")
    assert commit(story).passed()
