"""Several runs in one repository: two features on two branches, a run for each service, and who answers for what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commitgate.engine import COMMIT, INDEX, Question, open_engine
from commitgate.facts import Change
from commitgate.policy.load import load_policy
from commitgate.policy.run_patterns import Place, containing, fixed_part, product_root, refusal
from story import Story
from support import Repo, gate

TEAM = 'version: 1\ntarget: main\nruns: ["pipelines/*"]\n'
SERVICES = 'version: 1\ntarget: main\nruns: ["services/*/pipeline"]\n'


class Team(Story):
    """A repository whose policy allows several runs, on main."""

    track = "nano"

    def begin(self, folder: str, track: str = "nano") -> None:
        """A run in a folder, committed."""
        name = folder.replace("/", "-")
        run = {"schema": 1, "run": name, "feature": name, "track": track, "created": "2026-03-26T09:00:00Z"}
        self.write(f"{folder}/run.json", json.dumps(run) + "\n")
        self.write(f"{folder}/context.md", f"# Context\n\nTRACK: {track}\n\n## User Decisions\n\n")
        self.commit(f"start {folder}")

    def gate(self, folder: str, stage: str, **fields: object) -> None:
        gate = {
            "stage": stage, "status": "PASS", "agent": "somebody", "track": "nano", "blockers": [], "warnings": [],
            "timestamp": "2026-03-26T10:00:00Z", **fields,
        }  # fmt: skip
        self.write(f"{folder}/gates/{stage}.json", json.dumps(gate) + "\n")

    def build(self, folder: str, path: str, area: str = "backend") -> None:
        """One change and its build gate, in one commit."""
        self.write(path, f"{folder}\n")
        self.write(f"{folder}/pr-{area}.md", "# change\n")
        self.gate(folder, f"stage-04-{area}", area=area, files_changed=[path])
        self.commit(f"build {folder}")

    def test(self, folder: str) -> None:
        """The qa gate of a small change."""
        self.gate(
            folder, "stage-07", all_acceptance_criteria_met=True, tests_total=0, tests_passed=0, tests_failed=0,
            failing_tests=[], criterion_to_test_mapping_is_one_to_one=True, regression_check="PASS",
        )  # fmt: skip
        self.commit(f"qa {folder}")

    def judged(self, *args: str) -> dict[str, Any]:
        return self.check(*args)

    def rules(self, *args: str) -> list[str]:
        return [one["rule"] for one in self.judged(*args)["findings"]]

    def ready(self, rev: str = "HEAD") -> bool:
        return bool(self.judged("--rev", rev, "--ready")["ready"])

    def folders(self, rev: str = "HEAD") -> list[str]:
        """The runs that a commit, or with "" the index, is judged for."""
        question = Question(COMMIT, rev) if rev else Question(INDEX)
        with open_engine(str(self.path)) as engine:
            answers = engine.ask_each(question, 2_000_000_000)
        return [answer.place.folder for answer in answers]


def said(folder: Path, *words: str) -> tuple[int, str]:
    """Exit code and output of ``git gate``."""
    result = gate(*words, cwd=folder)
    return result.code, result.out + result.err


@pytest.fixture
def team(repo: Repo) -> Team:
    made = Team(repo.path)
    made.write(".gates.yaml", TEAM)
    made.commit("policy")
    return made


@pytest.fixture
def services(repo: Repo) -> Team:
    made = Team(repo.path)
    made.write(".gates.yaml", SERVICES)
    for name in ("a", "b"):
        made.write(f"services/{name}/src/backend/main.py", "x\n")
    made.commit("policy")
    return made


def whole(team: Team, folder: str, path: str) -> None:
    """A branch of its own with one finished run."""
    team.git("switch", "-q", "-c", folder.rpartition("/")[2], "main")
    team.begin(folder)
    team.build(folder, path)
    team.test(folder)


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_two_branches_with_two_runs_merge_in_any_order(team: Team, order: tuple[str, str]) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    whole(team, "pipelines/two", "src/backend/two.js")
    before = {name: team.judged("--rev", name, "--ready") for name in order}
    assert [data["ready"] for data in before.values()] == [True, True]
    team.git("switch", "-q", "main")
    for name in order:
        team.git("merge", "-q", "--no-ff", "--no-edit", name)
        for other in order:  # both verdicts unchanged, whatever has been merged
            now = team.judged("--rev", other, "--ready")
            assert (now["findings"], now["ready"]) == (before[other]["findings"], before[other]["ready"])
            assert now["stages"] == before[other]["stages"]
    assert team.git("ls-files", "--", "pipelines").out.count("run.json") == 2
    assert team.folders() == [f"pipelines/{order[1]}"], "on the target it is the run that came last"


def test_merging_the_other_run_into_the_branch_changes_nothing(team: Team) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    whole(team, "pipelines/two", "src/backend/two.js")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--no-ff", "--no-edit", "one")
    team.git("switch", "-q", "two")
    team.git("merge", "-q", "--no-edit", "--no-commit", "main")
    assert team.judged("--index")["findings"] == []
    team.git("commit", "-q", "--no-edit")
    assert team.folders() == ["pipelines/two"]
    assert team.ready()


def test_a_branch_answers_for_its_own_run_only(team: Team) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--no-ff", "--no-edit", "one")
    team.git("switch", "-q", "-c", "three", "main")
    team.write("src/backend/three.js", "x\n")
    team.commit("no run")
    assert team.judged("--rev", "HEAD", "--ready")["run"] is None
    team.begin("pipelines/three")
    assert team.folders() == ["pipelines/three"]
    assert not team.ready()
    team.write("pipelines/one/gates/stage-07.json", "{}\n")
    assert "pipelines/one/gates/stage-07.json" in json.dumps(team.judged("--worktree")["findings"])


def test_two_runs_on_one_branch_must_both_pass(team: Team) -> None:
    team.git("switch", "-q", "-c", "both")
    team.begin("pipelines/one")
    team.begin("pipelines/two")
    team.build("pipelines/one", "src/backend/x.js")
    assert team.folders() == ["pipelines/one", "pipelines/two"]
    stages = {(row["stage"], row["name"]): row["state"] for row in team.judged("--rev", "HEAD")["stages"]}
    assert stages["stage-04-backend", "Build (backend) (pipelines/one)"] == "pass"
    assert stages["stage-04-backend", "Build (backend) (pipelines/two)"] != "pass"
    team.test("pipelines/one")
    assert not team.ready()


def test_what_is_no_process_file_in_another_runs_folder_is_product(team: Team) -> None:
    team.git("switch", "-q", "-c", "one")
    team.begin("pipelines/one")
    team.write("pipelines/two/run.py", "x\n")
    team.write("pipelines/one/hidden.py", "x\n")
    team.commit("hidden")
    rows = team.judged("--rev", "HEAD", "--ready")
    assert not rows["ready"]
    with_delta = {one.path for one in delta(team)}
    assert with_delta == {"pipelines/two/run.py", "pipelines/one/hidden.py"}


def delta(team: Team) -> tuple[Change, ...]:
    with open_engine(str(team.path)) as engine:
        return engine.ask(Question(COMMIT, "HEAD"), 2_000_000_000).verdict.snapshot.delta


def test_nothing_in_a_run_folder_is_free_and_waivers_are_control_plane(team: Team) -> None:
    team.git("switch", "-q", "-c", "one")
    team.begin("pipelines/one")
    team.write("pipelines/one/waivers/w.md", "x\n")
    team.write("docs/x.md", "x\n")
    team.commit("waiver")
    found = {one.path: (one.free, dict(one.triggers)) for one in delta(team)}
    assert found["docs/x.md"] == (True, {})
    free, triggers = found["pipelines/one/waivers/w.md"]
    assert not free
    assert "control:plane" in triggers


def test_areas_are_relative_to_the_service(services: Team) -> None:
    services.git("switch", "-q", "-c", "work")
    services.begin("services/a/pipeline")
    services.build("services/a/pipeline", "services/a/src/backend/main.py")
    services.test("services/a/pipeline")
    assert {one.path: one.area for one in delta(services)} == {"services/a/src/backend/main.py": "backend"}
    assert services.ready()
    services.write("services/b/src/backend/main.py", "y\n")
    services.commit("the other service")
    assert services.ready(), "what lies elsewhere belongs to no run, as in a repository without one"
    services.begin("services/b/pipeline")
    assert services.folders() == ["services/a/pipeline", "services/b/pipeline"]
    assert not services.ready()


def test_with_require_run_every_source_path_belongs_to_a_run(services: Team) -> None:
    services.write(".gates.yaml", SERVICES + "require_run: true\nareas: {backend: ['/src/**', '/tools/**']}\n")
    services.commit("strict")
    services.git("switch", "-q", "-c", "work")
    services.begin("services/a/pipeline")
    services.build("services/a/pipeline", "services/a/src/main.py")
    services.test("services/a/pipeline")
    assert services.ready()
    services.write("tools/x.py", "x\n")
    services.git("add", "-A")
    assert services.rules("--index") == ["run/required"]
    services.commit("loose")
    assert not services.ready()


def test_a_trigger_sees_the_whole_path_and_what_lies_below_the_service(services: Team) -> None:
    services.git("switch", "-q", "-c", "work")
    services.begin("services/a/pipeline")
    services.write("services/a/infra/x.tf", "x\n")
    services.write("services/a/.github/workflows/x.yml", "x\n")
    services.commit("infra")
    found = {one.path: {name for name, _ in one.triggers} for one in delta(services)}
    assert "ci:workflow" in found["services/a/.github/workflows/x.yml"]
    assert "infra:network" in found["services/a/infra/x.tf"]


def test_a_run_moved_to_another_folder_is_a_run_removed(team: Team) -> None:
    team.git("switch", "-q", "-c", "one")
    team.begin("pipelines/one")
    team.git("mv", "pipelines/one", "pipelines/two")
    assert "order/run-removed" in team.rules("--index")


def test_a_run_that_is_moved_with_its_veto_left_out_is_missed_in_the_range(story: Any) -> None:
    told = story("tested")
    told.policy_on_target('version: 1\ntarget: main\nruns: ["pipeline", "pipelines/*"]\n')
    assert told.gate("verify", "main..HEAD", "--ready").code == 0
    kept = {one: one.read_bytes() for one in (told.path / "pipeline").rglob("*") if one.is_file()}
    told.review("frontend", "backend", "CHANGES REQUESTED")
    assert told.gate("verify", "main..HEAD", "--ready").code == 2
    for one, data in kept.items():
        one.write_bytes(data)
    (told.path / "pipelines").mkdir()
    (told.path / "pipeline").rename(told.path / "pipelines" / "x")
    told.git("add", "-A")
    told.git("commit", "-q", "--no-verify", "-m", "moved")
    told.gate("derive", "--run", "pipelines/x", check=True)
    told.git("add", "-A")
    told.git("commit", "-q", "--no-verify", "-m", "derived")
    said_now = told.gate("verify", "main..HEAD", "--ready")
    assert said_now.code == 2
    assert "order/run-removed" in said_now.out


@pytest.mark.parametrize("landed", [False, True])
def test_a_run_that_was_archived_on_the_way_is_not_missed(team: Team, landed: bool) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    if landed:
        team.git("switch", "-q", "main")
        team.git("merge", "-q", "--no-ff", "--no-edit", "one")
        team.git("switch", "-q", "-c", "next")
    assert said(team.path, "--run", "pipelines/one", "archive")[0] == 0
    team.git("add", "-A")
    team.commit("archive")
    team.begin("pipelines/two")
    team.build("pipelines/two", "src/backend/two.js")
    team.test("pipelines/two")
    assert "order/run-removed" not in said(team.path, "verify", "main..HEAD")[1]


def test_the_range_judges_every_run_that_it_brings(team: Team) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    whole(team, "pipelines/two", "src/backend/two.js")
    code, out = said(team.path, "verify", "main..HEAD", "--ready")
    assert (code, out.splitlines()[-1]) == (0, "3 commits: ready to merge")
    team.git("merge", "-q", "--no-edit", "one")
    code, out = said(team.path, "verify", "main..HEAD", "--ready")
    assert (code, out.splitlines()[-1]) == (2, "7 commits: not ready to merge"), "each run answers for the whole change"
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--no-ff", "--no-edit", "one")
    team.git("switch", "-q", "two")
    assert said(team.path, "verify", "main..HEAD", "--ready")[0] == 0, "what has landed is not this branch's change"
    team.gate("pipelines/two", "stage-07", status="FAIL", blockers=["no"])
    team.commit("broken", args=("--no-verify",))
    assert said(team.path, "verify", "main..HEAD", "--ready")[0] != 0


def test_two_merges_in_one_push_are_judged_each_by_its_own_change(team: Team) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    whole(team, "pipelines/two", "src/backend/two.js")
    team.git("switch", "-q", "-c", "queue", "main")
    team.git("merge", "-q", "--no-ff", "--no-edit", "one")
    team.git("merge", "-q", "--no-ff", "--no-edit", "two")
    assert team.folders() == ["pipelines/one", "pipelines/two"]
    assert said(team.path, "verify", "main..queue", "--ready")[0] == 0
    bare = Repo(team.path.with_name("bare.git"))
    team.git("clone", "-q", "--bare", str(team.path), str(bare.path))
    bare.git("update-ref", "-d", "refs/heads/queue")
    assert said(bare.path, "install", "--pre-receive")[0] == 0
    team.git("push", "-q", str(bare.path), "queue:main")


@pytest.mark.parametrize("squashed", [("one",), ("two",), ("one", "two")])
def test_a_squash_in_a_push_of_several_runs_is_judged_by_what_it_brings(team: Team, squashed: tuple[str, ...]) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    whole(team, "pipelines/two", "src/backend/two.js")
    team.git("switch", "-q", "-c", "queue", "main")
    for name in ("one", "two"):
        if name in squashed:
            team.git("merge", "-q", "--squash", name)
            team.git("commit", "-q", "--no-verify", "-m", f"take {name}")
        else:
            team.git("merge", "-q", "--no-ff", "--no-edit", name)
    assert said(team.path, "verify", "main..queue", "--ready")[0] == 0
    team.write("src/backend/one.js", "more\n")
    team.git("add", "-A")
    team.git("commit", "-q", "--no-verify", "--amend", "--no-edit")
    assert said(team.path, "verify", "main..queue", "--ready")[0] != 0


@pytest.mark.parametrize("squash", [(), ("--squash",)], ids=["merge", "squash"])
@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_a_merge_that_is_about_to_be_made_is_judged_as_it_will_be(
    team: Team, order: tuple[str, str], squash: tuple[str, ...]
) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    whole(team, "pipelines/two", "src/backend/two.js")
    team.git("switch", "-q", "-c", "queue", "main")
    for name in order:
        team.git("merge", "-q", *(squash or ("--no-ff",)), "--no-commit", name)
        coming = team.judged("--index", "--ready"), team.judged("--ready")
        assert {one["rule"] for one in coming[0]["findings"]} == ({"order/one-commit"} if squash else set())
        assert [one["ready"] for one in coming] == [True, True]
        team.git("commit", "-q", "--no-verify", "-m", f"take {name}")
        made = team.judged("--rev", "HEAD", "--ready")
        assert (made["findings"], made["stages"]) == (coming[0]["findings"], coming[0]["stages"])


@pytest.mark.parametrize("extra", ["", "pipelines/one/tool.py", "src/backend/more.js"])
def test_an_archive_and_the_next_run_on_one_branch(team: Team, extra: str) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--no-ff", "--no-edit", "one")
    team.git("switch", "-q", "-c", "next", "main")
    code, out = said(team.path, "--run", "pipelines/one", "archive")
    assert code == 0, out
    team.commit("archive one")
    team.begin("pipelines/two")
    if extra:
        team.write(extra, "x = 1\n")
    team.build("pipelines/two", "src/backend/two.js")
    team.test("pipelines/two")
    code, out = said(team.path, "verify", "main..next", "--ready")
    assert (code == 0) is (not extra), out
    assert not extra or extra in out or "stage-04" in out


def test_what_comes_beside_two_merges_belongs_to_no_run(team: Team) -> None:
    team.write(".gates.yaml", TEAM + "require_run: true\n")
    team.commit("strict")
    whole(team, "pipelines/one", "src/backend/one.js")
    whole(team, "pipelines/two", "src/backend/two.js")
    team.git("switch", "-q", "-c", "queue", "main")
    team.git("merge", "-q", "--no-ff", "--no-edit", "one")
    team.git("merge", "-q", "--no-ff", "--no-edit", "two")
    assert team.ready()
    team.write("src/backend/three.js", "x\n")
    team.git("add", "-A")
    assert "src/backend/three.js" in json.dumps(team.judged("--index", "--ready")["findings"])
    team.commit("beside", args=("--no-verify",))
    code, out = said(team.path, "verify", "main..queue", "--ready")
    assert code == 2
    assert "src/backend/three.js" in out


def test_commands_are_about_the_run_around_them(team: Team) -> None:
    team.git("switch", "-q", "-c", "both")
    team.begin("pipelines/one")
    team.begin("pipelines/two")
    code, out = said(team.path, "next")
    assert code == 64
    assert "git gate --run pipelines/one" in out
    for where, args in ((".", ["--run", "pipelines/two", "status"]), (".", ["status", "--run", "pipelines/two/"])):
        code, out = said(team.path / where, *args)
        assert (code, out.count("Pipeline status"), "pipelines-two" in out) == (0, 1, True)
    code, out = said(team.path / "pipelines/one", "next", "--json")
    assert (code, json.loads(out)["command"]) == (0, "git gate stage build")
    code, out = said(team.path, "status")
    assert (code, out.count("Pipeline status")) == (0, 2)
    code, out = said(team.path, "--run", "elsewhere", "status")
    assert (code, "--run elsewhere" in out) == (2, False), "a command that is no answer again"


def test_start_names_the_folder(team: Team) -> None:
    team.git("switch", "-q", "-c", "work")
    code, out = said(team.path, "start", "Reset the Password!", "--track", "nano")
    assert code == 0, out
    assert (team.path / "pipelines/reset-the-password/run.json").exists()
    team.commit("start")
    code, out = said(team.path, "start", "Another", "--track", "nano")
    assert code == 2
    assert "has begun the run" in out
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--no-edit", "work")
    team.git("switch", "-q", "-c", "more")
    assert said(team.path, "start", "Another", "--track", "nano")[0] == 0
    assert (team.path / "pipelines/another/context.md").exists()


def test_start_in_a_service(services: Team) -> None:
    services.git("switch", "-q", "-c", "work")
    code, out = said(services.path, "start", "X", "--track", "nano")
    assert code == 64
    assert "git gate --run services/a/pipeline start X" in out
    assert said(services.path / "services/a/src", "start", "X", "--track", "nano")[0] == 0
    assert (services.path / "services/a/pipeline/run.json").exists()
    services.commit("start")
    assert "git gate --run services/b/pipeline start Y" in said(services.path, "start", "Y", "--track", "nano")[1]
    assert said(services.path, "--run", "services/b/pipeline", "start", "Y", "--track", "nano")[0] == 0
    assert (services.path / "services/b/pipeline/run.json").exists()


def test_a_loosened_pattern_does_not_hide_a_run(team: Team) -> None:
    team.git("switch", "-q", "-c", "one")
    team.begin("pipelines/one")
    team.write(".gates.yaml", TEAM.replace("pipelines/*", "elsewhere/*"))
    team.write("src/backend/x.js", "x\n")
    team.git("add", "-A")
    assert "pipelines/one" in team.folders("")
    team.commit("away", args=("--no-verify",))
    assert not team.ready()


@pytest.mark.parametrize(
    "pattern", ["/pipeline", "pipeline/", "a//b", "**/pipeline", "../x", "*", "*/*", "a*", ".git", "a/[b]", "a\tb"]
)
def test_patterns_that_are_refused(pattern: str) -> None:
    assert refusal(pattern)
    policy, findings = load_policy(f"version: 1\nruns: [{json.dumps(pattern)}]\n".encode())
    assert policy is None
    assert [(one.rule, one.line) for one in findings] == [("policy/pattern", 2)]


def test_patterns_that_are_accepted() -> None:
    policy, findings = load_policy(b"version: 1\nruns: [pipeline, 'pipelines/*', 'services/*/pipeline']\n")
    assert policy is not None
    assert findings == ()
    assert containing(policy.runs, "services/a/pipeline/gates/x.json") == ["services/a/pipeline"]
    assert containing(policy.runs, "pipelines/x/y/z") == ["pipelines/x"]
    assert containing(policy.runs, "pipelines/x") == []
    assert containing(policy.runs, "pipelines/a\nb/run.json") == []
    assert [product_root(one) for one in ("pipeline", "pipelines/x", "services/a/pipeline")] == ["", "", "services/a/"]
    assert [fixed_part(one) for one in policy.runs] == ["pipeline", "pipelines", "services"]


def test_a_path_belongs_to_the_nearest_root() -> None:
    policy, _ = load_policy(None)
    assert policy is not None
    root = Place("pipeline", "", ("services/a/",), ("services/a/pipeline",))
    assert root.owns(policy, "src/x")
    assert not root.owns(policy, "services/a/x")
    assert root.owns(policy, "services/b/x")
    mine = Place("services/a/pipeline", "services/a/", (), ("pipeline",))
    assert mine.owns(policy, "services/a/x")
    assert not mine.owns(policy, "src/x")
    neighbour = Place("pipelines/a", "", (), ("pipelines/b",))
    assert not neighbour.owns(policy, "pipelines/b/brief.md")
    assert neighbour.owns(policy, "pipelines/b/code.py")


def test_a_waiver_stands_on_the_target_before_its_run_does(team: Team) -> None:
    waiver = ["waiver", "new", "run/landed", "--scope", "**", "--reason", "r", "--owner", "o", "--approved-by", "p"]
    code, out = said(team.path, "--run", "pipelines/one", *waiver)
    assert code == 0, out
    (written,) = (team.path / "pipelines/one/waivers").iterdir()
    team.commit("waiver")
    team.git("switch", "-q", "-c", "work")
    team.begin("pipelines/one")
    code, out = said(team.path, "waiver", "list")
    assert (code, written.stem in out, "active" in out) == (0, True, True)


def test_every_hint_names_the_run_that_was_meant(team: Team) -> None:
    team.git("switch", "-q", "-c", "both")
    team.begin("pipelines/one")
    team.begin("pipelines/two")
    code, out = said(team.path, "check", "--ready")
    assert code == 2
    assert [f"→ git gate --run pipelines/{name} next" in out for name in ("one", "two")] == [True, True]
    code, out = said(team.path, "--run", "pipelines/two", "stage", "build")
    assert (code, "git gate --run pipelines/two pass build" in out) == (0, True), out
    code, out = said(team.path, "--run", "pipelines/two", "pass", "qa")
    assert (code, "git gate --run pipelines/two next says" in out) == (2, True), out
    code, out = said(team.path / "pipelines/two", "pass", "qa")
    assert "git gate next says" in out, "whoever stands in its folder means it"


def test_the_archive_of_a_run_is_added_where_it_lies(team: Team) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    code, out = said(team.path, "archive")
    assert code == 0, out
    assert "next: git add -A pipelines/one && git commit" in out
    team.git("add", "-A", "pipelines/one")
    team.commit("archive")
    assert said(team.path, "verify", "main..HEAD")[0] == 0


@pytest.mark.parametrize("first", ["one", "two"])
def test_each_landed_run_keeps_its_change_whichever_landed_last(team: Team, first: str) -> None:
    second = "two" if first == "one" else "one"
    for name in (first, second):
        whole(team, f"pipelines/{name}", f"src/backend/{name}.js")
        team.git("switch", "-q", "main")
    for name in (first, second):
        team.git("merge", "-q", "--no-ff", "--no-edit", name)
    for name in (first, second):
        place = team.path / "pipelines" / name
        for again in ("walked", "remembered"):
            data = json.loads(said(place, "status", "--json")[1])
            states = {row["stage"]: row["state"] for row in data["stages"]}
            assert states["stage-04-backend"] == states["stage-07"] == "pass", again
            assert json.loads(said(place, "next", "--json")[1])["command"] == "git gate archive"
    assert said(team.path / "pipelines" / first, "archive")[0] == 0
    said_at_the_door = team.commit(f"archive {first}", check=False)
    assert said_at_the_door.code == 0, said_at_the_door.err
    assert said(team.path, "verify", "HEAD~1..HEAD")[0] == 0
    assert team.folders() == [f"pipelines/{second}"]


def test_a_landed_run_does_not_answer_for_the_change_of_another(team: Team) -> None:
    whole(team, "pipelines/one", "src/backend/one.js")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--no-ff", "--no-edit", "one")
    team.git("switch", "-q", "-c", "two")
    team.begin("pipelines/two")
    team.write("pipelines/one/summary.md", "# Summary\n")
    team.build("pipelines/two", "src/backend/one.js")
    assert team.folders() == ["pipelines/one", "pipelines/two"]
    assert "run/landed" not in team.rules("--rev", "HEAD")
    team.test("pipelines/two")
    assert team.ready()
