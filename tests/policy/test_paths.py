"""Areas, free paths, manifests and security triggers of single paths."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from commitgate.policy.expressions import PatternError, compile_pattern
from commitgate.policy.globs import pieces, plain
from commitgate.policy.load import load_policy
from commitgate.policy.model import Policy, Trigger
from commitgate.policy.paths import Classifier, classify
from commitgate.policy.patterns import Matcher, Names, plain_patterns
from commitgate.policy.words import words


def shipped() -> Policy:
    policy, _ = load_policy(None)
    assert policy is not None
    return policy


POLICY = shipped()
CLASSIFIER = Classifier(POLICY)


def fired(path: str, classifier: Classifier = CLASSIFIER) -> set[str]:
    return {trigger for trigger, _ in classifier.classify(path).triggers}


def own(text: str) -> Classifier:
    policy, findings = load_policy(text.encode())
    assert findings == ()
    assert policy is not None
    return Classifier(policy)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/OAuthClient2.ts", ("src", "/", "o", "auth", "client", "2", "ts")),
        ("HTTPServer_config-v2.JSON", ("http", "server", "config", "v", "2", "json")),
        ("JWTs.md", ("jwts", "md")),
        ("k8s", ("k", "8", "s")),
        ("authservice", ("auth", "service")),
        ("review.md", ("review", "md")),
        ("login画面.vue", ("login", "画面", "vue")),
        ("secrétaire", ("secrétaire",)),
        (unicodedata.normalize("NFD", "secrétaire"), ("secrétaire",)),
        ("ſecret", ("secret",)),
        ("", ()),
        ("--__..", ()),
    ],
)
def test_words(path: str, expected: tuple[str, ...]) -> None:
    assert words(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "author.py", "AUTHORS", "tokenizer.py", "secretary.md", "authoring.md", "cryptographer.md", "README.md",
        "src/infra/queue/emailQueue.js", "src/infra/email/resetEmailTemplate.js", "src/authority.rb", "coauthor.ts",
        "src/tokenize.c", "certain.py", "src/possession.py", "keyboard.ts", "monkey.js", "transform.py", "concert.md",
        "striped.css", "aclear.txt", "src/parser/token.rs", "design-tokens.css", "lib/CancellationToken.cs",
        "special_tokens_map.json", "docs/migration-guide.md", "builtin/checkout.c", "tests/helmet.js", "composer.md",
        "src/components/Composer.tsx", "obsession.md", "src/mathsign.py", "assignment.py", "design.md", "signal.c",
        "docs/sessions/2026-01-01.md", "functionSignature.ts", "environment.py", "src/envelope.js", "vaulted.py",
        "requirements.md", "src/setup.ts", "package.json.md", "src/compose.ts", "paytable.py",
        "src/infra/terraforming.md",
    ],
)  # fmt: skip
def test_paths_that_fire_nothing(path: str) -> None:
    assert fired(path) == set()


@pytest.mark.parametrize(
    ("path", "trigger"),
    [
        ("src/backend/auth.js", "path:auth"),
        ("routes/auth.js", "path:auth"),
        ("OAuthClient.ts", "path:auth"),
        ("auth_utils.py", "path:auth"),
        ("LOGIN.JS", "path:auth"),
        ("src/authmiddleware.go", "path:auth"),
        ("pages/[...nextauth].ts", "path:auth"),
        ("src/SignUpForm.vue", "path:auth"),
        ("UserSessions.rb", "path:auth"),
        ("lib/two/2fa.py", "path:auth"),
        ("oauth2.go", "path:auth"),
        ("AuthN.java", "path:auth"),
        ("src/LogIn.tsx", "path:auth"),
        ("roles/RBACPolicy.cs", "path:auth"),
        ("permissions.py", "path:auth"),
        ("se\u00adssion.py", "path:auth"),
        ("tokenService.js", "path:secret"),
        ("refreshTokens.ts", "path:secret"),
        ("secr\u200bet.py", "path:secret"),
        (".env", "path:secret"),
        ("app/.ENV.local", "path:secret"),
        ("config/api-key.ts", "path:secret"),
        ("config/ApiKeys.ts", "path:secret"),
        ("deploy/prod.env", "path:secret"),
        ("a/server.PEM", "path:crypto"),
        ("keys/id_rsa.pub", "path:crypto"),
        ("src/encryption.rs", "path:crypto"),
        ("src/x509.go", "path:crypto"),
        ("src/KeyStore.java", "path:crypto"),
        ("webhooks/verifySignature.ts", "path:crypto"),
        ("billing/plan.py", "path:payment"),
        ("CheckoutPage.tsx", "path:payment"),
        ("stripe_webhook.rb", "path:payment"),
        ("gdpr/export.py", "path:pii"),
        ("src/personal-data.py", "path:pii"),
        ("src/PersonalData.py", "path:pii"),
        ("package.json", "dep:manifest"),
        ("web/yarn.lock", "dep:manifest"),
        ("requirements-dev.txt", "dep:manifest"),
        ("requirements/base.txt", "dep:manifest"),
        ("a/b.CSPROJ", "dep:manifest"),
        ("Dockerfile.prod", "infra:container"),
        ("deploy/docker-compose.yml", "infra:container"),
        ("compose.override.yaml", "infra:container"),
        ("infra/queue/main.js", "infra:network"),
        ("deploy/k8s/app.yaml", "infra:network"),
        ("modules/vpc.tf", "infra:network"),
        (".github/workflows/ci.yml", "ci:workflow"),
        (".gitlab-ci.yml", "ci:workflow"),
        ("Jenkinsfile", "ci:workflow"),
        (".husky/pre-commit", "ci:workflow"),
        ("hooks/pre-receive", "ci:workflow"),
        ("db/migrations/0001_init.py", "db:migration"),
        ("alembic/versions/a.py", "db:migration"),
        ("prisma/schema.prisma", "db:migration"),
        ("sql/schema.sql", "db:migration"),
        ("migrations.rs", "db:migration"),
        (".env.example", "env:example"),
        (".gates.yaml", "control:plane"),
        (".github/CODEOWNERS", "control:plane"),
        ("sub/.gitattributes", "control:plane"),
        ("pipeline/waivers/w1.yml", "control:plane"),
    ],
)
def test_paths_that_fire(path: str, trigger: str) -> None:
    assert trigger in fired(path)


def test_the_password_reset_fires_three_triggers() -> None:
    paths = (
        "src/backend/routes/auth.js", "src/backend/services/tokenService.js",
        "src/backend/models/passwordResetToken.js", "src/frontend/pages/ForgotPassword.jsx",
        "src/frontend/pages/ResetPassword.jsx", "src/infra/queue/emailQueue.js",
        "src/infra/email/resetEmailTemplate.js", ".github/workflows/ci.yml", "src/backend/auth.js",
    )  # fmt: skip
    assert set().union(*map(fired, paths)) == {"path:auth", "path:secret", "ci:workflow"}
    assert [CLASSIFIER.classify(path).area for path in paths] == ["backend"] * 3 + ["frontend"] * 2 + [
        "platform", "platform", "platform", "backend"
    ]  # fmt: skip


def test_what_fired_is_told_as_the_policy_writes_it() -> None:
    assert CLASSIFIER.classify("src/backend/models/passwordResetToken.js").triggers == (
        ("path:auth", "password"), ("path:secret", "token")
    )  # fmt: skip
    assert CLASSIFIER.classify("a/Pipfile").triggers == (("dep:manifest", "Pipfile"),)
    assert CLASSIFIER.classify("a/X.PEM").triggers == (("path:crypto", "*.pem"),)
    assert CLASSIFIER.classify("infra/x").triggers == (("infra:network", "/infra/**"),)


@pytest.mark.parametrize("path", ["a\nb", "src/\x1b[2Ja.js", "x\x7f", "x\u0085", "a\u2028b", "README.md\n", "a/" * 600])
def test_paths_that_are_not_what_they_seem_fire_everything(path: str) -> None:
    result = CLASSIFIER.classify(path)
    assert [trigger for trigger, _ in result.triggers] == [trigger.id for trigger in POLICY.triggers]
    assert not result.free


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("src/backend/a.py", "backend"), ("src/tests/backend/a.py", "qa"), ("tests/x", "qa"),
        ("src/infra/a", "platform"), (".github/x", "platform"), ("lib/src/backend/a.py", "other"),
        ("src/backendish/a.py", "other"), ("a.py", "other"),
        ("SRC/backend/a.py", "other"), ("src/backend/a\nb.py", "backend"), ("src/backend/package.json", "backend"),
    ],
)  # fmt: skip
def test_areas(path: str, area: str) -> None:
    assert CLASSIFIER.classify(path).area == area


def test_the_last_area_that_matches_wins() -> None:
    classifier = own("areas:\n  all: ['*']\n  web: [/web/**, '!/web/api/**']\n  api: [/web/api/**]\n")
    found = [classifier.classify(path).area for path in ("x", "web/a", "web/api/a", "tests/a")]
    assert found == ["all", "web", "api", "qa"]


@pytest.mark.parametrize(
    ("path", "free"),
    [
        ("README.md", True), ("src/backend/notes.md", True), ("docs/x.png", True), ("LICENSE", True),
        ("LICENSE.txt", True), ("CHANGELOG.md", True), ("src/docs/x.py", False), ("pipeline/notes.md", False),
        ("docs/CODEOWNERS", False), (".gates.yaml", False), ("pipeline/waivers/a.md", False),
        ("docs/.gitattributes", False),
        ("src/a.py", False), ("docs/a\nb", False),
    ],
)  # fmt: skip
def test_free_paths(path: str, free: bool) -> None:
    assert CLASSIFIER.classify(path).free is free


def test_a_policy_cannot_make_the_control_plane_free() -> None:
    assert not own("free: ['*']").classify(".gitmodules").free
    assert own("free: ['*']").classify("src/a.py").free


def test_manifests_are_marked_where_they_lie() -> None:
    result = CLASSIFIER.classify("src/frontend/package.json")
    assert (result.area, result.deps) == ("frontend", True)
    assert not CLASSIFIER.classify("src/frontend/package.py").deps


def test_exceptions_spare_only_the_phrase() -> None:
    assert fired("src/parser/token.rs") == set()
    assert fired("src/parser/token/secret.rs") == {"path:secret"}
    assert fired("src/parser/token_tokens.rs") == {"path:secret"}
    classifier = own("security: {triggers: {path:secret: {except: []}}}")
    assert fired("src/parser/token.rs", classifier) == {"path:secret"}


def test_one_path_alone() -> None:
    assert classify(POLICY, "src/backend/auth.js") == CLASSIFIER.classify("src/backend/auth.js")


PATHS = st.one_of(
    st.text(max_size=60),
    st.binary(max_size=60).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    st.lists(
        st.sampled_from(["src", "auth", "Token", "key", "session", "parser", "api", "\n", "é", "package.json", ".env"]),
        max_size=8,
    ).map("/".join),
)


@settings(max_examples=300, deadline=None)
@example("\udcff/\udc80auth")
@example("İ/ß/ﬁ")
@given(PATHS)
def test_no_path_raises(path: str) -> None:
    result = CLASSIFIER.classify(path)
    assert result.area in {area.name for area in POLICY.areas}
    assert {trigger for trigger, _ in result.triggers} <= {trigger.id for trigger in POLICY.triggers}


NAMES = sorted({word for trigger in POLICY.triggers for word in trigger.words} | {"x", "author", "café", "package"})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4), st.sampled_from(["/", "_", "-", "."]))
def test_case_and_composition_do_not_matter(names: list[str], between: str) -> None:
    path = between.join(names)
    expected = fired(path)
    assert fired(path.upper()) == expected
    assert fired(between.join(name.title() if name.isalpha() else name for name in names)) == expected
    assert fired(unicodedata.normalize("NFD", path)) == expected
    assert fired(unicodedata.normalize("NFC", path)) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(PATHS, min_size=1, max_size=5),
    st.lists(st.sampled_from(["src", "x", "api-key", "parser"]), max_size=2),
    st.lists(st.sampled_from(["*.rs", "/src/**", "x", "**/a/*"]), max_size=2),
)
def test_adding_never_removes_a_firing(paths: list[str], added: list[str], patterns: list[str]) -> None:
    first = POLICY.triggers[0]
    grown = first._replace(words=(*first.words, *added), patterns=(*first.patterns, *patterns))
    new = Trigger("own:new", tuple(added), tuple(patterns), False, "", "")
    wider = Classifier(POLICY._replace(triggers=(grown, *POLICY.triggers[1:], new)))
    for path in paths:
        assert fired(path) <= fired(path, wider)


PIECES = st.sampled_from(["*", "**", "a", "b", "?", "[ab]", "[!b]", ".", "a(b", "()", "*.a"])
GLOBS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "", "/", "**/", "!", "!/"]),
    st.lists(st.lists(PIECES, min_size=1, max_size=4).map("".join), min_size=1, max_size=3).map("/".join),
    st.sampled_from(["", "", "/", "/**", "*"]),
)


@settings(max_examples=400, deadline=None)
@example("*a*b", "aabb")
@example("*[ab]*()", "ab()")
@example("**/a*(b", "x/aa(b")
@given(GLOBS, st.text("ab/.()", min_size=1, max_size=12))
def test_patterns_mean_what_pathspec_means(pattern: str, path: str) -> None:
    """Making a pattern safe changes its cost, not its meaning."""
    try:
        compile_pattern(pattern)
    except PatternError:
        return
    if "//" in path or path[0] == "/" or "[!" in pattern:
        return  # no path of git looks like that; and a negated bracket of pathspec may match a slash
    expected = GitIgnoreSpec.from_lines([pattern], backend="simple").match_file(path)
    assert (Matcher([pattern]).match(path) is not None) == expected
    if not pattern.startswith("!"):
        assert (Names([pattern]).match(path, plain_patterns(path)) is not None) == expected


SHORT = st.lists(st.sampled_from(["a", "b", "a.b", "ab", "b.a"]), min_size=1, max_size=4).map("/".join)
PLAIN = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "/", "**/"]),
    st.one_of(SHORT, st.sampled_from(["*.a", "a*", "*b", "a*b", "*"])),
    st.sampled_from(["", "", "/", "/**"]),
)


@settings(max_examples=400, deadline=None)
@example(["*.a", "!b"], "b/b.a")
@example(["!a*b", "a/"], "a/ab")
@given(st.lists(PLAIN, min_size=1, max_size=4), SHORT)
def test_patterns_in_order_mean_what_pathspec_means(patterns: list[str], path: str) -> None:
    """Also where no regular expression is made at all."""
    expected = GitIgnoreSpec.from_lines(patterns, backend="simple").match_file(path)
    assert (Matcher(patterns).match(path) is not None) == expected


@settings(max_examples=200, deadline=None)
@given(GLOBS, st.text("ab/.()", min_size=1, max_size=12))
def test_what_matches_holds_every_piece_of_the_pattern(pattern: str, path: str) -> None:
    try:
        matched = compile_pattern(pattern).match_file(path) is not None
    except PatternError:
        return
    assert not matched or all(piece in path for piece in pieces(pattern))


def test_most_shipped_patterns_need_no_regular_expression() -> None:
    patterns = [pattern for trigger in POLICY.triggers for pattern in trigger.patterns]
    patterns += [pattern for area in POLICY.areas for pattern in area.patterns]
    assert sum(plain(pattern) is None for pattern in patterns) < len(patterns) / 10


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a*a*a*a*a*a*a*a*a*[bc]", "a" * 1000),
        ("*a*a*a*a/*a*a*a*a/*a*[bc]", "/".join(["a" * 330] * 3)),
        ("**/a/**/[bc]", "a/" * 500),
    ],
)
def test_patterns_take_bounded_time(pattern: str, path: str) -> None:
    matcher = Matcher([pattern])
    start = time.perf_counter()
    assert matcher.match(path) is None
    assert time.perf_counter() - start < 0.5


def test_shipped_patterns_and_words_are_sound() -> None:
    for trigger in POLICY.triggers:
        assert all(plain(pattern) or compile_pattern(pattern) for pattern in trigger.patterns)
        assert not any(pattern.startswith("!") for pattern in trigger.patterns)
        assert len(set(trigger.patterns)) == len(trigger.patterns)
        assert len(set(trigger.words)) == len(trigger.words)
        assert all(words(word) for word in (*trigger.words, *trigger.exceptions))
    assert all(plain(pattern.removeprefix("!")) or compile_pattern(pattern) for pattern in POLICY.free)


def test_every_shipped_word_fires_its_trigger_and_every_exception_spares_it() -> None:
    for trigger in POLICY.triggers:
        for word in trigger.words:
            assert trigger.id in fired(f"x/{word}.y"), word
        for phrase in trigger.exceptions:
            assert trigger.id not in fired(f"x/{phrase}.y"), phrase
