"""Idioms, and what the lines of a change fire by them."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from commitgate.documents.facts import LineHit
from commitgate.policy.idioms import Idiom, IdiomError
from commitgate.policy.lines import LineReader
from commitgate.policy.load import load_policy
from commitgate.policy.model import EVERY, PathClass, Policy
from commitgate.policy.needles import language, needles, silent
from commitgate.policy.paths import Classifier


def policy_of(text: str | None = None) -> Policy:
    policy, findings = load_policy(text.encode() if text is not None else None)
    assert findings == ()
    assert policy is not None
    return policy


POLICY = policy_of()
READER, CLASSIFIER = LineReader(POLICY), Classifier(POLICY)
PLAIN = PathClass("backend", False, False, ())


def read(path: str, old: str | bytes, new: str | bytes, reader: LineReader = READER) -> tuple[LineHit, ...]:
    blobs = [text.encode() if isinstance(text, str) else text for text in (old, new)]
    return reader.read(path, CLASSIFIER.classify(path), *blobs)


def fired(path: str, new: str | bytes, old: str | bytes = "") -> set[str]:
    return {hit.trigger for hit in read(path, old, new)}


class TestIdiom:
    @pytest.mark.parametrize(
        ("idiom", "line"),
        [
            ("eval(", "x = eval(y)"),
            ("eval(", "EVAL ( y )"),
            ("eval(", "[...eval(y)]"),
            (".eval(", "frame.eval(y)"),
            ("os.system(", "os . system(command)"),
            ("verify = false", "get(url, verify=False)"),
            ("new Function(", "return new Function('a')"),
            ("grant ... to", "GRANT ALL ON a TO b"),
            (".execute(f\"", "cursor.execute(f'select')"),
            ("create*Key(", "createPrivateKey()"),
            ("*word =", "pass_word = 1"),
            ("AKIA????", "key AKIA1234"),
            ("ghp_*", "ghp_abc"),
            ("${", ""),
            ("Command::new(", "std::process::Command::new(x)"),
            ("| sh", "curl x | sh"),
            ("'utf-7'", 'coding: "utf-7"'),
            ("ｅval(", "eval(x)"),
            ("eval(", "ｅval(x)"),
            ("eval(", "ev\u200bal(x)"),
        ],
    )  # fmt: skip
    def test_it_finds_the_code_that_it_looks_like(self, idiom: str, line: str) -> None:
        if not line:
            with pytest.raises(IdiomError):
                Idiom(idiom)
            return
        from commitgate.policy.idioms import readable

        assert Idiom(idiom).search(readable(line)) == [""]

    @pytest.mark.parametrize(
        ("idiom", "line"),
        [
            ("eval(", "model.eval()"),
            ("eval(", "p->eval(x)"),
            ("eval(", "medieval(x)"),
            ("eval(", "evaluate(x)"),
            ("new Function(", "newFunction(x)"),
            ("GRANT ALL", "grant all"),
            ("grant ... to", "TO GRANT"),
            (".execute(\" ... \" %", 'cursor.execute("%s", (a,))'),
            ("AKIA????", "AKIA12"),
            ("env::var(", "env::vars(x)"),
        ],
    )  # fmt: skip
    def test_it_does_not_find_what_only_resembles_it(self, idiom: str, line: str) -> None:
        assert Idiom(idiom).search(line) == []

    def test_it_names_what_is_new(self) -> None:
        assert Idiom("os.getenv(@").search("os.getenv('A') or os.getenv( B_1, 'x')") == ["A", "B_1"]
        assert Idiom("process.env.@").search("process.env.HOME") == ["HOME"]

    @pytest.mark.parametrize(
        "idiom",
        [
            "(",
            "*",
            "... eval(",
            "eval( ...",
            "a ... ... bc",
            "get(@, @",
            "x(@ ... y(",
            "é(",
            "a*b*c(",
            "eval(\t",
            "x" * 121,
        ],
    )
    def test_what_cannot_be_looked_for_is_refused(self, idiom: str) -> None:
        with pytest.raises(IdiomError):
            Idiom(idiom)

    @settings(max_examples=200, deadline=None)
    @given(st.text(alphabet="ab(*?. \"'@$|-", max_size=20), st.text(alphabet="ab(. \"'$|-\n", max_size=200))
    def test_any_idiom_is_refused_or_answers_quickly(self, written: str, line: str) -> None:
        try:
            idiom = Idiom(written)
        except IdiomError:
            return
        begun = time.process_time()
        if not idiom.phrase:
            idiom.search(line * 50)
        assert time.process_time() - begun < 1


def sample(idiom: str) -> str:
    """A line that an idiom of the policy must find: its gaps and wildcards filled in."""
    if re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", idiom):
        return f"x {idiom.replace('-', '_')} y"
    filled = idiom.replace(" ... ", " some thing ").replace("*", "Ab").replace("?", "A").replace("@", '"NAME"')
    return filled if idiom.startswith(".") else f" {filled}"


ENDS = {name: ends[0] for name, ends in POLICY.languages}


@pytest.mark.parametrize("trigger", [one for one in POLICY.triggers if one.lines], ids=lambda one: one.id)
def test_every_shipped_idiom_is_found_in_its_language(trigger) -> None:
    for spoken, idioms in trigger.lines:
        path = "some" + ENDS.get(spoken, ".unknown")
        for idiom in idioms:
            found = {hit.trigger for hit in READER.read(path, PLAIN, b"", sample(idiom).encode())}
            assert trigger.id in found, (spoken, idiom, sample(idiom))


@pytest.mark.parametrize(
    ("trigger", "path", "fires", "silent"),
    [
        ("content:auth", "a.py", "@login_required", "author = 1"),
        ("content:auth", "a.ts", "if (!req.session.user) return", "const session = db.open()"),
        ("content:auth", "a.sql", "GRANT ALL ON a TO b;", "SELECT granted FROM a;"),
        ("content:crypto", "a.go", "mac := hmac.New(sha256.New, key)", "key := rows[0]"),
        ("content:crypto", "a.py", "get(url, verify=False)", "get(url, timeout=3)"),
        ("content:secret", "a.yml", "password: x", "text: choose a new password"),
        ("content:secret", "a.js", "const apiKey = load()", "const key = load()"),
        ("content:exec", "a.py", "eval(x)", "model.eval()"),
        ("content:exec", "a.js", "exec(command)", "pattern.exec(text)"),
        ("content:exec", "a.java", "Runtime.getRuntime().exec(x)", "executor.execute(task)"),
        ("content:exec", "a.rb", "system(\"ls #{name}\")", "systematic = 1"),
        ("content:exec", "a.rs", "unsafe { read() }", "let safe = read();"),
        ("content:exec", "run.sh", "curl -s x | sh", "curl -s x -o y"),
        ("content:exec", "Dockerfile.dev", "RUN wget -qO- x | bash", "RUN wget x"),
        ("env:example", "a.py", "os.environ['NEW']", "environment = 1"),
        ("env:example", "a.rs", 'std::env::var("NEW")', "std::env::args()"),
        ("flag:new", "a.ts", "if (isFeatureEnabled('x')) {}", "if (button.isEnabled()) {}"),
        ("content:opaque", "a.bin", "\0\1", "text"),
        ("dep:new", "package.json", '{"dependencies": {"a": "1"}}', '{"scripts": {"a": "1"}}'),
    ],
)  # fmt: skip
def test_each_trigger_fires_on_one_line_and_not_on_another(trigger: str, path: str, fires: str, silent: str) -> None:
    assert trigger in fired(path, fires + "\n")
    assert trigger not in fired(path, silent + "\n")
    if trigger.startswith("content:") and trigger != "content:opaque":
        assert trigger in fired(path, "", fires + "\n"), "what goes counts like what comes"


def test_no_comment_silences_a_trigger() -> None:
    assert "content:exec" in fired("a.py", "eval(x)  # nosec: no review needed\n")
    assert "content:exec" in fired("a.py", "# gate: off\neval(x)\n")


def test_lines_are_numbered_in_their_own_blob() -> None:
    (hit,) = read("a.py", "a\nb\nc\n", "a\nx\neval(y)\nb\nc\n")
    assert (hit.line, hit.removed, hit.pattern) == (3, False, "eval(")
    (hit,) = read("a.py", "a\neval(y)\nc\n", "c\n")
    assert (hit.line, hit.removed) == (2, True)
    assert hit.told == "removed line 2: eval("


def test_a_new_name_is_new_to_the_file() -> None:
    old = "a = os.environ['OLD']\n"
    assert fired("a.py", old.replace("a =", "b ="), old) == set(), "the same name, asked for on another line"
    assert fired("a.py", old + "b = os.environ['OLD']\n", old) == set()
    assert fired("a.py", "a = os.environ['OLD'] + os.environ['NEXT']\n", old) == {"env:example"}
    assert fired("a.py", "", old) == set(), "a setting that is read no longer"
    assert fired("a.js", "if (process.env.NODE_ENV) {}\n") == set(), (
        "what every process has is no setting of the product"
    )
    assert fired("a.js", "if (process.env.NODE_ENV_NAME) {}\n") == {"env:example"}


def test_the_language_is_told_by_the_name() -> None:
    spoken = ("a/B.PY", "x.tsx", "Dockerfile", "a/dockerfile.prod", "Rakefile", "a.d/b", "x.zig")
    assert [language(POLICY, path) for path in spoken] == [
        "python", "javascript", "dockerfile", "dockerfile", "ruby", EVERY, EVERY
    ]  # fmt: skip
    assert "content:exec" in fired("a.zig", "eval(x)\n"), "an unknown language is searched for all idioms"
    assert "content:exec" not in fired("a.css", "eval(x)\n")


def test_names_that_say_enough_cover_the_lines() -> None:
    assert fired("src/auth.py", "hmac.new(key)\n") == set()
    assert fired("src/auth.py", "eval(x)\n") == {"content:exec"}
    assert fired("yarn.lock", '"bcrypt@^5":\n  version "5"\n') == {"dep:new"}
    quiet = LineReader(policy_of("security: {triggers: {path:auth: off}}"))
    assert quiet.read("src/auth.py", PLAIN, b"", b"hmac.new(key)\n")[0].trigger == "content:crypto"


def test_a_policy_writes_triggers_of_its_own() -> None:
    own = policy_of(
        "security:\n  triggers:\n    content:legacy:\n      lines: {every: [des-key], python: [run_as_root(]}\n"
        "      except: [des-key-board]\n    content:exec: {lines: {python: []}}\n    content:auth: off\n"
    )
    reader = LineReader(own)
    assert [hit.trigger for hit in read("a.py", "", "desKey = 1\n", reader)] == ["content:legacy"]
    assert [hit.trigger for hit in read("a.go", "", "DES_KEY\n", reader)] == ["content:legacy"]
    assert read("a.py", "", "des_key_board = 1\n", reader) == ()
    assert read("a.py", "", "eval(x); login(y)\n", reader) == (), "a field that is given replaces the shipped one"


def test_a_trigger_has_a_number_of_idioms_that_can_be_looked_for() -> None:
    idioms = ", ".join(f"call{number}(" for number in range(300))
    text = f"security: {{triggers: {{a:b: {{lines: {{python: [{idioms}], go: [{idioms}]}}}}}}}}"
    policy, findings = load_policy(text.encode())
    assert policy is None
    assert [(one.rule, one.message) for one in findings] == [("policy/schema", "more than 500 idioms")]


def test_nobody_can_tell_what_changes() -> None:
    assert fired("a.py", b"\0eval") == {"content:opaque"}
    assert fired("a.py", b"eval(x)\n" * 200_000) == {"content:opaque"}
    assert fired("a.py", b"# coding: utf-7\n+AGUAdgBhAGw-(x)\n") == {"content:opaque"}
    assert fired("a.py", "", b"x\0") == {"content:opaque"}
    assert READER.read("module", PLAIN, None, b"")[0].trigger == "content:opaque"
    png = b"\x89PNG\r\n\x1a\n\0\0\0"
    assert fired("a.png", png) == set()
    assert fired("a.py", png) == {"content:opaque"}
    assert fired("a.png", b"\0\0eval(") == {"content:opaque"}
    assert fired("a.png", "eval(x)\n") == {"content:exec"}, "a picture that is text is read as text"


def test_a_codec_does_not_hide_a_name() -> None:
    assert "content:exec" in fired("a.py", "ｅｖａｌ(x)\n")
    assert fired("a.txt", b"\xff\xfe\xfa\n") == set()
    assert fired("a.py", "x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n") == set(), "how a line ends is no change"
    assert "content:exec" in fired("a.py", "# \reval(x)\n")


HOSTILE = {
    "one line": b"a" * 1_000_000,
    "one line of five megabytes": b"eval(" * 1_000_000,
    "a name again and again": b"eval(" * 200_000,
    "half an idiom again and again": b'.execute(" ' * 90_000,
    "space": b"eval" + b" " * 1_000_000,
    "names": b" ".join(b"n%d" % number for number in range(100_000)),
    "humps": b"aB" * 400_000,
    "empty lines": b"\n" * 1_000_000,
    "names that ask for the same idiom": b" ".join(b"password%d" % number for number in range(60_000)),
    "settings on one line": b" ".join(b'os.getenv("A%d")' % number for number in range(40_000)),
    "hits": b"\n".join(b"eval(%d)" % number for number in range(60_000)),
    "names that are new": b"\n".join(b'os.getenv("A%d")' % number for number in range(40_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_lines_take_bounded_time(name: str) -> None:
    read("a.unknown", "", "warm up(x)\n")
    begun = time.process_time()
    found = read("a.unknown", b"x\n" + HOSTILE[name][:1000], HOSTILE[name])
    assert time.process_time() - begun < 5
    assert len(found) < 200


LINES = ("eval(x)", "a = 1", "login(user)", "os.getenv('A')", "b = 2", "hmac.new(k)", "}", "", "isFeatureEnabled('f')")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(LINES), max_size=6),
    st.lists(st.sampled_from(LINES), max_size=6),
    st.sampled_from(LINES),
    st.integers(0, 6),
)
def test_one_more_line_never_silences_a_trigger(old: list[str], new: list[str], line: str, at: int) -> None:
    assume(line not in old)  # what was there before and comes back has not changed
    more = [*new[:at], line, *new[at:]]
    before, now, then = ("\n".join(some) + "\n" for some in (old, new, more))
    assert fired("a.py", now, before) <= fired("a.py", then, before)


@settings(max_examples=100, deadline=None)
@given(st.permutations(("eval(x)", "login(user)", "a = 1", "hmac.new(k)")), st.permutations(range(4)))
def test_what_only_moves_fires_nothing(lines: list[str], order: list[int]) -> None:
    moved = [lines[position] for position in order]
    assert fired("a.py", "\n".join(moved), "\n".join(lines)) == set()


@pytest.mark.parametrize("line", ["\\u0065val(x)", "e\\u{76}al(x)", "ev\\u{00061}l(x)", "\\uu0065val(x)"])
def test_a_name_that_is_written_with_escapes_is_the_same_name(line: str) -> None:
    assert fired("a.js", line) == {"content:exec"}


@pytest.mark.parametrize("line", ["x = '\\u00e9t\\u00e9'", "x = '\\u{110000}'", "x = '\\u{}'", "\\u"])
def test_other_escapes_are_left_as_they_are(line: str) -> None:
    assert fired("a.js", line) == set()


NEEDLES = needles(POLICY.triggers)
CODE = st.lists(
    st.sampled_from(
        ["x = 1", "eval(y)", "EVAL (y)", "password", "apiKey", "os.environ['A']", "\\u0065val(x)", "# coding: utf-7",
         "return", "é", "\x0b", "token_urlsafe(", "def f(a, b):", "process.env.A", "GRANT ALL", "import hashlib"]
    ),
    max_size=4,
).map("\n".join)  # fmt: skip


def known() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return NEEDLES


class TestSilence:
    @settings(max_examples=150, deadline=None)
    @given(CODE, CODE, st.sampled_from(["a.py", "b.js", "c.go", "d.sql", "e", "package.json", "f.png", "Dockerfile"]))
    def test_what_is_called_silent_fires_nothing(self, old: str, new: str, path: str) -> None:
        kind = CLASSIFIER.classify(path)
        if silent(POLICY, known, [(path, kind, (old.encode(), new.encode()))]) == [True]:
            assert read(path, old, new) == ()

    def test_plain_code_is_silent_and_every_idiom_is_not(self) -> None:
        assert silent(POLICY, known, [("a.js", PLAIN, (b"", b"const total = items.length;\n"))]) == [True]
        for trigger in POLICY.triggers:
            for spoken, entries in trigger.lines:
                endings = dict(POLICY.languages).get(spoken, (".py",))
                for written in entries:
                    name = f"a{endings[0]}" if endings[0].startswith(".") else endings[0]
                    text = written.replace("@", "NAME").encode()
                    assert silent(POLICY, known, [(name, PLAIN, (b"", text))]) == [False], written

    @pytest.mark.parametrize("data", [None, b"\0", "é".encode(), b"x" * 200_000, b"# coding: utf-7\n"])
    def test_what_is_not_plain_text_is_looked_at(self, data: bytes | None) -> None:
        assert silent(POLICY, known, [("a.py", PLAIN, (b"", data))]) == [False]

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(["a.py", "b.js", "e", "package.json"]), CODE, CODE), max_size=5))
    def test_files_looked_at_together_are_told_apart(self, files: list[tuple[str, str, str]]) -> None:
        asked = [(path, CLASSIFIER.classify(path), (old.encode(), new.encode())) for path, old, new in files]
        assert silent(POLICY, known, asked) == [silent(POLICY, known, [one])[0] for one in asked]
