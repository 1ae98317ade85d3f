"""The few lines of shell that look up what a repository knows: areas, gates, revisions. git and sed, no Python."""

from __future__ import annotations

from commitgate.completion.tree import default_areas

# The names below `areas:` of a policy file laid out as `git gate init` lays it out, one for each line.
AREAS_SED = r"/^areas:/,/^[^[:space:]#]/s/^  \([A-Za-z0-9][A-Za-z0-9._-]*\):.*/\1/p"


def functions(prefix: str) -> str:
    """POSIX functions <prefix>areas, <prefix>gates and <prefix>revisions, each printing one word for each line."""
    areas = "\\n".join(default_areas())
    return f"""\
{prefix}areas () {{
    local found=
    found=$(sed -n '{AREAS_SED}' "$(git rev-parse --show-cdup 2>/dev/null).gates.yaml" 2>/dev/null)
    if [ -n "$found" ]; then printf '%s\\n' "$found"; else printf '{areas}\\n'; fi
}}

{prefix}gates () {{
    git ls-files --cached --others --full-name -- ":(top)pipeline/gates/*.json" 2>/dev/null |
        sed -e 's|.*/||' -e 's|\\.json$||'
}}

{prefix}revisions () {{
    git rev-parse --quiet --verify HEAD >/dev/null 2>&1 && printf 'HEAD\\n'
    git for-each-ref --format='%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null
}}
"""


def fish_functions() -> str:
    """The same three in the language of fish."""
    areas = " ".join(default_areas())
    program = AREAS_SED.replace("\\", "\\\\")
    return f"""\
function __git_gate_areas
    set -l top (git rev-parse --show-cdup 2>/dev/null)
    set -l found (sed -n '{program}' "$top.gates.yaml" 2>/dev/null)
    test -n "$found"; or set found {areas}
    printf '%s\\n' $found
end

function __git_gate_gates
    git ls-files --cached --others --full-name -- ':(top)pipeline/gates/*.json' 2>/dev/null |
        sed -e 's|.*/||' -e 's|\\.json$||'
end

function __git_gate_revisions
    git rev-parse --quiet --verify HEAD >/dev/null 2>&1; and echo HEAD
    git for-each-ref --format='%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null
end
"""
