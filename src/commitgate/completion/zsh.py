"""The script for zsh: a file ``_git-gate`` for $fpath, which may be sourced as well.

zsh's own completion of git calls ``_git-gate`` for ``git gate``, with the words from ``gate`` on.
"""

from __future__ import annotations

from commitgate.completion.lookup import functions
from commitgate.completion.tree import AREAS, FILES, FOLDERS, GATES, REVISIONS, WORDS, Option, Value, Verb

_PREFIX = "__git-gate-"

_HEAD = """\
#compdef git-gate
#description staged delivery pipeline, enforced by git itself
# zsh completion for `git gate` and `git-gate`. Written by `git gate completion zsh`.

"""

# A revision may be the second half of a range.
_LOOKING_UP = """
__git-gate-offer-revisions () {
    compset -P '*..'
    local -a found=( ${(f)"$(__git-gate-revisions)"} )
    _describe -t revisions revision found
}

__git-gate-offer-areas () {
    local -a found=( ${(f)"$(__git-gate-areas)"} )
    _describe -t areas area found
}

__git-gate-offer-gates () {
    local -a found=( ${(f)"$(__git-gate-gates)"} )
    _describe -t gates gate found
}
"""

_TAIL = """
if [[ $funcstack[1] = _git-gate ]]; then
    _git-gate "$@"
else
    compdef _git-gate git-gate
fi
"""

# What comes after is looked up in the folder that -C names; several are joined by colons there.
_FOLDERS = """
    local -a __git_gate_folders=()
    local folder
    for folder in ${(s.:.)opt_args[-C]}; do __git_gate_folders+=(-C ${(Q)folder}); done"""

_ACTIONS = {
    AREAS: "__git-gate-offer-areas",
    FILES: "_files",
    FOLDERS: "_directories",
    GATES: "__git-gate-offer-gates",
    REVISIONS: "__git-gate-offer-revisions",
}


def script(tree: Verb) -> str:
    """The whole script."""
    bodies = "".join(f"\n{_function(verb)}" for verb in tree.all())
    return f"{_HEAD}{functions(_PREFIX)}{_LOOKING_UP}{bodies}{_TAIL}"


def _name(verb: Verb) -> str:
    return "-".join(("_git-gate", *verb.path))


def _function(verb: Verb) -> str:
    specs = [spec for option in verb.options for spec in _option(option)]
    if not verb.verbs:
        for position, value in enumerate(verb.arguments):
            endless = verb.endless and position == len(verb.arguments) - 1
            specs.append(_quoted(f"{'*' if endless else ''}:{_plain(value.name)}:{_action(value)}"))
        return f"{_name(verb)} () {{\n    _arguments -s -S{_joined(specs)}\n}}\n"
    rows = "".join(f"\n            {_quoted(f'{one.path[-1]}:{one.summary}')}" for one in verb.verbs)
    cases = "".join(f"\n        {one.path[-1]}) {_name(one)} && ret=0 ;;" for one in verb.verbs)
    specs += [_quoted("1: :->verb"), _quoted("*:: :->rest")]
    return f"""\
{_name(verb)} () {{
    local curcontext=$curcontext state line ret=1
    typeset -A opt_args
    _arguments -C{_joined(specs)} && ret=0{_FOLDERS if not verb.path else ""}
    case $state in
    verb)
        local -a verbs=({rows}
        )
        _describe -t commands 'command' verbs && ret=0
        ;;
    rest)
        case $words[1] in{cases}
        esac
        ;;
    esac
    return ret
}}
"""


def _joined(specs: list[str]) -> str:
    return "".join(f" \\\n        {spec}" for spec in specs)


def _option(option: Option) -> list[str]:
    """One spec for each name; the names of one option exclude each other unless it may be repeated."""
    names = option.names
    before = "*" if option.repeated else f"({' '.join(names)})"
    specs = []
    for name in names:
        if option.value is None:
            specs.append(_quoted(f"{before}{name}[{_plain(option.summary)}]"))
            continue
        joint = "=" if name.startswith("--") else ""
        value = f":{_plain(option.value.name)}:{_action(option.value)}"
        specs.append(_quoted(f"{before}{name}{joint}[{_plain(option.summary)}]{value}"))
    return specs


def _action(value: Value) -> str:
    if value.kind == FILES and value.words:
        return f"{{_alternative 'words:word:({' '.join(value.words)})' 'files:file:_files'}}"
    if value.kind == WORDS:
        return f"({' '.join(value.words)})"
    return _ACTIONS.get(value.kind, " ")


def _plain(text: str) -> str:
    """Text inside a spec: brackets and colons have a meaning there."""
    return "".join(f"\\{one}" if one in "\\[]:" else one for one in text)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
