"""A real interactive shell on a pseudo-terminal, into which a test types, TAB included.

``git-gate`` is a stub that writes down its arguments: what the shell made of the line is read there and not from the
screen, and a completion that started the program would be seen.
"""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import time
from pathlib import Path
from typing import NamedTuple

STUB = """\
#!/bin/sh
for word; do printf '%s\\t' "$word"; done >> "$GATE_LOG"
echo >> "$GATE_LOG"
"""
_PATIENCE = 60.0  # seconds; a shell that starts on a busy machine


class Kind(NamedTuple):
    """How a shell is started without the user's files, and how it reads the completion script and git's own."""

    command: tuple[str, ...]
    start_file: str  # under the home folder
    lines: str  # of the start file; {script}: the completion script


KINDS = {
    "bash": Kind(
        ("bash", "--noprofile", "--rcfile", "{home}/start", "-i"),
        "start",
        ". /usr/share/bash-completion/completions/git\n. {script}\n",
    ),
    "zsh": Kind(
        ("zsh", "-i"),
        ".zshrc",
        "fpath=({home}/functions $fpath)\nmkdir {home}/functions\ncp {script} {home}/functions/_git-gate\n"
        "autoload -U compinit\ncompinit -u -d {home}/dump\n",
    ),
    "zsh, sourced": Kind(("zsh", "-i"), ".zshrc", "autoload -U compinit\ncompinit -u -d {home}/dump\n. {script}\n"),
    "fish": Kind(("fish", "-i"), ".config/fish/config.fish", "set -g fish_greeting\nsource {script}\n"),
}


class Shell:
    """An interactive shell in ``folder``. Use it as a context manager."""

    def __init__(self, name: str, script: Path, folder: Path, home: Path) -> None:
        self.kind = KINDS[name]
        self.log = home / "log"
        self.log.touch()
        self.screen = b""
        self._folder = folder
        self._home = home
        programs = home / "bin"
        programs.mkdir()
        (programs / "git-gate").write_text(STUB)
        (programs / "git-gate").chmod(0o755)
        start = home / self.kind.start_file
        start.parent.mkdir(parents=True, exist_ok=True)
        start.write_text(self.kind.lines.format(script=script, home=home))
        self._env = {
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "GATE_LOG": str(self.log),
            "HOME": str(home),
            "ZDOTDIR": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "TERM": "xterm",
            "PS1": "> ",
        }

    def __enter__(self) -> Shell:
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(self._folder)
            words = [word.format(home=self._home) for word in self.kind.command]
            os.execvpe(words[0], words, self._env)
        self.typed("git-gate ready\n")  # answered once the start file was read
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def typed(self, keys: str) -> list[str]:
        """Type ``keys``, which end in a line feed, and return the arguments that ``git-gate`` was then started with.

        After each TAB the shell is given the time to answer: keys that come early would be completed as well.
        """
        before = len(self._logged())
        for part in keys.replace("\t", "\t\0").split("\0"):
            os.write(self._terminal, part.encode())
            if part.endswith("\t"):
                self._settle()
        end = time.monotonic() + _PATIENCE
        while len(lines := self._logged()) == before:
            self._read(0.02)
            if time.monotonic() > end:
                raise AssertionError(f"no answer to {keys!r}:\n{self.screen.decode('utf-8', 'replace')[-3000:]}")
        assert len(lines) == before + 1, lines
        return lines[-1].split("\t")[:-1]

    def _logged(self) -> list[str]:
        """The lines of the log; one that is still being written is none yet."""
        return self.log.read_text().split("\n")[:-1]

    def _settle(self) -> None:
        """Wait until the shell has written something and then nothing for a while."""
        end = time.monotonic() + _PATIENCE
        while not self._read(0.1) and time.monotonic() < end:
            pass
        while self._read(0.4):
            pass

    def _read(self, wait: float) -> bool:
        """Take in what the shell has written, waiting for it at most ``wait`` seconds."""
        ready, _, _ = select.select([self._terminal], [], [], wait)
        if not ready:
            return False
        try:
            self.screen += os.read(self._terminal, 65536)
        except OSError:  # the shell has ended
            raise AssertionError(f"the shell ended:\n{self.screen.decode('utf-8', 'replace')[-3000:]}") from None
        return True
