"""Reports to render: one as a team would see it, one with nothing in it, and any that hostile documents could make."""

from __future__ import annotations

from hypothesis import strategies as st

from commitgate.finding import BLOCKED, ESCALATE, MALFORMED, UNKNOWN, WARNING, Finding, exit_code
from commitgate.report.model import Report

STATES = ("pass", "fail", "escalate", "stale", "open", "waiting", "missing", "skipped")


def stage(number: str, name: str, state: str, role: str = "dev", notes: tuple[str, ...] = ()) -> dict[str, object]:
    """A row as ``plain.placed_stages`` gives it."""
    return {
        "label": number[:2],
        "stage": f"stage-{number}",
        "name": name,
        "state": state,
        "role": role,
        "needs": [],
        "notes": list(notes),
        "waits_for": [],
    }


STALE = Finding(
    "gate/stale", WARNING, "stage-05 is stale: 3 files changed", "git gate reaffirm stage-05", "src/ä b.py", 12
)
FINDINGS = (
    Finding(
        "gate/schema",
        MALFORMED,
        "stage-04-backend: files_changed is 'many', a list of paths is expected",
        "git gate validate pipeline/gates/stage-04-backend.json",
        "pipeline/gates/stage-04-backend.json",
        7,
    ),
    Finding(
        "ready/stage",
        BLOCKED,
        "stage-07 (Test) is missing and waits for peer-review",
        "git gate next",
        "pipeline/gates/stage-07.json",
    ),
    Finding(
        "gate/stale", WARNING, "stage-05 is stale: 3 files changed", "git gate reaffirm stage-05", "src/ä b.py", 12
    ),
    Finding("gate/stale", WARNING, "stage-05 is stale: 3 files changed", "git gate reaffirm stage-05", "src/c.py", 3),
)
HISTORY = (
    Finding("order/early-work", WARNING, "commit 1f2e3d4 wrote stage-05 early; repaired by 9a8b7c6", "", "a.py"),
)
FULL = Report(
    title="commitgate: main..feature/reset",
    findings=FINDINGS,
    suppressed=((Finding("security/veto", BLOCKED, "the veto stands", "", "src/auth.py", 4), "W-7: until 1 May"),),
    stages=(
        stage("01", "Requirements", "pass", "pm", ("2 criteria",)),
        stage("02", "Design", "pass", "principal", ("1 ADR",)),
        stage("03", "Clarification", "pass", "pm"),
        stage("04-backend", "Build (backend)", "fail", "dev-backend", ("files_changed is not a list",)),
        stage("05", "Pre-review", "stale", "dev-platform", ("src/ä b.py changed since",)),
        stage("05-security", "Security review", "escalate", "security", ("path:auth triggered",)),
        stage("06-backend", "Peer review (backend)", "waiting", "reviewers", ("1 of 2 approvals",)),
        stage("07", "Test", "missing", "qa"),
        stage("08", "Deploy", "skipped", "dev-platform"),
    ),
    ready=False,
    exit=MALFORMED,
    run={"id": "reset-1", "feature": "Password reset by mail", "track": "full"},
    warnings=(("stage-04-backend", "no index on reset_token yet"), ("stage-05", "two advisories are ignored")),
    history=HISTORY,
    next_step="pipeline/gates/stage-04-backend.json:7: files_changed is 'many', a list of paths is expected",
    command="git gate validate pipeline/gates/stage-04-backend.json",
)
EMPTY = Report("commitgate: the index", (), (), (), True, 0, None, (), (), "")

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x9b31m",
    "first\nsecond\r\nthird\u2028fourth\x85fifth",
    "]]>",
    "</script><script>alert(1)</script>",
    "</bdi></style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "::set-output name=x::y",
    "\n::error file=a.py,line=1::forged",
    "##[error]forged",
    "%0A::warning::forged",
    "$style ${body} $$",
    "{0} {1:d} {{",
    "[click](https://evil.example/) ![x](https://evil.example/p.png)",
    "https://evil.example/ www.evil.example <https://evil.example/>",
    "| cell | `code` **bold** <b>b</b> &lt; &#60;",
    "\u202egpj.exe\u2066\u200f",
    "\udcff\udc80 not utf-8",
    "\ud800 alone",
    "\x00\x01\x7f\ufffe\uffff",
    "x" * 10_000,
    "../../etc/passwd",
    "//evil.example/x",
    "javascript:alert(1)",
    "a:b,c=d;e",
    "",
    " ",
    "pipeline/gates/stage-07.json",
)
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=3).map("".join),
    st.text(st.characters(exclude_categories=()), max_size=40),
)
rules = st.sampled_from(["gate/schema", "gate/failed", "engine/cannot-decide", "unheard/of-rule"])
levels = st.sampled_from([WARNING, MALFORMED, BLOCKED, ESCALATE, UNKNOWN])
findings = st.builds(Finding, rules, levels, texts, texts, texts, st.integers(0, 9))
stages = st.builds(
    lambda state, name, role, notes: stage("07", name, state, role, tuple(notes)),
    st.sampled_from(STATES),
    texts,
    texts,
    st.lists(texts, max_size=2),
)


def _report(
    found: list[Finding], history: list[Finding], waived: list[tuple[Finding, str]], more: dict[str, object]
) -> Report:
    code = exit_code((*found, *history))
    return Report(findings=tuple(found), history=tuple(history), suppressed=tuple(waived), exit=code, **more)  # type: ignore[arg-type]


reports = st.builds(
    _report,
    st.lists(findings, max_size=4),
    st.lists(findings, max_size=1),
    st.lists(st.tuples(findings, texts), max_size=1),
    st.fixed_dictionaries(
        {
            "title": texts,
            "stages": st.lists(stages, max_size=2).map(tuple),
            "ready": st.booleans(),
            "run": st.none() | st.fixed_dictionaries({"id": texts, "feature": texts, "track": texts}),
            "warnings": st.lists(st.tuples(texts, texts), max_size=1).map(tuple),
            "next_step": texts,
            "command": texts,
        }
    ),
)
