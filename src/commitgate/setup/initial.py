"""What ``git gate init`` writes: everything is looked at first, and one obstacle means that nothing is written."""

from __future__ import annotations

import json
import os
from typing import NamedTuple

from commitgate import share
from commitgate.errors import UserError
from commitgate.git.refs import Refs
from commitgate.git.repository import Repository
from commitgate.policy.load import load_policy
from commitgate.setup import areas, ci, files, precommit_config
from commitgate.setup.ignored import rule_for

POLICY = ".gates.yaml"
ALONE = "pipeline"
TEAM = "pipelines/*"  # one run folder for each feature, so that branches never write the same file

# A folder with one of these is a run's; the others are what a run may hold besides.
_MARKS = {"run.json", "context.md", "gates"}
_SAMPLES = ("run.json", "context.md", "brief.md", "gates/stage-01.json", "code-review/by-backend.md", "adr/0001-x.md")
_POLICY_HINT = "git gate doctor says whether it is accepted; to begin anew, move it away"

_NO_AREAS = """\
# There is no folder of source to propose one from, so the shipped areas apply. For example:
# areas:
#   backend: {paths: ["/server/**"]}"""


class Written(NamedTuple):
    """One file of the plan. ``data`` is what it will hold, ``before`` what it holds now (None: there is none)."""

    path: str
    data: bytes
    before: bytes | None

    @property
    def change(self) -> str:
        """ "wrote", "extended" or "unchanged"."""
        if self.before is None:
            return "wrote"
        return "unchanged" if self.before == self.data else "extended"


class Plan(NamedTuple):
    """Everything that init will do to the work tree, and what it found out."""

    target: str
    proposal: areas.Proposal
    files: tuple[Written, ...]


def plan(repo: Repository, wanted_target: str, kind: ci.Kind | None, runs: str = ALONE) -> Plan:
    """Look at everything and refuse, with UserError, what would not end well.

    ``kind``: of CI, None for none; ``runs``: ALONE or TEAM, where runs will lie.
    """
    _refuse_foreign_folder(repo.directory, runs)
    refuse_ignored(repo, runs)
    target = wanted_target or find_target(repo)
    proposal = propose(repo)
    planned = [
        _fixed(repo.directory, POLICY, _accepted(policy_text(target, proposal, runs), proposal), _POLICY_HINT),
        _configuration(repo.directory),
    ]
    if kind is not None:
        planned.append(_fixed(repo.directory, kind.path, ci.content(kind, target), "move it away, or leave out --ci"))
    return Plan(target, proposal, tuple(planned))


def apply(top: str, planned: Plan) -> None:
    """Write the files that change."""
    for file in planned.files:
        if file.data != file.before:
            files.write(os.path.join(top, file.path), file.data)


def find_target(repo: Repository) -> str:
    """The branch that work is merged into: origin/HEAD, main, master, else the current one; "" on a detached HEAD."""
    found = Refs(repo).target("").name
    return found or repo.line("symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1))


def propose(repo: Repository) -> areas.Proposal:
    """Areas from the first CODEOWNERS that names any, else from the tracked paths."""
    for name in areas.CODEOWNERS:
        try:
            with open(os.path.join(repo.directory, name), encoding="utf-8", errors="replace") as stream:
                proposal = areas.from_codeowners(stream.read(), name)
        except OSError:
            continue
        if proposal.areas:
            return proposal
    listed = repo.run("ls-files", "-z").split(b"\0")
    return areas.from_tree(os.fsdecode(path) for path in listed if _is_text(path))


def _is_text(path: bytes) -> bool:
    try:
        return bool(path.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def policy_text(target: str, proposal: areas.Proposal, runs: str = ALONE) -> bytes:
    """The policy file, from its template. What is not known stays out, as a comment, and is as shipped."""
    with open(share.path("templates", "gates.yaml"), encoding="utf-8") as stream:
        text = stream.read()
    if not target:
        text = text.replace('target: "{{target}}"', "# target: main")
    if not proposal.areas:
        text = text.replace("areas:\n{{areas}}", _NO_AREAS)
    if runs != ALONE:
        text = text.replace("# runs: [pipeline]", f"runs: [{json.dumps(runs)}]")
    quoted = json.dumps(target, ensure_ascii=False)[1:-1]
    return text.replace("{{target}}", quoted).replace("{{areas}}", areas_text(proposal)).encode()


def _accepted(data: bytes, proposal: areas.Proposal) -> bytes:
    """``data``, after the policy loader has taken it: init never leaves a file that its own hooks refuse."""
    _, findings = load_policy(data)
    for finding in findings:
        if finding.level:
            raise UserError(
                f"no policy can be proposed: {finding.message} ({proposal.source})",
                f"write {POLICY} by hand, from {share.path('templates', 'gates.yaml')}",
            )
    return data


def areas_text(proposal: areas.Proposal) -> str:
    """What stands below ``areas:`` in the policy file, with comments."""
    lines = [f"  # {line[0].upper()}{line[1:]}." for line in (proposal.source, *proposal.notes)]
    for area in proposal.areas:
        lines.append(f"  {area.name}:")
        lines.append(f"    paths: {json.dumps(area.patterns, ensure_ascii=False)}")
        if not area.reviewed:
            lines.append("    reviewed: false # tests: no gates and no approvals of their own")
    return "\n".join(lines)


def _configuration(top: str) -> Written:
    before = _read(top, precommit_config.NAME)
    after = precommit_config.fresh() if before is None else precommit_config.merged(before)
    return Written(precommit_config.NAME, after, before)


def _fixed(top: str, path: str, data: bytes, hint: str) -> Written:
    """A file that is ours alone: it must not exist yet, or hold the very same."""
    before = _read(top, path)
    if before is not None and before != data:
        raise UserError(f"{path} exists already and is not what init would write", hint)
    return Written(path, data, before)


def _read(top: str, path: str) -> bytes | None:
    place = os.path.join(top, path)
    if not os.path.lexists(place):
        return None
    if os.path.islink(place) or not os.path.isfile(place):
        raise UserError(f"{path} is not a plain file", "move it away")
    with open(place, "rb") as stream:
        return stream.read()


def _refuse_foreign_folder(top: str, runs: str) -> None:
    folder = runs.partition("/")[0]
    place = os.path.join(top, folder)
    if not os.path.lexists(place):
        return
    hint = "rename it: git gate keeps the documents and gates of a run there"
    if os.path.islink(place) or not os.path.isdir(place):
        raise UserError(f"{folder} is not a folder", hint)
    names = sorted(os.listdir(place))
    strangers = [name for name in names if not _is_run(os.path.join(place, name))] if runs != ALONE else names
    if strangers and (runs != ALONE or not _MARKS & set(names)):
        shown = ", ".join(strangers[:3]) + (", …" if len(strangers) > 3 else "")
        raise UserError(f"{folder}/ holds something else already ({shown})", hint)


def _is_run(place: str) -> bool:
    return os.path.isdir(place) and bool(_MARKS & set(os.listdir(place)))


def refuse_ignored(repo: Repository, runs: str = ALONE) -> None:
    """git must see every file of a run; an ignored gate would never reach a commit."""
    folder = runs.replace("*", "feature")
    for path in (POLICY, *(f"{folder}/{name}" for name in _SAMPLES)):
        rule = rule_for(repo, path)
        if rule is None:
            continue
        # Below an ignored folder nothing can be taken back in; a pattern for files can be answered by another.
        answer = f"add below it: !/{path.partition('/')[0]}{'/**' if '/' in path else ''}"
        hint = "remove that line" if folder.partition("/")[0] in rule.pattern else answer
        raise UserError(f"git ignores {path} ({rule.place}: {rule.pattern}), so it would never be committed", hint)
