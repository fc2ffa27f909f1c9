"""The specimens of makers' files, what is to be read from each, and how a test reads a file."""

import csv
import io
from pathlib import Path

from regain.organisation.file import read as read_organisation
from regain.organisation.file_errors import InvalidFile
from regain.people import importing

ROOT = Path(__file__).parents[2]
SPECIMENS = Path(__file__).parent / "specimens"
OURS = read_organisation(ROOT / "organisation.yaml")

MARIA, BEN, ZOE, LEA = (f"{name}@contoso.example" for name in ("maria.silva", "ben.okafor", "zoe.alund", "lea.lang"))
HOME = ("maria@home.example",)
ZOE_HOME = ("zoe@home.example",)
FULL = {MARIA: (True, HOME, "+447700900123", "+442079460101"), BEN: (False, (), "", ""),
        ZOE: (True, ZOE_HOME, "+447700900124", "")}  # fmt: skip
NO_HOME = {who: (on, (), mobile, office) for who, (on, _, mobile, office) in FULL.items()}
ONLY_MARIA = {**NO_HOME, MARIA: FULL[MARIA]}
GUESTS = {"a guest of another organisation": 1}
EXCEL = ("utf-8-sig", "utf-16-le", "utf-16-be", "cp1252")
"""What Excel and Notepad save: UTF-8 with its mark, “Unicode text”, and the code page of western Europe."""

SHAPES = {
    # file: (shape, encodings, separators, people, skipped)
    "admin-centre-en.csv": ("the Microsoft 365 admin centre", ("utf-8", *EXCEL), ",;\t", NO_HOME,
                            {**GUESTS, "of contoso.onmicrosoft.com, which is not a domain in the organisation file": 1}),
    "admin-centre-de.csv": ("the Microsoft 365 admin centre (German)", ("utf-8", *EXCEL), ",;\t", NO_HOME, {}),
    "admin-centre-fr.csv": ("the Microsoft 365 admin centre (French)", ("utf-8", *EXCEL), ",;\t", NO_HOME, {}),
    "admin-centre-es.csv": ("the Microsoft 365 admin centre (Spanish)", ("utf-8", *EXCEL), ",;\t", NO_HOME, {}),
    "add-several-users-en.csv": ("the admin centre's form for adding several users", ("utf-8", *EXCEL), ",;",
                                 {MARIA: FULL[MARIA], ZOE: NO_HOME[ZOE]}, {}),
    "add-several-users-de.csv": ("the Microsoft 365 admin centre (German)", ("utf-8", *EXCEL), ",;",
                                 {MARIA: FULL[MARIA], ZOE: NO_HOME[ZOE]}, {}),
    "entra-download-old.csv": ("Entra's “Download users”", ("utf-8", *EXCEL), ",;\t", FULL, GUESTS),
    "entra-download-new.csv": ("Entra's “Download users”", ("utf-8", *EXCEL), ",;\t", FULL, GUESTS),
    "entra-bulk-create.csv": ("Entra's bulk template", ("utf-8", *EXCEL), ",;\t", NO_HOME, {"the template's example": 1}),
    "get-mguser.csv": ("Get-MgUser", ("utf-8", *EXCEL), ",;\t", FULL, {}),
    "get-azureaduser.csv": ("Get-AzureADUser", ("utf-8", *EXCEL), ",;\t", FULL, {}),
    "get-msoluser.csv": ("Get-MsolUser", ("utf-8", *EXCEL), ",;\t", FULL, {"deleted": 1}),
    "get-aduser.csv": ("Get-ADUser", ("utf-8", *EXCEL), ",;\t", NO_HOME, {"without a user ID": 1}),
    "csvde.csv": ("csvde", ("utf-8", "utf-16-le", "cp1252"), ",", FULL, {"not a person": 2}),
    "ldifde.ldif": ("LDIF", ("utf-8", "utf-16-le"), "", FULL, {"not a person": 1}),
    "ldapsearch.ldif": ("LDIF", ("utf-8",), "", ONLY_MARIA, {"not a person": 1}),
    "google.csv": ("Google Workspace", ("utf-8", *EXCEL), ",;\t", FULL, {}),
    "okta.csv": ("Okta", ("utf-8", *EXCEL), ",;\t", FULL, {}),
    "cognito.csv": ("Amazon Cognito", ("utf-8", "utf-8-sig"), ",",
                    {MARIA: (True, (), "+447700900123", ""), ZOE: (True, (), "+447700900124", ""), LEA: (True, (), "", "")}, {}),
    "ours.csv": ("./regain people export", ("utf-8", *EXCEL), ",;\t",
                 {**FULL, MARIA: (True, ("maria@home.example", "m.silva@post.example"), *FULL[MARIA][2:])}, {}),
}  # fmt: skip


def written(text, encoding, separator):
    """A specimen as its maker or a spreadsheet saves it."""
    if separator and separator != ",":
        above = [line for line in text.splitlines()[:1] if line.startswith(("#TYPE", "version:"))]
        table = io.StringIO(newline="")
        writer = csv.writer(table, delimiter=separator)
        writer.writerows(list(csv.reader(io.StringIO(text, newline="")))[len(above) :])
        text = "\r\n".join([*above, table.getvalue()])
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    return mark + text.encode(encoding)


def parse(tmp_path, content, name="people.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return importing.parse(path, OURS)


def refused(tmp_path, content):
    """The lines and causes for which a file, or rows of it, are refused."""
    try:
        found = parse(tmp_path, content)
    except InvalidFile as wrong:
        return [(error.line, error.message, error.hint) for error in wrong.errors]
    return [(error.line, error.message, error.hint) for error in found.errors]


def specimen(name):
    return (SPECIMENS / name).read_bytes().decode()
