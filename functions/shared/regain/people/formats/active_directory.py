"""Active Directory and other LDAP directories. Get-ADUser, csvde and LDIF share the attribute names."""

from regain.people.formats.headings import Shape

_NAMES = {
    "userprincipalname": "user_id", "objectclass": "kind", "displayname": "display_name", "cn": "display_name",
    "name": "display_name", "givenname": "given_name", "sn": "surname", "surname": "surname", "mail": "mail",
    "emailaddress": "mail", "othermailbox": "other_mails", "mobile": "mobile_phone", "mobilephone": "mobile_phone",
    "telephonenumber": "office_phone", "officephone": "office_phone", "preferredlanguage": "language",
    "objectguid": "object_guid", "employeeid": "employee_id", "employeenumber": "employee_id",
    "useraccountcontrol": "account_control", "isdeleted": "deleted", "deleted": "deleted",
    "msdsuseraccountdisabled": "blocked", "nsaccountlock": "blocked", "logindisabled": "blocked",
    "dspwpaccountdisabled": "blocked", "pwdaccountlockedtime": "locked_since", "lockedout": "", "lockouttime": "",
    "accountlockouttime": "", "msdsuseraccountautolocked": "", "msdsuseraccountcontrolcomputed": "",
    "msexchuseraccountcontrol": "", "accountexpires": "ends", "accountexpirationdate": "ends",
    "krbprincipalexpiration": "ends", "loginexpirationtime": "ends", "userpassword": "",
    "unicodepwd": "", "distinguishedname": "", "dn": "", "objectsid": "", "sid": "", "objectcategory": "",
    "instancetype": "", "memberof": "",
}  # fmt: skip
_LDIF = {
    **_NAMES, "uid": "user_id", "samaccountname": "user_id", "entryuuid": "entry_uuid", "ipauniqueid": "entry_uuid",
    "sambaacctflags": "account_control",
}  # fmt: skip
LDIF = Shape(
    "LDIF",
    (frozenset({"dn"}),),
    _LDIF,
    lists_others=True,
    sparse=True,
)

SHAPES = (
    Shape(
        "Get-ADUser",
        (frozenset({"distinguishedname", "enabled", "samaccountname"}),),
        {**_NAMES, "enabled": "enabled", "samaccountname": "user_id"},
        lists_others=True,
    ),
    Shape("csvde", (frozenset({"dn", "objectclass"}),), {**_NAMES, "samaccountname": "user_id"}, lists_others=True),
)
