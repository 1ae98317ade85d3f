"""Who signed a commit: the fingerprint of the key, when the signature itself is good.

Whether that key may speak for somebody is the policy's word. The repository's own configuration
(``gpg.ssh.program``, allowed signers) is never asked: whoever can change it could declare any signature good.
"""

from __future__ import annotations

from commitgate.git.repository import Repository

_HEADERS = (b"gpgsig ", b"gpgsig-sha256 ")
_SSH = b"-----BEGIN SSH SIGNATURE-----"
_WORTHLESS = ("REVKEYSIG", "EXPSIG", "BADSIG", "ERRSIG")
_PGP = b"-----BEGIN PGP SIGNATURE-----"


def signing_key(repo: Repository, commit: str) -> str:
    """``SHA256:…`` of an SSH key, the upper-case fingerprint of a GPG key, or "" without a good signature."""
    blob = repo.batch.get([commit])[0]
    signature, payload = split_signed(blob.data, sha256=len(commit) == 64)
    if signature.startswith(_SSH):
        return _ssh_key(signature, payload)
    if signature.startswith(_PGP):
        return _gpg_key(signature, payload)
    return ""


def split_signed(data: bytes, sha256: bool) -> tuple[bytes, bytes]:
    """(signature, what was signed) of a commit object: every signature header is left out of the payload."""
    header, separator, message = data.partition(b"\n\n")
    wanted = _HEADERS[1] if sha256 else _HEADERS[0]
    signature: list[bytes] = []
    kept: list[bytes] = []
    current: list[bytes] | None = kept
    for line in header.split(b"\n"):
        if line.startswith(b" "):
            if current is not None:
                current.append(line[1:] if current is signature else line)
        elif line.startswith(_HEADERS):
            current = signature if line.startswith(wanted) and not signature else None
            if current is signature:
                signature.append(line[len(wanted) :])
        else:
            current = kept
            kept.append(line)
    return b"\n".join(signature), b"\n".join(kept) + separator + message


def _ssh_key(signature: bytes, payload: bytes) -> str:
    """ssh-keygen proves that the key named in the signature made it over this payload, for the namespace "git"."""
    said = _verified(["ssh-keygen", "-Y", "check-novalidate", "-n", "git", "-s"], signature, payload)
    return next((word for word in said.split() if word.startswith("SHA256:")), "")


def _gpg_key(signature: bytes, payload: bytes) -> str:
    """gpg with the user's own key ring; only a VALIDSIG line counts, never the exit status alone.

    gpg ends well and says VALIDSIG for a key that has been revoked, too, and for a signature that has run out.
    """
    said = _verified(["gpg", "--batch", "--no-tty", "--status-fd", "1", "--verify"], signature, payload, ["-"])
    lines = [line.split() for line in said.splitlines() if line.startswith("[GNUPG:] ")]
    valid = [words for words in lines if words[1] == "VALIDSIG" and len(words) > 2]
    if len(valid) != 1 or any(words[1] in _WORTHLESS for words in lines):
        return ""
    return valid[0][-1].upper()  # the primary key's fingerprint stands last


def _verified(command: list[str], signature: bytes, payload: bytes, rest: list[str] | None = None) -> str:
    """Standard output of a verifying program that ended well, else ""."""
    import subprocess
    import tempfile

    with tempfile.NamedTemporaryFile(prefix="git-gate-") as file:
        file.write(signature + b"\n")
        file.flush()
        try:
            done = subprocess.run(
                [*command, file.name, *(rest or [])], input=payload, capture_output=True, check=False, timeout=60
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
