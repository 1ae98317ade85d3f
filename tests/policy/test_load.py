"""The shipped policy, and what a repository's own file changes or gets wrong."""

from __future__ import annotations

import json
import marshal
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from commitgate import share
from commitgate.finding import MALFORMED
from commitgate.policy.load import load_policy
from commitgate.policy.model import Area, Policy, Reviewer, Trigger


def good(text: str) -> Policy:
    policy, findings = load_policy(text.encode())
    assert findings == ()
    assert policy is not None
    return policy


def shipped() -> Policy:
    policy, findings = load_policy(None)
    assert findings == ()
    assert policy is not None
    return policy


def area(policy: Policy, name: str) -> Area:
    return next(each for each in policy.areas if each.name == name)


def reviewer(policy: Policy, name: str) -> Reviewer:
    return next(each for each in policy.reviewers if each.name == name)


def trigger(policy: Policy, name: str) -> Trigger:
    return next(each for each in policy.triggers if each.id == name)


def plain(value: object) -> object:
    """Records as the tuples they are: what the memo writes to disk."""
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def test_shipped_values() -> None:
    policy = shipped()
    assert [each.name for each in policy.areas] == ["backend", "frontend", "platform", "qa", "deps", "other"]
    assert not area(policy, "qa").reviewed
    assert area(policy, "other") == Area("other", (), True, 1, False, "dev-other")
    assert area(policy, "deps").patterns == trigger(policy, "dep:manifest").patterns
    assert reviewer(policy, "backend") == Reviewer("backend", ("dev-backend",), ("backend",), (), "named", False)
    assert reviewer(policy, "qa").areas == ("qa",)
    assert {"principal", "pm", "security"} <= {each.name for each in policy.reviewers}
    assert (policy.required_scoped, policy.required_matrix, policy.release) == (1, 2, ())
    assert [(each.letter, each.after, each.auto_pass_when) for each in policy.checkpoints] == [
        ("a", "requirements", ""), ("b", "design", ""), ("c", "qa", "")
    ]  # fmt: skip
    assert [each.id for each in policy.triggers if each.stoplist] == [
        "path:auth", "path:crypto", "path:payment", "path:pii", "dep:new", "db:migration", "flag:new"
    ]  # fmt: skip
    assert all(each.why.endswith(".") for each in policy.triggers)
    assert "acceptance criteria" in policy.brief_sections["full"]
    assert policy.brief_sections["nano"] == ()
    assert (policy.source, policy.target, policy.unowned, policy.history, policy.derive) == (
        "", "", "review", "warn", "check"
    )  # fmt: skip


def test_tracks_say_how_they_count() -> None:
    tracks = shipped().tracks
    stoplist = tuple(each.id for each in shipped().triggers if each.stoplist)
    assert {name: track.too_light_for for name, track in tracks.items()} == {
        "full": (), "hotfix": (), "quick": stoplist, "nano": stoplist, "config-only": stoplist, "dep-update": stoplist
    }  # fmt: skip
    assert {name: track.fold for name, track in tracks.items()} == {
        "full": "criteria", "quick": "criteria", "nano": "build",
        "config-only": "regression", "dep-update": "regression", "hotfix": "",
    }  # fmt: skip
    assert {name: track.review_shape for name, track in tracks.items()} == {
        "full": "", "quick": "scoped", "nano": "none", "config-only": "none", "dep-update": "scoped", "hotfix": ""
    }  # fmt: skip
    assert tracks["dep-update"].review_areas == ("deps",)
    assert [name for name, track in tracks.items() if track.deps_area] == ["dep-update"]
    assert tracks["hotfix"].required_fields == (("stage-05", "stage_4_5a_skipped", True),)
    for name in ("nano", "config-only", "dep-update"):
        assert tracks[name].required_fields == (("stage-07", "regression_check", "PASS"),)


def test_places_lead_to_the_line() -> None:
    lines = Path(share.path("rules", "security.yaml")).read_text().splitlines()
    name, number = trigger(shipped(), "path:pii").place.split(":")
    assert name == "rules/security.yaml"
    assert lines[int(number) - 1] == "  path:pii:"
    changed = good("security:\n  triggers:\n    path:pii: {words: [pii]}\n")
    assert trigger(changed, "path:pii").place == ".gates.yaml:3"


def test_equal_policies_have_equal_digests() -> None:
    base = shipped()
    assert len(base.digest) == 64
    for text in ("", "# nothing\n", "version: 1\n", "review: {scoped: 1}\n", "\nsecurity: {triggers: {path:pii: {}}}"):
        assert good(text).digest == base.digest
    changes = [
        "target: trunk", "require_run: true", "history: strict", "derive: write", "unowned: block", "free: ['*.md']",
        "checkpoints: off", "merge: {requires: deploy}", "review: {matrix: 3}", "review: {contributors: committer}",
        "areas: {api: [/api/**]}", "reviewers: {pm: {emails: [p@example.com]}}", "brief: {sections: {full: [Why]}}",
        "security: {triggers: {path:pii: off}}", "security: {triggers: {path:pii: {except: [pii-free]}}}",
        "roles: {security: {emails: [s@example.com]}}", "stages: {design: {role: architect}}",
        "tracks: {quick: {stages: all}}", "checkpoints: {a: {auto_pass_when: no_warnings}}",
    ]  # fmt: skip
    digests = {good(text).digest for text in changes}
    assert len(digests) == len(changes)
    assert base.digest not in digests


def test_a_policy_can_be_stored_as_plain_data() -> None:
    flat = plain(shipped())
    assert marshal.loads(marshal.dumps(flat)) == flat


def test_own_areas_replace_the_shipped_ones_and_bring_reviewers() -> None:
    policy = good("areas:\n  api: [/api/**]\n  web: {paths: [/web/**], approvals: 2, role: web-team}\n")
    assert [each.name for each in policy.areas] == ["api", "web", "qa", "deps", "other"]
    assert area(policy, "api") == Area("api", ("/api/**",), True, 0, True, "dev-api")
    assert (area(policy, "web").approvals, area(policy, "web").role) == (2, "web-team")
    assert reviewer(policy, "api") == Reviewer("api", ("dev-api",), ("api",), (), "named", False)
    names = {each.name for each in policy.reviewers}
    assert names == {"api", "web", "qa", "platform", "principal", "pm", "security"}


def test_qa_can_be_redefined_in_part() -> None:
    policy = good("areas:\n  api: [/api/**]\n  qa: [/spec/**]\n")
    assert area(policy, "qa").patterns == ("/spec/**",)
    assert not area(policy, "qa").reviewed
    assert area(good("areas: {qa: {reviewed: true}}"), "qa").patterns == ("/src/tests/**", "/tests/**")


def test_reviewers_are_laid_over_the_known_ones() -> None:
    policy = good(
        "reviewers:\n  backend: {aliases: [ada], emails: [Ada@Example.com]}\n"
        "  carol:\n  dave: {emails: [d@example.com], level: signed, human: true, areas: [frontend]}\n"
    )
    assert reviewer(policy, "backend") == Reviewer(
        "backend", ("dev-backend", "ada"), ("backend",), ("ada@example.com",), "committed", False
    )
    assert reviewer(policy, "carol") == Reviewer("carol", ("dev-carol",), (), (), "named", False)
    dave = Reviewer("dave", ("dev-dave",), ("frontend",), ("d@example.com",), "signed", True)
    assert reviewer(policy, "dave") == dave


def test_the_security_role_falls_back_on_the_reviewer() -> None:
    assert good("reviewers: {security: {emails: [S@example.com]}}").security_role_emails == ("s@example.com",)
    both = "reviewers: {security: {emails: [a@b.c]}}\nroles: {security: {emails: [x@y.z]}}"
    assert good(both).security_role_emails == ("x@y.z",)


def test_triggers_are_changed_added_and_switched_off() -> None:
    policy = good(
        "security:\n  triggers:\n    path:auth: {words: [auth]}\n    infra:container: off\n    path:secret: false\n"
        "    own:thing: {paths: [/thing/**], why: Ours., stoplist: true}\n    control:plane: {paths: [/rules.lock]}\n"
    )
    names = [each.id for each in policy.triggers]
    assert "infra:container" not in names
    assert "path:secret" not in names
    assert trigger(policy, "path:auth").words == ("auth",)
    assert trigger(policy, "path:auth").stoplist
    assert trigger(policy, "own:thing").stoplist
    assert set(trigger(shipped(), "control:plane").patterns) < set(trigger(policy, "control:plane").patterns)
    assert "own:thing" in policy.tracks["nano"].too_light_for
    assert "own:thing" not in policy.tracks["full"].too_light_for


def test_manifests_are_known_although_their_trigger_is_off() -> None:
    assert "package.json" in area(good("security: {triggers: {dep:manifest: off}}"), "deps").patterns


@pytest.mark.parametrize("written", ["off", "false", "'off'"])
def test_checkpoints_can_be_switched_off(written: str) -> None:
    policy = good(f"checkpoints: {written}\n")
    assert policy.checkpoints == ()
    assert all(stage.checkpoint == "" for stage in policy.tracks["full"].stages)


def test_checkpoints_can_pass_by_themselves() -> None:
    policy = good("checkpoints: {a: {auto_pass_when: no_warnings}, c: {auto_pass_when: all_criteria_passed}, b: null}")
    assert [each.auto_pass_when for each in policy.checkpoints] == ["no_warnings", "", "all_criteria_passed"]


def test_own_stages_and_tracks() -> None:
    policy = good(
        "stages:\n  audit: {gate: stage-10, role: auditor, needs: [qa], writes: [audit.md], bound: [audit.md]}\n"
        "  deploy: {needs: [audit]}\ntracks:\n  quick: {stages: [build, qa, deploy]}\n"
    )
    assert [each.name for each in policy.tracks["full"].stages][-3:] == ["audit", "deploy", "retrospective"]
    assert [(each.name, each.needs) for each in policy.tracks["quick"].stages] == [
        ("build", ()), ("security-review", ("build",)), ("qa", ("build", "security-review")), ("deploy", ("qa",))
    ]  # fmt: skip
    assert "stage-10" in policy.tracks["quick"].forbidden


@pytest.mark.parametrize(
    ("text", "rule", "line", "part"),
    [
        ("version: 1\naraes: {}\n", "policy/unknown-key", 2, "did you mean 'areas'?"),
        ("areas:\n  api:\n    paths: [/x]\n    reviewd: true\n", "policy/unknown-key", 4, "did you mean 'reviewed'?"),
        ("<<: {a: 1}\n", "policy/unknown-key", 1, "<<"),
        ("- a\n", "policy/schema", 1, "expected a mapping"),
        ("hello\n", "policy/schema", 1, "expected a mapping"),
        ("version: 2\n", "policy/schema", 1, "expected 1"),
        ("require_run: yes\n", "policy/schema", 1, "expected true or false"),
        ("review: {scoped: 0}\n", "policy/schema", 1, "minimum"),
        ("review: {scoped: true}\n", "policy/schema", 1, "whole number"),
        ("target: 'a b'\n", "policy/schema", 1, "target"),
        ('target: "main\\n"\n', "policy/schema", 1, "target"),
        ("areas: {}\n", "policy/schema", 1, "areas"),
        ("areas:\n  Api: [/x]\n", "policy/schema", 2, "Api"),
        ("areas:\n  other: [/x]\n", "policy/schema", 2, "other"),
        ('areas:\n  "api\\n": [/x]\n', "policy/schema", 2, "api"),
        ("areas:\n  api: {approvals: 1}\n", "policy/schema", 2, "paths"),
        ("areas:\n  api: {paths: [/x], approvals: 0}\n", "policy/schema", 2, "minimum"),
        ("checkpoints: on\n", "policy/schema", 1, "off"),
        ("checkpoints: true\n", "policy/schema", 1, "off"),
        ("checkpoints:\n  a: {auto_pass_when: all_criteria_passed}\n", "policy/schema", 2, "no_warnings"),
        ("checkpoints:\n  d: {auto_pass_when: no_warnings}\n", "policy/unknown-name", 2, "a, b, c"),
        ("merge:\n  requires: deplyo\n", "policy/unknown-name", 2, "did you mean 'deploy'?"),
        ("review:\n  release:\n    - pm\n    - secruity\n", "policy/unknown-name", 4, "did you mean 'security'?"),
        ("reviewers:\n  x: {areas: [backen]}\n", "policy/unknown-name", 2, "did you mean 'backend'?"),
        ("reviewers:\n  x: {aliases: [dev-backend]}\n", "policy/schema", 2, "dev-backend"),
        ("reviewers:\n  x: {emails: [nobody]}\n", "policy/schema", 2, "nobody"),
        ("brief: {sections: {huge: [A]}}\n", "policy/unknown-name", 1, "track"),
        ("roles: {secrity: {}}\n", "policy/unknown-key", 1, "did you mean 'security'?"),
        ("security: {triggers: {a:b: {why: x}}}\n", "policy/unknown-name", 1, "give it words, paths or lines"),
        (
            "security:\n  triggers:\n    a:b:\n      lines: {pyhton: [eval(]}\n",
            "policy/unknown-name",
            4,
            "did you mean 'python'?",
        ),
        (
            "security:\n  triggers:\n    a:b:\n      lines: {every: ['(']}\n",
            "policy/pattern",
            4,
            'write code, for example "os.system("',
        ),
        (
            "security: {triggers: {a:b: {lines: {every: [x(], go: []}, covered_by: [path:aut]}}}\n",
            "policy/unknown-name",
            1,
            "did you mean",
        ),
        ("security: {triggers: {a:b: {lines: [x(]}}}\n", "policy/schema", 1, "language, or every"),
        ("security:\n  triggers:\n    path:atuh: off\n", "policy/unknown-name", 3, "did you mean 'path:auth'?"),
        ("security: {triggers: {path:atuh: {why: x}}}\n", "policy/unknown-name", 1, "did you mean 'path:auth'?"),
        ("security:\n  triggers:\n    control:plane: off\n", "policy/schema", 3, "cannot be switched off"),
        ("security:\n  triggers:\n    x: {words: [a]}\n", "policy/schema", 3, "family:name"),
        ("security:\n  triggers:\n    x:y: {words: ['--']}\n", "policy/schema", 3, "holds no word"),
        ("security:\n  triggers:\n    x:y: on\n", "policy/schema", 3, "off"),
        ("security:\n  triggers:\n    x:y: {paths: ['!/x']}\n", "policy/pattern", 3, "takes back"),
        ("areas:\n  api:\n    - /a\n    - '[a'\n", "policy/pattern", 4, "never match"),
        ("areas:\n  api:\n    paths:\n      - '# a'\n", "policy/pattern", 4, "comment"),
        ("areas: {deps: ['!a']}\n", "policy/pattern", 1, "takes back"),
        ("free: ['a\\']\n", "policy/pattern", 1, "cannot be used"),
        ('free: ["a\\nb"]\n', "policy/pattern", 1, "control"),
        ("free: ['**/a/**/b/**/c']\n", "policy/pattern", 1, "**"),
        ("free: ['[z-a]']\n", "policy/pattern", 1, "cannot be used"),
        ("stages:\n  design: {needs: [qa]}\n", "policy/cycle", 2, "design needs"),
        ("stages:\n  qa: {needs: [qa]}\n", "policy/cycle", 2, "qa needs qa"),
        ("stages:\n  qa: {needs: [peer-reviews]}\n", "policy/unknown-name", 2, "did you mean 'peer-review'?"),
        ("stages:\n  audit: {needs: [qa]}\n", "policy/schema", 2, "'gate' is missing"),
        ("stages:\n  audit: {gate: stage-07, role: x}\n", "policy/schema", 2, "belongs to qa"),
        ("stages:\n  qa: {writes: [../x]}\n", "policy/schema", 2, "writes"),
        ("stages:\n  qa: {writes: ['*.md']}\n", "policy/schema", 2, "writes"),
        ("stages:\n  qa: {bound: ['delta:all']}\n", "policy/schema", 2, "bound"),
        ("tracks: {slow: {stages: all}}\n", "policy/schema", 1, "slow"),
        ("tracks:\n  quick: {stages: [build, qaa]}\n", "policy/unknown-name", 2, "did you mean 'qa'?"),
        ("a: 1\na: 2\n", "policy/duplicate-key", 2, "first in line 1"),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, rule: str, line: int, part: str) -> None:
    policy, findings = load_policy(text.encode())
    assert policy is None
    matching = [finding for finding in findings if finding.rule == rule and finding.line == line]
    assert matching, findings
    assert any(part in f"{finding.message} {finding.hint}" for finding in matching)
    for finding in findings:
        assert (finding.level, finding.path) == (MALFORMED, ".gates.yaml")
        assert finding.hint
        assert "\n" not in finding.message


def test_all_mistakes_are_named_at_once() -> None:
    text = b"merge: {requires: x}\nreview: {release: [y]}\nsecurity: {triggers: {control:plane: off}}\n"
    policy, findings = load_policy(text)
    assert policy is None
    assert [(finding.rule, finding.line) for finding in findings] == [
        ("policy/unknown-name", 1), ("policy/unknown-name", 2), ("policy/schema", 3)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{number}: 1\n" for number in range(20_000)),
        "areas:\n" + "".join(f"  a{number}: [1]\n" for number in range(20_000)),
        "review: {release: [" + ",".join(f"r{number}" for number in range(20_000)) + "]}",
        "security: {triggers: {x:y: {words: ['" + "-" * 100_000 + "']}}}",
        "stages:\n"
        + "".join(f"  s{n}: {{gate: stage-{n + 10}, role: r, needs: [s{(n + 1) % 9}]}}\n" for n in range(9))
        + "#" * 200_000,
    ],
)
def test_hostile_policies_are_refused_in_bounded_time(text: str) -> None:
    start = time.perf_counter()
    policy, findings = load_policy(text.encode())
    assert policy is None
    assert 0 < len(findings) <= 60
    assert all(len(finding.message) < 700 for finding in findings)
    assert time.perf_counter() - start < 5


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["off", "qa", "a", "/x/**", "!", "[", "x:y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "qa", "paths", "words"]), inner),
    max_leaves=6,
)
SCHEMA = json.loads(Path(share.path("gates", "policy.schema.json")).read_text())


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(SCHEMA["properties"])), VALUES, max_size=3))
def test_any_document_gives_a_policy_or_findings(document: dict[str, object]) -> None:
    policy, findings = load_policy(json.dumps(document).encode())
    assert (policy is None) == bool(findings)


def test_the_schema_is_a_schema_and_every_part_can_explain_itself() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for name, part in SCHEMA["properties"].items():
        assert part.get("description"), name


def test_the_template_is_a_policy() -> None:
    text = Path(share.path("templates", "gates.yaml")).read_text()
    assert "{{target}}" in text
    filled = text.replace("{{target}}", "main").replace("{{areas}}", "  backend: [/src/backend/**]")
    policy = good(filled)
    assert policy.target == "main"
    assert policy.source == ".gates.yaml"
    # Every commented setting is one too: those that stand in one line are tried as they are.
    for line in filled.splitlines():
        if line.startswith("# ") and ": " in line and line[2:].split(":")[0] in SCHEMA["properties"]:
            good(line[2:])


@pytest.mark.parametrize(
    "pattern",
    ["run.json", "context.md", "Summary.md", "gates/**", "gates/stage-01.json", "waivers/x.yml", "archive/**"],
)
def test_no_stage_owns_what_tells_of_the_whole_run(pattern):
    text = f"stages: {{audit: {{gate: stage-10, role: x, needs: [build], writes: [audit.md, '{pattern}']}}}}"
    policy, findings = load_policy(text.encode())
    assert policy is None
    assert [(one.rule, one.message) for one in findings] == [
        ("policy/schema", f"stages.audit.writes: {pattern} belongs to no stage")
    ]
