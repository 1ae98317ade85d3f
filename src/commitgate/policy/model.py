"""The policy as data: what the judge sees. Plain immutable records, cheap to import, marshal-able.

How they come out of YAML is ``policy/load.py``; how paths are matched is ``policy/paths.py``.
"""

from __future__ import annotations

from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.policy.condition import Condition

EVERY = "every"  # idioms of every language, and the language of what is in none that the policy knows
BY_TRACK, BY_PROFILE, BY_CHANGE = "track", "profile", "change"
TRACKS = ("full", "quick", "nano", "config-only", "dep-update", "hotfix")


class Stage(Record):
    """One step of the pipeline, as resolved for one track.

    ``gate`` is the gate id, or its prefix when ``fan_out`` is "area" (then ``<gate>-<area>``). ``needs`` names
    stages of the same track only: what the track leaves out is re-linked. ``writes`` are path patterns below
    the run folder ("pr-{area}.md"). ``bound`` lists what a PASS is bound to: a path pattern below the run
    folder, or "delta:area", "delta:product", "delta:product-without-qa", "delta:triggers".
    """

    name: str
    gate: str
    title: str
    role: str
    fan_out: str  # "" or "area"
    derived: bool  # its gates are computed, never authored
    when: Condition  # () = always part of the order; else what the change must do (see policy/condition.py)
    needs: tuple[str, ...]
    checkpoint: str  # letter of the checkpoint that follows this stage, "" for none
    writes: tuple[str, ...]
    owns_areas: str  # "": none; "reviewed": the reviewed areas' paths and the unreviewed ones; "unreviewed"
    bound: tuple[str, ...]
    foldable: bool = False
    every_track: bool = False  # no choice of track leaves it out
    schema: str = ""  # path of the repository's own JSON Schema of its gate, "" for none


class Schema(Record):
    """A JSON Schema of the repository, carried in the policy that names it: what it says is part of the rules."""

    path: str  # from the root of the repository
    digest: str  # sha256 of the text
    text: str


class LeftOut(Record):
    """A stage that is not in the order, and why, in words."""

    stage: str
    gate: str
    by: str  # BY_TRACK, BY_PROFILE, or BY_CHANGE when it is the change at hand that does not ask for it
    why: str


class Track(Record):
    """A track: its stages in order, and how its reviews are counted."""

    name: str
    stages: tuple[Stage, ...]
    review_shape: str  # "": by the delta; "scoped" or "none" when the track says so
    review_areas: tuple[str, ...]  # () = every reviewed area with a delta; ("deps",) on dep-update
    deps_area: bool  # manifests and lockfiles form the area "deps"
    too_light_for: tuple[str, ...]  # trigger ids that demand a heavier track
    required_fields: tuple[tuple[str, str, object], ...]  # (gate id, field, value a PASS must have)
    fold: str  # "": no sign-off fold; "criteria", "regression" or "build"
    left_out: tuple[LeftOut, ...] = ()  # the other stages

    @property
    def forbidden(self) -> tuple[str, ...]:
        """Gate ids that must not be written on it ("stage-01", …), for areas what comes before "-<area>"."""
        return tuple([one.gate for one in self.left_out])


class Area(Record):
    """A named part of the product. Patterns are gitignore syntax; across areas the last match wins."""

    name: str
    patterns: tuple[str, ...]
    reviewed: bool
    approvals: int  # 0: by the review shape
    early: bool  # True: its paths belong to the build stage and may be early; False ("other"): never early
    role: str  # "dev-backend"


class Reviewer(Record):
    """Who may review. ``name`` is canonical; ``aliases`` are the same person."""

    name: str
    aliases: tuple[str, ...]
    areas: tuple[str, ...]  # own areas: never reviewed by themselves
    emails: tuple[str, ...]
    level: str  # named, committed or signed
    human: bool
    keys: tuple[str, ...] = ()  # fingerprints of signing keys: "SHA256:…" (SSH) or upper-case hex (GPG)


class Trigger(Record):
    """One reason for a security review. ``words`` match words of the path, ``patterns`` are gitignore syntax."""

    id: str
    words: tuple[str, ...]
    patterns: tuple[str, ...]
    stoplist: bool  # demands a track that is not light, and suppresses automatic checkpoints
    why: str
    place: str  # where it is defined: "rules/security.yaml:12" or ".gates.yaml:7"
    exceptions: tuple[str, ...] = ()  # phrases inside which its words do not count ("lexer/token")
    lines: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (language, idioms) that changed lines are searched for
    covered_by: tuple[str, ...] = ()  # triggers of the path beside which its lines are not searched


class Checkpoint(Record):
    """A place where a person decides. ``auto_pass_when``: "" (wait), no_warnings or all_criteria_passed."""

    letter: str
    after: str  # stage name
    auto_pass_when: str


class Budget(Record):
    """What a run may use. A limit of 0 is none; ``on_exceed``: escalate or warn."""

    enabled: bool
    tokens_max: int
    minutes_max: float
    on_exceed: str


NO_BUDGET = Budget(False, 0, 0, "escalate")


class Policy(Record):
    """Everything the judge is told about the rules."""

    digest: str  # sha256 over everything below: two equal policies have equal digests
    target: str  # "" = find it
    tracks: dict[str, Track]
    areas: tuple[Area, ...]  # in the order of the file; "other" is last and has no patterns
    free: tuple[str, ...]
    unowned: str  # review, free or block
    reviewers: tuple[Reviewer, ...]
    required_scoped: int
    required_matrix: int
    release: tuple[str, ...]  # roles (reviewer names) that may answer another reviewer's veto
    contributors: str  # author or committer
    triggers: tuple[Trigger, ...]
    checkpoints: tuple[Checkpoint, ...]  # () when off
    require_run: bool
    history: str  # warn or strict
    merge_requires: str  # stage name, "" = the stage before deploy
    derive: str  # check or write
    security_role_emails: tuple[str, ...]
    brief_sections: dict[str, tuple[str, ...]]  # track -> casefolded headings that stage-01 demands
    source: str  # ".gates.yaml" or "" when only the shipped rules are in force
    languages: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (language, ends of file names)
    agents: tuple[str, ...] = ()  # patterns of names and e-mails that belong to agents, not people
    profiles: tuple[tuple[str, bool], ...] = ()  # every profile that the policy knows, and whether it is chosen
    budget: Budget = NO_BUDGET
    artefacts: tuple[str, ...] = ()  # what any stage may write, also one that is left out everywhere
    runs: tuple[str, ...] = ("pipeline",)  # where runs may lie: patterns of folders, "*" for any one name
    lesson_promotions: int = 2  # how many lessons a run may add
    lesson_age_out: int = 10  # finished runs without reinforcement after which a lesson can go
    schemas: tuple[Schema, ...] = ()


class PathClass(Record):
    """What the policy says about one product path."""

    area: str  # name of the area, "other" when unmatched
    deps: bool  # a manifest or lockfile
    free: bool
    triggers: tuple[tuple[str, str], ...]  # (trigger id, the word or pattern that matched)
