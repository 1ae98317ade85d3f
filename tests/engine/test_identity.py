"""Who may speak for a reviewer: by name, by e-mail, by signature; people and agents; one person, one vote."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from story import derive
from support import run

FRONT = "frontend: {emails: [fran@example.com], level: signed, keys: ['%s']}"


@pytest.fixture
def key(tmp_path):
    """A fresh SSH key: (private key file, public key)."""
    file = tmp_path / "key"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(file), cwd=tmp_path, check=True)
    return file, file.with_suffix(".pub").read_text().strip()


def begin(story, policy, name="story"):
    told = story("secured", name)
    told.policy_on_target("version: 1\n" + policy)
    return told


def review(told, reviewer="frontend", area="backend", author="Fran <fran@example.com>", args=(), message="review"):
    told.verdict(reviewer, area)
    name, _, mail = author.partition(" <")
    told.git("add", "-A")
    derive(told, {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail.rstrip(">")})
    return told.commit(message, author=author, check=False, args=args)


def counted(told, area="backend"):
    """Who counts at HEAD, as the engine recomputes it."""
    return next(row["notes"] for row in told.check("--rev", "HEAD")["stages"] if row["stage"] == f"stage-06-{area}")


def signing(told, file):
    told.config("gpg.format", "ssh")
    told.config("user.signingKey", str(file))


def test_a_signed_verdict_counts_and_an_unsigned_one_does_not(story, key):
    file, public = key
    policy = "reviewers:\n  " + FRONT % public + "\n"
    told = begin(story, policy)
    signing(told, file)
    assert review(told, args=("-S",)).code == 0
    assert counted(told) == ["1 of 2 approvals"]
    other = begin(story, policy, "unsigned")
    assert review(other).code == 0, "at the commit door the signature cannot be known yet"
    assert counted(other) == ["0 of 2 approvals"]
    assert other.gate("verify").code == 1, "the range finds the gate that promises too much"


@pytest.fixture
def gpg_key(monkeypatch):
    """A fresh GPG key without a passphrase: (fingerprint, the folder of the key ring)."""
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed here")
    # Sockets of its agent lie there, and their names must be short.
    with tempfile.TemporaryDirectory(prefix="g", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("GNUPGHOME", folder)
        unattended = ("--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "")
        who = ("--quick-generate-key", "Fran <fran@example.com>", "ed25519", "sign", "never")
        run("gpg", *unattended, *who, cwd=folder, check=True)
        listed = run("gpg", "--batch", "--list-keys", "--with-colons", cwd=folder, check=True).out
        yield next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:")), Path(folder)
        run("gpgconf", "--kill", "gpg-agent", cwd=folder)


def test_a_gpg_key_speaks_until_it_is_revoked(story, gpg_key):
    """gpg calls a signature of a revoked key good, and ends well."""
    fingerprint, folder = gpg_key
    told = begin(story, "reviewers:\n  " + FRONT % fingerprint + "\n")
    told.config("user.signingKey", fingerprint)
    assert review(told, args=("-S",)).code == 0
    assert counted(told) == ["1 of 2 approvals"]
    prepared = folder / "openpgp-revocs.d" / f"{fingerprint}.rev"
    revocation = folder / "revocation"
    revocation.write_text(prepared.read_text().replace(":-----BEGIN", "-----BEGIN"))
    run("gpg", "--batch", "--quiet", "--import", str(revocation), cwd=folder, check=True)
    shutil.rmtree(told.path / ".git/commitgate", ignore_errors=True)
    assert counted(told) == ["0 of 2 approvals"]


def test_another_key_does_not_speak_for_them(story, key, tmp_path):
    _, public = key
    stranger = tmp_path / "stranger"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(stranger), cwd=tmp_path, check=True)
    told = begin(story, "reviewers:\n  " + FRONT % public + "\n")
    signing(told, stranger)
    review(told, args=("-S",))
    assert counted(told) == ["0 of 2 approvals"]
    assert "none of their keys" in told.gate("why", "approval", "backend").out


def test_a_program_that_calls_everything_good_is_never_asked(story, key, tmp_path):
    _, public = key
    liar = tmp_path / "liar"
    liar.write_text("#!/bin/sh\necho 'Good \"git\" signature for fran with ED25519 key SHA256:x'\nexit 0\n")
    liar.chmod(0o755)
    told = begin(story, "reviewers:\n  " + FRONT % public + "\n")
    told.config("gpg.ssh.program", str(liar))
    told.config("gpg.program", str(liar))
    told.config("gpg.ssh.allowedSignersFile", str(liar))
    review(told)
    assert counted(told) == ["0 of 2 approvals"]


def test_a_signature_over_another_commit_is_no_signature(story, key):
    file, public = key
    told = begin(story, "reviewers:\n  " + FRONT % public + "\n")
    signing(told, file)
    assert review(told, args=("-S",)).code == 0
    raw = told.git("cat-file", "commit", "HEAD").stdout.replace(b"\nreview\n", b"\nforged\n")
    forged = told.git("hash-object", "-t", "commit", "-w", "--stdin", feed=raw).out.strip()
    told.git("reset", "-q", "--hard", forged)
    assert counted(told) == ["0 of 2 approvals"]


def test_a_human_reviewer_does_not_speak_through_an_agent(story):
    told = begin(story, "agents: ['*@agents.example.com']\nreviewers:\n  frontend: {human: true}\n")
    assert review(told, author="dev-frontend <f@agents.example.com>").code == 0
    assert told.read_gate("stage-06-backend")["approvals"] == []
    told.remove("pipeline/code-review/by-frontend.md")
    told.derive_and_commit("frontend")
    message = "review\n\nCo-authored-by: Helper <h@agents.example.com>"
    assert review(told, author="Fran <fran@example.com>", message=message).code == 0
    assert counted(told) == ["0 of 2 approvals"], "an agent as co-author is an agent"
    told.remove("pipeline/code-review/by-frontend.md")
    told.derive_and_commit("frontend")
    assert review(told, author="Fran <fran@example.com>").code == 0
    assert counted(told) == ["1 of 2 approvals"]


def test_shipped_agents_are_known(story):
    told = begin(story, "reviewers:\n  frontend: {human: true}\n")
    review(told, author="dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>")
    assert told.read_gate("stage-06-backend")["approvals"] == []


def test_two_names_with_one_key_are_one_vote(story, key):
    file, public = key
    told = begin(
        story,
        "reviewers:\n"
        f"  frontend: {{emails: [fran@example.com], level: signed, keys: ['{public}']}}\n"
        f"  platform: {{emails: [pat@example.com], level: signed, keys: ['{public}']}}\n",
    )
    signing(told, file)
    assert review(told, "frontend", author="Fran <fran@example.com>", args=("-S",)).code == 0
    assert review(told, "platform", author="Pat <pat@example.com>", args=("-S",)).code == 0
    assert told.read_gate("stage-06-backend")["approvals"] == ["frontend"]


def test_a_contributor_through_a_merged_side_branch_does_not_count(story):
    told = story("clarified")
    told.branch("side")
    told.write("src/backend/side.js", "x\n")
    told.commit("side work", author="dev-frontend")
    told.git("switch", "-q", "feature/reset")
    told.write("src/backend/main.js", "x\n")
    told.commit("work", author="dev-backend")
    told.git("merge", "-q", "--no-edit", "side")
    told.write("pipeline/pr-backend.md", "x\n")
    told.write_gate("stage-04-backend", files_changed=["src/backend/main.js", "src/backend/side.js"])
    told.commit("build", author="dev-backend")
    told.write_gate("stage-05", security_review_required=False)
    told.commit("pre-review")
    told.review("frontend", "backend")
    assert told.read_gate("stage-06-backend")["approvals"] == []
