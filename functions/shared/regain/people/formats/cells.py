"""What single cells say: whether somebody may sign in, in many senses and languages; and what is no content at all."""

import re
import unicodedata
import uuid


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TRUE = _words(
    "true yes y on 1 t $true wahr ja j vrai oui verdadero sí si vero sì verdadeiro sim waar prawda tak sant sann sand"
    " tosi kyllä pravda ano igaz igen doğru evet истина да αληθησ αληθεσ ναι صحيح نعم אמת כן 真 是 はい 예"
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
"""A state in which somebody has an account of their own; being locked out by wrong passwords ends by itself."""
_OFF = _words(
    "blocked disabled suspended deactivated deprovisioned archived inactive staged deleted terminated"
    " blockiert gesperrt deaktiviert inaktiv bloqué désactivé inactif suspendu bloqueado deshabilitado suspendido"
    " inactivo bloccato disattivato bloqueada inativo geblokkeerd uitgeschakeld"
)
_ACCOUNT_DISABLED = 0x2  # of userAccountControl
_FOR_EVER = (
    "000001010000z"  # of pwdAccountLockedTime: until an administrator lifts it (draft-behera-ldap-password-policy)
)
_NUMBER = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_TYPE = re.compile(r"(?:System|Microsoft)\.[\w.]+.*|[\w.]+\[\]")
_HEX = re.compile(r"(?:X')?([0-9a-fA-F]{32})'?")


def flag(text: str) -> bool | None:
    """Whether a cell says yes or no; None where it is neither."""
    word = unicodedata.normalize("NFC", text).casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def enabled(sense: str, text: str) -> bool | None:
    """Whether a cell says that somebody may sign in; None where it says neither.

    `sense` is the kind of column: `enabled`, `blocked` (the other way round), `status`, `account_control` (bits) or
    `locked_since` (a time). Words such as “suspended” say the same in each.
    """
    word = "".join(unicodedata.normalize("NFC", text).casefold().split())
    if sense == "account_control":
        return not int(word) & _ACCOUNT_DISABLED if word.isascii() and word.isdigit() else None
    if sense == "locked_since":
        return word != _FOR_EVER
    if word in _ON or word in _OFF:
        return word in _ON
    said = flag(text)
    return said if said is None or sense != "blocked" else not said


def no_content(text: str) -> tuple[str, str] | None:
    """What a tool wrote in place of the content: the cause, and what to do. None where the cell is as it should be."""
    if _NUMBER.fullmatch(text):
        return ("was a number to a spreadsheet, which has dropped digits of it",
                "export it again and open the file with this column as text")  # fmt: skip
    if _TYPE.fullmatch(text):
        return ("is PowerShell's name for a list, not what is in it",
                "export @{n='otherMails';e={$_.OtherMails -join ';'}} (Select-Object) in its place")  # fmt: skip
    return None


def guid(text: str) -> str:
    """An objectGUID as it is usually written, also from the bytes that csvde and LDIF write in hex."""
    found = _HEX.fullmatch(text)
    return str(uuid.UUID(bytes_le=bytes.fromhex(found[1]))) if found else text.strip("{}").lower()
