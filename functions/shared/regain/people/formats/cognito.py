"""Amazon Cognito: the header of a user import job (`get-csv-header`)."""

from regain.people.formats.headings import Shape

SHAPES = (
    Shape(
        "Amazon Cognito",
        (frozenset({"cognitousername", "email"}),),
        {
            "cognitousername": "user_id", "email": "mail", "emailverified": "mail_verified", "name": "display_name",
            "givenname": "given_name", "familyname": "surname", "phonenumber": "mobile_phone",
            "phonenumberverified": "mobile_verified", "locale": "language", "sub": "cognito_id",
            "cognitomfaenabled": "", "preferredusername": "",
        },
    ),
)  # fmt: skip
