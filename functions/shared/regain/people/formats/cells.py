"""Parses single cells: account status in many notations and languages, and values that tools have damaged."""

import re
import unicodedata
import uuid
from datetime import date, datetime, timedelta

from regain.domain import human_input


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PEOPLE = _words("person user member inetorgperson organizationalperson account posixaccount")
NOT_PEOPLE = _words(
    "computer contact group groupofnames groupofuniquenames posixgroup organizationalunit container domaindns"
    " msds-groupmanagedserviceaccount msds-managedserviceaccount foreignsecurityprincipal"
    " sharedmailbox roommailbox equipmentmailbox schedulingmailbox linkedroommailbox groupmailbox teammailbox"
    " remotesharedmailbox remoteroommailbox remoteequipmentmailbox remoteteammailbox publicfoldermailbox"
    " discoverymailbox arbitrationmailbox auditlogmailbox auxauditlogmailbox monitoringmailbox systemmailbox"
    " systemattendantmailbox supervisoryreviewpolicymailbox mailcontact mailforestcontact"
)
"""Kinds of entries: object classes, user types, and Exchange's recipient types."""
_TRUE = _words(
    "true yes y on 1 -1 t $true wahr ja j vrai oui verdadero sí si vero sì verdadeiro sim waar prawda tak sant sann"
    " sand tosi kyllä pravda ano igaz igen doğru evet истина да αληθησ αληθεσ ναι صحيح نعم אמת כן 真 是 はい 예"
)
_FALSE = _words(
    "false no n off 0 f $false falsch nein faux non falso não nao onwaar nee fałsz nie falskt nej falsk nei usann usand"
    " epätosi ei nepravda ne hamis nem yanlış yanliş hayır hayir ложь нет ψευδησ ψευδεσ οχι خطأ لا שקר לא 假 否 いいえ"
    " 아니요"
)
_ON = _words(
    "active allowed enabled activated provisioned recovery passwordexpired password_expired lockedout locked_out"
    " aktiv aktiviert zulässig actif activé autorisé activo habilitado permitido attivo ativo actief"
)
"""States of an account that is in use. A lockout after wrong passwords ends by itself."""
_OFF = _words(
    "blocked disabled suspended deactivated deprovisioned archived inactive staged deleted terminated"
    " blockiert gesperrt deaktiviert inaktiv bloqué désactivé inactif suspendu bloqueado deshabilitado suspendido"
    " inactivo bloccato disattivato bloqueada inativo geblokkeerd uitgeschakeld leaver resigned offboarded expired"
    " tobedeleted zablokowany wyłączony nieaktywny pasif engellendi devredışı заблокирован отключен неактивен"
    " 無効 停用 已停用 禁用 已禁用 비활성 차단됨 معطل محظور חסום מושבת"
)
_ACCOUNTDISABLE = 0x2  # a bit of userAccountControl
_SAMBA_FLAGS = re.compile(r"\[[A-Z ]+\]")
_CONTROLS = _words(  # the bits of userAccountControl, as Exchange names them
    "none normalaccount accountdisabled passwordnotrequired donotexpirepassword lockout homedirectoryrequired"
    " cannotchangepassword smartcardrequired trustedfordelegation notdelegated donotrequirepreauthentication"
    " passwordexpired workstationtrustaccount servertrustaccount interdomaintrustaccount temporaryduplicateaccount"
    " script encryptedtextpasswordallowed majoritynodesetlogonaccount usedeskeyonly trustedtoauthenticatefordelegation"
    " partialsecretsaccount"
)
_PERMANENTLY = (
    "000001010000z"  # pwdAccountLockedTime, if an administrator locked it (draft-behera-ldap-password-policy)
)
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_QUOTED = re.compile("['\u2018\u201c]([^'\u2019\u201d]*)['\u2019\u201d]")
_KEPT_AS_TEXT = re.compile(r"'(?=[\w+])")
_DOTNET_TYPE = re.compile(r"(?:System|Microsoft)\.[\w.]+.*|[\w.]+\[\]")
_ERROR = re.compile(r"#(?:N/A|NAME\?|REF!|VALUE!|NUM!|DIV/0!|NULL!|NV|WERT!|BEZUG!|VALEUR!|NOM\?|#+)")
_FORMULA_TEXT = re.compile(r'="((?:[^"]|"")*)"')
_FLOAT = re.compile(r"(\+?\d+)\.0")
_NEVER = _words("never (never) [never] nie niemals jamais nunca mai nooit")
_LARGEST = re.compile(r"9223372036854\d{6}|9[.,]22\d*e\+18")  # accountExpires without an end, also as Excel saves it
_UNSET_YEARS = (1, 1600, 1601, 1753, 1899, 1900)  # of day 0 in .NET, Active Directory, SQL Server and spreadsheets
_UNSET_DAYS = (date(1969, 12, 31), date(1970, 1, 1))  # day 0 of Unix, in any time zone
_DATE = re.compile(r"(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)|(\d\d?)[./-](\d\d?)[./-](\d{4}|\d\d)(?!\d)")
_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "mrz": 3, "mär": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8,
           "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12}  # fmt: skip
_MONTH = "|".join(_MONTHS)
_DAY = re.compile(rf"\d{{1,2}}\.?[-. ](?:{_MONTH})\.?|(?:{_MONTH})[-. ]\d{{2}}", re.IGNORECASE)
_NAMED_DATE = re.compile(  # 20-NOV-2026, 20 November 26; Nov 20, 2026
    rf"(\d\d?)[-. /]*({_MONTH})[a-z]*[-. /]*(\d{{4}}|\d\d)(?!\d)"
    rf"|({_MONTH})[a-z]*[. ]+(\d\d?),? +(\d{{4}})",
    re.IGNORECASE,
)
_PUPIL = re.compile(r"[A-HJ-NP-RT-Z]\d{11}[\dA-Z]")  # a Unique Pupil Number, which schools in England call UPN too
_NOT_SAID = _words("null (null) <null> \\n n/a n.a. - -- \u2013 \u2014")
_FILETIME, _EPOCH = datetime(1601, 1, 1), datetime(1970, 1, 1)
_SHEET = date(1899, 12, 30)  # day 0 of a spreadsheet
_LOST = re.compile(r"\ufffd|\?\w|\w\?(?=[\w@])")
_HEX = re.compile(r"(?:X')?([0-9a-fA-F]{32})'?")


def content(cell: str) -> str:
    """The content of a cell, without a formula that protects text (`="0123"`), without single or curly quotation marks
    around it, and without the `.0` that data frames add to integers in columns with blanks (`1001.0`).
    """
    bare = cell.strip()
    if whole := _FLOAT.fullmatch(bare) or _QUOTED.fullmatch(bare):
        return whole[1]
    wrapped = _FORMULA_TEXT.fullmatch(bare)
    return wrapped[1].replace('""', '"') if wrapped else cell


def code(cell: str) -> str:
    """The content of a cell that is not a name, without the apostrophe that marks text in spreadsheets."""
    return _KEPT_AS_TEXT.sub("", content(cell).strip(), count=1) if cell.lstrip().startswith("'") else content(cell)


def is_blank(cell: str) -> bool:
    """Whether a cell has no value: it is empty, or has a placeholder for that, such as `null`."""
    return cell.strip().casefold() in _NOT_SAID or not cell.strip()


def says_off(cell: str) -> bool:
    """Whether a cell says unambiguously that an account is disabled."""
    return _word(cell) in _OFF


def _word(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", human_input.read_visible(text)).casefold().split())


def parse_bool(text: str) -> bool | None:
    """True or False, in the words of many languages; None for anything else."""
    word = unicodedata.normalize("NFC", human_input.read_visible(text)).casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def parse_enabled(kind: str, text: str) -> bool | None:
    """Whether a cell says that the account is enabled; None if it cannot be parsed.

    `kind` is that of the column: `enabled`, `blocked` (the opposite), `status`, `account_control` (a bit field, as a
    number, by the names of its bits, or as Samba's letters) or `locked_since` (a time). Words such as “suspended” mean
    the same in each.
    """
    word = _word(text)
    if kind == "account_control":
        return _parse_account_control(word, text.strip())
    if kind == "locked_since":
        return word != _PERMANENTLY
    if word in _ON or word in _OFF:
        return word in _ON
    parsed = parse_bool(text)
    return parsed if parsed is None or kind != "blocked" else not parsed


def _parse_account_control(word: str, text: str) -> bool | None:
    if word.isascii() and word.isdigit():
        return not int(word) & _ACCOUNTDISABLE
    if _SAMBA_FLAGS.fullmatch(text):
        return "D" not in text
    names = word.split(",")
    return "accountdisabled" not in names if _CONTROLS.issuperset(names) else None


def has_ended(text: str, today: date) -> bool | None:
    """Whether a date, in any country's order or as an Active Directory timestamp, is past; None if it is unclear, or of
    another calendar.

    The dates that tools write for “never”, such as 1601-01-01, are not past.
    """
    word = text.strip().casefold()
    if word in _NEVER or _LARGEST.fullmatch(word) or not word.strip("0-./: "):
        return False
    days = _dates(text)
    past = {_is_past(each, today) for each in days}
    return past.pop() if len(past) == 1 and not _are_of_another_calendar(days, today) else None


def may_have_ended(text: str, today: date) -> bool:
    """Whether a date is past, or may be in another calendar."""
    return bool(has_ended(text, today)) or _are_of_another_calendar(_dates(text), today)


def _are_of_another_calendar(days: list[date], today: date) -> bool:
    """Whether a year is one of today's lifetimes in the Islamic or Persian calendar, or the Thai one."""
    return any(1350 <= day.year <= 1500 or -60 <= day.year - 543 - today.year <= 15 for day in days)


def _is_past(day: date, today: date) -> bool:
    return day < today and day.year not in _UNSET_YEARS and day not in _UNSET_DAYS


def _dates(text: str) -> list[date]:
    """The days that a text may mean: none, or two if day and month cannot be told apart."""
    text = text.strip()
    if counted := _counted(text):
        return [counted]
    if named := _NAMED_DATE.match(text):
        day, month, year = named.group(1, 2, 3) if named[1] else named.group(5, 4, 6)
        return _date(year, str(_MONTHS[month.lower()]), day)
    found = _DATE.match(text)
    if not found:
        return []
    orders = [(1, 2, 3)] if found[1] else [(6, 5, 4), (6, 4, 5)]
    return [each for order in orders for each in _date(*(found[place] for place in order))]


def _counted(text: str) -> date | None:
    """The day that a bare number stands for, in the unit that gives a plausible date: 100 ns since 1601 (Active
    Directory), seconds, milliseconds or days (shadowExpire) since 1970, or a spreadsheet's serial date.
    """
    if not re.fullmatch(r"[1-5][0-9]{4}|[0-9]{10}|[0-9]{13}|[0-9]{17,18}", text):
        return None
    if len(text) == 5:
        return (_SHEET if text >= "3" else _EPOCH.date()) + timedelta(int(text))
    since = timedelta(seconds=int(text[:10])) if len(text) < 17 else timedelta(microseconds=int(text) // 10)
    return ((_EPOCH if len(text) < 17 else _FILETIME) + since).date()


def _date(year: str, month: str, day: str) -> list[date]:
    """The day, if there is one. A year of two digits is of this century."""
    try:
        return [date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))]
    except ValueError:
        return []


def damaged_letters(text: str) -> tuple[str, str] | None:
    """What is wrong and what to do, if a tool read UTF-8 as Windows-1252 (`MÃ¼ller`) or replaced letters that it could
    not write by question marks (`M?ller`). None for any other text.
    """
    if _LOST.search(text):
        return "has lost letters", "export it again as UTF-8; in PowerShell: Export-Csv -Encoding UTF8"
    try:
        before = "" if text.isascii() else text.encode("cp1252").decode()
    except UnicodeError:
        return None
    return (f"may be `{before}`", "the file was opened and saved in the wrong encoding") if before else None


def conversion_artefact(heading: str, text: str) -> tuple[str, str] | None:
    """What a tool did and what to do, if it replaced the content with something else. None for any other cell."""
    if heading.lower() == "upn" and _PUPIL.fullmatch(text):
        return "is a pupil's number, not a user ID", "rename the column uniquePupilNumber, or remove it"
    if _SCIENTIFIC.fullmatch(text):
        return ("was converted to a number by a spreadsheet, which dropped digits",
                "export it again and open the file with this column as text")  # fmt: skip
    if _DAY.fullmatch(text):
        return "was converted to a date by a spreadsheet", "export it again and open the file with this column as text"
    if _ERROR.fullmatch(text):
        return "is what a spreadsheet shows where it has no content", "correct the formula, or make the column wider"
    if _DOTNET_TYPE.fullmatch(text):
        return ("is PowerShell's name for a list, not its content",
                f"export with Select-Object @{{n='{heading}';e={{$_.{heading} -join ';'}}}}")  # fmt: skip
    return None


def parse_guid(text: str) -> str:
    """An objectGUID in its usual notation, also from the bytes in hexadecimal that csvde and LDIF write."""
    found = _HEX.fullmatch(text)
    return str(uuid.UUID(bytes_le=bytes.fromhex(found[1]))) if found else text.strip("{}").lower()
