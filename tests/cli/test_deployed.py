"""`publish`, and what `doctor` looks at on AWS: against the engine's S3, CloudFront and CloudFormation."""

import dataclasses
import json
import threading
import time
from types import SimpleNamespace

import boto3
import dns.resolver
import msgspec
import pytest

from cli import deployed, lookups, sending
from cli import stack as targets
from cli.publish import synchronise
from local.template import raw
from tests.conftest import ROOT

TEMPLATE = {
    "Resources": {
        "SiteBucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "site-of-published"}},
        "DataKey": {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True, "KeyPolicy": {}}},
        "Distribution": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {"DistributionConfig": {
                "Enabled": True, "Origins": [{"Id": "files", "DomainName": "site.example", "S3OriginConfig": {}}],
                "DefaultCacheBehavior": {"TargetOriginId": "files", "ViewerProtocolPolicy": "https-only"},
            }},
        },
    },
    "Outputs": {
        "SiteBucket": {"Value": {"Ref": "SiteBucket"}}, "Distribution": {"Value": {"Ref": "Distribution"}},
        "SiteUrl": {"Value": "https://account.contoso.example/"}, "ApiUrl": {"Value": "https://api.example"},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def stack(engine):
    """A deployed stack, as far as publishing needs one."""
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName="published", TemplateBody=json.dumps(TEMPLATE))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="published", WaiterConfig={"Delay": 1})
    return "published"


@pytest.fixture
def folder(tmp_path):
    """A built site in small."""
    files = {"index.html": "<h1>Home</h1>", "assets/1a2b/site.css": "a{}", "reset/index.html": "Reset"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def head(name):
    return boto3.client("s3").head_object(Bucket="site-of-published", Key=name)


def test_a_site_is_published_once_and_then_what_changed(stack, folder, run):
    status, out, _ = run("--stack", stack, "publish", "--site", folder)
    assert (status, out.splitlines()[0]) == (0, "3 files changed, 0 unchanged, 0 deleted.")
    assert "https://account.contoso.example/" in out
    page, style = head("reset/index.html"), head("assets/1a2b/site.css")
    assert (page["ContentType"], page["CacheControl"]) == (
        "text/html; charset=utf-8",
        "public, max-age=60, s-maxage=86400",
    )
    assert (style["ContentType"], style["CacheControl"]) == (
        "text/css; charset=utf-8",
        "public, max-age=31536000, immutable",
    )
    (folder / "index.html").write_text("<h1>Changed</h1>")
    (folder / "reset" / "index.html").unlink()
    (folder / "assets" / "1a2b" / "site.css").unlink()
    out = run("--stack", stack, "publish", "--site", folder)[1]
    assert out.startswith("1 files changed, 0 unchanged, 1 deleted.")
    assert head("assets/1a2b/site.css")  # a page that is still open may ask for it
    outputs = targets.Stack(stack, ROOT / ".state", ROOT / "organisation.yaml").outputs()
    listed = boto3.client("cloudfront").list_invalidations(DistributionId=outputs["Distribution"])["InvalidationList"]
    assert listed["Quantity"] == 2


def test_pages_come_after_the_files_that_they_name(folder):
    written = []

    def put(**each):
        time.sleep(0.2 if each["Key"].startswith("assets/") else 0)
        written.append(each["Key"])

    digests = {path.relative_to(folder).as_posix(): "-" for path in folder.rglob("*.*")}
    synchronise(SimpleNamespace(put_object=put), "bucket", folder, digests, {})
    assert written[0] == "assets/1a2b/site.css"
    assert sorted(written) == sorted(digests)


def test_a_first_site_is_put_sixteen_files_at_a_time_a39(tmp_path):
    names = [f"{number}.html" for number in range(16)]
    for name in names:
        (tmp_path / name).write_text(name)
    together = threading.Barrier(16, timeout=10)  # one after the other they would never all be here
    client = SimpleNamespace(put_object=lambda **_: together.wait())
    assert synchronise(client, "bucket", tmp_path, dict.fromkeys(names, "-"), {}) == (16, 0, 0)


def test_a_packed_file_is_sent_as_what_it_is_a38(stack, folder, run):
    (folder / "sitemap.xml.gz").write_bytes(b"packed")
    assert run("--stack", stack, "publish", "--site", folder)[0] == 0
    sent = head("sitemap.xml.gz")
    assert (sent["ContentType"], sent.get("ContentEncoding")) == ("application/gzip", None)


def test_what_cannot_be_published_is_said(stack, folder, run, tmp_path_factory):
    assert "serves the site itself" in run("publish", "--site", folder)[2]
    assert "make docs" in run("--stack", stack, "publish", "--site", tmp_path_factory.mktemp("empty"))[2]
    assert "no stack nothing" in run("--stack", "nothing", "publish", "--site", folder)[2]


def found(findings):
    return {finding.what: finding.state for finding in findings}


def test_doctor_asks_whether_site_and_api_answer_where_they_should(stack, engine, monkeypatch):
    stack, site = targets.Stack(stack, ROOT / ".state", ROOT / "organisation.yaml"), "https://account.contoso.example"
    answers = {f"{site}/": 200, f"{site}/api/health": 200, "https://api.example/api/health": 404}
    monkeypatch.setattr(deployed, "_status", lambda url: answers[url])
    state = lookups.stack("published", "eu-west-1")
    told = found(deployed.on_aws(stack, engine.organisation, state))
    assert told["The key that encrypts the tables is rotated every year."] == "ok"
    assert told["The API answers through the site only."] == "ok"
    assert told["Nobody hears of alarms."] == "warning"
    answers["https://api.example/api/health"] = 200
    told = found(deployed.on_aws(stack, engine.organisation, state))
    assert told["The API also answers requests that bypass CloudFront and WAF."] == "wrong"


def test_doctor_asks_whether_cloudfront_was_told_of_languages_and_frames(engine):
    about = dataclasses.replace(
        engine.organisation.organisation, languages=("en", "de"), embed_from=("https://intranet.contoso.example",)
    )
    organisation = msgspec.structs.replace(engine.organisation, organisation=about)
    deployed_with = {"SiteLanguages": "en,de", "SiteEmbedFrom": "https://intranet.contoso.example"}
    assert [each.state for each in deployed._shown_as_built(deployed_with, organisation)] == ["ok", "ok"]
    older = list(deployed._shown_as_built({"SiteLanguages": "en"}, organisation))
    assert [each.state for each in older] == ["wrong", "wrong"]
    assert [each.to_do for each in older] == [
        "Deploy again with Languages=en,de",
        'Deploy again with EmbedFrom="https://intranet.contoso.example"',
    ]
    assert {"SiteLanguages", "SiteEmbedFrom"} <= set(raw(ROOT / "template.yaml")["Outputs"])


@pytest.mark.parametrize(("record", "state"), [(b"v=DMARC1; p=reject", "ok"), (b"v=spf1 -all", "wrong")])
def test_doctor_asks_the_dns_for_dmarc_and_not_for_spf_which_has_no_effect_a22(monkeypatch, record, state):
    asked = []

    def resolve(name, *_, **__):
        asked.append(name)
        return [SimpleNamespace(strings=[record])]

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    assert sending.dmarc("contoso.example").state == state
    assert asked == ["_dmarc.contoso.example"]


def test_a_dns_that_does_not_answer_is_a_warning_and_no_record_is_wrong(monkeypatch):
    def raising(error):
        def resolve(*_, **__):
            raise error

        monkeypatch.setattr(dns.resolver, "resolve", resolve)
        return sending.dmarc("contoso.example").state

    assert raising(dns.resolver.NXDOMAIN()) == "wrong"
    assert raising(dns.resolver.LifetimeTimeout()) == "warning"


def test_the_addresses_that_publish_and_doctor_read_are_outputs_of_the_template():
    assert {"SiteBucket", "Distribution", "SiteUrl", "ApiUrl"} <= set(raw(ROOT / "template.yaml")["Outputs"])
