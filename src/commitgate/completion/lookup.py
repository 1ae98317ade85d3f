"""The few lines of shell that look up what a repository knows: areas, gates, revisions. git and sed, no Python."""

from __future__ import annotations

from commitgate.completion.tree import default_areas

# The names below `areas:` of a policy file laid out as `git gate init` lays it out, one for each line.
AREAS_SED = r"/^areas:/,/^[^[:space:]#]/s/^  \([A-Za-z0-9][A-Za-z0-9._-]*\):.*/\1/p"


def functions(prefix: str) -> str:
    """Functions <prefix>areas, <prefix>gates and <prefix>revisions for bash and zsh: one word for each line.

    They ask in the folder that is meant: ``__git_C_args`` is what git's own completion has seen of ``git -C``, and
    ``__git_gate_folders`` what ours has seen of ``git gate -C``.
    """
    areas = "\\n".join(default_areas())
    return f"""\
{prefix}git () {{
    git ${{__git_C_args[@]+"${{__git_C_args[@]}}"}} ${{__git_gate_folders[@]+"${{__git_gate_folders[@]}}"}} "$@"
}}

{prefix}areas () {{
    local found=
    found=$(sed -n '{AREAS_SED}' "$({prefix}git rev-parse --show-toplevel 2>/dev/null)/.gates.yaml" 2>/dev/null)
    if [ -n "$found" ]; then printf '%s\\n' "$found"; else printf '{areas}\\n'; fi
}}

{prefix}gates () {{
    {prefix}git ls-files --cached --others --full-name -- ":(top)pipeline/gates/*.json" 2>/dev/null |
        sed -e 's|.*/||' -e 's|\\.json$||'
}}

{prefix}revisions () {{
    {prefix}git rev-parse --quiet --verify HEAD >/dev/null 2>&1 && printf 'HEAD\\n'
    {prefix}git for-each-ref --format='%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null
}}
"""


def fish_functions() -> str:
    """The same three in the language of fish, which hands every ``-C`` of the line on."""
    areas = " ".join(default_areas())
    program = AREAS_SED.replace("\\", "\\\\")
    return f"""\
function __git_gate_git
    set -l folders
    set -l before
    for word in (commandline -opc)
        test "$before" = -C; and set -a folders -C $word
        set before $word
    end
    git $folders $argv
end

function __git_gate_areas
    set -l top (__git_gate_git rev-parse --show-toplevel 2>/dev/null)
    set -l found (sed -n '{program}' "$top/.gates.yaml" 2>/dev/null)
    test -n "$found"; or set found {areas}
    printf '%s\\n' $found
end

function __git_gate_gates
    __git_gate_git ls-files --cached --others --full-name -- ':(top)pipeline/gates/*.json' 2>/dev/null |
        sed -e 's|.*/||' -e 's|\\.json$||'
end

function __git_gate_revisions
    __git_gate_git rev-parse --quiet --verify HEAD >/dev/null 2>&1; and echo HEAD
    __git_gate_git for-each-ref --format='%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null
end
"""
