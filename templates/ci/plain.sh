#!/bin/sh
# Judges the commits of a branch by the rules of the branch that they are to be merged into, on any CI that has Python
# 3.11 or newer and a clone with the whole history. Nothing of the commits is run.
#
#     sh ci/commitgate.sh [BASE [HEAD]]
#
# BASE: the branch that is merged into, as the server has it now; HEAD: the commit to be merged, not a trial merge.
# Exit codes: 0 pass, 1 malformed, 2 blocked, 3 a person must decide, 4 could not decide. Only 0 may be merged.
set -eu

target={{target}}
base=${1:-refs/remotes/origin/$target}
head=${2:-HEAD}

if [ "$(git rev-parse --is-shallow-repository)" != false ]; then
    echo "commitgate: this clone is shallow or no repository, so where the branch began is unknown" >&2
    echo "  to repair: fetch the whole history, for instance: git fetch --unshallow" >&2
    exit 4
fi

# -I: no file of the work tree may stand in for a module of Python.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if ! "${PYTHON:-python3}" -I -m venv "$folder/venv" ||
    ! "$folder/venv/bin/python" -I -m pip install --quiet --disable-pip-version-check "${COMMITGATE:-commitgate}"; then
    echo "commitgate: could not be installed, so nothing was judged" >&2
    exit 4
fi

code=0
CI=true "$folder/venv/bin/python" -I -m commitgate verify "$base..$head" --ready || code=$?
exit "$code"
