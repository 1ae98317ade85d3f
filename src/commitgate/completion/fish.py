"""The script for fish, for ``git-gate`` and, below the completion of git itself, for ``git gate``."""

from __future__ import annotations

from commitgate.completion.lookup import fish_functions
from commitgate.completion.tree import AREAS, FILES, FOLDERS, GATES, NOTHING, REVISIONS, Option, Value, Verb

_LOGIC = """
# The words after `gate` and before the cursor, without options and their values: the verbs, then the arguments.
function __git_gate_typed
    set -l words (commandline -opc)
    if string match -qr '(^|/)git$' -- $words[1]
        set -l at (contains -i -- gate $words); or return 1
        set words $words[$at..-1]
    end
    set -l verbs
    set -l option
    set -l only_arguments
    for word in $words[2..-1]
        if test -n "$option"
            set option
        else if test -z "$only_arguments"; and test "$word" = --
            set only_arguments yes
        else if test -z "$only_arguments"; and string match -q -- '-*' $word
            contains -- "$verbs $word" $__git_gate_takes_value; and set option $word
        else
            echo -- $word
            contains -- "$verbs" $__git_gate_groups; and set verbs (string join ' ' -- $verbs $word)
        end
    end
    return 0
end

# Whether exactly these verbs were typed, and as many arguments as $argv[1] says ("*": any number).
function __git_gate_at
    set -l typed (__git_gate_typed); or return 1
    set -l verbs $argv[2..-1]
    set -l count (count $verbs)
    test (count $typed) -ge $count; or return 1
    test $count -eq 0; or test "$typed[1..$count]" = "$verbs"; or return 1
    test "$argv[1]" = '*'; or test (count $typed) -eq (math $count + $argv[1])
end

# Completes for git-gate and for git gate: first the condition, then what `complete` takes.
function __git_gate_add
    complete -c git-gate -n $argv[1] $argv[2..-1]
    complete -c git -n "__fish_git_using_command gate; and $argv[1]" $argv[2..-1]
end

function __git_gate_ranges
    set -l base (string match -r '^.*\\.\\.' -- (commandline -ct))
    for name in (__git_gate_revisions)
        echo -- "$base$name"
    end
end

"""

_ACTIONS = {AREAS: "(__git_gate_areas)", GATES: "(__git_gate_gates)", REVISIONS: "(__git_gate_ranges)"}


def script(tree: Verb) -> str:
    """The whole script."""
    takes = [
        _quoted(f"{' '.join(verb.path)} {name}")
        for verb in tree.all()
        for option in verb.options
        if option.value is not None
        for name in option.names
    ]
    groups = [_quoted(" ".join(verb.path)) for verb in tree.all() if verb.verbs]
    lines = [line for verb in tree.all() for line in _lines(verb)]
    return "".join(
        (
            "# fish completion for `git gate` and `git-gate`. Written by `git gate completion fish`.\n\n",
            f"set -g __git_gate_takes_value {' '.join(takes)}\n",
            f"set -g __git_gate_groups {' '.join(groups)}\n\n",
            fish_functions(),
            _LOGIC,
            "complete -c git-gate -f\n",
            "\n".join(lines),
            "\n",
        )
    )


def _lines(verb: Verb) -> list[str]:
    below = "".join(f" {name}" for name in verb.path)
    anywhere = _quoted(f"__git_gate_at '*'{below}" if verb.path else "__git_gate_at 0")
    lines = [f"__git_gate_add {anywhere} {_option(option)}" for option in verb.options]
    for one in verb.verbs:
        condition = _quoted(f"__git_gate_at 0{below}")
        lines.append(f"__git_gate_add {condition} -f -a {_quoted(one.path[-1])} -d {_quoted(one.summary)}")
    for position, value in enumerate(verb.arguments):
        endless = verb.endless and position == len(verb.arguments) - 1
        if value.kind != NOTHING:
            condition = _quoted(f"__git_gate_at {_quoted('*') if endless else position}{below}")
            lines.append(f"__git_gate_add {condition} {_value(value)}")
    return lines


def _option(option: Option) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
    value = ""
    if option.value is not None:
        value = f" -r {_value(option.value)}"
    return f"{names}{value} -d {_quoted(option.summary)}"


def _value(value: Value) -> str:
    listed = f"-a {_quoted(' '.join(value.words))}" if value.words else ""
    if value.kind == FILES:
        return f"-F {listed}".rstrip()
    if value.kind == FOLDERS:
        return "-f -a '(__fish_complete_directories)'"
    if value.kind in _ACTIONS:
        return f"-f -a {_quoted(_ACTIONS[value.kind])}"
    return f"-f {listed}".rstrip()


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
