"""``git gate next``: the one thing to do now."""

from __future__ import annotations

import json
import time
from typing import Any

import click

from commitgate.engine import WORKTREE, Answer, open_engine
from commitgate.finding import PASS
from commitgate.judge.advice import Advice, advise
from commitgate.report.banner import banner, checkpoint_data
from commitgate.report.terminal import colours
from commitgate.report.text import neutral
from commitgate.working.asking import asked


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
def command(as_json: bool) -> int:
    """Show the one thing to do next: for which stage, by whom, why, and the command for it.

    The work tree is judged: what is written and not committed yet counts already. Exit 0 whenever it could be told.
    """
    with open_engine() as engine:
        answer = engine.ask(asked(WORKTREE), int(time.time()))
    advice = advise(answer.policy, answer.verdict)
    if as_json:
        click.echo(json.dumps(_data(answer, advice), indent=2, ensure_ascii=False))
    else:
        click.echo(_text(answer, advice), nl=False)
    return PASS


def _data(answer: Answer, advice: Advice) -> dict[str, Any]:
    data: dict[str, Any] = {
        "schema": 1,
        "action": advice.kind,
        "stage": advice.stage,
        "gate": advice.gate,
        "role": advice.role,
        "reason": advice.reason,
        "command": advice.command,
    }
    if advice.checkpoint:
        data["checkpoint"] = checkpoint_data(answer.policy, answer.verdict, advice)
    return data


def _text(answer: Answer, advice: Advice) -> str:
    if advice.checkpoint:
        return banner(answer.policy, answer.verdict, advice)
    colour = colours()
    about = f" {advice.gate or advice.stage}" if advice.gate or advice.stage else ""
    who = f" ({neutral(advice.role)})" if advice.role else ""
    lines = [f"{colour.bold(advice.kind)}{neutral(about)}{who}", f"    {neutral(advice.reason)}"]
    if advice.command:
        lines.append(f"    {colour.dim('→')} {neutral(advice.command)}")
    return "\n".join(lines) + "\n"
