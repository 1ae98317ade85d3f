"""git's data as plain records: what ``git/`` reads and everybody else may look at."""

from __future__ import annotations

from commitgate.record import Record

ABSENT = "000000"
SYMLINK = "120000"
SUBMODULE = "160000"
TREE = "040000"
PLAIN = "100644"
EXECUTABLE = "100755"


class Row(Record):
    """One raw row. Modes are six octal digits, ABSENT on the missing side; oids are full, zeros when missing."""

    path: str
    old_mode: str
    old_oid: str
    new_mode: str
    new_oid: str
    unmerged: bool = False
    untracked: bool = False


class Person(Record):
    """A name and an e-mail address, as a commit carries them."""

    name: str
    email: str


NOBODY = Person("", "")
