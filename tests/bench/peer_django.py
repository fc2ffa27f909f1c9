"""A password reset as Django's own views do it, in CPU time of the server: what ours is measured beside (B42).

Runs in `.venv/peers`, which has nothing of ours, and plays one reset for each line that it reads (`peers.py`). The project is what `startproject` makes,
with `django.contrib.auth.urls`, SQLite in memory, mail to memory, no request logged, and Argon2id at our cost. A person asks for the
form, sends their address, opens the link of the letter, sets a password and signs in; what their browser does is not counted.
"""

import json
import re
import sys
import time
from http.cookies import SimpleCookie
from io import BytesIO
from urllib.parse import urlencode, urlsplit

import django
from argon2 import PasswordHasher, low_level
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher as Argon2
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

MAIL, OLD, NEW = "maria@contoso.example", "maple-Cedar-93-window", "violet-Anchor-27-plum"
LOGIN = '<!doctype html><title>Sign in</title><form method="post">{% csrf_token %}{{ form.as_p }}<button>Sign in</button></form>'
"""The one template that Django leaves to the project."""
PAUSE = 0.01
"""Seconds before each request, in which somebody reads and types: after a rest a processor hashes slower."""


class OurArgon2(Argon2):
    """Argon2id at the cost that Regain has: RFC 9106 with m = 19 MiB, t = 2, p = 1, as OWASP recommends."""

    time_cost, memory_cost, parallelism = 2, 19_456, 1


def configure() -> None:
    """The settings of a new project, for production, without what this reset has no use for."""
    validators = ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
    middleware = (
        "security.SecurityMiddleware", "common.CommonMiddleware", "csrf.CsrfViewMiddleware", "clickjacking.XFrameOptionsMiddleware",
    )  # fmt: skip
    processors = [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]  # fmt: skip
    loaders = [
        ("django.template.loaders.locmem.Loader", {"registration/login.html": LOGIN}),
        "django.template.loaders.app_directories.Loader",
    ]
    settings.configure(
        SECRET_KEY="for a measurement only", ALLOWED_HOSTS=["help.contoso.example"], STATIC_URL="static/", USE_TZ=True, LOGGING_CONFIG=None,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        PASSWORD_HASHERS=[f"{__name__}.OurArgon2"],
        AUTH_PASSWORD_VALIDATORS=[{"NAME": f"django.contrib.auth.password_validation.{each}Validator"} for each in validators],
        INSTALLED_APPS=[f"django.contrib.{each}" for each in ("admin", "auth", "contenttypes", "sessions", "messages")],
        MIDDLEWARE=[
            f"django.middleware.{middleware[0]}", "django.contrib.sessions.middleware.SessionMiddleware",
            *(f"django.middleware.{each}" for each in middleware[1:3]), "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware", f"django.middleware.{middleware[3]}",
        ],
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"context_processors": processors, "loaders": [("django.template.loaders.cached.Loader", loaders)]},
        }],
        LOGIN_REDIRECT_URL="/",
    )  # fmt: skip
    django.setup()
    from django.contrib import admin

    settings.ROOT_URLCONF = (path("admin/", admin.site.urls), path("", include("django.contrib.auth.urls")))
    call_command("migrate", verbosity=0)


class Browser:
    """What a browser sends and keeps; the CPU seconds that the server took for it."""

    def __init__(self, application) -> None:
        self.application, self.cookies, self.seconds, self.page, self.where = application, {}, 0.0, "", ""

    def ask(self, address: str, **fields: str) -> int:
        """One request; fields are a form that is sent. Answers the status."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page)
        body = urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode() if fields else b""
        parts = urlsplit(address)
        told = {
            "REQUEST_METHOD": "POST" if fields else "GET", "PATH_INFO": parts.path, "QUERY_STRING": parts.query,
            "SERVER_NAME": "help.contoso.example", "SERVER_PORT": "443", "HTTP_HOST": "help.contoso.example", "REMOTE_ADDR": "192.0.2.1",
            "HTTP_REFERER": "https://help.contoso.example/", "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)), "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "wsgi.version": (1, 0), "wsgi.url_scheme": "https", "wsgi.input": BytesIO(body), "wsgi.errors": sys.stderr,
            "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip
        answered = []
        time.sleep(PAUSE)
        began = time.process_time()
        answer = self.application(told, lambda *given: answered.append(given))
        page = b"".join(answer)
        answer.close()
        self.seconds += time.process_time() - began
        self.page, headers = page.decode(), answered[0][1]
        for name, value in headers:
            if name.lower() == "set-cookie":
                self.cookies |= {each.key: each.value for each in SimpleCookie(value).values()}
        self.where = dict(headers).get("Location", "")
        return int(answered[0][0].split()[0])


def reset(application, hashes) -> float:
    """A whole reset, from the form to the sign-in: CPU seconds of the server."""
    from django.contrib.auth.models import User
    from django.core import mail

    User.objects.all().delete()
    User.objects.create_user("maria", MAIL, OLD)
    hashes.take()
    browser = Browser(application)
    assert browser.ask("/password_reset/") == 200
    assert browser.ask("/password_reset/", email=MAIL) == 302
    link = re.search(r"https://\S+", mail.outbox.pop().body)[0]
    assert browser.ask(link) == 302
    assert browser.ask(form := browser.where) == 200
    assert browser.ask(form, new_password1=NEW, new_password2=NEW) == 302
    assert browser.ask("/login/") == 200
    assert browser.ask("/login/", username="maria", password=NEW) == 302
    assert "sessionid" in browser.cookies
    return browser.seconds


class Hashes:
    """CPU seconds in Argon2 since they were last asked for."""

    def __init__(self) -> None:
        self.seconds = 0.0
        low_level.hash_secret = self._timed(low_level.hash_secret)
        PasswordHasher.verify = self._timed(PasswordHasher.verify)

    def take(self) -> float:
        seconds, self.seconds = self.seconds, 0.0
        return seconds

    def _timed(self, original):
        def hashing(*arguments, **named):
            began = time.process_time()
            try:
                return original(*arguments, **named)
            finally:
                self.seconds += time.process_time() - began

        return hashing


def main() -> None:
    """For each line of standard input, the seconds of a reset in its hashes and besides, as a line of JSON."""
    configure()
    application, hashes = get_wsgi_application(), Hashes()
    for _ in sys.stdin:
        seconds = reset(application, hashes)
        hashed = hashes.take()
        measured = {"version": django.__version__, "hashes": hashed, "besides": seconds - hashed}
        sys.stdout.write(json.dumps(measured) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
