"""The CloudFront function of template.yaml, run in a JavaScript engine."""

import pytest

from local.template import raw


@pytest.fixture(scope="session")
def base_url():
    """No page of the stack is asked for: nothing has to run."""
    return ""


@pytest.fixture(scope="module")
def page(browser):
    """One for all: each test asks a function and changes nothing."""
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def edge(page, root):
    """Calls a CloudFront function of the template with a request."""
    resources = raw(root / "template.yaml")["Resources"]

    def call(name, uri, **headers):
        code = resources[name]["Properties"]["FunctionCode"]
        code = code["Fn::Sub"].replace("${Languages}", "en,de,zh-Hans") if isinstance(code, dict) else code
        headers = {key: {"value": value} for key, value in headers.items()}
        event = {"request": {"uri": uri, "headers": headers, "querystring": {}, "cookies": {}}}
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
