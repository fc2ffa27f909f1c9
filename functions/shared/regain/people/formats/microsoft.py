"""Microsoft: the admin centre in many languages, Entra's download and templates, and four PowerShell modules."""

from regain.people.formats.headings import Shape, normalise

_ADMIN_CENTRE = {
    "userprincipalname": "user_id", "displayname": "display_name", "firstname": "given_name", "lastname": "surname",
    "alternateemailaddress": "other_mails", "mobilephone": "mobile_phone", "phonenumber": "office_phone",
    "blockcredential": "blocked", "signinstatus": "status", "preferredlanguage": "language", "objectid": "object_id",
    "softdeletiontimestamp": "deleted", "dirsyncenabled": "", "strongpasswordrequired": "", "passwordneverexpires": "",
    "lastpasswordchangetimestamp": "", "licenses": "", "licenseassignmentdetails": "", "proxyaddresses": "",
    "city": "", "countryregion": "", "department": "", "fax": "", "lastdirsynctime": "", "oathtokenmetadata": "",
    "office": "", "postalcode": "", "preferreddatalocation": "", "releasetrack": "", "state": "", "streetaddress": "",
    "title": "", "usagelocation": "", "whencreated": "",
}  # fmt: skip
_GERMAN = {
    "benutzerprinzipalname": "user_id", "benutzername": "user_id", "anzeigename": "display_name",
    "vorname": "given_name", "nachname": "surname", "alternativeemailadresse": "other_mails",
    "mobiltelefon": "mobile_phone", "mobiltelefonnummer": "mobile_phone", "telefonnummer": "office_phone",
    "telefon": "office_phone", "telefongeschaftlich": "",  # a mistranslation of “Office number”: the room
    "anmeldeinformationenblockieren": "blocked",
    "anmeldeinformationensperren": "blocked", "anmeldungblockieren": "blocked", "anmeldungblockiert": "blocked",
    "anmeldestatus": "status", "bevorzugtesprache": "language", "objektid": "object_id",
    "zeitstempelfurvorlaufigesloschen": "deleted", "zeitstempeldervorlaufigenloschung": "deleted",
}  # fmt: skip
_FRENCH = {
    "nomdutilisateurprincipal": "user_id", "nomprincipaldelutilisateur": "user_id", "nomdutilisateur": "user_id",
    "nomdaffichage": "display_name", "nomcomplet": "display_name", "prenom": "given_name", "nomdefamille": "surname",
    "nom": "surname", "adressedemessageriesecondaire": "other_mails", "autreadressedemessagerie": "other_mails",
    "adressedemessageriealternative": "other_mails", "telephonemobile": "mobile_phone",
    "telephoneportable": "mobile_phone", "numerodetelephone": "office_phone", "telephonedubureau": "office_phone",
    "telephoneprofessionnel": "office_phone", "bloquerlesinformationsdidentification": "blocked",
    "informationsdidentificationbloquees": "blocked", "bloquerlaconnexion": "blocked", "connexionbloquee": "blocked",
    "etatdelaconnexion": "status", "languepreferee": "language", "iddobjet": "object_id", "iddelobjet": "object_id",
    "horodatagedesuppressionreversible": "deleted",
}  # fmt: skip
_SPANISH = {
    "nombreprincipaldeusuario": "user_id", "nombreprincipaldelusuario": "user_id", "nombredeusuario": "user_id",
    "nombreparamostrar": "display_name", "nombre": "given_name", "apellidos": "surname", "apellido": "surname",
    "direcciondecorreoelectronicoalternativa": "other_mails", "correoelectronicoalternativo": "other_mails",
    "telefonomovil": "mobile_phone", "numerodetelefono": "office_phone", "telefonodeltrabajo": "office_phone",
    "telefonodelaoficina": "office_phone", "bloquearcredenciales": "blocked", "bloquearcredencial": "blocked",
    "bloquearlacredencial": "blocked", "bloqueariniciodesesion": "blocked", "estadodeiniciodesesion": "status",
    "idiomapreferido": "language", "iddeobjeto": "object_id", "iddelobjeto": "object_id",
    "marcadetiempodeeliminaciontemporal": "deleted",
}  # fmt: skip
_OTHER_LANGUAGES = {
    "user_id": "Nome utente, Nome dell'entità utente, Gebruikersnaam, Principal-naam van gebruiker,"
    " Nome principal do usuário, Nome principal do utilizador, Nome de usuário, Nazwa główna użytkownika,"
    " Nazwa użytkownika, Kullanıcı asıl adı, Kullanıcı adı, Имя участника-пользователя, Имя пользователя,"
    " ユーザー プリンシパル名, ユーザー名, 用户主体名称, 用户名,"
    " 使用者主體名稱, 使用者名稱, 사용자 계정 이름, 사용자 이름",
    "display_name": "Nome visualizzato, Weergavenaam, Nome de exibição, Nome a apresentar, Nazwa wyświetlana,"
    " Görünen ad, Отображаемое имя, 表示名, 显示名称, 顯示名稱, 표시 이름",
    "given_name": "Nome, Voornaam, Imię, Ad, Имя, 名, 名字, 이름",
    "surname": "Cognome, Achternaam, Sobrenome, Apelido, Nazwisko, Soyadı, Фамилия, 姓, 姓氏, 성",
    "mobile_phone": "Telefono cellulare, Cellulare, Mobiele telefoon, Mobiel, Telefone celular, Celular, Telemóvel,"
    " Telefon komórkowy, Cep telefonu, Мобильный телефон, 携帯電話, 移动电话, 行動電話, 휴대폰",
    "office_phone": "Numero di telefono, Telefoonnummer, Número de telefone, Numer telefonu, Telefon numarası,"
    " Номер телефона, 電話番号, 电话号码, 電話號碼, 전화 번호",
    "other_mails": "Indirizzo di posta elettronica alternativo, Alternatief e-mailadres,"
    " Endereço de e-mail alternativo, Alternatywny adres e-mail, 連絡用メール アドレス, 备用电子邮件地址",
    "blocked": "Blocca credenziali, Blocca accesso, Aanmelding blokkeren, Aanmelden blokkeren, Referenties blokkeren,"
    " Bloquear credencial, Bloquear entrada, Zablokuj poświadczenia, Zablokuj logowanie, Oturum açmayı engelle,"
    " Блокировать вход, サインインのブロック, 資格情報のブロック, 阻止凭据, 阻止登录, 封鎖認證, 로그인 차단",
}
LOCALISED = {
    **{normalise(each): name for name, headings in _OTHER_LANGUAGES.items() for each in headings.split(", ")},
    **_GERMAN, **_FRENCH, **_SPANISH,
}  # fmt: skip
_IMPORT = {"username": "user_id", "jobtitle": "", "officenumber": "", "stateorprovince": "", "ziporpostalcode": ""}

_DOWNLOAD = {
    "userprincipalname": "user_id", "displayname": "display_name", "surname": "surname", "mail": "mail",
    "givenname": "given_name", "objectid": "object_id", "id": "object_id", "usertype": "kind",
    "accountenabled": "enabled", "telephonenumber": "office_phone", "mobile": "mobile_phone",
    "mobilephone": "mobile_phone", "authenticationphonenumber": "mobile_phone", "alternateemailaddress": "other_mails",
    "authenticationemail": "other_mails", "authenticationalternativephonenumber": "", "directorysynced": "",
    "invitationstate": "", "jobtitle": "", "department": "", "usagelocation": "", "physicaldeliveryofficename": "",
    "officelocation": "", "agegroup": "", "consentprovidedforminor": "", "legalagegroupclassification": "",
    "companyname": "", "creationtype": "", "identityissuer": "", "createddatetime": "",
}  # fmt: skip
_TEMPLATE = {
    "[userprincipalname]": "user_id", "[displayname]": "display_name", "[givenname]": "given_name",
    "[surname]": "surname", "[passwordprofile]": "password", "[mobile]": "mobile_phone",
    "[telephonenumber]": "office_phone", "[accountenabled]": "blocked",  # the label says “Block sign in (Yes/No)”
    "[mail]": "mail", "[othermails]": "other_mails", "[alternateemailaddress]": "other_mails",
    "[preferredlanguage]": "language", "[employeeid]": "employee_id", "[objectid]": "object_id",
}  # fmt: skip
_GRAPH = {
    **_DOWNLOAD, "businessphones": "office_phone", "othermails": "other_mails", "employeeid": "employee_id",
    "onpremisesimmutableid": "immutable_id", "preferredlanguage": "language", "deleteddatetime": "deleted",
    "onpremisessyncenabled": "", "onpremisesprovisioningerrors": "", "signinactivity": "",
    "signinsessionsvalidfromdatetime": "", "passwordprofile": "", "passwordpolicies": "",
}  # fmt: skip
_AZUREAD = {
    **_DOWNLOAD, "othermails": "other_mails", "immutableid": "immutable_id", "preferredlanguage": "language",
    "deletiontimestamp": "deleted", "dirsyncenabled": "", "passwordprofile": "", "passwordpolicies": "",
    "refreshtokensvalidfromdatetime": "",
}  # fmt: skip
_MSONLINE = {
    **_ADMIN_CENTRE, "alternateemailaddresses": "other_mails", "alternatemobilephones": "",
    "immutableid": "immutable_id", "usertype": "kind", "validationstatus": "", "overallprovisioningstatus": "",
    "isblackberryuser": "", "dirsyncprovisioningerrors": "",
}  # fmt: skip

_EXCHANGE = {
    "recipienttypedetails": "kind", "exchangeuseraccountcontrol": "account_control", "primarysmtpaddress": "mail",
    "recipienttype": "", "isshared": "", "isresource": "", "islinked": "",
}  # fmt: skip

SHAPES = (
    Shape("Get-Mailbox", (frozenset({"userprincipalname", "recipienttypedetails"}),), _EXCHANGE),
    Shape(
        "the Microsoft 365 admin centre",
        (
            frozenset({"blockcredential", "userprincipalname", "licenses"}),
            frozenset({"blockcredential", "userprincipalname", "displayname"}),
        ),
        _ADMIN_CENTRE,
    ),
    *(
        Shape(f"the Microsoft 365 admin centre ({language})", signs, {**_ADMIN_CENTRE, **names})
        for language, names, signs in (
            ("German", _GERMAN, (frozenset({"benutzerprinzipalname"}), frozenset({"benutzername", "anzeigename"}))),
            (
                "French",
                _FRENCH,
                (
                    frozenset({"nomdutilisateurprincipal"}),
                    frozenset({"nomprincipaldelutilisateur"}),
                    frozenset({"nomdutilisateur", "nomdaffichage"}),
                ),
            ),
            (
                "Spanish",
                _SPANISH,
                (
                    frozenset({"nombreprincipaldeusuario"}),
                    frozenset({"nombreprincipaldelusuario"}),
                    frozenset({"nombredeusuario", "nombreparamostrar"}),
                ),
            ),
        )
    ),
    Shape(
        "the admin centre's form for adding several users",
        (frozenset({"username", "displayname", "officephone"}),),
        {**_ADMIN_CENTRE, **_IMPORT},
    ),
    Shape("Entra's bulk template", (frozenset({"[userprincipalname]"}),), _TEMPLATE),
    Shape("Entra's “Download users”", (frozenset({"userprincipalname", "usertype", "accountenabled"}),), _DOWNLOAD),
    Shape("Get-MgUser", (frozenset({"userprincipalname", "businessphones"}),), _GRAPH),
    Shape(
        "Get-AzureADUser", (frozenset({"userprincipalname", "objectid", "othermails", "telephonenumber"}),), _AZUREAD
    ),
    Shape("Get-MsolUser", (frozenset({"userprincipalname", "blockcredential", "alternateemailaddresses"}),), _MSONLINE),
)
