"""Okta: the template of “Import users from CSV”, which has the columns of the user profile."""

from regain.people.formats.headings import Shape

SHAPES = (
    Shape(
        "Okta",
        (frozenset({"login", "firstname", "lastname", "email"}),),
        {
            "login": "user_id", "firstname": "given_name", "lastname": "surname", "displayname": "display_name",
            "email": "mail", "secondemail": "other_mails", "mobilephone": "mobile_phone",
            "primaryphone": "office_phone", "preferredlanguage": "language", "employeenumber": "employee_id",
            "id": "external_id", "status": "status", "usertype": "",
        },
    ),
)  # fmt: skip
