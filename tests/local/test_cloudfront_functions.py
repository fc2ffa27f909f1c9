"""CloudFront's functions, as template.yaml has them, run in Node.js beside the rules that the embedded stack uses."""

import itertools
import json
import random
import subprocess

from local.template import raw
from regain.domain.languages import LANGUAGES
from regain.domain.page_redirect import redirect

OFFERED = ("en", "de", "zh-Hant", "he")
REQUESTED = ["", "de", "en", "EN", "xx", "//evil.example"]
COOKIES = ["", "he", "en", "../x"]
ACCEPTED = [
    "",
    "*",
    "de",
    "de-AT,en;q=0.9",
    "fr, zh-TW;q=0.5",
    "en;q=0.1,he;q=0.2",
    "de;q=0",
    "iw",
    "zh",
    "x=y;q=z",
    ",;,",
]

_RUN = """
const [code, requests] = JSON.parse(require('fs').readFileSync(0));
const handler = new Function(code + '; return handler')();
const outcome = request => {
  const made = handler({request});
  const cookie = made.cookies && made.cookies.language && made.statusCode ? made.cookies.language.value : '';
  if (!made.statusCode) return {uri: made.uri, headers: made.headers};
  const to = made.headers.location.value;
  return {status: made.statusCode, to, cookie, origin: new URL(to, 'https://site.example/de/reset/').origin};
};
process.stdout.write(JSON.stringify(requests.map(outcome)));
"""


def at_the_edge(root, function, requests):
    """What the function makes of these requests, in order."""
    code = raw(root / "template.yaml")["Resources"][function]["Properties"]["FunctionCode"]
    code = code["Fn::Sub"].replace("${Languages}", ",".join(OFFERED)) if isinstance(code, dict) else code
    assert "${" not in code
    ran = subprocess.run(
        ["node", "-e", _RUN], input=json.dumps([code, requests]), capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


def request(uri, requested="", cookie="", accepted="", **headers):
    """A viewer request, as CloudFront hands it over."""
    sent = {"accept-language": accepted, **headers} if accepted else headers
    return {
        "uri": uri,
        "querystring": {"language": {"value": requested}} if requested else {},
        "cookies": {"language": {"value": cookie}} if cookie else {},
        "headers": {name: {"value": value} for name, value in sent.items()},
    }


def expected(path, *preferences):
    """What the embedded stack does with a request."""
    if made := redirect(path, *preferences, OFFERED):
        return {"status": made.status, "to": made.location, "cookie": made.chosen, "origin": "https://site.example"}
    return f"{path}index.html" if path.endswith("/") else path


def compare(root, played):
    answers = at_the_edge(root, "PageOfAddress", [request(*each) for each in played])
    for each, answer in zip(played, answers, strict=True):
        assert answer.get("uri", answer) == expected(*each), each


def test_cloudfront_redirects_as_the_embedded_stack_does(root):
    paths = ["/", "/reset/", "/reset", "/de", "/de/reset/", "/de/reset", "/zh-Hant/errors/wrong-code/", "/en/reset/",
             "//evil.example/", "/api/x/", "/assets/x/", "/assets/1a2b/site.css", "/404.html", "/de/404.html",
             "/.well-known/security.txt", "/.well-known/anything", "/admin/deploy"]  # fmt: skip
    assert set(OFFERED) <= set(LANGUAGES)
    compare(root, list(itertools.product(paths, REQUESTED, COOKIES, ACCEPTED)))


def test_no_redirect_of_cloudfront_leaves_the_site_x10(root):
    """Every Location of the edge keeps the site's origin, resolved as browsers do, for thousands of hostile paths."""
    pieces = [
        "/",
        "//",
        "\\",
        "%2f",
        "%5C",
        "..",
        ".",
        "@",
        "\t",
        "\r\n",
        "de",
        "en",
        "zh-Hant",
        "reset",
        "evil.example",
        "https:",
        "api",
    ]
    draw = random.Random(10)
    drawn = ["/" + "".join(draw.choices(pieces, k=draw.randint(0, 6))) + draw.choice(["", "/"]) for _ in range(4_000)]
    named = ["/de//evil.example/", "/es//evil.example/reset/", "/de///evil.example", "/de/\\evil.example/",
             "/de/%2fevil.example/", "//evil.example", "/\\\\evil", "/\\evil/", "/de/..//evil.example/", "/./\\evil/"]  # fmt: skip
    compare(root, [(path, requested, "", "he") for path in named + drawn for requested in ("", "en", "de")])


def test_the_api_is_told_the_host_that_was_asked_for_whatever_the_client_says(root):
    sent = request("/api/health", host="account.contoso.example", **{"x-viewer-host": "evil.example"})
    [answer] = at_the_edge(root, "HostOfViewer", [sent])
    assert answer["headers"]["x-viewer-host"]["value"] == "account.contoso.example"
