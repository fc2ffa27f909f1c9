"""Maps the headings of a file to fields, and finds the tool whose shape the file has.

A field is one of an account's, one of `IDS`, or one of those that `rows` interprets: `blocked`, `status`,
`account_control`, `locked_since` and `ends` say in their own ways whether an account is enabled; `kind` and `deleted`
say whether a row is an account at all.
"""

import difflib
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regain.organisation.file_errors import FileError, InvalidFile

_OUR_IDS = {
    "object_id": "objectId", "object_guid": "objectGUID", "immutable_id": "immutableId", "employee_id": "employeeId",
    "external_id": "externalId",
}  # fmt: skip
IDS = {**_OUR_IDS, "okta_id": "oktaId", "google_id": "googleId", "cognito_id": "sub", "entry_uuid": "entryUUID"}
"""Identifiers that outlive a user ID, by field, with the tools' own names for them."""
OUR_COLUMNS = (
    "userPrincipalName", "displayName", "givenName", "surname", "mail", "otherMails", "mobilePhone", "telephoneNumber",
    "accountEnabled", "password", "role", "groups", "preferredLanguage", *_OUR_IDS.values(),
)  # fmt: skip
_PROPERTY = re.compile(r"\[([a-z]\w*|[A-Z]+)\]")  # Entra's templates: `User name [userPrincipalName] Required`
_REMARK = re.compile(r"[\[(][^\[\]()]*[\])]")  # Google: `Email Address [Required]`
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a tool's files. Any of `markers` identifies it. `columns` maps normalised headings to fields; ""
    marks a heading that is known but not used. If several columns have the same field, the first one wins that is not
    blank.

    `lists_others`: the files also list what is not a person. `sparse`: attributes without a value are left out.
    """

    name: str
    markers: tuple[frozenset[str], ...]
    columns: Mapping[str, str]
    lists_others: bool = False
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one file: the index, field and heading of those that are used, and the headings of the others."""

    shape: Shape
    used: tuple[tuple[int, str, str], ...]
    unused: tuple[str, ...] = ()


def normalise(heading: str) -> str:
    """A heading without case, accents, spaces, punctuation, and remarks in brackets."""
    template = _PROPERTY.search(heading)
    if template and template[1].lower() != "required":
        return f"[{template[1].lower()}]"
    plain = unicodedata.normalize("NFKD", _REMARK.sub("", heading) or heading).casefold()
    return _NOT_ALPHANUMERIC.sub("", "".join(letter for letter in plain if not unicodedata.combining(letter)))


_STATUS_STEMS = (
    "block disabl suspend revoke inactiv terminated archived locked sperr blockier deaktiv inaktiv bloqu desactiv"
    " inactif suspendid deshabilit inhabilit blocca disattiv sospes desativ suspens blokk uitgeschakeld zablok wyłącz"
    " zawiesz engelle devredışı blocker spær spärr bloker estetty заблок отключ"
    " leaver resigned dismissed offboarded ausgeschieden hrstatus payrollstatus workerstatus emplstatus enrollstatus"
    " enrolmentstatus enrollmentstatus lifecyclestatus studentstatus staffstatus onroll beschäftigungsstatus"
    " mitarbeiterstatus personalstatus"
    " 차단 비활성 ブロック 無効 阻止 禁用 停用 封鎖 حظر معطل חסום מושבת अवरुद्ध"
)
_WHOSE = (
    "account|user|employee|employment|person|worker|staff|assignment|position|signin|login|logon"
    "|konto|benutzer|anmelde|anmeldung|compte|utilisateur|connexion|cuenta|usuario|conta|utente"
)
_WHOLE_STATUS = (
    f"(is|has|can|may|current|currently|ist|est|esta)?({_WHOSE})?(is|ist|est|esta)?"
    "(enabled|active|activated|allowed|permitted|lock|status|aktiv|aktiviert|erlaubt|actif|autorisee?|statut"
    "|activ[oa]|habilitad[oa]|permitid[oa]|ativ[oa]|attiv[oa]|actief|aktywny)"
    f"(status|flag|indicator|code|description|yn|yesno|jn|janein|ouinon|sn|sino|{_WHOSE})?"
    "|(compte)?actifon|(can|may)(signin|login|logon)|[a-z]*(account|acct)(flags|status)"
    "|(account|employment|worker)state|current(employee|staff|worker)"
    f"|(status|statut|estado|stato)(de|du|del|dela|dell|do|da|des|der)({_WHOSE})"
)
_STATUS_WORDS = (
    "有効 有効化 アカウントの有効化 アカウント状態 状態 在職状況 有效 启用 是否启用 启用状态 状态 账户状态 账号状态"
    " 帐户状态 在职状态 啟用 狀態 帳戶狀態 在職狀態 활성 활성화 상태 계정상태 재직상태 активен активна активный статус"
    " состояние"
)
_ANYWHERE, _WORDS = ("|".join(map(normalise, each.split())) for each in (_STATUS_STEMS, _STATUS_WORDS))
_STATUS = re.compile(f"{_ANYWHERE}|^({_WHOLE_STATUS}|{_WORDS})$")
"""Matches normalised headings that may say who is blocked, in many tools and languages."""
_END_WORDS = (
    "terminat leavingdate leavedate dateleft lastday lastworking exitdate enddate expir validuntil"
    " validto austritt letzterarbeitstag gultigbis vertragsende datededepart datedesortie datedefin"
    " fechadebaja fechadefin fechadesalida dimission cessazione scadenza uitdienst einddatum datadesaida"
    " datadesligamento dateofleaving dateofexit dateofdeparture dateofseparation departuredate"
    " separationdate withdrawaldate withdrawdate resignationdate offroll uitschrijf uitschrijving abgang"
    " abmeldedatum entlassdatum entlassungsdatum findecontrat fechadetermin fechadecese datadefim datafine"
    " datauscita datadiuscita zwolnienia odejścia zakończenia çıkıştarihi ayrılıştarihi увольнения 退職日 退社日"
    " 离职 離職 퇴사 퇴직 slutdatum sluttdato fratrædelse"
)
_ENDS = tuple(map(normalise, _END_WORDS.split()))
"""Parts of headings for the date when somebody leaves, in many tools and languages."""
_ENDS_OF_OTHER_THINGS = re.compile(
    "passw|kennwort|motdepasse|contrasena|licen[cs]|lizenz|certif|zertif|card|token|visa"
)


@functools.cache
def may_end(heading: str) -> bool:
    """Whether a column may say when somebody leaves."""
    key = normalise(heading)
    return any(end in key for end in _ENDS) and not _ENDS_OF_OTHER_THINGS.search(key)


_SIGNS_IN = re.compile(
    "mail|smtp|login|logon|user|account|konto|benutzer|utilis|usuari|utente|gebruiker|kennung|compte"
)


def resolve(
    file: str, line: int, headings: list[str], shapes: Iterable[Shape], common: Mapping[str, str]
) -> Columns:  # fmt: skip
    """Maps each column to its field. `common` are headings that are understood in a file of any shape.

    Raises:
        InvalidFile: a heading is repeated, none is the user ID, or one may say who is blocked and is not known.
    """
    keys = [normalise(heading) for heading in headings]
    shape = _shape(set(keys), shapes)
    fields = {**common, **shape.columns}
    known_unused = {key for each in shapes for key, name in each.columns.items() if not name}
    errors = [
        *_repeated(file, line, headings, keys),
        *_unknown_status(file, line, headings, keys, {*fields, *known_unused}),
    ]
    priority = {key: place for place, key in enumerate(dict.fromkeys((*shape.columns, *common)))}
    used = [(i, fields[key], headings[i].strip()) for i, key in enumerate(keys) if fields.get(key)]
    used.sort(key=lambda column: priority[keys[column[0]]])
    user_ids = [column for column in used if column[1] == "user_id"]
    used = [column for column in used if column not in user_ids[1:]]  # a blank user ID is not taken from elsewhere
    if not user_ids:
        errors.append(_no_user_id(file, line, headings))
    if errors:
        raise InvalidFile(errors)
    places = {place for place, _, _ in used}
    unused = [_suggest(headings[i].strip(), key, {*fields, *known_unused})
              for i, key in enumerate(keys) if key and i not in places]  # fmt: skip
    return Columns(shape, tuple(used), tuple(unused))


def _shape(keys: set[str], shapes: Iterable[Shape]) -> Shape:
    fitting = [shape for shape in shapes if any(markers <= keys for markers in shape.markers)]
    return max(fitting, key=lambda shape: len(keys & shape.columns.keys()), default=Shape("a table", (), {}))


def _repeated(file: str, line: int, headings: list[str], keys: list[str]) -> Iterable[FileError]:
    for place, key in enumerate(keys):
        if key and key in keys[:place]:
            message = f"the column `{headings[place].strip()}` appears twice"
            yield FileError(file, line, message, "leave one of the two out")


def _unknown_status(
    file: str, line: int, headings: list[str], keys: list[str], known: set[str]
) -> Iterable[FileError]:  # fmt: skip
    for heading, key in zip(headings, keys, strict=True):
        if key not in known and _STATUS.search(key):
            message = f"the column `{heading.strip()}` may say who is blocked, but is not known"
            yield FileError(file, line, message, "rename it accountEnabled (True or False), or remove it")


def _no_user_id(file: str, line: int, headings: list[str]) -> FileError:
    found = [heading.strip() for heading in headings if heading.strip()]
    hint = f"the columns found: {', '.join(found) or 'none'}"
    if any("@" in heading for heading in found):
        hint = "the first line is a row: add a line with the names of the columns above it"
    elif candidates := [heading for heading in found if len(found) > 1 and _SIGNS_IN.search(normalise(heading))]:
        hint = f"rename the column of what people sign in with, perhaps `{candidates[0]}`; {hint}"
    elif len(found) == 1:
        hint = f"the first line is a single cell, `{found[0][:80]}`: the headings belong there, separated by commas"
    return FileError(file, line, "there is no column userPrincipalName", hint)


def _suggest(heading: str, key: str, known: Iterable[str]) -> str:
    """The heading, with the column that may have been meant. Nothing is suggested for headings that tools write."""
    if key in known:
        return heading
    near = difflib.get_close_matches(key, [each.casefold() for each in OUR_COLUMNS], 1, 0.85)
    meant = next((each for each in OUR_COLUMNS if near and each.casefold() == near[0]), "")
    return f"{heading} (did you mean {meant}?)" if meant else heading
