"""Writing authored gates: each is judged as it would stand in the work tree, and all of them are written or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from commitgate.documents import gate
from commitgate.documents.facts import GateFacts
from commitgate.documents.reading import read
from commitgate.facts import Snapshot
from commitgate.finding import BLOCKED, ESCALATE, MALFORMED, Finding, at
from commitgate.judge.approvals import open_escalations
from commitgate.judge.binding import area_token, inputs
from commitgate.judge.consistency import consistency
from commitgate.judge.escalated import held_up
from commitgate.judge.gates import retry_findings
from commitgate.judge.ledger import History, Passed
from commitgate.judge.left_out import standing_security_vetoes
from commitgate.judge.security import GATE as SECURITY_GATE
from commitgate.judge.stages import board
from commitgate.judge.waiving import cover
from commitgate.policy.gates import GateRules
from commitgate.policy.layout import GATES, gate_path
from commitgate.policy.model import Stage
from commitgate.working.desk import Desk, Refused
from commitgate.working.settings import Ask, Missing

PASS = "PASS"


class Draft(NamedTuple):
    """One gate to be written. ``given`` names the fields that a person set, ``asks`` is what nobody has said yet."""

    stage: Stage
    stage_id: str
    area: str
    fields: dict[str, Any]
    given: tuple[str, ...]
    asks: tuple[Ask, ...] = ()


class Written(NamedTuple):
    """One gate as it stands now. ``changed`` is False when it said the same before."""

    path: str
    status: str
    changed: bool
    warnings: tuple[Finding, ...]


class _Tree(NamedTuple):
    """The work tree with the drafts that have been accepted so far."""

    snapshot: Snapshot
    history: History


def write_all(desk: Desk, drafts: Sequence[Draft], command: str) -> list[Written]:
    """Write the gates, in the order in which they depend on each other; Refused when one of them cannot stand.

    A gate that would say what it says already, but for its timestamp, is left alone. Missing when a person has to say
    more, provided that nothing else is wrong; ``command`` is how it is typed, as :class:`Missing` shows it.
    """
    tree = _Tree(desk.snapshot, desk.history)
    rules = GateRules(desk.policy)
    ready: list[tuple[str, bytes, Written]] = []
    refused: list[Finding] = []
    for draft in drafts:
        path = gate_path(desk.snapshot.root, draft.stage_id)
        data = _render(draft, path)
        name = f"{GATES}{draft.stage_id}.json"
        facts = rules.applied(read("gate", name, data, rules.schema(draft.stage_id)))
        after = _with(desk, tree, draft, facts)
        changed = not _says_the_same(desk.snapshot.gates().get(draft.stage_id), facts)
        findings = _judge(desk, tree, after, draft, facts, path)
        if changed:
            findings += retry_findings(after.snapshot, _committed(desk.history), {draft.stage_id: facts})
        not_said = {facts.lines.get(ask.key) for ask in draft.asks}
        findings = [one for one in findings if one.path != path or not one.line or one.line not in not_said]
        refused += [one for one in findings if one.level]
        warnings = tuple(one for one in findings if not one.level)
        ready.append((path, data, Written(path, facts.status, changed, warnings)))
        tree = after
    if refused:
        raise Refused(dict.fromkeys(refused))
    asks = {ask.key: ask for draft in drafts for ask in draft.asks}
    if asks:
        gates = ", ".join(draft.stage_id for draft in drafts if draft.asks)
        raise Missing(gates, command, tuple(asks.values()))
    for path, data, written in ready:
        if written.changed:
            desk.folder.write(path, data)
    return [written for _, _, written in ready]


def _render(draft: Draft, path: str) -> bytes:
    try:
        return gate.render(draft.fields)
    except UnicodeEncodeError as error:
        name = error.object[max(0, error.start - 40) : error.end + 10].split('"')[-1]
        raise Refused(
            [Finding("gate/schema", MALFORMED, f"{name!a} is not UTF-8, so no gate can hold it", "rename it", path)]
        ) from None
    except RecursionError:
        raise Refused([Finding("json/depth", MALFORMED, "a value is nested too deeply", "simplify it", path)]) from None


def _says_the_same(before: GateFacts | None, now: GateFacts) -> bool:
    if before is None or not before.status:
        return False
    return before.payload == now.payload and before.fields.get("subject") == now.fields.get("subject")


def _with(desk: Desk, tree: _Tree, draft: Draft, facts: GateFacts) -> _Tree:
    """The tree with this gate in it, and a history in which it is introduced there."""
    documents = {**tree.snapshot.documents, gate_path(tree.snapshot.root, draft.stage_id): facts}
    snapshot = tree.snapshot._replace(documents=documents)
    bound = inputs(desk.policy, snapshot, draft.stage, draft.stage_id, draft.area)
    key = (draft.stage_id, facts.payload)
    passed = Passed("", snapshot.author, bound.digest, bound.parts, True)
    payloads = {**tree.history.payloads, key: (*tree.history.payloads.get(key, ()), passed)}
    return _Tree(snapshot, tree.history._replace(payloads=payloads))


def _judge(desk: Desk, before: _Tree, after: _Tree, draft: Draft, facts: GateFacts, path: str) -> list[Finding]:
    found = _escalations(desk, after, draft, facts, path)
    if not found and facts.fields.get("status") == PASS:
        found = _order(desk, before, draft, path)
    if found:
        return found  # whatever else is wrong does not matter yet
    found = at(path, facts.findings)
    if any(one.level and one.rule != "gate/pass-needs" for one in found):
        return found
    found += _documents(desk, after, draft, facts, path)
    if draft.stage_id == SECURITY_GATE:
        found += _veto(desk, after, facts, path)
    return found


def _escalations(desk: Desk, tree: _Tree, draft: Draft, facts: GateFacts, path: str) -> list[Finding]:
    """An ESCALATE that nobody has decided: of this very gate, or of a stage before a PASS."""
    said = facts.fields.get("status")
    found = []
    for stage_id in sorted({one.stage_id for one in desk.history.escalations.values()}):
        standing = open_escalations(tree.snapshot, desk.history, stage_id)
        if stage_id == draft.stage_id:
            # One that was never committed may be taken back.
            standing = tuple(one for one in standing if one.commit) if said != "ESCALATE" else ()
        elif said != PASS or draft.stage.name not in held_up(desk.track, stage_id):
            continue
        if not standing:
            continue
        message = f"{stage_id} is escalated by {standing[0].by} and has no decision: {standing[0].reason}"
        found.append(Finding("order/escalation-bypassed", ESCALATE, message, standing[0].command, path))
    return found


def _order(desk: Desk, tree: _Tree, draft: Draft, path: str) -> list[Finding]:
    areas = list(desk.answer.verdict.reviews)
    now = board(desk.policy, desk.track, tree.snapshot, tree.history, areas)
    if now.open[draft.stage.name]:
        return []
    lacking = "; ".join(now.lacking[draft.stage.name])
    message = f"{draft.stage_id} cannot be PASS: {draft.stage.name} is not open: {lacking}"
    found = Finding("order/predecessor", BLOCKED, message, "git gate next says what comes first", path)
    return [] if cover(desk.answer.verdict, desk.answer.facts.waivers, desk.now).by(found) is not None else [found]


def _documents(desk: Desk, tree: _Tree, draft: Draft, facts: GateFacts, path: str) -> list[Finding]:
    """Whether the gate agrees with the tree. Under another status than PASS, only the fields set by hand must."""
    as_pass = facts._replace(status=PASS)
    found = consistency(desk.policy, tree.snapshot, draft.stage_id, as_pass, tree.history)
    if facts.fields["status"] == PASS:
        return found
    lines = {facts.lines[key] for key in draft.given if key in facts.lines}
    return [one for one in found if one.path == path and one.line in lines]


def _committed(history: History) -> History:
    """The history without what only the work tree says."""
    attempts = {key: tuple(one for one in many if one.commit) for key, many in history.attempts.items()}
    return history._replace(attempts=attempts)


def _veto(desk: Desk, tree: _Tree, facts: GateFacts, path: str) -> list[Finding]:
    if facts.fields.get("veto") is True:
        return []
    product = area_token(desk.policy, tree.snapshot, "product")
    for commit in standing_security_vetoes(desk.history):
        if commit and desk.history.security_vetoes[commit] == product:
            message = f"the veto of {commit[:12]} stands: nothing of the product changed since"
            return [Finding("security/veto-erased", BLOCKED, message, "fix what the veto names first", path)]
    return []
