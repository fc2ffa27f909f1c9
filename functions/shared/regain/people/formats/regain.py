"""Our own columns, which have the names of Microsoft Graph, and `./regain people export`."""

from regain.people.formats.headings import Shape

NAMES = {
    "userprincipalname": "user_id", "upn": "user_id", "loginname": "user_id", "login": "user_id",
    "loginid": "user_id", "userlogonname": "user_id", "username": "user_id", "userid": "user_id",
    "samaccountname": "user_id", "displayname": "display_name", "givenname": "given_name",
    "firstname": "given_name", "forename": "given_name", "surname": "surname", "lastname": "surname",
    "familyname": "surname", "fullname": "display_name", "mail": "mail", "email": "mail", "emailaddress": "mail",
    "workemail": "mail", "homeemail": "other_mails", "personalemail": "other_mails",
    "privateemail": "other_mails", "recoveryemail": "other_mails",
    "secondaryemail": "other_mails", "recoveryphone": "mobile_phone", "cellphone": "mobile_phone",
    "othermails": "other_mails", "alternateemailaddress": "other_mails", "alternateemailaddresses": "other_mails",
    "mobilephone": "mobile_phone", "mobile": "mobile_phone", "telephonenumber": "office_phone",
    "phonenumber": "office_phone", "officephone": "office_phone", "businessphones": "office_phone",
    "workphone": "office_phone", "personalmobile": "mobile_phone",
    "homeemailverified": "other_mails_verified", "personalemailverified": "other_mails_verified",
    "privateemailverified": "other_mails_verified", "recoveryemailverified": "other_mails_verified",
    "secondaryemailverified": "other_mails_verified", "alternateemailverified": "other_mails_verified",
    "workemailverified": "mail_verified", "emailverified": "mail_verified",
    "accountenabled": "enabled", "enabled": "enabled", "active": "enabled", "enableduser": "enabled",
    "blockcredential": "blocked", "blocksignin": "blocked", "blocked": "blocked", "disabled": "blocked",
    "accountdisabled": "blocked", "suspended": "blocked", "inactive": "blocked", "status": "status",
    "accountstatus": "status", "signinstatus": "status", "useraccountcontrol": "account_control", "role": "role",
    "groups": "groups", "preferredlanguage": "language", "password": "password", "objectid": "object_id",
    "objectguid": "object_guid", "immutableid": "immutable_id", "onpremisesimmutableid": "immutable_id",
    "employeeid": "employee_id", "externalid": "external_id", "usertype": "kind", "deleted": "deleted",
    "isdeleted": "deleted", "accountexpires": "ends", "accountexpirationdate": "ends",
}  # fmt: skip
"""Headings that mean the same in a file of any shape."""

SHAPES = (
    Shape(
        "./regain people export",
        (frozenset({"userprincipalname", "registered", "enabled", "capable"}),),
        {"registered": "", "enabled": "", "capable": ""},
    ),
)
