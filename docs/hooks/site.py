"""The MkDocs hook. It calls the pure functions beside it on MkDocs' events, and builds one language at a time."""

import functools
import os
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import rjsmin
import segno
from babel.dates import format_date
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils.meta import get_data

from hooks import assets, brand, pages, problem_pages, search_index, template_functions, translation_units, well_known
from hooks.addresses import PageError
from hooks.build_cache import BuildCache, digest
from local.directories.settings import with_directory
from local.sign_in import with_provider
from regain.organisation.file import read
from regain.organisation.file_errors import InvalidFile
from regain.organisation.language import Language
from regain.organisation.settings import Organisation

ROOT = Path(__file__).parents[2]
THEME = ROOT / "docs" / "theme"
SKETCHES, ICONS = THEME / "partials" / "sketches", THEME / "partials" / "icons"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Reads the organisation. The language is `extra.language`, or the organisation's first."""
    path = Path(os.environ.get("ORGANISATION", ROOT / "organisation.yaml"))
    try:
        organisation = with_directory(read(path), os.environ.get("DIRECTORY", ""))
        organisation = with_provider(organisation, os.environ.get("SIGN_IN", ""))
        logo = brand.logo(path.parent / organisation.organisation.logo) if organisation.organisation.logo else None
    except (InvalidFile, brand.BrandError) as mistake:
        raise Abort(str(mistake)) from None
    about = organisation.organisation
    tag = config.extra.setdefault("language", about.languages[0])
    language = Language(tag, organisation, "shell", "pages")
    first = tag == about.languages[0]
    config.nav = [_published(entry, organisation) for entry in config.nav or []]
    config.site_name = language.translate("{organisation} account help")
    config.site_url = about.site_url if first else f"{about.site_url.rstrip('/')}/{tag}/"
    config.extra.update(
        organisation=organisation,
        translator=language,
        first=first,
        logo=logo,
        assets=assets.files(about.colour, logo),
        folder=f"assets/{digest(assets.files(about.colour, logo).values())[:8]}",
        site=pages.variables(organisation, language),
        links=pages.links(organisation, language),
    )
    return config


def _published(entry: dict[str, Any], organisation: Organisation) -> dict[str, Any]:
    """A group of the navigation, with the pages of this site."""
    return {
        title: under
        if isinstance(under, str)
        else [each for each in under if all(pages.published(path, organisation) for path in each.values())]
        for title, under in entry.items()
    }


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds generated pages, removes Material's assets, and puts ours once into a folder with a fingerprint."""
    organisation: Organisation = config.extra["organisation"]
    for file in list(files):
        source = Path(file.abs_src_path or "").parts
        foreign = {"material", "templates"} <= set(source) or file.src_uri.startswith("partials/")
        ours = file.src_uri.startswith("assets/")
        if (
            foreign
            or ours
            or file.src_uri in ("sw.js", "embed.js", "card.png")
            or not pages.published(file.src_uri, organisation)
        ):
            files.remove(file)
    for code, problem in problem_pages.problems(organisation).items():
        content = problem_pages.problem_page(problem, organisation, config.extra["translator"])
        files.append(File.generated(config, f"errors/{code}.md", content=content))
    for name, content in config.extra["assets"].items() if config.extra["first"] else ():
        files.append(File.generated(config, f"{config.extra['folder']}/{name}", content=content))
    if "only" in config.extra:
        wanted = {f"{config.extra['only']}.md", f"{config.extra['only']}/index.md"}
        for file in files.documentation_pages():
            setattr(file, "is_modified", partial(bool, file.src_uri in wanted))  # noqa: B010 - MkDocs asks a method
    elif "known" in config.extra:
        _mark_unchanged(files, config)
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Checks the front matter, translates the page, and renders its Jinja statements."""
    where, language = page.file.src_uri, config.extra["translator"]
    try:
        pages.check_front_matter(page.meta, where)
        page.meta["reviewed_words"] = _date(page.meta["reviewed"], language.info.locale)
        for name in ("title", "description"):
            page.meta[name] = template_functions.insert_facts(language.gettext(page.meta[name]), language.facts)
        page.meta["sought"] = language.gettext(search_index.keywords(page.meta))
        page.meta["revision"] = _revision(*_sources(where, page.meta))
        if where.startswith("errors/"):
            return template_functions.protect_facts(markdown, language.facts)
        if not pages.form_in_use(page.meta, config.extra["organisation"]):
            page.meta.update(form="", modules=[])
        return template_functions.protect_facts(_rendered(markdown, config), language.facts)
    except (PageError, jinja2.TemplateError) as error:
        raise Abort(f"{where}: {error}") from None


def _rendered(markdown: str, config: MkDocsConfig) -> str:
    """A page's Markdown in the language, with its Jinja statements carried out and its facts in braces."""
    text = translation_units.translate(markdown, config.extra["translator"].gettext)
    return _MARKDOWN.from_string(text).render(config.extra["site"])


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Inserts facts, resolves `fact:` links and inlines drawings."""
    try:
        address = config.extra["organisation"].organisation.site_url
        drawn = _inline_drawings(template_functions.resolve_links(html, config.extra["links"], page.url), address)
        braces = page.file.src_uri.startswith("admin/")  # commands there have braces of their own
        facts = template_functions.page_facts(config.extra["translator"])
        return template_functions.insert_facts(drawn, facts, keep_unknown=braces)
    except PageError as error:
        raise Abort(f"{page.file.src_uri}: {error}") from None


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001
    """Removes templates' indentation where nothing is preformatted, and spaces where the language has none."""
    if config.extra["translator"].tag in _WITHOUT_SPACES:
        output = _AFTER_SENTENCE.sub(r"\1", output)
    return output if "<pre" in output else re.sub(r"\n\s+", "\n", output)


def on_env(env: jinja2.Environment, config: MkDocsConfig, files: Files) -> jinja2.Environment:
    """Checks that titles and ids are unique, and gives templates their functions and values."""
    known = [(f.src_uri, f.page.meta) for f in files.documentation_pages() if f.page and f.page.meta.get("title")]
    try:
        pages.check_unique(known)
    except PageError as error:
        raise Abort(str(error)) from None
    extra, about = config.extra, config.extra["organisation"].organisation
    extra["search"] = _search_index(files, config)
    folder = extra["folder"] if extra["first"] else f"../{extra['folder']}"
    env.globals.update(
        template_functions.translation_functions(extra["translator"], extra["links"]),
        site=extra["site"],
        language=extra["translator"],
        languages=[Language(tag, extra["organisation"]) for tag in about.languages],
        in_language=_in_language(extra["translator"].tag, about.languages),
        logo=extra["logo"],
        stemmer=search_index.STEMMERS.get(extra["translator"].tag, ""),
        colour=about.colour or brand.DEFAULT,
        assets=folder,
        card=f"{about.site_url.rstrip('/')}/{extra['folder']}/card.png",
    )
    return env


def on_post_build(config: MkDocsConfig) -> None:
    """Writes the files that programs read, some of them under names that MkDocs would skip."""
    organisation: Organisation = config.extra["organisation"]
    Path(config.site_dir, "search.json").write_text(config.extra["search"])
    if not config.extra["first"]:
        for name in ("sitemap.xml", "sitemap.xml.gz"):
            Path(config.site_dir, name).unlink(missing_ok=True)
        return
    told = {
        "robots.txt": well_known.robots(organisation),
        ".well-known/security.txt": well_known.security_txt(organisation, datetime.now(UTC)),
        "embed.js": rjsmin.jsmin((THEME / "embed.js").read_text()) if organisation.organisation.embed_from else "",
        "sw.js": well_known.service_worker((THEME / "sw.js").read_text(), organisation, config.extra["folder"]),
    }
    for name, text in told.items():
        if text:
            path = Path(config.site_dir, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)


def _search_index(files: Files, config: MkDocsConfig) -> str:
    """The index of the search, of every page: also of those that have not changed and are not built again."""
    language, organisation = config.extra["translator"], config.extra["organisation"]
    found = []
    for file in files.documentation_pages():
        markdown, meta = get_data(file.content_string)
        error = file.src_uri.startswith("errors/")
        if meta.get("form") == "admin" or file.src_uri == "offline.md":
            continue
        text = markdown if error else _rendered(markdown, config)
        told = {
            name: template_functions.plain_facts(language.gettext(str(meta[name])), language.facts)
            for name in ("title", "description")
        }
        text = template_functions.plain_facts(text, language.facts)
        found.append(search_index.entry(file.url.removeprefix("./"), {**meta, **told}, text, language))
    others = [Language(tag, organisation) for tag in organisation.organisation.languages]
    return search_index.index(found, organisation, language, others)


def _mark_unchanged(files: Files, config: MkDocsConfig) -> None:
    """Marks pages that have not changed since the last build (`hooks.build`)."""
    language, cache = config.extra["translator"], BuildCache(config.extra["known"], config.extra["shared"])
    texts = {}
    for file in files.documentation_pages():
        text = translation_units.translate(file.content_string, language.gettext)
        texts[file.src_uri] = text + _revision(*_sources(file.src_uri, get_data(text)[1]))
    cache.mark_unchanged(files, texts)
    written = [file.dest_uri for file in files if not file.inclusion.is_excluded()]  # type: ignore[no-untyped-call] # MkDocs'
    more = ["404.html", "search.json"]
    if config.extra["first"]:
        more += ["sitemap.xml", "sitemap.xml.gz", "robots.txt", ".well-known/security.txt", "sw.js", "embed.js"]
    config.extra.update(cache=cache, written=[*written, *more])


def _sources(page: str, meta: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths in which a page's text stands, for git: a form's words are in its template."""
    if page.startswith("errors/"):
        return ("functions/shared/regain/problems",)
    return f"docs/{page}", *([f"docs/theme/partials/{meta['form']}.html"] if meta.get("form") else ())


_WITHOUT_SPACES = ("zh-Hans", "zh-Hant", "ja")
_AFTER_SENTENCE = re.compile(r"([。！？])[ \n]+(?=[^\x00-\x7f]|<)")  # between two texts of a template (L11)
_MARKDOWN = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _in_language(own: str, offered: tuple[str, ...]) -> Any:
    """A template function: the URL of the current page in another language, which also becomes the preference."""

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


def _inline_drawings(html: str, site_url: str) -> str:
    """Inlines drawings, with their text alternatives (S32, S48, S55), and the site's address as a QR code (F43)."""

    def drawn(match: re.Match[str]) -> str:
        drawing = " ".join((SKETCHES / f"{match[2]}.svg").read_text().split())
        said = f'role="img" aria-label="{match[1]}"' if match[1] else 'aria-hidden="true"'
        return drawing.replace("<svg ", f'<svg {said} class="sketch" ', 1)

    def code(match: re.Match[str]) -> str:
        svg = segno.make(site_url, micro=False).svg_inline(scale=6, light="#fff", svgclass=None, lineclass=None)
        return str(svg).replace("<svg ", f'<svg role="img" aria-label="{match[1]}" ', 1)

    html = re.sub(r'<img alt="([^"]*)" src="qr:site"\s*/?>', code, html)
    html = re.sub(r'<img alt="([^"]*)" src="sketch:([\w-]+)"\s*/?>', drawn, html)
    return re.sub(r'<img alt="" src="icon:([\w-]+)"\s*/?>', lambda m: (ICONS / f"{m[1]}.svg").read_text().strip(), html)


def _date(given: Any, locale: str) -> str:
    when = given if isinstance(given, date) else date.fromisoformat(str(given))
    return format_date(when, "long", locale=locale)


def _revision(*paths: str) -> str:
    """The number of commits to a page's sources and the last one's hash (S3); "" without git."""
    mine = tuple(f"{path}/" for path in paths)  # a page, or a folder
    commits = [each for each, changed in _history() if any(f"{name}/".startswith(mine) for name in changed)]
    return f"{len(commits)} ({commits[0]})" if commits else ""


@functools.cache
def _history() -> list[tuple[str, list[str]]]:
    """Each commit to the sources of pages with the files that it changed, the last one first."""
    sources = ("docs", "functions/shared/regain/problems")
    log = ["git", "log", "--format=%x00%h", "--name-only", "--no-renames", "--", *sources]
    done = subprocess.run(log, cwd=ROOT, capture_output=True, text=True, check=False)
    return [(each.split()[0], each.split()[1:]) for each in done.stdout.split("\0")[1:]]
