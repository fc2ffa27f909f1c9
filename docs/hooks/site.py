"""The MkDocs hook: calls the pure functions beside it at the right moments. It builds one language at a time."""

import functools
import os
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jinja2
from babel.dates import format_date
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from hooks import assets, brand, pages, template_functions, translation_units, well_known
from hooks.build_cache import Stamps, digest
from regain.organisation.file import read
from regain.organisation.file_errors import InvalidFile
from regain.organisation.language import Language
from regain.organisation.settings import Organisation

ROOT = Path(__file__).parents[2]
THEME = ROOT / "docs" / "theme"
SKETCHES, ICONS = THEME / "partials" / "sketches", THEME / "partials" / "icons"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """The organisation, and the language that this build is of: `extra.language`, or else the organisation's own."""
    path = Path(os.environ.get("ORGANISATION", ROOT / "organisation.yaml"))
    try:
        organisation = read(path)
        logo = brand.logo(path.parent / organisation.organisation.logo) if organisation.organisation.logo else None
    except (InvalidFile, brand.BrandError) as mistake:
        raise Abort(str(mistake)) from None
    about = organisation.organisation
    tag = config.extra.setdefault("language", about.languages[0])
    language = Language(tag, organisation, "shell", "pages")
    first = tag == about.languages[0]
    config.site_name = language.translate("{organisation} account help")
    config.site_url = about.site_url if first else f"{about.site_url.rstrip('/')}/{tag}/"
    config.extra.update(
        organisation=organisation,
        speaker=language,
        first=first,
        logo=logo,
        assets=assets.files(about.colour, logo),
        folder=f"assets/{digest(assets.files(about.colour, logo).values())[:8]}",
        site=pages.variables(organisation, language),
        links=pages.links(organisation, language),
    )
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Generated pages in, Material's own assets out; ours under a name that changes with their content, and once."""
    organisation: Organisation = config.extra["organisation"]
    for file in list(files):
        source = Path(file.abs_src_path or "").parts
        foreign = {"material", "templates"} <= set(source) or file.src_uri.startswith("partials/")
        ours = file.src_uri.startswith("assets/")
        if foreign or ours or file.src_uri in ("sw.js", "card.png") or not pages.published(file.src_uri, organisation):
            files.remove(file)
    for code, problem in pages.problems(organisation).items():
        content = pages.problem_page(problem, config.extra["speaker"])
        files.append(File.generated(config, f"errors/{code}.md", content=content))
    for name, content in config.extra["assets"].items() if config.extra["first"] else ():
        files.append(File.generated(config, f"{config.extra['folder']}/{name}", content=content))
    if "known" in config.extra:
        _stamp(files, config)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Checks what the page says of itself, puts it into the language, and runs its statements."""
    where, language = page.file.src_uri, config.extra["speaker"]
    try:
        pages.check_front_matter(page.meta, where)
        page.meta["reviewed_words"] = _date(page.meta["reviewed"], language.info.locale)
        for name in ("title", "description"):
            page.meta[name] = template_functions.with_facts(language.gettext(page.meta[name]), language.facts)
        page.meta["revision"] = _revision(_source(where))
        if where.startswith("errors/"):
            return template_functions.shielded(markdown, language.facts)
        if not pages.in_use(page.meta, config.extra["organisation"]):
            page.meta.update(form="", modules=[])
        text = _MARKDOWN.from_string(translation_units.translated(markdown, language.gettext)).render(
            config.extra["site"]
        )
        return template_functions.shielded(text, language.facts)
    except (pages.PageError, jinja2.TemplateError) as error:
        raise Abort(f"{where}: {error}") from None


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Facts, addresses and drawings in their places."""
    try:
        drawn = _with_sketches(template_functions.with_links(html, config.extra["links"], page.url))
        code = page.file.src_uri.startswith("admin/")  # whose commands have braces of their own
        return template_functions.with_facts(drawn, config.extra["speaker"].facts, passing=code)
    except pages.PageError as error:
        raise Abort(f"{page.file.src_uri}: {error}") from None


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001
    """Without the indentation that templates are written with, where there is no text whose lines count."""
    return output if "<pre" in output else re.sub(r"\n\s+", "\n", output)


def on_env(env: jinja2.Environment, config: MkDocsConfig, files: Files) -> jinja2.Environment:
    """Titles and ids stay unique over the whole site; templates get what they say and the site's values."""
    known = [(f.src_uri, f.page.meta) for f in files.documentation_pages() if f.page and f.page.meta.get("title")]
    try:
        pages.check_unique(known)
    except pages.PageError as error:
        raise Abort(str(error)) from None
    extra, about = config.extra, config.extra["organisation"].organisation
    folder = extra["folder"] if extra["first"] else f"../{extra['folder']}"
    env.globals.update(
        template_functions.speakers(extra["speaker"], extra["links"]),
        site=extra["site"],
        language=extra["speaker"],
        languages=[Language(tag, extra["organisation"]) for tag in about.languages],
        in_language=_in_language(extra["speaker"].tag, about.languages),
        logo=extra["logo"],
        colour=about.colour or brand.DEFAULT,
        assets=folder,
        card=f"{about.site_url.rstrip('/')}/{extra['folder']}/card.png",
    )
    return env


def on_post_build(config: MkDocsConfig) -> None:
    """What programs read of a site: not pages, and partly under a name that MkDocs would leave out."""
    organisation: Organisation = config.extra["organisation"]
    if not config.extra["first"]:
        for name in ("sitemap.xml", "sitemap.xml.gz"):
            Path(config.site_dir, name).unlink(missing_ok=True)
        return
    told = {
        "robots.txt": well_known.robots(organisation),
        ".well-known/security.txt": well_known.security_txt(organisation, datetime.now(UTC)),
        "sw.js": well_known.service_worker((THEME / "sw.js").read_text(), organisation, config.extra["folder"]),
    }
    for name, text in told.items():
        if text:
            path = Path(config.site_dir, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)


def _stamp(files: Files, config: MkDocsConfig) -> None:
    """Only pages that are not as they were last time are built (`hooks.build`)."""
    language, stamps = config.extra["speaker"], Stamps(config.extra["known"], config.extra["shared"])
    texts = {}
    for file in files.documentation_pages():
        text = translation_units.translated(file.content_string, language.gettext)
        texts[file.src_uri] = text + _revision(_source(file.src_uri))
    stamps.apply(files, texts)
    written = [file.dest_uri for file in files if not file.inclusion.is_excluded()]
    more = ["404.html"]
    if config.extra["first"]:
        more += ["sitemap.xml", "sitemap.xml.gz", "robots.txt", ".well-known/security.txt", "sw.js"]
    config.extra.update(stamps=stamps, written=[*written, *more])


def _source(page: str) -> str:
    """The file that a page comes from, for git."""
    return "functions/shared/regain/problems" if page.startswith("errors/") else f"docs/{page}"


_MARKDOWN = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _in_language(own: str, offered: tuple[str, ...]) -> Any:
    """Where the page that is looked at stands in another language, and a wish to be shown that one from now on."""

    @jinja2.pass_context
    def there(context: jinja2.runtime.Context, tag: str) -> str:
        page = context.get("page")
        folder = "" if tag == offered[0] else f"{tag}/"
        if page is None:
            return f"/{folder}?language={tag}"
        url = page.url.removeprefix("./")
        root = "../" * (url.count("/") + (own != offered[0]))
        return f"{root or './'}{folder}{url}?language={tag}"

    return there


def _with_sketches(html: str) -> str:
    """Drawings inline, with their text alternative (S32, S48, S55)."""

    def drawn(match: re.Match[str]) -> str:
        drawing = " ".join((SKETCHES / f"{match[2]}.svg").read_text().split())
        return drawing.replace("<svg ", f'<svg role="img" aria-label="{match[1]}" class="sketch" ', 1)

    html = re.sub(r'<img alt="([^"]*)" src="sketch:([\w-]+)"\s*/?>', drawn, html)
    return re.sub(r'<img alt="" src="icon:([\w-]+)"\s*/?>', lambda m: (ICONS / f"{m[1]}.svg").read_text().strip(), html)


def _date(given: Any, locale: str) -> str:
    when = given if isinstance(given, date) else date.fromisoformat(str(given))
    return format_date(when, "long", locale=locale)


@functools.cache
def _revision(path: str) -> str:
    """The number and date of the text's last change, from git; nothing where there is no git (S3)."""
    log = ["git", "log", "--format=%h", "--", path]
    done: Any = subprocess.run(log, cwd=ROOT, capture_output=True, text=True, check=False)
    commits = done.stdout.split()
    return f"{len(commits)} ({commits[0]})" if commits else ""
