#!/usr/bin/env bash
# The step of the GitHub Action (action.yml): finds out what to judge from the event, and has it judged.
#
# The commits are read as data. Nothing of them is run, imported or taken for configuration: Python runs isolated (-I),
# so that no file of the work tree is a module, and what is written goes to the temporary folder of the runner. Any way
# out of here that is not a verdict is exit 4.
set -euo pipefail

verdict=unknown ready='' sarif='' asked='' judged=''

# -- telling -----------------------------------------------------------------------------------------------------

finish() {
    local code=$?
    if [ -z "$judged" ] && [ "$code" -eq 0 ]; then code=4; fi
    [ -z "$asked" ] || { [ "$code" -eq 0 ] && ready=true || ready=false; }
    if [ -n "${GITHUB_OUTPUT:-}" ]; then
        printf 'verdict=%s\nready=%s\nsarif=%s\n' "$verdict" "$ready" "$sarif" >> "$GITHUB_OUTPUT"
    fi
    exit "$code"
}
trap finish EXIT

# fail CODE MESSAGE REMEDY: an annotation, the same in the summary, and the end.
fail() {
    local text="$2. $3"
    text=${text//'%'/%25}
    text=${text//$'\r'/%0D}
    printf '::error title=commitgate::%s\n' "${text//$'\n'/%0A}"
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
        printf '## commitgate\n\n❌ **nothing could be judged:** %s.\n\n**Next:** %s\n' "$2" "$3" >> "$GITHUB_STEP_SUMMARY"
    fi
    exit "$1"
}

# nothing MESSAGE: green, because there is nothing to judge.
nothing() {
    verdict=pass judged=yes
    printf 'commitgate: %s\n' "$1"
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then printf '## commitgate\n\n✅ %s\n' "$1" >> "$GITHUB_STEP_SUMMARY"; fi
    exit 0
}

# -- the ground --------------------------------------------------------------------------------------------------

for variable in GITHUB_ACTION_PATH GITHUB_EVENT_NAME GITHUB_EVENT_PATH GITHUB_WORKSPACE RUNNER_TEMP; do
    [ -n "${!variable:-}" ] || fail 4 "$variable is not set" "this script runs as a step of a GitHub workflow"
done

python=${GATE_PYTHON:-python3}
"$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail 4 "$python is not Python 3.11 or newer" "leave python-version at its default, or name a newer one"

# In a container the work tree may belong to another user, which git refuses unless it is told about this very folder.
count=${GIT_CONFIG_COUNT:-0}
export "GIT_CONFIG_KEY_$count=safe.directory" "GIT_CONFIG_VALUE_$count=$GITHUB_WORKSPACE" GIT_CONFIG_COUNT=$((count + 1))

cd "$GITHUB_WORKSPACE"
shallow=$(git rev-parse --is-shallow-repository) ||
    fail 4 "$GITHUB_WORKSPACE is no git repository" "run actions/checkout with fetch-depth: 0 before this action"
[ "$shallow" = false ] ||
    fail 4 "this checkout is shallow, so where the branch began is unknown" "set fetch-depth: 0 for actions/checkout"

# -- from where to where -----------------------------------------------------------------------------------------

# event PATH: a text in the event, such as pull_request.base.sha; nothing when there is none.
event() {
    "$python" -I -c '
import json, sys
with open(sys.argv[1], encoding="utf-8") as stream:
    value = json.load(stream)
for key in sys.argv[2].split("."):
    value = value.get(key) if isinstance(value, dict) else None
print(value if isinstance(value, str) else "")
' "$GITHUB_EVENT_PATH" "$1"
}

is_oid() { [[ $1 =~ ^[0-9a-f]{40}([0-9a-f]{24})?$ ]]; }
is_null() { [[ $1 =~ ^0+$ ]]; }
is_here() { git cat-file -e "$1^{commit}" 2>/dev/null; }

# commit_of NAME …: the commit that the first of the names stands for. Whole names of refs: a tag may be called alike.
commit_of() {
    local name
    for name; do
        case $name in -*) continue ;; esac
        git rev-parse --quiet --verify "$name^{commit}" && return
    done
    return 1
}

event action > /dev/null || fail 4 "the event in $GITHUB_EVENT_PATH cannot be read" "run the job again"

base='' head=''
case $GITHUB_EVENT_NAME in
pull_request | pull_request_target | pull_request_review)
    # The event tells where the target branch was at the last push to the pull request; the checkout may know better.
    base=$(event pull_request.base.sha)
    target=$(event pull_request.base.ref)
    [ -z "$target" ] || base=$(commit_of "refs/remotes/origin/$target" || printf '%s' "$base")
    head=$(event pull_request.head.sha)
    asked=yes
    ;;
merge_group)
    base=$(event merge_group.base_sha)
    head=$(event merge_group.head_sha)
    asked=yes
    ;;
push)
    base=$(event before)
    head=$(event after)
    if is_null "$head"; then nothing "the push deleted a branch, nothing judged"; fi
    default=$(event repository.default_branch)
    # A new branch, or one whose former tip is gone after a forced push, is judged from the default branch on.
    if [ "${GITHUB_REF:-}" != "refs/heads/$default" ] && { is_null "$base" || ! is_here "$base"; }; then
        base=$(commit_of "refs/remotes/origin/$default") ||
            fail 4 "the default branch is not in this checkout" "set fetch-depth: 0 for actions/checkout"
    fi
    ;;
*)
    if [ -z "${GATE_BASE:-}" ] || [ -z "${GATE_HEAD:-}" ]; then
        fail 64 "the event $GITHUB_EVENT_NAME does not say what to judge" "give the inputs base and head"
    fi
    ;;
esac

if [ -n "${GATE_BASE:-}" ]; then
    base=$(commit_of "refs/remotes/origin/$GATE_BASE" "refs/heads/$GATE_BASE" "$GATE_BASE") ||
        fail 4 "the input base names no commit of this checkout" "set fetch-depth: 0, and check the name"
fi
if [ -n "${GATE_HEAD:-}" ]; then
    head=$(commit_of "refs/remotes/origin/$GATE_HEAD" "refs/heads/$GATE_HEAD" "$GATE_HEAD") ||
        fail 4 "the input head names no commit of this checkout" "set fetch-depth: 0, and check the name"
fi

for commit in "$base" "$head"; do
    is_oid "$commit" || fail 4 "the event $GITHUB_EVENT_NAME names no base or no head" "give the inputs base and head"
    ! is_null "$commit" || fail 4 "the default branch is new, so there is nothing to judge it by" "give the input base"
    # The head of a fork, or a base that moved on after the checkout: origin has both.
    is_here "$commit" || git fetch --quiet --no-tags --no-recurse-submodules origin "$commit" 2>/dev/null || true
    is_here "$commit" ||
        fail 4 "commit $commit is not in this checkout" \
            "set fetch-depth: 0 and ref: \${{ github.event.pull_request.head.sha }} for actions/checkout"
done

# -- asking ------------------------------------------------------------------------------------------------------

case ${GATE_READY:-auto} in
auto) ;;
true) asked=yes ;;
false) asked='' ;;
*) fail 64 "the input ready is neither true, false nor auto" "correct the workflow" ;;
esac
case ${GATE_SARIF_FILE:-} in
*/* | . | ..) fail 64 "the input sarif-file is a path" "give a name; the output sarif says where the file is" ;;
esac

# Installed once for each job, from the checkout of the action and never from that of the pull request.
folder=$RUNNER_TEMP/commitgate
environment=$folder/$(printf '%s' "$GITHUB_ACTION_PATH" | cksum | tr -d ' ')
mkdir -p "$folder"
if [ ! -e "$environment/complete" ]; then
    (
        cd "$folder"
        "$python" -I -m venv --clear "$environment"
        "$environment/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-input "$GITHUB_ACTION_PATH"
    ) || fail 4 "commitgate could not be installed" "the log above says why; run the job again"
    touch "$environment/complete"
fi

arguments=("$base..$head")
[ -z "$asked" ] || arguments+=(--ready)
[ -z "${GATE_HISTORY:-}" ] || arguments+=(--history "$GATE_HISTORY")

# verify FORMAT [ARGUMENT …]: no memo of an earlier run is read with CI set.
verify() { CI=true "$environment/bin/python" -I -m commitgate verify "${arguments[@]}" --format "$@"; }

form=${GATE_FORMAT:-github}
code=0
if [ "$form" = github ]; then
    verify github || code=$?
else
    # Only annotations may hold commands for the runner: elsewhere a document could have written one.
    token=$("$python" -I -c 'import secrets; print(secrets.token_hex(16))')
    printf '::stop-commands::%s\n' "$token"
    verify "$form" || code=$?
    printf '\n::%s::\n' "$token"
fi

case $code in
0) verdict=pass ;;
1) verdict=malformed ;;
2) verdict=blocked ;;
3) verdict=escalate ;;
*) verdict=unknown ;;
esac
judged=yes

if [ -n "${GATE_SARIF_FILE:-}" ]; then
    sarif=$folder/$GATE_SARIF_FILE
    again=0
    verify sarif --output "$sarif" || again=$?
    [ -s "$sarif" ] || sarif=''
    # The same question has the same answer; where it has not, something is wrong.
    if [ "$again" -ne "$code" ] || [ -z "$sarif" ]; then
        verdict=unknown
        fail 4 "the SARIF file could not be made" "the log above says why; run the job again"
    fi
fi
exit "$code"
