"""The script for bash 3.2 and newer.

git's own completion calls ``_git_gate`` for ``git gate``; ``git-gate`` gets a completion of its own. Both hand the
words between them to one function. Names carry their trailing blank, since git completes with ``nospace``.
"""

from __future__ import annotations

from commitgate.completion.lookup import functions
from commitgate.completion.tree import Value, Verb

_PREFIX = "__git_gate_"

_LOGIC = r"""
# Offer each line of standard input that begins with $1.
__git_gate_offer () {
    local line
    while IFS= read -r line; do
        case $line in "$1"*) COMPREPLY+=("$line ") ;; esac
    done
}

# Offer what may stand at a place: $1 is its kind with its words, $2 what is typed of it so far.
__git_gate_offer_value () {
    local kind=${1%% *} words=${1#* } base=
    [ "$words" = "$1" ] && words=
    case $kind in
    areas | gates) __git_gate_offer "$2" < <("__git_gate_$kind") ;;
    revisions)
        case $2 in *..*) base=${2%..*}.. ;; esac
        __git_gate_offer "$2" < <(__git_gate_revisions | while IFS= read -r name; do printf '%s\n' "$base$name"; done)
        ;;
    *) [ -z "$words" ] || __git_gate_offer "$2" < <(printf '%s\n' $words) ;;
    esac
    # With nothing to offer, bash completes names of files; that is right for files only.
    case $kind in
    files | folders) ;;
    *) compopt +o default +o bashdefault 2>/dev/null ;;
    esac
}

# The words after `gate`, the last one being the word at the cursor.
__git_gate_complete () {
    local IFS=$' \t\n' verb= word option= position=0 only_arguments= __git_gate_folders=()
    COMPREPLY=()
    while [ $# -gt 1 ]; do
        word=$1
        shift
        if [ -n "$option" ]; then
            [ "$option" != -C ] || __git_gate_folders+=(-C "$word")
            option=
        elif [ -z "$only_arguments" ] && [ "$word" = -- ]; then
            only_arguments=yes
        elif [ -z "$only_arguments" ] && [ "${word#-}" != "$word" ]; then
            [ -z "$(__git_gate_value "$verb $word")" ] || option=$word
        elif [ -n "$(__git_gate_verbs "$verb")" ]; then
            verb="${verb:+$verb }$word"
        else
            position=$((position + 1))
        fi
    done
    if [ -n "$option" ]; then
        __git_gate_offer_value "$(__git_gate_value "$verb $option")" "$1"
    elif [ -z "$only_arguments" ]; then
        case $1 in
        --*=*) __git_gate_offer_value "$(__git_gate_value "$verb ${1%%=*}")" "${1#*=}" ;;
        -*) __git_gate_offer "$1" < <(printf '%s\n' $(__git_gate_options "$verb")) ;;
        *) __git_gate_argument_or_verb "$verb" "$position" "$1" ;;
        esac
    else
        __git_gate_argument_or_verb "$verb" "$position" "$1"
    fi
}

__git_gate_argument_or_verb () {
    local verbs
    verbs=$(__git_gate_verbs "$1")
    if [ -n "$verbs" ]; then
        __git_gate_offer_value "words $verbs" "$3"
    else
        __git_gate_offer_value "$(__git_gate_argument "$1" "$2")" "$3"
    fi
}

# Called by git's completion, which has split the line into $words with $cword; `gate` stands at $__git_cmd_idx.
_git_gate () {
    local start=${__git_cmd_idx:-1}
    __git_gate_complete "${words[@]:start+1:cword-start-1}" "$cur"
}

# Called for git-gate itself. bash has split the line at every "=": put the words together again.
__git_gate_program () {
    local word joined=() last=-1 glue=
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [ "$last" -ge 0 ] && { [ "$word" = "=" ] || [ -n "$glue" ]; }; then
            joined[last]=${joined[last]}$word
        else
            last=$((last + 1))
            joined[last]=$word
        fi
        [ "$word" = "=" ] && glue=yes || glue=
    done
    __git_gate_complete "${joined[@]}"
}

complete -o bashdefault -o default -o nospace -F __git_gate_program git-gate
"""


def script(tree: Verb) -> str:
    """The whole script."""
    return "".join(
        (
            "# bash completion for `git gate` and `git-gate`. Written by `git gate completion bash`.\n\n",
            functions(_PREFIX),
            _table("verbs", [(f'"{_typed(verb)}"', _verbs(verb)) for verb in tree.all() if verb.verbs]),
            _table("options", [(f'"{_typed(verb)}"', _options(verb)) for verb in tree.all()]),
            _table("value", _values(tree)),
            _table("argument", _arguments(tree)),
            _LOGIC,
        )
    )


def _table(name: str, rows: list[tuple[str, str]]) -> str:
    """A function that prints a word list for its arguments, joined by blanks; nothing when there is no row."""
    cases = "".join(f"    {pattern}) echo '{text}' ;;\n" for pattern, text in rows)
    return f'\n{_PREFIX}{name} () {{\n    case "$*" in\n{cases}    esac\n}}\n'


def _typed(verb: Verb) -> str:
    return " ".join(verb.path)


def _verbs(verb: Verb) -> str:
    return " ".join(below.path[-1] for below in verb.verbs)


def _options(verb: Verb) -> str:
    return " ".join(name for option in verb.options for name in option.names)


def _values(tree: Verb) -> list[tuple[str, str]]:
    rows = []
    for verb in tree.all():
        for option in verb.options:
            if option.value is not None:
                patterns = " | ".join(f'"{_typed(verb)} {name}"' for name in option.names)
                rows.append((patterns, _text(option.value)))
    return rows


def _arguments(tree: Verb) -> list[tuple[str, str]]:
    rows = []
    for verb in tree.all():
        for position, value in enumerate(verb.arguments):
            endless = verb.endless and position == len(verb.arguments) - 1
            rows.append((f'"{_typed(verb)} "*' if endless else f'"{_typed(verb)} {position}"', _text(value)))
    return rows


def _text(value: Value) -> str:
    return " ".join((value.kind, *value.words))
