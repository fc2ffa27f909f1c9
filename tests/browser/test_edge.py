"""What CloudFront does at its edge, as template.yaml has it: run in a real JavaScript engine."""

import pytest

from local.template import raw
from regain.domain.addresses import led


@pytest.fixture(scope="session")
def base_url():
    """No page of the stack is asked for: nothing has to run."""
    return ""


@pytest.fixture
def edge(page, root):
    """Calls a CloudFront function of the template with a request, on a site in three languages."""
    resources = raw(root / "template.yaml")["Resources"]

    def call(name, uri, asked="", cookie="", **headers):
        code = resources[name]["Properties"]["FunctionCode"]
        code = code["Fn::Sub"].replace("${Languages}", "en,de,zh-Hans") if isinstance(code, dict) else code
        request = {
            "uri": uri,
            "headers": {key.replace("_", "-"): {"value": value} for key, value in headers.items()},
            "querystring": {"language": {"value": asked}} if asked else {},
            "cookies": {"language": {"value": cookie}} if cookie else {},
        }
        event = {"request": request}
        return page.evaluate("([code, event]) => new Function(code + '; return handler')()(event)", [code, event])

    return call


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("/", "/index.html"), ("/reset/", "/reset/index.html"), ("/errors/not-found/", "/errors/not-found/index.html"),
        ("/assets/1a2b/site.css", "/assets/1a2b/site.css"), ("/404.html", "/404.html"),
        ("/.well-known/security.txt", "/.well-known/security.txt"), ("/.well-known/anything", "/.well-known/anything"),
    ],
)  # fmt: skip
def test_an_address_is_the_file_of_its_page(edge, uri, file):
    assert edge("PageOfAddress", uri)["uri"] == file


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("/reset", "/reset/"),
        ("/admin/deploy", "/admin/deploy/"),
        ("//evil.example", "/evil.example"),
        ("/\\\\evil", "/evil/"),
    ],
)
def test_a_page_without_its_slash_leads_to_it_and_never_to_another_host(edge, uri, address):
    answer = edge("PageOfAddress", uri)
    if "statusCode" in answer:
        assert (answer["statusCode"], answer["headers"]["location"]["value"]) == (308, address)
    else:
        assert answer["uri"] == uri  # a file by its name: the bucket has none


def test_the_host_that_was_asked_is_told_whatever_the_client_says(edge):
    told = edge("HostOfViewer", "/api/health", host="account.contoso.example", **{"x-viewer-host": "evil.example"})
    assert told["headers"]["x-viewer-host"]["value"] == "account.contoso.example"


@pytest.mark.parametrize(
    ("uri", "accepted", "asked", "cookie", "address"),
    [
        ("/", "de-AT,en;q=0.5", "", "", "/de/"),
        ("/reset/", "fr, de;q=0.4, en;q=0.2", "", "", "/de/reset/"),
        ("/reset/", "zh-CN", "", "", "/zh-Hans/reset/"),
        ("/reset/", "en, de", "", "", ""),
        ("/reset/", "fr", "", "", ""),
        ("/reset/", "de;q=0, *", "", "", ""),
        ("/reset/", "de", "", "en", ""),
        ("/reset/", "en", "", "de", "/de/reset/"),
        ("/de/reset/", "en", "", "en", ""),
        ("/de/reset/", "de", "en", "de", "/reset/"),
        ("/reset/", "", "zh-Hans", "", "/zh-Hans/reset/"),
        ("//evil.example/", "de", "de", "de", ""),
        ("/api/", "de", "de", "", ""),
    ],
)
def test_a_browser_is_led_as_the_embedded_stack_leads_it(edge, uri, accepted, asked, cookie, address):
    """The same rules as `domain/addresses.py`, in the language that CloudFront speaks."""
    answer = edge("PageOfAddress", uri, asked, cookie, accept_language=accepted)
    there = led(uri, asked, cookie, accepted, ("en", "de", "zh-Hans"))
    assert (there.location if there else "") == address
    if not address:
        assert answer["uri"] == f"{uri}index.html"  # no answer, but the request, which goes on
        return
    assert (answer["statusCode"], answer["headers"]["location"]["value"]) == (302, address)
    assert answer.get("cookies", {}).get("language", {}).get("value", "") == there.chosen
