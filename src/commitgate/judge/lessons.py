"""What a run does to the lessons that outlive it: few are added, none is lost, no number means two things."""

from __future__ import annotations

from commitgate.documents.facts import GateFacts, Lesson, LessonsFacts
from commitgate.facts import Facts, Snapshot
from commitgate.finding import BLOCKED, MALFORMED, Finding
from commitgate.judge.agreement import at_field, broken, missing, plain, quoted
from commitgate.judge.ledger import History
from commitgate.policy.layout import ARCHIVE, LESSONS_FILE, RUN_FILE
from commitgate.policy.model import Policy

_PROMOTE = 'git gate lessons promote "<title>"'


def lessons_of(snapshot: Snapshot) -> tuple[Lesson, ...]:
    """The lessons of a tree; () without the document."""
    facts: LessonsFacts | None = snapshot.documents.get(f"{snapshot.root}/{LESSONS_FILE}")
    return facts.lessons if facts is not None else ()


def _known_exactly(parents: tuple[Snapshot, ...]) -> bool:
    """Whether every parent's document can be read: else a repaired lesson would look like a new one."""
    documents: list[LessonsFacts] = [
        parent.documents[path]
        for parent in parents
        for path in (f"{parent.root}/{LESSONS_FILE}",)
        if path in parent.documents
    ]
    return not any(one.findings for one in documents)


def learned(before: History, snapshot: Snapshot, parents: tuple[Snapshot, ...]) -> History:
    """The history with the lessons that a tree promotes or reinforces; the very same when it does neither."""
    if not snapshot.changes(LESSONS_FILE, parents) or not _known_exactly(parents):
        return before
    held: dict[int, Lesson] = {}
    for parent in parents:
        for lesson in lessons_of(parent):
            known = held.setdefault(lesson.number, lesson)
            if known.reinforced < lesson.reinforced:
                held[lesson.number] = lesson
    promoted, reinforced = {}, {}
    for lesson in lessons_of(snapshot):
        was = held.get(lesson.number)
        if was is None:
            promoted[lesson.id] = lesson.title
        elif was.reinforced < lesson.reinforced:
            reinforced[lesson.id] = lesson.last
    if not promoted and not reinforced:
        return before
    return before._replace(promoted={**before.promoted, **promoted}, reinforced={**before.reinforced, **reinforced})


def fresh(snapshot: Snapshot, history: History) -> list[Lesson]:
    """The lessons of a tree that its run promoted, those left out that it retired again."""
    return [one for one in lessons_of(snapshot) if one.id in history.promoted and not one.retired]


def too_many(policy: Policy, snapshot: Snapshot, history: History) -> list[Finding]:
    """The promotions of a run beyond those that it may make."""
    most = policy.lesson_promotions
    beyond = fresh(snapshot, history)[most:]
    return [
        Finding(
            "lessons/promotions",
            BLOCKED,
            f"{one.id} is promotion {number} of this run; at most {most} are made, so that each is read",
            "keep the most important ones; a lesson that stands already can be reinforced",
            f"{snapshot.root}/{LESSONS_FILE}",
            one.line,
        )
        for number, one in enumerate(beyond, most + 1)
    ]


def lesson_findings(policy: Policy, facts: Facts, after: History) -> list[Finding]:
    """What a commit does against the lessons, if they differ from those of every parent."""
    side = facts.side
    if not side.changes(LESSONS_FILE, facts.parents):
        return []
    path = f"{side.root}/{LESSONS_FILE}"
    own: LessonsFacts | None = side.documents.get(path)
    found = broken(own.findings, path) if own is not None else []
    held: dict[int, dict[str, str]] = {}
    for parent in facts.parents:
        for lesson in lessons_of(parent):
            held.setdefault(lesson.number, {})[plain(lesson.title)] = lesson.title
    lessons = lessons_of(side)
    if not found:  # in a document that cannot be read exactly, nothing is known to be missing
        found += [_gone(path, number) for number in sorted(held.keys() - {lesson.number for lesson in lessons})]
    last = max(held, default=0) if _known_exactly(facts.parents) else 0
    for lesson in lessons:
        titles = held.get(lesson.number)
        if titles is not None and plain(lesson.title) not in titles:
            was = next(iter(titles.values()))
            found.append(_reused(path, lesson, f'{lesson.id} is "{was}" and cannot become "{lesson.title}"'))
        elif titles is None and lesson.number < last:
            message = f"{lesson.id} is new and comes before L{last:03}: its number may have been another lesson's"
            found.append(_reused(path, lesson, message))
    return found + too_many(policy, side, after)


def _gone(path: str, number: int) -> Finding:
    return Finding(
        "lessons/reused",
        BLOCKED,
        f"L{number:03} disappears, and its number could be given again; a lesson is retired, not deleted",
        f'git gate lessons retire L{number:03} --reason "<reason>"',
        path,
    )


def _reused(path: str, lesson: Lesson, message: str) -> Finding:
    return Finding("lessons/reused", BLOCKED, message, f"give it the next free number: {_PROMOTE}", path, lesson.line)


def promoted_findings(policy: Policy, snapshot: Snapshot, gate: GateFacts, history: History) -> list[Finding]:
    """Does the retrospective gate name the lessons that its run promoted, no others and all of them?"""
    named = [str(one) for one in gate.fields.get("lessons_promoted", [])]
    path = f"{snapshot.root}/{LESSONS_FILE}"
    facts: LessonsFacts | None = snapshot.documents.get(path)
    if facts is None:
        if not named:
            return []
        what = f"the lessons that this gate promotes: {quoted(named)}"
        return [missing(snapshot, LESSONS_FILE, what, "git gate stage retrospective")]
    found = broken(facts.findings, path) + too_many(policy, snapshot, history)
    promoted = fresh(snapshot, history)
    meant = {text: _meant(text, facts.lessons) for text in named}
    for text, lesson in meant.items():
        if lesson is None:
            problem = f"names {quoted([text])}, which is no lesson of {LESSONS_FILE}"
        elif lesson.retired:
            problem = f"names {lesson.id}, which is retired (line {lesson.line} of {LESSONS_FILE})"
        elif lesson not in promoted:
            problem = f"names {lesson.id}, which stood in {LESSONS_FILE} before this run (line {lesson.line})"
        else:
            continue
        finding = Finding(
            "consistency/lessons", MALFORMED, f"lessons_promoted {problem}", "git gate pass retrospective"
        )
        found.append(at_field(gate, "lessons_promoted", finding))
    return found + [
        Finding(
            "consistency/lessons",
            MALFORMED,
            f"this run promotes {lesson.id}, and lessons_promoted of {gate.stage} does not name it",
            "git gate pass retrospective",
            path,
            lesson.line,
        )
        for lesson in promoted
        if lesson not in meant.values()
    ]


def _meant(text: str, lessons: tuple[Lesson, ...]) -> Lesson | None:
    """The lesson that a gate names by its id, by its title, or by both as in the heading."""
    wanted = plain(text)
    for lesson in lessons:
        forms = (lesson.id, lesson.title, *(f"{lesson.id} {dash} {lesson.title}" for dash in ("—", "–", "-", "--")))
        if any(plain(form) == wanted for form in forms) or plain(f"{lesson.id}: {lesson.title}") == wanted:
            return lesson
    return None


def runs_since(snapshot: Snapshot, day: str) -> int:
    """How many archived runs ended after ``day`` ("2026-03-26"); an archive's folder begins with its own day."""
    start = f"{snapshot.root}/{ARCHIVE}"
    folders = {
        path[len(start) :].partition("/")[0]
        for path in snapshot.entries
        if path.startswith(start) and path.endswith(f"/{RUN_FILE}")
    }
    return sum(1 for name in folders if name[:10] > day)


def aged_out(policy: Policy, snapshot: Snapshot, lesson: Lesson) -> bool:
    """Whether a lesson was not reinforced for so many runs that it can go."""
    known = lesson.last and not lesson.retired
    return bool(known) and runs_since(snapshot, lesson.last) >= policy.lesson_age_out
