"""Completion, typed into the real shells. What a shell does not have is told from what `git gate` itself has."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest
from shells import KINDS, Shell

from commitgate import cli
from commitgate.commands import COMMANDS
from commitgate.completion import tree
from commitgate.policy.catalog import catalog
from support import Repo

GIT_FOR_BASH = Path("/usr/share/bash-completion/completions/git")
POLICY = """\
target: main
areas:
  # Two of them.
  charts:
    paths: ["/charts/**"]
  tables:
    paths: ["/tables/**"]
review:
  contributors: author
"""
# What is typed, and the arguments that git-gate must then be started with.
TYPED = (
    ("git-gate chec\t", "check"),
    ("git gate reaf\t", "reaffirm"),
    ("git-gate pass des\t", "pass design"),
    ("git gate pass des\t", "pass design"),
    ("git gate check --for\tjs\t", "check --format json"),
    ("git-gate check --format=js\t", "check --format json"),
    ("git gate check --format=js\t", "check --format json"),
    ("git gate pass design --sta\tESC\t", "pass design --status ESCALATE"),
    ("git gate explain order/earl\t", "explain order/early-work"),
    ("git gate review charts tab\t", "review charts tables"),
    ("git-gate review cha\t", "review charts"),
    ("git gate check --rev feat\t", "check --rev feature-one"),
    ("git-gate resolve stage-06-b\t", "resolve stage-06-backend"),
    ("git gate validate pipeline/ga\t", "validate pipeline/gates"),
    ("git-gate -C su\t chec\t", "-C sub check"),
    ("git-gate -C other/nested review vio\t", "-C other/nested review violins"),
    ("git gate -C other -C nested review vio\t", "-C other -C nested review violins"),
    ("git-gate -C other/nested resolve stage-0\t", "-C other/nested resolve stage-07"),
    ("git gate --color=nev\t chec\t", "--color never check"),
    ("git gate poli\tsim\t", "policy simulate"),
    ("git-gate policy che\t", "policy check"),
)


def known() -> tree.Verb:
    return tree.read(cli.group, {verb: summary for verb, (_, summary) in COMMANDS.items()})


@pytest.fixture(scope="module")
def script(template_repository: Repo, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The script for a shell, as the command prints it."""
    folder = tmp_path_factory.mktemp("scripts")

    def write(shell: str) -> Path:
        path = folder / f"completion.{shell}"
        if not path.exists():
            path.write_bytes(template_repository.gate("completion", shell, check=True).stdout)
        return path

    return write


@pytest.fixture
def ground(repo: Repo) -> Repo:
    """A repository with areas, a gate, a branch and a folder to complete."""
    repo.write(".gates.yaml", POLICY)
    repo.write("pipeline/gates/stage-06-backend.json", "{}\n")
    repo.write("sub/file", "")
    repo.commit("chore: ground")
    repo.git("branch", "feature-one")
    repo.git("init", "-q", "other/nested")
    repo.write("other/nested/.gates.yaml", "areas:\n  violins:\n    paths: [/src/**]\n")
    repo.write("other/nested/pipeline/gates/stage-07.json", "{}\n")
    return repo


def is_here(shell: str) -> bool:
    """Whether the shell is installed, for bash with git's own completion, which ours hangs on."""
    return shutil.which(shell) is not None and (shell != "bash" or GIT_FOR_BASH.exists())


def test_what_is_typed_is_completed(ground: Repo, script: Callable[[str], Path], tmp_path: Path) -> None:
    """All shells at once: most of the time each of them is waited for."""
    kinds = [kind for kind in sorted(KINDS) if is_here(KINDS[kind].command[0])]
    if not kinds:
        pytest.skip("none of the shells is installed here")
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(len(kinds)) as pool:
        running = []
        for number, kind in enumerate(kinds):
            home = tmp_path / f"home-{number}"
            home.mkdir()
            opened = stack.enter_context(Shell(kind, script(KINDS[kind].command[0]), ground.path, home))
            running.append(pool.submit(everything_is_completed, kind, opened))
        for one in running:
            one.result()


def everything_is_completed(kind: str, opened: Shell) -> None:
    """Type every line into an open shell."""
    # zsh lists commands of git from the files of $fpath; fish would ask about other commands with these letters.
    typed = (*TYPED, ("git gat\tdoct\t", "doctor")) if kind in ("bash", "zsh") else TYPED
    for keys, wanted in typed:
        words = opened.typed(f"{keys}\n")
        said = " ".join(words).replace("=", " ").replace("gates/", "gates").replace("sub/", "sub")
        assert said == wanted, f"{keys!r} in {kind}"
    # Each line started it once: no TAB did.
    assert len(opened.log.read_text().splitlines()) == 1 + len(typed), kind


def test_bash_offers_every_command_and_every_option(ground: Repo, script: Callable[[str], Path]) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed here")
    for verb in known().all():
        line = ["git-gate", *verb.path]
        offered = offers(script("bash"), ground.path, [*line, "-"])
        assert offered == {name for option in verb.options for name in option.names}, verb.path
        if verb.verbs:
            assert offers(script("bash"), ground.path, [*line, ""]) == {below.path[-1] for below in verb.verbs}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["explain", ""], set(catalog())),
        (["proceed", ""], {"a", "b", "c"}),
        (["start", "--track", "h"], {"hotfix"}),
        (["start", "my feature", ""], set()),
        (["check", "--rev", "main..feat"], {"main..feature-one"}),
        (["check", "--", "-"], set()),
        (["stage", "build", ""], {"charts", "tables"}),
        (["no-such-command", ""], set()),
        (["pass", "--area"], {"--area"}),
        (["init", "--ci", "=", "git"], {"github", "gitlab"}),
    ],
)
def test_bash_offers_what_may_stand_there(
    words: list[str], wanted: set[str], ground: Repo, script: Callable[[str], Path]
) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed here")
    assert offers(script("bash"), ground.path, ["git-gate", *words]) == wanted


def test_areas_are_the_shipped_ones_where_the_policy_names_none(repo: Repo, script: Callable[[str], Path]) -> None:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed here")
    assert offers(script("bash"), repo.path, ["git-gate", "review", ""]) == set(tree.default_areas())


def offers(script: Path, folder: Path, words: list[str]) -> set[str]:
    """What bash would offer with the cursor at the end of the last word."""
    program = """
        . "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        __git_gate_program
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", program, "bash", str(script), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.removesuffix(" ") for line in done.stdout.splitlines() if line}


def test_fish_offers_every_command_with_its_line(ground: Repo, script: Callable[[str], Path]) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed here")
    said = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script('fish')}; complete -C 'git-gate '"],
        cwd=ground.path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rows = dict(line.split("\t") for line in said.splitlines())
    assert rows == {verb: tree.plain(summary) for verb, (_, summary) in COMMANDS.items()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_well_formed(shell: str, script: Callable[[str], Path]) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here")
    done = subprocess.run([shell, "-n", str(script(shell))], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_group_of_commands_below_a_command_is_completed_too(tmp_path: Path) -> None:
    """The shape that `git gate policy check` has."""

    @click.group()
    def root() -> None:
        """Root."""

    @root.group()
    def policy() -> None:
        """Rules."""

    @policy.command()
    @click.option("--strict", is_flag=True)
    @click.argument("word", type=click.Choice(["left", "right"]))
    def check() -> None:
        """Check it."""

    from commitgate.completion import bash

    script = tmp_path / "script"
    script.write_text(bash.script(tree.read(root, {})))
    assert offers(script, tmp_path, ["git-gate", "policy", ""]) == {"check"}
    assert "--strict" in offers(script, tmp_path, ["git-gate", "policy", "check", "-"])
    assert offers(script, tmp_path, ["git-gate", "policy", "check", ""]) == {"left", "right"}


def test_an_unknown_shell_is_refused(repo: Repo) -> None:
    assert repo.gate("completion", "tcsh").code == 64
