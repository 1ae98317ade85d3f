"""``git gate verify``: every commit of a range, judged from objects alone, and whether its end may be merged."""

from __future__ import annotations

import sys
import time

import click

from commitgate.engine import Engine, engine_of
from commitgate.errors import CannotDecide, UserError
from commitgate.finding import UNKNOWN, Finding, exit_code
from commitgate.git.refs import Refs, resolve
from commitgate.git.repository import Repository
from commitgate.judge.verdict import Waived
from commitgate.policies import Policies, PolicyRefused
from commitgate.replay import Replay, Replaying
from commitgate.report import formats
from commitgate.report.progress import Progress
from commitgate.report.terminal import colours
from commitgate.report.text import Colours, neutral, render, waived_lines
from commitgate.working.output import emit


@click.command()
@click.argument("commits", metavar="[BASE..HEAD]", required=False)
@click.option("--ready", is_flag=True, help="Also ask whether the end of the range may be merged.")
@click.option(
    "--history",
    type=click.Choice(["warn", "strict"]),
    help="What a violation is that a later commit repaired: a warning, or an error. Default: the policy's history.",
)
@click.option("--format", "form", type=click.Choice(formats.NAMES), default=formats.TEXT, show_default=True)
@click.option("--output", metavar="FILE", help="Write the answer to this file instead of standard output.")
def command(commits: str | None, ready: bool, history: str | None, form: str, output: str | None) -> int:
    """Replay every commit of a range and judge what the range itself introduces.

    This is the authority: nothing that passes the local hooks by (--no-verify, rebase, cherry-pick, plumbing) passes
    here. Without a range it is everything from the target branch to HEAD. The policy is the base's; where the range
    changes it, the range must pass the new one too.
    """
    progress = Progress(sys.stderr)
    replay: Replay | None = None
    kept: list[Finding] = []
    try:
        repo = Repository()
        with engine_of(repo) as engine:  # its memo: none in CI and on a server
            base, head = ends(engine, commits)
            replay = Replaying(repo, progress.show, engine.memo).replay(base, head, int(time.time()))
        strict = (history or replay.answer.policy.history) == "strict"
        findings = findings_of(replay, ready)
        kept = replay.history() if strict else replay.repaired()
        findings += kept if strict else []
    except PolicyRefused as refused:
        findings = list(refused.findings)
    except CannotDecide as unknown:
        findings = [Finding(unknown.rule, UNKNOWN, unknown.message, unknown.hint)]
    finally:
        progress.clear()
    code = exit_code(findings)
    waived = waived_of(replay, ready) if replay is not None else []
    if form == formats.TEXT:
        shown = [*findings, *(one for one in kept if one not in findings)]
        colour = colours() if output is None else Colours(False)
        text = render(shown, colour) + waived_lines(((one.finding, one.told) for one in waived), colour)
        text += summary(replay, ready, code)
    else:
        title = f"commitgate: {commits or 'the range to HEAD'}"
        history_kept = [one for one in kept if one not in findings]
        text = _in_form(form, title, findings, history_kept, waived, replay)
    emit(text, output)
    return code


def _in_form(
    form: str,
    title: str,
    findings: list[Finding],
    kept: list[Finding],
    waived: list[Waived],
    replay: Replay | None,
) -> str:
    """The answer in a format for programs; on GitHub the summary of the job is written, too."""
    # Whoever asks for text does not wait for these.
    from commitgate.report.model import of_findings, of_verdicts
    from commitgate.working import summary as job_summary

    if replay is None:
        report = of_findings(title, findings)
    else:
        judged = [(one.policy, one.verdict) for one in replay.answers]
        report = of_verdicts(title, findings, judged, waived)._replace(history=tuple(kept))
    text = formats.render(form, report)
    if form == formats.GITHUB:
        job_summary.add(report)
    return text


def findings_of(replay: Replay, ready: bool) -> list[Finding]:
    """What the range is answerable for: what still stands, and with ``ready`` what keeps it from being merged."""
    findings = replay.standing()
    if ready:
        findings += replay.merging()
    return list(dict.fromkeys(findings))


def waived_of(replay: Replay, ready: bool) -> list[Waived]:
    """What waivers cover of that."""
    waived = replay.waived_standing() + (replay.waived_merging() if ready else [])
    return list({one.finding: one for one in waived}.values())


def named_ends(commits: str) -> tuple[str, str]:
    """(base, head) of ``base..head``; nothing after the dots is HEAD."""
    base, _, head = commits.partition("..")
    if head.startswith(".") or not base:
        raise UserError(f"{neutral(commits)} is no range: write BASE..HEAD", "git gate verify main..HEAD")
    return base, head or "HEAD"


def ends(engine: Engine, commits: str | None) -> tuple[str, str]:
    """(base, head) of ``base..head``, ``head`` or nothing; the target's tip is the base that is not named."""
    if commits and ".." in commits:
        return named_ends(commits)
    refs = Refs(engine.repo)
    head = resolve(engine.repo, commits or "HEAD")
    policies = Policies(engine.repo, engine.memo)
    return engine.force(policies, policies.at_commit(head), refs).tip, head


def summary(replay: Replay | None, ready: bool, code: int) -> str:
    """The last line of the text answer."""
    if replay is None:
        return "nothing could be judged\n"
    count = f"{replay.commits} commit{'s' if replay.commits != 1 else ''}"
    if all(answer.verdict.board is None for answer in replay.answers) and not code:
        return f"{count}: no run, nothing judged beyond the documents themselves\n"
    if ready:
        return f"{count}: {'ready to merge' if not code and replay.ready else 'not ready to merge'}\n"
    return f"{count}: {'in order' if not code else 'not in order'}\n"
