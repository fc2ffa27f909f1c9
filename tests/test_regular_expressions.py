"""Every regular expression of the product, given its worst case: none takes more than linear time (X32)."""

import ast
import json
import re
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from local.template import raw
from tests.conftest import ROOT

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_constants as tokens
    import sre_parse

LONGEST = 16_384  # characters: what a request may have
AT_MOST = 0.2  # seconds; at this length a quadratic pattern takes 0.4 or more, a linear one less than 0.02
SHORTER = LONGEST // 8
SUSPICIOUS = 0.0003  # seconds at this length: a cubic pattern that is just too slow takes 0.0004, a quadratic one 0.003
_CALLS = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}


def of_python() -> Iterator[tuple[str, str, int, str]]:
    """Where, pattern, flags and use of each literal pattern; parts that are filled in are letters."""
    for path in sorted((ROOT / "functions").rglob("*.py")):
        source = path.read_text()
        if not re.search(r"\bre\.|pattern=", source):
            continue  # each worker of a run reads them all
        tree = ast.parse(source)
        names = {
            id(node.value): node.targets[0].id
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            if isinstance(node.func, ast.Attribute) and _is_re(node.func) and node.args:
                flags = next((ast.unparse(each.value) for each in node.keywords if each.arg == "flags"), "0")
                use = node.func.attr
                if use == "compile":
                    flags = ast.unparse(node.args[1]) if len(node.args) > 1 else flags
                    use = _use(names.get(id(node), ""), source)
                yield from ((where, text, eval(flags, {"re": re}), use) for text in _texts(node.args[0]))
            yield from (
                (where, text, 0, "search")
                for keyword in node.keywords if keyword.arg == "pattern" for text in _texts(keyword.value)
            )  # fmt: skip


def _use(name: str, source: str) -> str:
    """How a compiled pattern is used: from the start of a text only, or anywhere in it."""
    used = set(re.findall(rf"\b{name}\.(\w+)", source)) if name else set()
    return "fullmatch" if used and used <= {"fullmatch", "match"} else "search"


def _is_re(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id == "re" and function.attr in _CALLS


def _texts(node: ast.expr) -> list[str]:
    """The pattern as text. What is no literal, such as a name, is a pattern that stands literally elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(part.value if isinstance(part, ast.Constant) else "a" for part in node.values)]
    return []


def of_the_template() -> Iterator[tuple[str, str, int, str]]:
    """What parameters must look like."""
    for name, parameter in raw(ROOT / "template.yaml")["Parameters"].items():
        if "AllowedPattern" in parameter:
            yield f"template.yaml: {name}", parameter["AllowedPattern"], 0, "fullmatch"


def of_javascript() -> list[tuple[str, str]]:
    """Where and pattern of each regular expression of the pages and of CloudFront's functions."""
    literal = re.compile(r"[=(,:!&|?]\s*/(?![/*])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+)/[a-z]*")
    resources = raw(ROOT / "template.yaml")["Resources"]
    functions = {name: each for name, each in resources.items() if each["Type"] == "AWS::CloudFront::Function"}
    sources = {}
    for name, each in functions.items():
        code = each["Properties"]["FunctionCode"]
        sources[name] = code if isinstance(code, str) else code["Fn::Sub"]
    for path in sorted((ROOT / "docs" / "theme").rglob("*.js")):
        sources[str(path.relative_to(ROOT))] = path.read_text()
    return [(name, found[1]) for name, text in sources.items() for found in literal.finditer(text)]


def attacks(pattern: str, flags: int = 0) -> list[tuple[str, str]]:
    """What to repeat, and what to end with so that nothing matches: from the letters that the pattern is made of."""
    letters = sorted({*_letters(sre_parse.parse(pattern, flags))})[:14]
    pieces = [*letters, *("".join(pair) for pair in product(letters, repeat=2))]
    pieces += ["".join(each) for each in product(letters[:5], repeat=3)]
    return [(piece, end) for piece in dict.fromkeys(pieces) for end in ("", "\x00", "!")]


_SAMPLES = {
    tokens.CATEGORY_DIGIT: "1", tokens.CATEGORY_SPACE: " ", tokens.CATEGORY_WORD: "a",
    tokens.CATEGORY_NOT_DIGIT: "a", tokens.CATEGORY_NOT_SPACE: "a", tokens.CATEGORY_NOT_WORD: "-",
}  # fmt: skip


def _letters(tree: object) -> Iterator[str]:  # noqa: C901 - one case for each kind of node
    """One letter for each literal and each part of a class."""
    for operator, argument in tree:
        if operator is tokens.LITERAL:
            yield chr(argument)
        elif operator in (tokens.ANY, tokens.NOT_LITERAL, tokens.NEGATE):
            yield from "ab"
        elif operator is tokens.RANGE:
            yield chr(argument[0])
        elif operator is tokens.CATEGORY:
            yield _SAMPLES[argument]
        elif operator is tokens.IN:
            yield from _letters(argument)
        elif operator is tokens.BRANCH:
            for branch in argument[1]:
                yield from _letters(branch)
        elif operator in (tokens.SUBPATTERN, tokens.ASSERT, tokens.ASSERT_NOT):
            yield from _letters(argument[-1])
        elif operator is tokens.GROUPREF_EXISTS:
            yield from (letter for part in argument[1:] if part for letter in _letters(part))
        elif operator in (tokens.MAX_REPEAT, tokens.MIN_REPEAT):
            yield from _letters(argument[2])


class TooSlow(Exception):
    """A pattern takes longer than it may."""


def slowest(pattern: str, flags: int = 0, use: str = "search") -> str:
    """The first text on which a pattern is too slow, as what is repeated; "" if there is none."""

    def stop(*_: object) -> None:
        raise TooSlow

    compiled = re.compile(pattern, flags)
    anchored = use in ("match", "fullmatch")
    try_on = compiled.fullmatch if anchored else lambda text: compiled.sub("", text)
    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        for piece, end in attacks(pattern, flags):
            for length in (24, SHORTER, LONGEST):  # on the shortest only an exponential pattern is slow
                began = time.process_time()
                signal.setitimer(signal.ITIMER_VIRTUAL, AT_MOST)
                try:
                    try_on(piece * (length // len(piece)) + end)
                except TooSlow:
                    return f"{piece!r} * {length // len(piece)} + {end!r}"
                finally:
                    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                if length == SHORTER and time.process_time() - began < SUSPICIOUS:
                    break
    finally:
        signal.signal(signal.SIGVTALRM, before)
    return ""


@pytest.mark.parametrize(("where", "pattern", "flags", "use"), [*of_python(), *of_the_template()])
def test_no_pattern_takes_more_than_linear_time_x32(where, pattern, flags, use):
    assert slowest(pattern, flags, use) == "", f"{where}: {pattern}"


def test_no_pattern_of_a_page_takes_more_than_linear_time_x32(tmp_path: Path):
    found = of_javascript()
    assert len(found) > 5
    played = [(where, pattern, attacks(re.sub(r"\\p\{[\w=]+\}", "a", pattern))) for where, pattern in found]
    script = """
      const played = JSON.parse(require('fs').readFileSync(0)), slow = [];
      for (const [where, pattern, attacks] of played) for (const [piece, end] of attacks) {
        const text = piece.repeat(LONGEST / piece.length) + end, since = process.cpuUsage();
        text.replace(new RegExp(pattern, pattern.includes('\\\\p{') ? 'gu' : 'g'), '');
        if (process.cpuUsage(since).user > AT_MOST) { slow.push([where, pattern, piece]); break; }
      }
      process.stdout.write(JSON.stringify(slow));
    """.replace("LONGEST", str(LONGEST)).replace("AT_MOST", str(AT_MOST * 1_000_000))
    ran = subprocess.run(
        ["node", "-e", script], input=json.dumps(played), capture_output=True, text=True, check=True, timeout=120
    )
    assert json.loads(ran.stdout) == []


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+$", r"(\w|\d)*-$", r"\s+$", r"^(.*?,)*x$",
     r"(?i)\b(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:/\S*)?\b"],
)  # fmt: skip
def test_patterns_that_are_slow_are_found_x32(pattern):
    """The test can fail: two that are exponential, two that are quadratic, and the one that was in the contact form."""
    began = time.monotonic()
    assert slowest(pattern) != ""
    assert time.monotonic() - began < 60


def test_all_patterns_are_looked_at_x32():
    """A pattern is a literal where it is used or compiled, so that this file sees it; those that are not have a reason."""
    hidden = set()
    for path in sorted((ROOT / "functions").rglob("*.py")):
        calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call) and node.args)
        found = (each for each in calls if isinstance(each.func, ast.Attribute) and _is_re(each.func))
        hidden |= {f"{path.name}: {ast.unparse(each)}" for each in found if not _texts(each.args[0])}
    assert hidden == {
        "template_parameters.py: re.fullmatch(shape, value)",  # what a deployer types into their own terminal
        "template_parameters.py: re.fullmatch(self.pattern, value)",  # the template's, which are tested above
        "gateway.py: re.compile(pattern)",  # from the template's own paths
        "yaml_file.py: re.search(pattern, said)",  # on what a library says, which is short
        "encoding.py: re.compile(b'[\\\\xc3-\\\\xdf][\\\\x80-\\\\xbf]|[\\\\xe0-\\\\xef][\\\\x80-\\\\xbf]{2}|"
        "[\\\\xf0-\\\\xf4][\\\\x80-\\\\xbf]{3}')",  # four bytes at most
    }
