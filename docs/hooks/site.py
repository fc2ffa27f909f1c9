"""The MkDocs hook: calls the pure functions of `pages` at the right moments."""

import functools
import hashlib
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from hooks import pages
from regain.mistakes import Mistakes
from regain.organisation import Organisation
from regain.organisation_yaml import read

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "docs" / "theme" / "assets"
SKETCHES = ROOT / "docs" / "theme" / "partials" / "sketches"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The organisation's names and values, for templates and pages."""
    try:
        organisation = read(Path(os.environ.get("ORGANISATION", ROOT / "organisation.yaml")))
    except Mistakes as mistakes:
        raise Abort(str(mistakes)) from None
    config.site_name = f"{organisation.organisation.name} account help"
    config.site_url = organisation.organisation.site_url
    config.extra["organisation"] = organisation
    config.extra["assets"] = f"assets/{_fingerprint()}"
    config.extra["site"] = pages.variables(organisation)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Generated pages in, Material's own assets out; ours under a name that changes with their content."""
    organisation: Organisation = config.extra["organisation"]
    for file in list(files):
        source = Path(file.abs_src_path or "").parts
        foreign = {"material", "templates"} <= set(source) or file.src_uri.startswith("partials/")
        if foreign or not pages.published(file.src_uri, organisation):
            files.remove(file)
        elif file.src_uri.startswith("assets/"):
            file.dest_uri = file.src_uri.replace("assets/", f"{config.extra['assets']}/", 1)
            file.abs_dest_path = str(Path(config.site_dir) / file.dest_uri)
            file.url = file.dest_uri
    for code, problem in pages.problems(organisation).items():
        content = pages.problem_page(problem, organisation)
        files.append(File.generated(config, f"errors/{code}.md", content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Checks what the page says of itself, and puts the organisation's values in."""
    where = page.file.src_uri
    try:
        pages.check_front_matter(page.meta, where)
        if page.meta.get("generated", where.startswith("errors/")):
            page.meta["revision"] = _revision("functions/shared/regain/problems")
            return markdown
        page.meta["revision"] = _revision(f"docs/{where}")
        if not pages.in_use(page.meta, config.extra["organisation"]):
            page.meta.update(form="", modules=[])
        text = _template(markdown).render(config.extra["site"], sketch=_sketch)
        page.meta["description"] = _template(page.meta["description"]).render(config.extra["site"])
        return text
    except (pages.PageError, jinja2.TemplateError) as error:
        raise Abort(f"{where}: {error}") from None


def on_env(env: jinja2.Environment, config: MkDocsConfig, files: Files) -> jinja2.Environment:
    """Titles and ids stay unique over the whole site; templates get the site's values."""
    known = [(f.src_uri, f.page.meta) for f in files.documentation_pages() if f.page]
    try:
        pages.check_unique(known)
    except pages.PageError as error:
        raise Abort(str(error)) from None
    env.globals.update(site=config.extra["site"], assets=config.extra["assets"])
    return env


def on_post_build(config: MkDocsConfig) -> None:
    """What programs read of a site: not pages, and partly under a name that MkDocs would leave out."""
    organisation: Organisation = config.extra["organisation"]
    told = {"robots.txt": pages.robots(organisation)}
    told[".well-known/security.txt"] = pages.security_txt(organisation, datetime.now(UTC))
    for name, text in told.items():
        if text:
            path = Path(config.site_dir, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)


_MARKDOWN = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701 - Markdown, and our own


def _template(text: str) -> jinja2.Template:
    return _MARKDOWN.from_string(text)


def _sketch(name: str, alternative: str) -> str:
    """An inline drawing with its text alternative (S32, S48, S55)."""
    drawing = (SKETCHES / f"{name}.svg").read_text()
    titled = drawing.replace("<svg ", f'<svg role="img" aria-label="{alternative}" class="sketch" ', 1)
    return " ".join(titled.split())


@functools.cache
def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted(ASSETS.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:8]


@functools.cache
def _revision(path: str) -> str:
    """The number and date of the text's last change, from git; nothing where there is no git (S3)."""
    log = ["git", "log", "--format=%h", "--", path]
    done: Any = subprocess.run(log, cwd=ROOT, capture_output=True, text=True, check=False)
    commits = done.stdout.split()
    return f"{len(commits)} ({commits[0]})" if commits else ""
