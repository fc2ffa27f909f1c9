"""Okta: the template of “Import users from CSV”, which has the columns of the user profile, and reports of people."""

from regain.people.formats.headings import Shape

SHAPES = (
    Shape(
        "Okta",
        (frozenset({"login", "firstname", "lastname", "email"}), frozenset({"userid", "login", "primaryemail"})),
        {
            "login": "user_id", "firstname": "given_name", "lastname": "surname", "displayname": "display_name",
            "email": "mail", "primaryemail": "mail", "secondemail": "other_mails", "secondaryemail": "other_mails",
            "mobilephone": "mobile_phone",
            "primaryphone": "office_phone", "preferredlanguage": "language", "employeenumber": "employee_id",
            "id": "okta_id", "userid": "okta_id", "status": "status", "usertype": "",
        },
    ),
)  # fmt: skip
