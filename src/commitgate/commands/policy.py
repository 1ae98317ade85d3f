"""``git gate policy``: is the policy file right, does it say what was meant, and what would it have said?"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable

import click

from commitgate.commands.verify import named_ends
from commitgate.errors import CannotDecide, UserError
from commitgate.finding import BLOCKED, PASS, UNKNOWN, Finding, exit_code
from commitgate.git.refs import resolve
from commitgate.git.repository import Repository
from commitgate.git.side import content_on_disk
from commitgate.judge.rehearsal import differences, rehearse
from commitgate.memo import NoMemo
from commitgate.policies import POLICY_FILE, Policies, refuse_link
from commitgate.policy.cases import load_cases
from commitgate.policy.load import load_policy
from commitgate.policy.paths import Classifier
from commitgate.policy.unmatched import matches_nothing
from commitgate.report import formats
from commitgate.report.model import of_findings
from commitgate.report.plain import json_text
from commitgate.report.progress import Progress
from commitgate.report.simulation import simulation_data, simulation_text
from commitgate.report.terminal import colours
from commitgate.report.text import Colours, neutral, render
from commitgate.simulation import simulate
from commitgate.working.output import emit

_FORMAT = click.option("--format", "form", type=click.Choice(formats.NAMES), default=formats.TEXT, show_default=True)
_OUTPUT = click.option("--output", metavar="FILE", help="Write the answer to this file instead of standard output.")


@click.group(no_args_is_help=False)
def command() -> None:
    """Check the policy file, test it with cases, or try it on past merges."""


@command.command()
@click.argument("file", required=False)
@_FORMAT
@_OUTPUT
def check(file: str | None, form: str, output: str | None) -> int:
    """Say whether a policy file is accepted, and which of its patterns match nothing.

    FILE is .gates.yaml at the root of the work tree unless it is named. Unknown keys are refused with the nearest known
    one, and so are duplicate keys, anchors, aliases, tags and circles of stages. A pattern that matches no file of the
    work tree is a warning. Exit 0 when it is accepted, 1 when it is not.
    """
    data, shown = _bytes(file)
    if data is None:
        closing = f"there is no {POLICY_FILE}: the shipped rules are in force\n"
        return _tell(f"commitgate: {POLICY_FILE}", [], closing, form, output)
    policy, findings = load_policy(data, _beside)
    found = list(findings)
    if policy is not None:
        tree = _tree()
        found += matches_nothing(data, tree) if tree else ()  # no file at all is no reason to doubt every pattern
    found = _named(found, shown)
    closing = f"{neutral(shown)} is {'accepted' if policy is not None else 'refused'}\n"
    return _tell(f"commitgate: {shown}", found, closing, form, output)


@command.command()
@click.argument("file")
@click.option("--policy", "policy_file", metavar="FILE", help="The policy to test. Default: .gates.yaml.")
@_FORMAT
@_OUTPUT
def test(file: str, policy_file: str | None, form: str, output: str | None) -> int:
    """Test the policy with the cases of FILE: changed paths and verdicts, and what is expected of them.

    The form of the file is that of templates/policy-tests.yaml; docs/policy.md describes it. Exit 0 when every case
    comes out as expected, 2 when one does not, 1 when a file cannot be accepted.
    """
    data, shown = _bytes(policy_file)
    policy, refused = load_policy(data, _beside)
    if policy is None:
        return _tell(f"commitgate: {shown}", _named(refused, shown), "", form, output)
    cases, found = load_cases(_read(file), file, policy)
    failed = 0
    classify = Classifier(policy).classify
    findings = list(found)
    for case in cases:
        unlike = differences(case.expected, rehearse(policy, case, classify))
        failed += bool(unlike)
        findings += [_failure(file, case.line, case.name, line) for line in unlike]
    count = f"{len(cases)} case{'s' if len(cases) != 1 else ''}"
    closing = "" if found else f"{count}, {failed} not as expected\n" if failed else f"{count}, all as expected\n"
    return _tell(f"commitgate: {file}", findings, closing, form, output)


def _failure(file: str, line: int, name: str, difference: str) -> Finding:
    hint = f"correct {POLICY_FILE}, or the case if it is the case that is wrong"
    return Finding("policy/test-failed", BLOCKED, f"{name}: {difference}", hint, file, line)


@command.command(name="simulate")
@click.argument("commits", metavar="BASE..HEAD")
@click.option(
    "--against", metavar="REV", default="HEAD", show_default=True, help="The commit with the policy in force."
)
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
def try_out(commits: str, against: str, as_json: bool) -> int:
    """Say which past merges the edited policy would have judged otherwise.

    Every first-parent commit of BASE..HEAD is judged twice: under the policy of HEAD, and under the .gates.yaml of the
    work tree. Shown are those that would become ready, would no longer be, or would have other findings. Exit 0
    whenever it could be told, 1 when the edited policy is refused, 4 when a merge could not be judged.
    """
    if ".." not in commits:
        raise UserError(f"{neutral(commits)} is no range: write BASE..HEAD", "git gate policy simulate main~50..main")
    progress = Progress(sys.stderr)
    repo = Repository()
    try:
        base, head = named_ends(commits)
        policies = Policies(repo, NoMemo())
        in_force, edited = policies.at_commit(resolve(repo, against)), policies.on_disk()
        if in_force.digest == edited.digest:
            click.echo(f"{POLICY_FILE} says what it says in {against}: there is nothing to compare", err=True)
        compared = simulate(repo, base, head, in_force, edited, int(time.time()), progress.show)
    finally:
        progress.clear()
        repo.close()
    click.echo(json_text(simulation_data(compared)) if as_json else simulation_text(compared, colours()), nl=False)
    return UNKNOWN if any(one.undecided for one in compared) else PASS


def _bytes(file: str | None) -> tuple[bytes | None, str]:
    """The policy file that is meant, None when there is none, and what to call it."""
    if file is not None:
        return _read(file), file
    repo = Repository()
    try:
        path = os.path.join(repo.top(), POLICY_FILE)
        refuse_link(repo)
    finally:
        repo.close()
    return (_read(path) if os.path.lexists(path) else None), POLICY_FILE


def _beside(path: str) -> bytes | None:
    """A file of the work tree that the policy names."""
    repo = Repository()
    try:
        return content_on_disk(repo, [path]).get(path)
    finally:
        repo.close()


def _named(findings: Iterable[Finding], shown: str) -> list[Finding]:
    """The same findings, those about the policy file under the name that it was given."""
    return [one._replace(path=shown) if one.path == POLICY_FILE else one for one in findings]


def _read(file: str) -> bytes:
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise UserError(f"{neutral(file)} cannot be read: {error.strerror}", "name a file that is there") from error


def _tree() -> list[str]:
    """The files of the work tree, those that are not tracked and not ignored among them; [] outside of one."""
    repo = Repository()
    try:
        listed = repo.run("-C", repo.top(), "ls-files", "-c", "-o", "--exclude-standard", "-z")
    except CannotDecide:
        return []
    finally:
        repo.close()
    return sorted({name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name})


def _tell(title: str, findings: Iterable[Finding], closing: str, form: str, output: str | None) -> int:
    listed = list(findings)
    if form == formats.TEXT:
        text = render(listed, colours() if output is None else Colours(False)) + closing
    else:
        text = formats.render(form, of_findings(title, listed))
    emit(text, output)
    return exit_code(listed)
