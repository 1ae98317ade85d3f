"""Any bytes in any document give a verdict with rule ids, in bounded time, never a pass where they are malformed."""

from __future__ import annotations

import json
import os
import shutil
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commitgate.engine import INDEX, Engine, PolicyRefused, Question
from commitgate.finding import MALFORMED, UNKNOWN, exit_code
from commitgate.git.repository import Repository
from commitgate.memo import NoMemo
from story import Library, Story
from support import run

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
# What is known of the commits below is not read again for each example.
KNOWN = NoMemo()
GATES = ("01", "02", "03", "04-backend", "05", "05-security", "06-backend", "07", "08", "09")
DOCUMENTS = (
    "pipeline/brief.md",
    "pipeline/design-spec.md",
    "pipeline/context.md",
    "pipeline/test-report.md",
    "pipeline/runbook.md",
    "pipeline/retrospective.md",
    "pipeline/deploy-log.md",
    "pipeline/lessons-learned.md",
    "pipeline/pr-backend.md",
    "pipeline/pre-review.md",
    "pipeline/code-review/by-platform.md",
)
JSON_DOCUMENTS = (*(f"pipeline/gates/stage-{name}.json" for name in GATES), "pipeline/run.json")

# Pieces that readers look for, in every wrong order.
PIECES = st.sampled_from(
    [
        "## Review of backend", "## Review of ", "REVIEW: APPROVED", "REVIEW: CHANGES REQUESTED", "ESCALATE: x",
        "BLOCKER: y", "Reviewed: d1:" + "0" * 64 + " base=0 head=0 files=1", "```", "<!--", "-->", "> ", "- ", "    ",
        "## Acceptance Criteria", "1. one", "999999999999999999999. big", "## Out of Scope", "## Open Questions",
        "| AC-1 | test | pass |", "| --- | --- | --- |", "| Criterion | Test | Result |", "Total: 2, passed: 2",
        "Total: " + "9" * 30, "## User Decisions", "TRACK: full", "STATUS: APPROVED", "QUESTION: q @PM", "PM-ANSWER: a",
        "2026-03-26T10:00:00Z — CHECKPOINT-PASS: a (user)", "2026-03-26T10:00:00Z — RESOLVED stage-06-backend: yes",
        "2026-13-99T99:99:99Z — CHECKPOINT-AUTO-PASS: c (no_warnings)",
        "PRINCIPAL-RULING: x → y", "PRINCIPAL-RULING: →",
        "### L001 — lesson", "**Reinforced:** 3 (last: 2026-01-01)", "## Rollback", "\u2028", "\x0c", "\x00",
        "\ufeff", "\u200b",
        "[a]: <b", "***", "===", "\t", "&#0;", "<script>", "\\", "|||||", "((((", "\x1b[31m", "::error::x",
    ]
)  # fmt: skip
MARKDOWN = st.lists(PIECES | st.text(max_size=20), max_size=30).map(
    lambda parts: "\n".join(parts).encode("utf-8", "surrogatepass")
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def told(library: Library, tmp_path_factory) -> Story:
    """One finished run; each example is judged in an index of its own."""
    return library.copy("complete", tmp_path_factory.mktemp("bad") / "story")


def verdict(story: Story, changes: dict[str, bytes]) -> tuple[int, set[str]]:
    """(exit code of the commit door, rule ids) with the files staged over HEAD."""
    index = story.path / ".git" / "index.example"
    shutil.copy(story.path / ".git" / "index", index)
    env = {**os.environ, "GIT_INDEX_FILE": str(index)}
    for path, data in changes.items():
        oid = story.git("hash-object", "-w", "--stdin", feed=data).out.strip()
        story.git("update-index", "--add", "--cacheinfo", f"100644,{oid},{path}", env=env)
    try:
        with Engine(Repository(str(story.path), env), KNOWN) as engine:
            findings = list(engine.ask(Question(INDEX), int(time.time())).verdict.lawful)
    except PolicyRefused as refused:
        findings = list(refused.findings)
    assert all("/" in finding.rule and finding.message and finding.line >= 0 for finding in findings)
    return exit_code(findings), {finding.rule for finding in findings}


def test_the_ground_is_lawful(told):
    assert verdict(told, {})[0] == 0


@FEW
@given(path=st.sampled_from(JSON_DOCUMENTS), data=st.binary(max_size=200))
def test_arbitrary_bytes_are_no_gate(told, path, data):
    code, rules = verdict(told, {path: data})
    assert code == MALFORMED
    assert any(rule.startswith(("json/", "gate/", "run/")) for rule in rules)


@FEW
@given(
    path=st.sampled_from(JSON_DOCUMENTS), position=st.floats(0, 1), cut=st.integers(1, 40), into=st.binary(max_size=8)
)
def test_a_damaged_gate_passes_only_while_it_is_valid_json(told, path, position, cut, into):
    data = (told.path / path).read_bytes()
    at = int(position * (len(data) - 1))
    damaged = data[:at] + into + data[at + cut :]
    code, _ = verdict(told, {path: damaged})
    try:
        readable = isinstance(json.loads(damaged.decode("utf-8")), dict)
    except ValueError:
        readable = False
    assert readable or code == MALFORMED


@FEW
@given(path=st.sampled_from(JSON_DOCUMENTS), fields=st.data(), value=VALUES)
def test_any_value_in_any_field_is_judged(told, path, fields, value):
    gate = json.loads((told.path / path).read_bytes())
    known = [
        *gate,
        "subject",
        "options",
        "failing_tests",
        "retry_number",
        "escalation_reason",
        "workstreams",
        "sca_findings",
    ]
    key = fields.draw(st.sampled_from(known))
    status = fields.draw(st.sampled_from(["PASS", "FAIL", "ESCALATE"]))
    changed = {**gate, **({"status": status} if "status" in gate else {}), key: value}
    data = json.dumps(changed).encode("utf-8", "surrogatepass")
    code, rules = verdict(told, {path: data})
    assert code != UNKNOWN
    required = key in ("stage", "track", "timestamp", "blockers", "warnings", "agent", "run", "schema")
    if required and type(value) is not type(gate.get(key, value)):
        assert code == MALFORMED, rules


@FEW
@given(path=st.sampled_from(DOCUMENTS), data=st.binary(max_size=100) | MARKDOWN)
def test_any_markdown_is_judged(told, path, data):
    code, _ = verdict(told, {path: data})
    assert code != UNKNOWN
    if path.endswith("by-platform.md"):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            assert code == MALFORMED


@FEW
@given(data=st.binary(max_size=100) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_arbitrary_bytes_are_no_policy(told, data):
    code, rules = verdict(told, {".gates.yaml": data})
    assert code in (0, MALFORMED)
    meaning = [
        line
        for line in data.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"\n").split(b"\n")
        if line.split(b"#")[0].strip(b" \n")
    ]
    if code == 0:
        assert not meaning or b"{}" in data or b"null" in data or b"~" in data or b"---" in data or b"..." in data, data
    else:
        assert any(rule.startswith("policy/") for rule in rules)


POLICY_KEYS = (
    "target", "areas", "reviewers", "review", "free", "unowned", "triggers", "checkpoints", "stages", "tracks", "merge",
    "require_run", "history", "derive", "roles", "brief", "lessons",
)  # fmt: skip


@FEW
@given(key=st.sampled_from(POLICY_KEYS), value=VALUES)
def test_any_value_in_a_policy_is_judged(told, key, value):
    code, _ = verdict(told, {".gates.yaml": json.dumps({key: value}).encode()})
    assert code in (0, MALFORMED, 2)


HUGE = {
    "brackets": b"[" * 200_000,
    "braces": b'{"a":' * 40_000,
    "one long string": b'{"stage": "' + b"x" * 250_000 + b'"}',
    "many keys": b"{" + b",".join(b'"k%d": 1' % n for n in range(18_000)) + b"}",
    "doubled keys": b"{" + b",".join([b'"k": 1'] * 25_000) + b"}",
    "digits": b'{"stage": ' + b"9" * 250_000 + b"}",
    "exponent": b'{"stage": 1e999999999}',
    "blanks": b" " * 250_000 + b"{}",
    "backslashes": b'{"stage": "' + b"\\\\" * 120_000 + b'"}',
    "twenty megabytes": b'{"a": "' + b"x" * 20_000_000 + b'"}',
}


@pytest.mark.parametrize("data", HUGE.values(), ids=HUGE)
def test_a_huge_gate_is_refused_in_bounded_time(told, data):
    started = time.monotonic()
    code, _ = verdict(told, {"pipeline/gates/stage-01.json": data})
    assert code == MALFORMED
    assert time.monotonic() - started < 5


MARKDOWN_BOMBS = {
    "emphasis": b"*a " * 30_000,
    "brackets": b"[" * 60_000,
    "links": b"[a](" * 30_000,
    "quotes": b">" * 60_000,
    "lists": b"\n".join(b" " * n + b"- x" for n in range(400)),
    "backticks": b" ".join(b"`" * n for n in range(1, 500)),
    "table": b"|" * 60_000 + b"\n" + b"|-" * 30_000,
    "sections": b"## Review of backend\n\nREVIEW: APPROVED\n\n" * 4_000,
    "one line": b"x" * 2_000_000,
    "blanks": b"REVIEW:" + b" " * 200_000 + b"APPROVED!",
    "entities": b"&" * 100_000,
    "comment": b"<!--" * 30_000,
}


@pytest.mark.parametrize("data", MARKDOWN_BOMBS.values(), ids=MARKDOWN_BOMBS)
@pytest.mark.parametrize("path", [path for path in DOCUMENTS if "retro" not in path])
def test_heavy_markdown_is_read_in_bounded_time(told, path, data):
    started = time.monotonic()
    code, _ = verdict(told, {path: data})
    assert code != UNKNOWN
    assert time.monotonic() - started < 5


def test_the_door_itself_says_it_in_words(told):
    env = {"GIT_INDEX_FILE": str(told.path / ".git" / "index.door")}
    told.git("read-tree", "HEAD", env=env)
    oid = told.git("hash-object", "-w", "--stdin", feed=b'{"stage": "\x1b[31m\n::error::x"}').out.strip()
    told.git("update-index", "--add", "--cacheinfo", f"100644,{oid},pipeline/gates/stage-01.json", env=env)
    said = told.door(env)
    assert said.code == MALFORMED
    assert "Traceback" not in said.err
    assert "\x1b" not in said.err
    assert not any(line.startswith("::") for line in said.err.splitlines())
    assert run("git", "fsck", "--no-dangling", cwd=told.path).code == 0
