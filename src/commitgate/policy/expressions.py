"""Path patterns (gitignore syntax) compiled for paths that may be hostile, from policies that may be.

pathspec translates a pattern to a regular expression; with several ``*`` in one name that expression can take
time polynomial in the length of the path. In a glob the leftmost match of what stands before a later ``*`` is
always good enough, so each such part is made atomic here and matching a name is linear. What remains, several
``**``, is limited in number.
"""

from __future__ import annotations

import re
import unicodedata
import warnings

from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from commitgate.policy.globs import LENGTH_LIMIT

DEEP_LIMIT = 2  # how many "**" may stand in a pattern before its last name
_STAR, _ANY = "\x00", "\x01"
# What can stand between stars: an escaped character, a bracket expression, or any other single character.
_BETWEEN = rf"((?:\\.|\[\^?\]?[^\]]*\]|[^{_STAR}/()\[\\])+)"
_BEFORE_STAR = re.compile(f"{_STAR}{_BETWEEN}(?={_STAR})")
_LAST_STAR = re.compile(f"{_STAR}{_BETWEEN}(?=/|\\()")


class PatternError(ValueError):
    """The pattern cannot be used; the text says why."""


def _atomic(regex: str) -> str:
    """The same regular expression, without ways to try one name twice."""
    text = regex.replace("[^/]*", _STAR).replace("[^/]", _ANY)
    text = re.sub(f"{_STAR}+", _STAR, text)
    text = _BEFORE_STAR.sub(f"(?>{_STAR}?\\1)", text)
    text = _LAST_STAR.sub(f"(?>{_STAR}\\1)", text)
    return text.replace(_STAR, "[^/]*").replace(_ANY, "[^/]")


def compile_pattern(pattern: str) -> GitIgnoreSpecPattern:
    """One pattern, ready to match. Raises PatternError for one that is refused or could never match."""
    if not pattern.strip() or pattern.startswith("#"):
        raise PatternError("it is empty or a comment")
    if len(pattern) > LENGTH_LIMIT:
        raise PatternError(f"it is longer than {LENGTH_LIMIT} characters")
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in pattern):
        raise PatternError("it holds a control character")
    if pattern.split("/")[:-1].count("**") > DEEP_LIMIT:
        raise PatternError(f"it holds more than {DEEP_LIMIT} '**' before its last name")
    try:
        regex, include = GitIgnoreSpecPattern.pattern_to_regex(pattern)
        if regex is None or include is None:
            raise PatternError("it can never match (is a bracket not closed?)")
        with warnings.catch_warnings():
            # "[[a]" is a fine glob; that Python may one day read it as a nested set does not concern the user.
            warnings.simplefilter("ignore")
            return GitIgnoreSpecPattern(re.compile(_atomic(regex)), include)
    except GitIgnorePatternError as error:
        raise PatternError(str(error.__cause__ or error)) from error
    except re.error as error:
        raise PatternError(str(error)) from error


def refusal(pattern: str) -> str:
    """Why a pattern cannot be used, or ""."""
    try:
        compile_pattern(pattern)
    except PatternError as error:
        return str(error)
    return ""
