"""pre-receive in real bare repositories: quarantine, several refs in one answer, protected branches, SHA-256."""

from __future__ import annotations

import os
import shutil
import sys

from commitgate.git.repository import Repository
from commitgate.memo import NoMemo
from commitgate.protection import default_branch, protected_by_server
from support import SOURCE, Repo, run


def push(told, *args):
    return told.git("push", "-q", "--no-verify", "origin", *args, check=False)


def smuggle(told, path="src/backend/early.js"):
    told.write(path, "early\n")
    told.commit("smuggled", args=("--no-verify",))
    return told.oid()


def protected(bare):
    repo = Repository(str(bare.path))
    return protected_by_server(repo, NoMemo(), default_branch(repo))


def refs(bare):
    return bare.git("for-each-ref", "--format=%(refname) %(objectname)").out


def test_a_lawful_branch_and_then_the_ready_one(clone, server):
    told = clone("built")
    bare = server(told)
    assert push(told, "feature/reset").code == 0
    said = push(told, "feature/reset:main")
    assert said.code != 0
    assert "remote: refs/heads/main: refused" in said.err
    assert "ready/stage" in said.err
    ready = clone("tested", name="ready")
    ready.git("remote", "add", "origin", str(bare.path))
    assert push(ready, "feature/reset:main").code == 0
    assert bare.oid("main") == ready.oid()


def test_a_merge_commit_made_on_the_target(clone, server):
    told = clone("tested")
    bare = server(told)
    told.git("switch", "-q", "main")
    told.write("docs/elsewhere.md", "x\n")
    told.commit("elsewhere")
    told.git("merge", "-q", "--no-ff", "--no-edit", "feature/reset")
    assert push(told, "main").code == 0
    assert bare.oid("main") == told.oid()


def test_all_refs_are_judged_and_one_refusal_stops_them_all(clone, server):
    told = clone("requirements")
    bare = server(told)
    told.git("branch", "good")
    smuggle(told)
    before = refs(bare)
    said = push(told, "good", "HEAD:refs/heads/bad", "HEAD:refs/heads/worse", "good:refs/heads/fine")
    assert said.code != 0
    for line in ("good: in order", "bad: refused", "worse: refused", "fine: in order"):
        assert f"remote: refs/heads/{line}" in said.err
    assert refs(bare) == before


def test_nothing_is_written_by_a_refusal(clone, server):
    told = clone("requirements")
    bare = server(told)
    smuggle(told)
    before = bare.snapshot()
    assert push(told, "feature/reset").code != 0
    assert bare.snapshot() == before


def test_deletions_and_forced_pushes(clone, server):
    told = clone("started")
    bare = server(told)
    bare.config("receive.denyDeleteCurrent", "ignore")
    told.git("switch", "-q", "main")
    told.git("commit", "-q", "--amend", "-m", "another beginning")
    for refspec in (":main", "+main"):
        said = push(told, refspec)
        assert said.code != 0
        assert "push/protected" in said.err
    assert push(told, "feature/reset").code == 0
    told.git("switch", "-q", "feature/reset")
    told.git("commit", "-q", "--amend", "-m", "another start")
    assert push(told, "+feature/reset").code == 0
    assert push(told, ":feature/reset").code == 0
    assert "feature/reset" not in refs(bare)


def test_policy_and_target_are_those_of_the_server(clone, server):
    """A branch that loosens the policy, and refs that name another target, change nothing for this push."""
    told = clone("reviewed")
    told.policy_on_target("version: 1\nreview: {scoped: 3, matrix: 3}\n")
    bare = server(told)
    told.write(".gates.yaml", "version: 1\ntarget: elsewhere\nreview: {scoped: 1, matrix: 1}\n")
    told.commit("loosen", args=("--no-verify",))
    push(told, "main:refs/remotes/origin/elsewhere", "main:refs/heads/elsewhere")
    said = push(told, "feature/reset:main")
    assert said.code != 0
    assert "refs/heads/main: refused" in said.err
    assert protected(bare).target == "main"


def test_the_branch_that_names_the_target_stays_protected(clone, server):
    told = clone("started")
    told.git("switch", "-q", "main")
    told.write(".gates.yaml", "version: 1\ntarget: trunk\n")
    told.commit("policy", args=("--no-verify",))
    bare = server(told)
    bare.config("receive.denyDeleteCurrent", "ignore")
    found = protected(bare)
    assert (found.target, found.tip, found.branches) == ("trunk", "", {"trunk", "main"})
    assert push(told, "main:trunk").code == 0
    assert protected(bare).tip == told.oid("main")
    for refspec in (":main", ":trunk"):
        assert "push/protected" in push(told, refspec).err
    assert push(told, "feature/reset").code == 0
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-verify", "--no-edit", "main")
    assert "ready/stage" in push(told, "feature/reset:trunk").err


def test_an_empty_server(clone, server, tmp_path):
    told = clone("requirements")
    bare = Repo(tmp_path / "empty.git")
    told.git("init", "-q", "--bare", "-b", "main", str(bare.path))
    bare.gate("install", "--pre-receive", check=True)
    told.git("remote", "add", "origin", str(bare.path))
    assert push(told, "main", "feature/reset").code == 0
    assert bare.oid("feature/reset") == told.oid()


def test_an_empty_server_is_not_founded_by_an_unready_target(clone, tmp_path):
    told = clone("requirements")
    bare = Repo(tmp_path / "empty.git")
    told.git("init", "-q", "--bare", "-b", "main", str(bare.path))
    bare.gate("install", "--pre-receive", check=True)
    told.git("remote", "add", "origin", str(bare.path))
    assert "ready/stage" in push(told, "feature/reset:main").err


def test_a_head_that_points_nowhere(clone, server):
    told = clone("started")
    bare = server(told, branch="master")
    assert protected(bare).target == "main"
    assert "ready/stage" in push(told, "feature/reset:main").err


def test_an_evil_merge_is_seen_in_quarantine_behind_alternates(clone, server, tmp_path):
    """Both parents are judged from three object folders: the quarantine, the server's own, and one it borrows from."""
    told = clone("tested")
    first = server(told, name="first.git")
    borrowing = Repo(tmp_path / "borrowing.git")
    told.git("clone", "-q", "--bare", "--reference", str(first.path), str(first.path), str(borrowing.path))
    assert (borrowing.path / "objects" / "info" / "alternates").read_text().strip()
    borrowing.gate("install", "--pre-receive", check=True)
    told.git("remote", "set-url", "origin", str(borrowing.path))
    told.git("switch", "-q", "main")
    told.write("src/backend/auth.js", "// another\n")
    told.commit("conflicts", args=("--no-verify",))
    told.git("merge", "-q", "--no-commit", "feature/reset", check=False)
    told.write("src/backend/auth.js", "// resolved by hand, reviewed by nobody\n")
    told.commit("merge", args=("--no-verify",))
    said = push(told, "main")
    assert said.code != 0, said.said
    assert "refs/heads/main: refused" in said.err
    assert "engine/" not in said.err


def test_a_clean_merge_in_quarantine_passes_behind_alternates(clone, server, tmp_path):
    told = clone("tested")
    first = server(told, name="first.git")
    borrowing = Repo(tmp_path / "bor:rowing.git")
    told.git("clone", "-q", "--bare", "--reference", str(first.path), str(first.path), str(borrowing.path))
    borrowing.gate("install", "--pre-receive", check=True)
    told.git("remote", "set-url", "origin", str(borrowing.path))
    told.git("switch", "-q", "main")
    told.write("src/frontend/form.js", "// form\n// one\n// two\n// three\n// four\n// five\n")
    told.commit("no run here", args=("--no-verify",))
    assert push(told, "main").code == 0
    told.write("docs/elsewhere.md", "x\n")
    told.commit("elsewhere")
    assert push(told, "main").code == 0


def test_sha256(clone, server, tmp_path):
    source = clone("built")
    told = type(source)(tmp_path / "sha256")
    told.path.mkdir()
    told.git("init", "-q", "-b", "main", "--object-format=sha256", "--template=")
    told.git("fast-import", "--quiet", feed=source.git("fast-export", "--all").stdout)
    told.git("switch", "-q", "-f", "main")
    bare = Repo(tmp_path / "server.git")
    told.git("init", "-q", "--bare", "-b", "main", "--object-format=sha256", str(bare.path))
    told.git("remote", "add", "origin", str(bare.path))
    bare.gate("install", "--pre-receive", check=True)
    assert push(told, "main").code == 0
    told.write("docs/notes.md", "notes\n")
    told.commit("notes")
    assert push(told, "main", "feature/reset").code == 0
    assert len(bare.oid("main")) == 64
    bare.config("receive.denyDeleteCurrent", "ignore")
    assert "push/protected" in push(told, ":main").err
    assert "push/protected" in push(told, "+main~1:main").err
    told.git("switch", "-q", "feature/reset")
    told.git("merge", "-q", "--no-edit", "main")
    assert "ready/stage" in push(told, "feature/reset:main").err


def test_a_chained_hook_gets_every_line_and_a_refusal_of_either_counts(clone, server):
    told = clone("started")
    bare = server(told, hook=False)
    bare.config("receive.denyDeleteCurrent", "ignore")
    bare.write(
        "hooks/pre-receive", '#!/bin/sh\ncat >"$GIT_DIR/seen"\n! grep -q forbidden "$GIT_DIR/seen"\n', mode=0o755
    )
    bare.gate("install", "--pre-receive", check=True)
    assert push(told, "feature/reset", "main:refs/heads/second").code == 0
    assert bare.read("seen").count("\n") == 2
    assert push(told, "main:refs/heads/forbidden").code != 0
    bare.write("hooks/pre-receive.before-commitgate", "#!/bin/sh\nexit 0\n", mode=0o755)
    assert "push/protected" in push(told, "main:refs/heads/third", ":main").err
    bare.gate("uninstall", check=True)
    assert "seen" not in bare.read("hooks/pre-receive")


def test_the_command_is_the_hook(clone, server):
    told = clone("started")
    bare = server(told, hook=False)
    line = f"{told.oid('main')} {'0' * 40} refs/heads/main\n".encode()
    said = bare.gate("pre-receive", feed=line)
    assert (said.code, "push/protected" in said.err) == (2, True)
    assert bare.gate("pre-receive", feed=b"").code == 0
    assert bare.gate("pre-receive", feed=b"nonsense").code == 4


def test_an_interpreter_that_is_gone_refuses_every_push(clone, server):
    told = clone("started")
    bare = server(told)
    hook = bare.path / "hooks" / "pre-receive"
    hook.write_text(hook.read_text().replace(sys.executable, "/nowhere/python"))
    said = push(told, "feature/reset")
    assert (said.code != 0, "git gate install --pre-receive" in said.err) == (True, True)
    doctor = bare.gate("doctor")
    assert (doctor.code, "every push is refused" in doctor.out) == (2, True)


def test_a_missing_object_is_not_fetched_for_the_judgement(clone, server, tmp_path):
    """A partial clone as a server: what it lacks stays lacking, and the answer is that nobody can tell."""
    told = clone("requirements")
    whole = server(told, hook=False)
    told.git("push", "-q", "--no-verify", "origin", "feature/reset:main")
    whole.config("uploadpack.allowFilter", "true")
    partial = Repo(tmp_path / "partial.git")
    told.git("clone", "-q", "--bare", "--filter=blob:none", f"file://{whole.path}", str(partial.path))
    start = SOURCE / "commitgate" / "doors" / "start.py"
    line = f"{told.oid('main')} {told.oid()} refs/heads/other\n".encode()
    before = partial.git("count-objects", "-v").out
    said = run(sys.executable, "-I", "-S", start, "pre-receive", cwd=partial.path, feed=line)
    assert said.code == 4, said.said
    assert partial.git("count-objects", "-v").out == before
    shutil.rmtree(whole.path)


def test_another_name_of_the_protected_branch_is_that_branch(clone, server):
    """Pushing to a symbolic ref moves what it stands for: master, say, after main was made of it."""
    told = clone("requirements")
    bare = server(told)
    bare.git("symbolic-ref", "refs/heads/master", "refs/heads/main")
    before = refs(bare)
    said = push(told, "feature/reset:master")
    assert (said.code != 0, "refs/heads/main: refused" in said.err) == (True, True)
    assert "protected branch" in push(told, ":master").err
    assert "protected branch" in push(told, "+feature/reset:main", ":master").err
    assert refs(bare) == before


def test_refs_of_a_namespace_are_judged_by_its_own_branch(clone, server):
    told = clone("requirements")
    told.policy_on_target("version: 1\nrequire_run: true\n")
    bare = server(told)
    space = {"GIT_NAMESPACE": "team"}
    bare.git("update-ref", "refs/namespaces/team/refs/heads/main", told.oid("main"))
    bare.git("symbolic-ref", "refs/namespaces/team/HEAD", "refs/heads/main", env=space)
    bare.git("update-ref", "-d", "refs/heads/main")
    repo = Repository(str(bare.path), {**os.environ, **space})
    found = protected_by_server(repo, NoMemo(), default_branch(repo))
    assert (found.target, found.tip) == ("main", told.oid("main"))
    said = told.git("push", "-q", "--no-verify", "origin", "feature/reset:main", check=False, env=space)
    assert (said.code != 0, "ready/stage" in said.err) == (True, True)


def test_a_tag_or_branch_with_the_whole_name_of_the_default_branch_is_not_it(clone, server):
    """Where refs/heads/master is not there, git would take refs/tags/refs/heads/master for it."""
    told = clone("requirements")
    bare = server(told)
    bare.git("symbolic-ref", "HEAD", "refs/heads/master")
    for namesake in ("refs/tags/refs/heads/master", "refs/heads/refs/heads/master"):
        assert push(told, f"feature/reset:{namesake}").code == 0
    found = protected(bare)
    assert (found.target, found.tip, found.unborn) == ("main", bare.oid("refs/heads/main"), "master")
    assert "protected branch" in push(told, ":main").err


def test_a_branch_that_would_become_the_default_one_is_not_made(clone, server):
    """HEAD of a new bare repository often names master, while main is what everybody uses."""
    told = clone("requirements")
    bare = server(told)
    bare.git("symbolic-ref", "HEAD", "refs/heads/master")
    before = refs(bare)
    said = push(told, "feature/reset:master").err
    assert "git symbolic-ref HEAD refs/heads/main" in said
    assert refs(bare) == before
    bare.git("symbolic-ref", "HEAD", "refs/heads/main")
    assert push(told, "feature/reset:master").code == 0


def test_a_target_that_asks_for_a_run_is_founded_without_one(clone, tmp_path):
    told = clone("started")
    told.policy_on_target("version: 1\nrequire_run: true\n")
    bare = Repo(tmp_path / "new.git")
    told.git("init", "-q", "--bare", "--template=", "-b", "main", str(bare.path))
    bare.gate("install", "--pre-receive", check=True)
    told.git("remote", "add", "origin", str(bare.path))
    told.git("switch", "-q", "main")
    assert push(told, "main").code == 0
    told.write("src/backend/more.js", "x\n")
    told.commit("no run", args=("--no-verify",))
    assert "run/required" in push(told, "main").err
