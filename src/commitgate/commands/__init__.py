"""The verbs of ``git gate``, one module each, and the table that names them.

The table stands here, without an import, so that ``git-gate --help`` neither loads click nor a single command.
Each module holds a click command called ``command`` that returns an exit code.
"""

from __future__ import annotations

# (heading, ((verb, module below commitgate.commands, one line), …)) in the order of the help.
GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Set up",
        (
            ("init", "init", "Prepare this repository: policy file, pre-commit configuration, hooks."),
            ("install", "install", "Install the git hooks of this clone."),
            ("uninstall", "uninstall", "Remove the git hooks and put back what stood there before."),
            ("doctor", "doctor", "Say whether git will really run the hooks, and why not."),
            ("completion", "completion", "Print the completion script for bash, zsh or fish."),
            ("demo", "demo", "Play a whole feature through all stages in a scratch repository."),
        ),
    ),
    (
        "Work through the stages",
        (
            ("start", "start", "Begin a run: one feature on one track."),
            ("next", "next", "Show the one thing to do next."),
            ("status", "status", "Show every stage, what blocks it, and who is asked."),
            ("stage", "stage", "Lay down the documents of a stage."),
            ("pass", "pass_", "Write the gate of a finished stage."),
            ("reaffirm", "reaffirm", "Stand by gates whose inputs changed since they passed."),
            ("review", "review", "Show the change of an area and bind your verdict to it."),
            ("derive", "derive", "Compute the peer review gates from the review files."),
            ("security", "security", "Say whether the security review is needed, and why."),
            ("lessons", "lessons", "Show what earlier runs taught; add, confirm or retire a lesson."),
            ("budget", "budget", "Keep what the run uses, by stage, and escalate when it is more than allowed."),
            ("archive", "archive", "Put the finished run away, so that the next one can begin."),
            ("fold", "fold", "Write the sign-off gate when the tests already prove it."),
        ),
    ),
    (
        "Decide",
        (
            ("proceed", "proceed", "Let the run pass a checkpoint."),
            ("resolve", "resolve", "Record the decision on an escalated gate."),
            ("rule", "rule", "Record a principal's ruling."),
            ("adr", "adr", "Write a numbered architecture decision record."),
            ("ask", "ask", "Put a question into the context file."),
            ("answer", "answer", "Answer a question of the context file."),
            ("waiver", "waiver", "Write a waiver of a rule for some paths and days, or list those that there are."),
        ),
    ),
    (
        "Check",
        (
            ("check", "check", "Judge the index, a commit, or the readiness of a branch."),
            ("verify", "verify", "Replay every commit of a range: the authority that no local hook can be."),
            ("pre-push", "pre_push", "Judge a push before it is sent, as the pre-push hook does."),
            ("pre-receive", "pre_receive", "Judge a push that a server is about to accept."),
            ("validate", "validate", "Check gate files by themselves."),
            ("why", "why", "Say why a finding, a path, a stage, an area, a trigger or a rule is as it is."),
            ("explain", "explain", "Explain a rule: what it asks, why, and how to satisfy it."),
            ("log", "log", "Tell what happened to a run, commit by commit."),
            ("visualize", "visualize", "Draw the run as a state diagram into pipeline/diagram.md."),
            ("summary", "summary", "Write what the run did into pipeline/summary.md."),
            ("graph", "graph", "Show the order of the stages, and what is left out and why."),
            ("policy", "policy", "Check the policy file, test it with cases, or try it on past merges."),
        ),
    ),
)

COMMANDS: dict[str, tuple[str, str]] = {verb: (module, summary) for _, rows in GROUPS for verb, module, summary in rows}

# What these do is about one run; they take --run where there are several.
ABOUT_A_RUN = frozenset(
    {
        "next", "status", "stage", "pass", "reaffirm", "review", "derive", "security", "archive", "fold", "proceed",
        "resolve", "rule", "adr", "ask", "answer", "check", "why", "log", "visualize", "summary", "start",
        "budget", "waiver",
    }
)  # fmt: skip

_HEAD = """\
Usage: git gate [OPTIONS] COMMAND [ARGS]...

A staged delivery pipeline, enforced by git itself.
"""

_TAIL = """\
Options:
  -C DIR        Run as if started in DIR. Given several times, each one starts from the one before.
  --run DIR     The folder of the run that is meant, where there are several.
  --color WHEN  auto (the default: on a terminal, unless NO_COLOR is set), always or never.
  --version     Show the version and end.
  -h, --help    Show this page and end. `git gate COMMAND -h` shows the page of a command.

Exit codes:
  0    pass (warnings may be shown)
  1    malformed: a gate, review, document or policy cannot be accepted as written
  2    blocked: read well, and the answer is no
  3    escalate: a person must decide
  4    unknown: could not decide, as outside of a repository; never treated as a pass
  64   usage: the command line is wrong
  130  interrupted
  141  whoever read the answer has gone before its end
"""


def help_text() -> str:
    """The page that ``git-gate --help`` prints, ending in a newline."""
    width = max(map(len, COMMANDS))
    parts = [_HEAD]
    for heading, rows in GROUPS:
        parts.append("\n".join([f"{heading}:", *(f"  {verb:{width}}  {line}" for verb, _, line in rows), ""]))
    parts.append(_TAIL)
    return "\n".join(parts)
