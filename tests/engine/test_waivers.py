"""Waivers on the target branch: what they cover, at every door alike, and all that they never cover."""

from __future__ import annotations

import json
import sys
import time
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from commitgate.judge.waiving import LONGEST_DAYS, WAIVABLE
from commitgate.policy.catalog import catalog
from story import RUN, Story
from support import CHECKOUT, SOURCE, run

EARLY = "src/backend/early.js"


def day(days: int) -> str:
    """A day from today on, in UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86400))


def waiver(rule: str = "order/early-work", scope: str = "/src/backend/**", expires: str = "", more: str = "") -> str:
    return (
        f"rule: {rule}\nscope: {json.dumps(scope)}\nreason: The importer moves first.\nowner: dev-backend\n"
        f"approved_by: Ana Lima\nexpires: {expires or day(10)}\n{more}"
    )


def on_target(told: Story, text: str, name: str = "importer.yml", root: str = "pipeline") -> None:
    """Put a waiver on main; the feature branch, its index and its work tree stay as they are."""
    other = {"GIT_INDEX_FILE": str(told.path / ".git" / "index-of-main")}
    blob = told.git("hash-object", "-w", "--stdin", feed=text.encode()).out.strip()
    told.git("read-tree", "main", env=other)
    told.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{root}/waivers/{name}", env=other)
    tree = told.git("write-tree", env=other).out.strip()
    commit = told.git("commit-tree", tree, "-p", "main", "-m", "waiver").out.strip()
    told.git("update-ref", "refs/heads/main", commit)


def rules(report: dict[str, object], part: str = "findings") -> list[str]:
    return [one["rule"] for one in report[part]]  # type: ignore[attr-defined]


def early(told: Story) -> None:
    told.write(EARLY, "early\n")
    told.git("add", "-A")


class TestTheCommitDoor:
    def test_a_waived_finding_is_shown_and_refuses_nothing(self, story):
        told = story("started")
        early(told)
        assert told.door().code == 2
        on_target(told, waiver())
        said = told.door()
        assert said.code == 0
        assert "1 waived:" in said.err
        assert (
            f"order/early-work {EARLY}: importer, until {day(10)}, by Ana Lima: The importer moves first." in said.err
        )
        assert told.commit("early", check=False).code == 0

    def test_only_rule_and_scope_that_are_named(self, story):
        told = story("started")
        on_target(told, waiver(scope="/src/frontend/**"))
        on_target(told, waiver(rule="order/predecessor", scope="**"), "other.yml")
        early(told)
        said = told.door()
        assert said.code == 2
        assert "waived" not in said.err

    def test_a_waiver_of_the_branch_itself_does_not_count_yet(self, story):
        told = story("started")
        early(told)
        told.write("pipeline/waivers/own.yml", waiver())
        told.git("add", "-A")
        said = told.door()
        assert said.code == 2
        assert "order/early-work" in said.err
        assert "waiver/not-yet" in said.err

    def test_a_sound_waiver_that_nothing_needs_is_committed_in_silence(self, story):
        told = story("started")
        told.write("pipeline/waivers/own.yml", waiver())
        told.git("add", "-A")
        said = told.door()
        assert (said.code, said.err) == (0, "")

    def test_one_finding_waived_leaves_the_other(self, story):
        told = story("started")
        on_target(told, waiver())
        early(told)
        told.write("src/frontend/early.js", "early\n")
        told.git("add", "-A")
        said = told.door()
        assert said.code == 2
        assert "error order/early-work src/frontend/early.js" in said.err
        assert "1 waived:" in said.err

    def test_many_places_of_one_waiver_are_told_together(self, story):
        told = story("started")
        on_target(told, waiver())
        for number in range(12):
            told.write(f"src/backend/f{number:02}.js", "early\n")
        told.git("add", "-A")
        said = told.door()
        assert said.code == 0
        assert "12 waived:\n    order/early-work src/backend/f00.js: importer" in said.err
        assert "      and src/backend/f01.js\n" in said.err
        assert "      and 2 more\n" in said.err
        assert "f11.js" not in said.err

    def test_the_warm_door_knows_the_waivers_by_heart(self, story):
        told = story("started")
        on_target(told, waiver())
        told.write("docs/a.md", "x\n")
        told.git("add", "-A")
        code = (
            "import sys\n"
            f"sys.path.insert(0, {str(SOURCE)!r})\n"
            "from commitgate.doors import hooks\n"
            "assert hooks.run('pre-commit', []) == 0\n"
            "print('yaml' in sys.modules, 'pathspec' in sys.modules)\n"
        )
        first = run(sys.executable, "-I", "-c", code, cwd=told.path, check=True).out.split()
        assert first[0] == "True"
        assert run(sys.executable, "-I", "-c", code, cwd=told.path, check=True).out.split() == ["False", "False"]


class TestEveryDoorAgrees:
    def test_the_range_the_commit_and_the_server(self, story, tmp_path):
        told = story("started")
        told.git("init", "-q", "--bare", "--template=", "-b", "main", str(tmp_path / "server.git"))
        told.git("remote", "add", "origin", str(tmp_path / "server.git"))
        early(told)
        told.commit("early", args=("--no-verify",))
        before = told.gate("verify", "main..HEAD")
        assert before.code == 2
        on_target(told, waiver())
        told.git("push", "-q", "origin", "main")
        told.git("fetch", "-q")
        after = told.gate("verify", "main..HEAD")
        assert after.code == 0
        assert "1 waived:" in after.out
        sarif = json.loads(told.gate("verify", "main..HEAD", "--format", "sarif").out)
        Draft202012Validator(json.loads((CHECKOUT / "tests" / "data" / "sarif-2.1.0.json").read_text())).validate(sarif)
        (result,) = sarif["runs"][0]["results"]
        assert result["ruleId"] == "order/early-work"
        assert result["suppressions"][0]["kind"] == "external"
        assert "Ana Lima" in result["suppressions"][0]["justification"]
        assert f"::notice file={EARLY}," in told.gate("verify", "main..HEAD", "--format", "github").out
        junit = ElementTree.fromstring(told.gate("verify", "main..HEAD", "--format", "junit").out)
        assert [one.get("name") for one in junit.iter("testcase") if one.find("skipped") is not None][-1].endswith(
            EARLY
        )
        assert (junit.get("failures"), junit.get("errors")) == ("0", "0")
        assert "<h2>Waived</h2>" in told.gate("verify", "main..HEAD", "--format", "html").out
        run(sys.executable, "-m", "commitgate", "install", "--pre-receive", cwd=tmp_path / "server.git", check=True)
        pushed = told.git("push", "-q", "origin", "feature/reset", check=False)
        assert pushed.code == 0, pushed.err
        assert "1 waived:" in pushed.err
        assert told.gate("pre-push", feed=f"refs/heads/x {told.oid()} refs/heads/x {'0' * 40}\n".encode()).code == 0

    def test_a_range_that_brings_its_own_waiver(self, story):
        told = story("started")
        told.write("pipeline/waivers/own.yml", waiver())
        told.commit("waiver")
        early(told)
        told.commit("early", args=("--no-verify",))
        said = told.gate("verify", "main..HEAD")
        assert said.code == 2
        assert "warning waiver/not-yet pipeline/waivers/own.yml:1" in said.out

    def test_json_and_the_status_count_it_apart(self, story):
        told = story("started")
        on_target(told, waiver())
        early(told)
        report = told.check("--index")
        assert (report["exit"], rules(report), rules(report, "suppressed")) == (0, [], ["order/early-work"])
        status = json.loads(told.gate("status", "--json").out)
        assert "order/early-work" in rules(status, "suppressed")
        assert "waived:" in told.gate("status").out


class TestOtherRunFolders:
    """``runs:`` names other folders: each has waivers of its own."""

    def test_only_those_of_the_run_count(self, story):
        told = story("started")
        told.git("switch", "-q", "main")
        told.write(".gates.yaml", "runs: [pipelines/*]\n")
        told.commit("policy")
        told.branch("one")
        told.write("pipelines/one/run.json", RUN)
        told.write("pipelines/one/context.md", "# Context\n\nTRACK: full\n\n## User Decisions\n\n")
        told.commit("run")
        told.write("pipelines/one/design-spec.md", "# Design\n")
        told.git("add", "-A")
        on_target(told, waiver(scope="**"))
        on_target(told, waiver(scope="**"), root="pipelines/two")
        assert told.door().code == 2
        on_target(told, waiver(scope="**"), root="pipelines/one")
        said = told.door()
        assert said.code == 0
        assert "order/early-work pipelines/one/design-spec.md: importer" in said.err

    def test_they_are_control_plane_too(self, story):
        told = story("started")
        told.policy_on_target("runs: [pipeline, pipelines/*]\n")
        told.write("pipelines/one/waivers/own.yml", waiver())
        told.git("add", "-A")
        assert "control:plane" in told.gate("security", "pipelines/one/waivers/own.yml").out


class TestReady:
    def test_obstacles_are_waived_and_no_fact_changes(self, story):
        told = story("reviewed")
        assert "ready/stage" in rules(told.check("--rev", "HEAD", "--ready"))
        on_target(told, waiver("ready/stage", "/pipeline/gates/stage-07.json"))
        report = told.check("--rev", "HEAD", "--ready")
        assert (report["exit"], report["ready"]) == (0, True)
        assert rules(report, "suppressed") == ["ready/stage"]
        assert {row["stage"]: row["state"] for row in report["stages"]}["stage-07"] == "open"
        assert told.gate("verify", "main..HEAD", "--ready").code == 0

    def test_what_waits_for_a_waived_stage_still_waits(self, story):
        told = story("built")
        on_target(told, waiver("ready/stage", "/pipeline/gates/stage-05.json"))
        report = told.check("--rev", "HEAD", "--ready")
        assert report["exit"] == 2
        assert "pipeline/gates/stage-07.json" in {one["path"] for one in report["findings"]}

    def test_a_predecessor_may_be_waived(self, story):
        told = story("designed")
        told.write("pipeline/clarification-log.md", "# Log\n")
        told.write_gate("stage-03")
        told.git("add", "-A")
        assert told.door().code == 2
        on_target(told, waiver("order/predecessor", "/pipeline/gates/stage-03.json"))
        on_target(told, waiver("order/early-work", "/pipeline/**"), "second.yml")
        said = told.door()
        assert said.code == 0
        assert "2 waived:" in said.err
        assert told.state("stage-03", "--index") == "waiting"

    def test_a_failed_stage_may_be_waived_but_no_change_request(self, story):
        told = story("tested")
        told.write_gate("stage-07", "FAIL", blockers=["flaky"], tests_passed=1, tests_failed=1, failing_tests=["a"])
        told.write("pipeline/test-report.md", told.read("pipeline/test-report.md").replace("passed: 2", "passed: 1"))
        told.commit("red", args=("--no-verify",))
        on_target(told, waiver("gate/failed", "**"))
        assert "gate/failed" in rules(told.check("--rev", "HEAD"), "suppressed")
        told.verdict("frontend", "backend", "CHANGES REQUESTED", "BLOCKER: leaks")
        told.derive_and_commit("frontend")
        report = told.check("--rev", "HEAD")
        assert rules(report, "suppressed") == []
        assert rules(report).count("gate/failed") >= 2


class TestWhy:
    def test_a_path_and_a_rule_name_the_waiver(self, story):
        told = story("started")
        early(told)
        assert "it may not be committed now" in told.gate("why", EARLY).out
        on_target(told, waiver())
        said = told.gate("why", EARLY).out
        assert "it may be committed" in said
        assert f"order/early-work is waived: importer, until {day(10)}, by Ana Lima" in said
        assert f"{EARLY}: waived: importer" in told.gate("why", "order/early-work").out


class TestNever:
    def test_a_veto(self, story):
        told = story("secured")
        told.write_gate("stage-05-security", "FAIL", veto=True, security_approved=False)
        told.commit("veto", author="security", args=("--no-verify",))
        for number, rule in enumerate(("security/veto", "gate/failed", "ready/stage", "order/predecessor")):
            on_target(told, waiver(rule, "**"), f"w{number}.yml")
        report = told.check("--rev", "HEAD", "--ready")
        assert report["exit"] == 2
        assert rules(report, "suppressed") == []
        assert "security/veto" in rules(report)
        assert "waiver/not-allowed" in rules(report)

    def test_the_end_of_a_run_that_takes_its_vetoes_along(self, story):
        told = story("secured")
        told.write_gate("stage-05-security", "FAIL", veto=True, security_approved=False)
        told.commit("veto", author="security", args=("--no-verify",))
        on_target(told, waiver("order/run-removed", "**"))
        told.git("rm", "-rq", "pipeline")
        report = told.check("--index")
        assert report["exit"] == 2
        assert "order/run-removed" in rules(report)

    def test_a_malformed_document(self, story):
        told = story("requirements")
        on_target(told, waiver("json/syntax", "**"))
        told.write("pipeline/gates/stage-02.json", "{")
        told.git("add", "-A")
        report = told.check("--index")
        assert report["exit"] == 1
        assert rules(report, "suppressed") == []

    def test_a_pass_that_does_not_agree_with_its_tree(self, story):
        told = story("prereviewed")
        told.write_gate("stage-05-security", triggering_conditions=["path:crypto"])
        told.commit("unsound", args=("--no-verify",))
        on_target(told, waiver("gate/failed", "**"))
        report = told.check("--rev", "HEAD")
        assert "gate/failed" in rules(report)
        assert rules(report, "suppressed") == []

    def test_an_escalation(self, story):
        told = story("requirements")
        told.write_gate("stage-02", "ESCALATE", escalation_reason="too big")
        told.commit("escalated", args=("--no-verify",))
        on_target(told, waiver("escalation/open", "**"))
        report = told.check("--rev", "HEAD")
        assert report["exit"] == 3
        assert "waiver/not-allowed" in rules(report)

    def test_unknown(self, story):
        told = story("started")
        assert "engine/shallow" not in WAIVABLE
        on_target(told, waiver("engine/unmerged", "**"))
        assert "waiver/not-allowed" in rules(told.check("--rev", "HEAD"))

    def test_a_change_of_the_rules_goes_the_whole_way(self, story):
        told = story("reviewed")
        on_target(told, waiver("ready/stage", "**"))
        assert told.check("--rev", "HEAD", "--ready")["exit"] == 0
        told.write(".gates.yaml", "history: warn\n")
        told.commit("policy", args=("--no-verify",))
        report = told.check("--rev", "HEAD", "--ready")
        assert report["exit"] == 2
        assert rules(report, "suppressed") == []

    def test_a_finding_about_the_control_plane_itself(self, story):
        told = story("started")
        told.policy_on_target("unowned: block\n")
        on_target(told, waiver("order/unowned", "**"))
        told.write("tool.cfg", "x\n")
        told.write("CODEOWNERS", "* @ana\n")
        told.git("add", "-A")
        report = told.check("--index")
        assert [one["path"] for one in report["suppressed"]] == ["tool.cfg"]
        assert "CODEOWNERS" in {one["path"] for one in report["findings"] if one["rule"] == "order/unowned"}

    def test_only_rules_that_exist_are_waivable(self):
        assert set(WAIVABLE) <= set(catalog())
        assert not any("veto" in rule or rule.startswith(("json/", "policy/", "engine/")) for rule in WAIVABLE)


class TestTheWaiverItself:
    @pytest.mark.parametrize(
        ("text", "name", "rule", "code"),
        [
            ("rule: order/early-work\n", "a.yml", "waiver/malformed", 1),
            (waiver(more="id: b\n"), "a.yml", "waiver/malformed", 1),
            (waiver(), "a.yaml", "waiver/malformed", 1),
            (waiver(), "a b.yml", "waiver/malformed", 1),
            (waiver("security/veto"), "a.yml", "waiver/not-allowed", 2),
            (waiver(expires=day(LONGEST_DAYS + 1)), "a.yml", "waiver/too-long", 1),
            (waiver(expires=day(-1)), "a.yml", "waiver/expired", 0),
            (waiver(expires=day(LONGEST_DAYS)), "a.yml", "", 0),
            (waiver(more="id: a\n"), "a.yml", "", 0),
        ],
    )
    def test_what_a_commit_introduces_is_judged(self, story, text, name, rule, code):
        told = story("started")
        told.write(f"pipeline/waivers/{name}", text)
        told.git("add", "-A")
        report = told.check("--index")
        assert (report["exit"], rules(report)) == (code, [rule] if rule else [])
        told.commit("waiver", args=("--no-verify",))
        assert told.gate("verify", "main..HEAD").code == code

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("rule: order/early-work\n", "waiver/malformed"),
            (waiver("order/early-work", expires=day(LONGEST_DAYS + 1)), "waiver/too-long"),
            (waiver(expires=day(-1)), "waiver/expired"),
        ],
    )
    def test_on_the_target_it_covers_nothing_and_refuses_nobody(self, story, text, rule):
        told = story("started")
        on_target(told, text)
        assert told.door().code == 0
        report = told.check()
        assert (report["exit"], rules(report)) == (0, [rule])
        early(told)
        assert told.door().code == 2
        assert rules(told.check("--index"), "suppressed") == []

    def test_one_that_has_just_expired_is_named_where_it_is_missed(self, story):
        told = story("started")
        on_target(told, waiver(expires=day(-1)))
        early(told)
        assert "waiver/expired" in told.door().err

    def test_a_day_counts_to_its_end(self, story):
        told = story("started")
        on_target(told, waiver(expires=day(0)))
        early(told)
        assert told.door().code == 0

    def test_changing_one_fires_the_control_plane(self, story):
        told = story("built")
        told.write("pipeline/waivers/own.yml", waiver())
        told.commit("waiver", args=("--no-verify",))
        said = told.gate("security")
        assert said.code == 2
        assert "control:plane" in said.out
        assert "pipeline/waivers/own.yml" in said.out

    def test_a_link_is_no_waiver(self, story):
        told = story("started")
        told.git("switch", "-q", "main")
        told.write("elsewhere.yml", waiver())
        (told.path / "pipeline" / "waivers").mkdir(parents=True)
        (told.path / "pipeline" / "waivers" / "a.yml").symlink_to("../../elsewhere.yml")
        told.commit("link", args=("--no-verify",))
        told.git("switch", "-q", "feature/reset")
        early(told)
        assert told.door().code == 2


def test_strict_history_is_waived_too(story):
    told = story("started")
    early(told)
    told.commit("early", args=("--no-verify",))
    told.git("rm", "-q", EARLY)
    told.commit("taken back", args=("--no-verify",))
    assert told.gate("verify", "main..HEAD", "--history", "strict").code == 2
    on_target(told, waiver())
    assert told.gate("verify", "main..HEAD", "--history", "strict").code == 0
