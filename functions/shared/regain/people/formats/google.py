"""Google Workspace: “Download users” in the admin console, the template for adding several users, and GAM, which has
the fields of the Directory API.
"""

from regain.people.formats.headings import Shape

SHAPES = (
    Shape(
        "Google Workspace",
        (frozenset({"emailaddress", "orgunitpath"}), frozenset({"emailaddress", "passwordhashfunction"})),
        {
            "emailaddress": "user_id", "firstname": "given_name", "lastname": "surname", "password": "password",
            "passwordhashfunction": "password_hash", "recoveryemail": "other_mails",
            "homesecondaryemail": "other_mails", "recoveryphone": "mobile_phone", "mobilephone": "mobile_phone",
            "workphone": "office_phone", "employeeid": "employee_id", "status": "status", "newstatus": "status",
            "2svenrolled": "", "2svenforced": "", "geminilimitstatus": "",
            "changepasswordatnextsignin": "", "newprimaryemail": "", "lastsignin": "", "orgunitpath": "",
            "worksecondaryemail": "", "homephone": "", "advancedprotectionprogramenrollment": "",
        },
    ),
    Shape(
        "Google Workspace (GAM)",
        (frozenset({"primaryemail", "namegivenname"}), frozenset({"primaryemail", "suspended"})),
        {
            "primaryemail": "user_id", "namefullname": "display_name", "namegivenname": "given_name",
            "namefamilyname": "surname", "recoveryemail": "other_mails", "recoveryphone": "mobile_phone",
            "suspended": "blocked", "archived": "blocked", "id": "google_id", "deletiontime": "deleted",
            "suspensionreason": "",
        },
    ),
)  # fmt: skip
