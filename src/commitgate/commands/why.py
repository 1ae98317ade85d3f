"""``git gate why``: why something is blocked, counts, or fires."""

from __future__ import annotations

import difflib
import os
import time

import click

from commitgate.engine import WORKTREE, Answer, Engine, open_engine
from commitgate.errors import CannotDecide, UserError
from commitgate.finding import PASS
from commitgate.git.side import content_on_disk
from commitgate.judge.stages import Box
from commitgate.judge.why import Because, Reason, of_path, of_stage
from commitgate.judge.why_approval import of_approval
from commitgate.judge.why_trigger import of_silenced, of_trigger
from commitgate.policies import POLICY_FILE
from commitgate.policy.catalog import Entry, catalog
from commitgate.policy.layout import GATES, area_names
from commitgate.policy.model import Stage
from commitgate.policy.paths import Classifier
from commitgate.policy.places import Places
from commitgate.report.plain import json_text
from commitgate.report.reasons import because_data, because_text
from commitgate.report.terminal import colours
from commitgate.report.text import neutral, place
from commitgate.working.asking import asked
from commitgate.working.triggers import Judged, change_of
from commitgate.working.typed import from_here


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="SUBJECT")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(words: tuple[str, ...], form: str) -> int:
    """Say why a finding, a path, a stage, an area, a gate, an approval, a trigger or a rule is as it is.

    The work tree is asked about. SUBJECT is a path (may it be committed now?), a stage or gate (what is it waiting
    for?), an area or "approval AREA" (which verdicts count?), a security trigger such as path:auth (does it fire, and
    who settles it?), a rule (where does it speak?), or a finding as `check` shows it: RULE PATH. A path that reads like
    another subject is written ./path. Always exits 0 when it could be told.
    """
    with open_engine() as engine:
        answer = engine.ask(asked(WORKTREE), int(time.time()))
        places = Places(content_on_disk(engine.repo, [POLICY_FILE]).get(POLICY_FILE))
        because = _because(engine, answer, places, words)
    if form == "json":
        click.echo(json_text(because_data(because)), nl=False)
    else:
        click.echo(because_text(because, colours()), nl=False)
    return PASS


def _because(engine: Engine, answer: Answer, places: Places, words: tuple[str, ...]) -> Because:
    if len(words) == 2 and words[0] == "approval":
        return _approval(answer, places, words[1])
    rules = catalog()
    if len(words) == 2 and words[0] in rules:
        return _rule(answer, places, rules[words[0]], _path(engine, _unnumbered(words[1])))
    if len(words) > 1:
        subjects = "git gate why approval <area>, git gate why <rule> <path>, or one word"
        raise UserError(f"{neutral(' '.join(words))} is not one subject", subjects)
    word = words[0]
    if word in rules:
        return _rule(answer, places, rules[word], None)
    trigger = next((one for one in answer.policy.triggers if one.id == word), None)
    if trigger is not None:
        judged = _changes(engine, answer)
        return of_trigger(answer.policy, answer.verdict, trigger, judged.changes, judged.lines)
    if places.trigger(word):
        return of_silenced(word, places.trigger(word))
    found = _stage(answer, word)
    if found is not None:
        stage, boxes = found
        if stage.derived and len(boxes) == 1 and boxes[0].area:
            because = _approval(answer, places, boxes[0].area)
            state = of_stage(answer.policy, answer.verdict, stage, boxes, places)
            return because._replace(subject=state.subject, answer=state.answer)
        return of_stage(answer.policy, answer.verdict, stage, boxes, places)
    if any(area.name == word for area in answer.policy.areas):
        return _area(answer, places, word)
    word = word if os.path.lexists(word) else _unnumbered(word)
    path = _path(engine, word)
    known = path in answer.verdict.snapshot.entries or any(one.path == path for one in answer.verdict.snapshot.delta)
    if not (known or "/" in word or "." in word or os.path.lexists(word)):
        raise _nothing(answer, word)
    if path.split(os.sep)[0] == os.pardir:
        raise UserError(f"{neutral(word)} lies outside this repository", "name a path of it")
    gate = path.removeprefix(f"{answer.verdict.snapshot.root}/{GATES}").removesuffix(".json")
    found = _stage(answer, gate) if gate != path.removesuffix(".json") else None
    if found is not None:
        return of_stage(answer.policy, answer.verdict, *found, places)
    return of_path(
        answer.policy, answer.verdict, path, Classifier(answer.policy, answer.place.product).classify(path), places
    )


def _path(engine: Engine, word: str) -> str:
    """A path as typed, from the repository's root."""
    top = engine.repo.top()
    word = from_here(engine.repo, word)
    return os.path.relpath(os.path.join(os.path.realpath(os.path.dirname(word)), os.path.basename(word)), top)


def _unnumbered(word: str) -> str:
    """``path:12``, as findings are shown, without the line."""
    path, _, line = word.rpartition(":")
    return path if path and line.isdecimal() else word


def _changes(engine: Engine, answer: Answer) -> Judged:
    """The change of the work tree; nothing when there is none."""
    try:
        return change_of(engine, asked(WORKTREE), answer)
    except CannotDecide:
        return Judged(answer.policy, (), {})


def _stage(answer: Answer, word: str) -> tuple[Stage, list[Box]] | None:
    """The stage that is meant by its name, its gate's id or the id of one area's gate, with those of its gates."""
    board = answer.verdict.board
    if board is None:
        return None
    for stage in answer.policy.tracks[answer.verdict.track].stages:
        boxes = [box for box in board.boxes if box.stage == stage.name]
        if word in (stage.name, stage.gate):
            return stage, boxes
        if any(box.stage_id == word for box in boxes):
            return stage, [box for box in boxes if box.stage_id == word]
        area = word.removeprefix(f"{stage.gate}-")
        if stage.fan_out and area != word and area in area_names(answer.policy):
            return stage, boxes  # it has no gate of its own now
    return None


def _approval(answer: Answer, places: Places, area: str) -> Because:
    review = next((one for one in answer.verdict.reviews if one.area == area), None)
    if review is not None:
        return of_approval(answer.policy, answer.verdict, review, places)
    names = [one.name for one in answer.policy.areas]
    if area not in names:
        near = difflib.get_close_matches(area, names, 1)
        raise UserError(
            f"there is no area {neutral(area)!r}{f'; did you mean {near[0]}?' if near else ''}",
            f"areas: {', '.join(names)}",
        )
    why = "no run is active" if answer.verdict.board is None else "it has neither a change nor a verdict"
    return Because(f"approval {area}", "nothing is to be approved", (Reason("", why, place=places.area(area)),))


def _area(answer: Answer, places: Places, name: str) -> Because:
    """An area: its files in the change, its build gate and its review."""
    changed = [change.path for change in answer.verdict.snapshot.delta if change.area == name]
    reasons = [
        Reason("", f"{len(changed)} changed: {', '.join(changed[:5])}" if changed else "nothing in it has changed")
    ]
    board = answer.verdict.board
    for box in board.boxes if board is not None else ():
        found = _stage(answer, box.stage_id) if box.area == name else None
        if found is not None and not found[0].derived:
            reasons += of_stage(answer.policy, answer.verdict, *found, places).reasons
    review = _approval(answer, places, name)
    reasons[0] = reasons[0]._replace(place=places.area(name))
    return Because(name, f"its review: {review.answer}", (*reasons, *review.reasons))


def _rule(answer: Answer, places: Places, entry: Entry, path: str | None) -> Because:
    """A rule: its findings of the present state, those of one path when it is named, then what it says of itself."""
    verdict = answer.verdict
    found = [
        one
        for one in dict.fromkeys((*verdict.lawful, *verdict.state, *verdict.obstacles))
        if one.rule == entry.rule and path in (None, one.path)
    ]
    reasons = [
        Reason(one.rule, f"{place(one)}: {one.message}" if one.path else one.message, command=one.hint) for one in found
    ]
    reasons += [
        Reason("", f"{place(one.finding)}: waived: {one.told}" if one.finding.path else f"waived: {one.told}")
        for one in dict.fromkeys(verdict.waived)
        if one.finding.rule == entry.rule and path in (None, one.finding.path)
    ]
    reasons.append(Reason("", f"why: {entry.why}"))
    reasons.append(Reason("", f"fix: {entry.fix}", place=places.rule(entry.rule)))
    here = f"{len(found)} times here" if len(found) > 1 else "once here" if found else "not here"
    subject = f"{entry.rule} {path}" if path is not None else entry.rule
    return Because(subject, f"{entry.title} ({here})", tuple(reasons))


def _nothing(answer: Answer, word: str) -> UserError:
    board = answer.verdict.board
    names = [box.stage_id for box in board.boxes] if board is not None else []
    names += [stage.name for track in answer.policy.tracks.values() for stage in track.stages]
    names += [area.name for area in answer.policy.areas]
    names += [trigger.id for trigger in answer.policy.triggers]
    near = difflib.get_close_matches(word, names, 1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return UserError(
        f"{neutral(word)!r} is no path, stage, gate, area, trigger or rule{meant}",
        "git gate status lists the gates, git gate explain the rules",
    )
