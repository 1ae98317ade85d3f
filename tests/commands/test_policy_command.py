"""``git gate policy``: check, test, simulate."""

from __future__ import annotations

import json

import pytest

from support import CHECKOUT

TEMPLATE = CHECKOUT / "templates" / "policy-tests.yaml"


def check(repo, *args):
    said = repo.gate("policy", "check", "--format", "json", *args)
    data = json.loads(said.out)
    assert data["exit"] == said.code
    return data


def rows(data):
    return [(one["rule"], one["line"]) for one in data["findings"]]


def test_without_a_file_the_shipped_rules_are_in_force(repo):
    said = repo.gate("policy", "check")
    assert (said.code, said.out) == (0, "there is no .gates.yaml: the shipped rules are in force\n")
    assert check(repo)["findings"] == []


def test_an_accepted_policy_is_quiet(repo):
    repo.write(".gates.yaml", 'areas:\n  texts: ["/README.md"]\n')
    said = repo.gate("policy", "check")
    assert (said.code, said.out) == (0, ".gates.yaml is accepted\n")


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        ("areas:\n  a: [/x/**]\nreviw: {}\n", "policy/unknown-key", 3),
        ("a: &x [1]\nb: *x\n", "policy/alias", 1),
        ("derive: check\nderive: write\n", "policy/duplicate-key", 2),
        ("derive: !!python/object/apply:os.system [ls]\n", "policy/tag", 1),
        ("derive: 3\n", "policy/schema", 1),
        ("areas: {a: ['/**/x/**/y/**/z']}\n", "policy/pattern", 1),
        ("stages: {design: {needs: [build]}}\n", "policy/cycle", 1),
    ],
)
def test_what_is_refused_is_named_with_its_line(repo, text, rule, line):
    repo.write(".gates.yaml", text)
    data = check(repo)
    assert data["exit"] == 1
    assert (rule, line) in rows(data)
    assert repo.gate("policy", "check").out.endswith(".gates.yaml is refused\n")


def test_the_nearest_key_is_named(repo):
    repo.write(".gates.yaml", "reviw: {}\n")
    assert "did you mean 'review'?" in repo.gate("policy", "check").out


def test_a_bomb_ends_quickly(repo):
    bomb = "a: &a [x]\n" + "".join(f"b{n}: &b{n} [{', '.join(['*a'] * 50)}]\n" for n in range(200))
    repo.write(".gates.yaml", bomb)
    assert check(repo)["exit"] == 1


def test_patterns_that_match_nothing_are_warnings_with_their_lines(repo):
    repo.write("src/api/x.py", "x\n")
    repo.write("Flags/new.txt", "x\n")
    repo.write("ignored/x", "x\n")
    repo.write(".gitignore", "ignored/\n")
    repo.write(
        ".gates.yaml",
        "areas:\n  api: [/src/api/**, /src/apy/**]\n  web:\n    paths:\n      - /web/**\n      - '!/src/api/gone.py'\n"
        "free:\n  - '*.md'\n  - '*.rst'\n  - /ignored/**\n"
        "security:\n  triggers:\n    flag:new: {paths: [/flags/**, /toggles/**]}\n",
    )
    data = check(repo)
    assert data["exit"] == 0
    assert {one["severity"] for one in data["findings"]} == {"warning"}
    assert rows(data) == [("policy/matches-nothing", line) for line in (2, 5, 6, 9, 10, 13)]
    assert "'/src/apy/**' of areas.api" in data["findings"][0]["message"]
    assert "/toggles/**" in data["findings"][-1]["message"], "triggers ignore letter case"


def test_a_shipped_pattern_that_the_file_repeats_is_nobodys_mistake(repo):
    repo.write(".gates.yaml", "areas: {qa: {paths: [/tests/**], reviewed: false}, web: [/tests/**]}\n")
    data = check(repo)
    assert ["areas.web" in one["message"] for one in data["findings"]] == [True]


def test_another_file_and_one_that_is_not_there(repo, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text("derive: never\n")
    data = check(repo, str(other))
    assert data["exit"] == 1
    assert {one["path"] for one in data["findings"]} == {str(other)}
    assert repo.gate("policy", "check", "nowhere.yaml").code == 64
    assert repo.gate("policy").code == 64
    assert repo.gate("policy", "chek").code == 64


def test_the_subfolder_does_not_matter(repo):
    repo.write("src/x.py", "x\n")
    repo.write(".gates.yaml", "areas: {a: [/src/**]}\n")
    repo.path = repo.path / "src"
    assert repo.gate("policy", "check").out == ".gates.yaml is accepted\n"


# -- test -------------------------------------------------------------------------------------------------------


def run_cases(repo, cases, *args):
    repo.write("cases.yaml", cases)
    said = repo.gate("policy", "test", "cases.yaml", *args)
    return said.code, said.out


def test_the_template_describes_the_shipped_rules(repo):
    said = repo.gate("policy", "test", str(TEMPLATE))
    assert (said.code, said.out) == (0, "6 cases, all as expected\n")


def test_every_difference_is_named_with_case_and_line(repo):
    code, out = run_cases(
        repo,
        "cases:\n"
        "  - name: one\n    changed: [src/backend/login.py, src/frontend/a.js]\n    track: quick\n"
        "    verdicts:\n      - {reviewer: backend, area: backend, verdict: APPROVED}\n"
        "    expect:\n      areas: [backend, platform]\n      triggers: []\n      track_suffices: true\n"
        "      required: {backend: 3, platform: 1}\n      approved: {backend: true}\n"
        "  - {name: two, changed: [docs/x.md], expect: {approved: true}}\n",
    )
    assert code == 2
    assert "error policy/test-failed cases.yaml:2" in out
    for line in (
        "one: areas: missing platform; not expected frontend",
        "one: triggers: not expected path:auth",
        "one: track_suffices: expected yes, found no",
        "one: required.backend: expected 3, found 1",
        "one: required.platform: expected 1, found 0",
        "one: approved.backend: expected yes, found no (backend: backend does not review backend: it is their own",
    ):
        assert line in out
    assert "two" not in out.replace("two cases", "")
    assert out.endswith("2 cases, 1 not as expected\n")


def test_the_policy_of_the_work_tree_is_tested_or_the_one_that_is_named(repo, tmp_path):
    case = (
        "cases:\n  - name: two eyes\n    changed: [api/x.py]\n    author: ada@example.com\n    verdicts:\n"
        "      - {reviewer: web, area: api, verdict: APPROVED}\n"
        "      - {reviewer: platform, area: api, verdict: APPROVED, author: eve@example.com}\n"
        "    expect: {required: {api: 2}, approved: true}\n"
    )
    assert run_cases(repo, case)[0] == 1, "the shipped policy has no area api"
    text = "areas:\n  api: {paths: [/api/**], approvals: 2}\n  web: [/web/**]\n"
    repo.write(".gates.yaml", text)
    assert run_cases(repo, case) == (0, "1 case, all as expected\n")
    repo.write(".gates.yaml", text + "reviewers: {platform: {emails: [root@example.com]}}\n")
    code, out = run_cases(repo, case)
    assert code == 2
    assert "committed by eve <eve@example.com>, who is not platform" in out
    other = tmp_path / "other.yaml"
    other.write_text(text)
    assert run_cases(repo, case, "--policy", str(other))[0] == 0
    other.write_text("areas: 3\n")
    assert run_cases(repo, case, "--policy", str(other))[0] == 1


@pytest.mark.parametrize(
    ("cases", "rule"),
    [
        ("cases: []\n", "policy/schema"),
        ("cases: [{name: x, changed: [a], expect: {aproved: true}}]\n", "policy/unknown-key"),
        ("cases: [{name: x, changed: [a], expect: {areas: [bakend]}}]\n", "policy/unknown-name"),
        ("cases: [{name: x, changed: [a], track: slow, expect: {areas: []}}]\n", "policy/unknown-name"),
        ("cases: [{name: x, changed: [a], expect: {triggers: ['path:aut']}}]\n", "policy/unknown-name"),
        ("cases: [{name: x, name: y}]\n", "policy/duplicate-key"),
        ("- 1\n", "policy/schema"),
        ("cases: [{name: x\n", "policy/syntax"),
        ("", "policy/schema"),
    ],
)
def test_cases_that_cannot_be_accepted(repo, cases, rule):
    code, out = run_cases(repo, cases)
    assert code == 1
    assert f"error {rule} cases.yaml" in out


def test_junit_for_the_viewers_of_ci(repo):
    repo.write("cases.yaml", "cases: [{name: x, changed: [src/backend/a.py], expect: {approved: true}}]\n")
    said = repo.gate("policy", "test", "cases.yaml", "--format", "junit")
    assert said.code == 2
    assert "policy/test-failed" in said.out


# -- simulate ---------------------------------------------------------------------------------------------------


@pytest.fixture
def merged(story):
    """A target branch with three merges: a lawful one, a page by squash, and one that nobody reviewed."""
    told = story("tested")
    told.git("switch", "-q", "main")
    told.git("merge", "-q", "--no-ff", "-m", "Merge feature/reset", "feature/reset")
    told.write("docs/page.md", "page\n")
    told.commit("A page")
    return told


def simulate(told, *args):
    said = told.gate("policy", "simulate", "main~2..main", "--json", *args)
    return said, json.loads(said.out) if said.out else {}


def test_the_same_policy_changes_nothing(merged):
    said, data = simulate(merged)
    assert said.code == 0
    assert data["changed"] == 0
    assert [one["subject"] for one in data["merges"]] == ["Merge feature/reset", "A page"]
    assert data["merges"][0]["ready"] == {"now": True, "edited": True}
    assert "nothing to compare" in said.err


def test_a_stricter_policy_names_the_merges_it_would_have_stopped(merged):
    merged.write(".gates.yaml", "review: {matrix: 3}\n")
    said, data = simulate(merged)
    assert said.code == 0
    assert [one["changed"] for one in data["merges"]] == [True, False]
    assert data["merges"][0]["ready"] == {"now": True, "edited": False}
    assert "pipeline/gates/stage-06-backend.json" in {one["path"] for one in data["merges"][0]["appears"]}
    out = merged.gate("policy", "simulate", "main~2..main").out
    assert "Merge feature/reset\n    ready → not ready\n    + " in out
    assert out.endswith("2 merges, 1 with another verdict: 1 no longer ready, 0 ready at last\n")


def test_a_looser_policy_names_what_disappears(story):
    told = story("secured")
    for area in ("backend", "frontend"):
        told.review("platform", area)
    told.write("pipeline/test-report.md", "x\n")
    told.git("checkout", "-q", "--", ".")
    told.git("switch", "-q", "main")
    told.git("merge", "-q", "--no-ff", "-m", "Merge", "feature/reset")
    told.write(".gates.yaml", "review: {matrix: 1}\nmerge: {requires: peer-review}\n")
    data = json.loads(told.gate("policy", "simulate", "main~1..main", "--json").out)
    assert data["merges"][0]["ready"]["now"] is False
    assert data["merges"][0]["disappears"]
    assert data["changed"] == 1


def test_what_cannot_be_judged_or_accepted_is_never_a_pass(merged):
    assert merged.gate("policy", "simulate", "main").code == 64
    assert merged.gate("policy", "simulate", "nowhere..main").code == 4
    merged.write(".gates.yaml", "review: {matrx: 3}\n")
    said = merged.gate("policy", "simulate", "main~2..main")
    assert said.code == 1
    assert "policy/unknown-key" in said.out


def test_it_writes_nothing(merged):
    merged.write(".gates.yaml", "review: {matrix: 3}\n")
    before = merged.snapshot()
    simulate(merged)
    assert merged.snapshot() == before
