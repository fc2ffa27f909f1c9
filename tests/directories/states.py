"""People of a user pool and of a tenant in every state that must not show before a proof."""

import itertools

FIRST = "the-First-password-1"
_numbers = itertools.count(1)


def in_a_pool(world):
    """User IDs of a `CognitoWorld` by state; `nobody` is one that nobody has."""
    names = {
        state: f"same{next(_numbers)}" for state in ("ordinary", "disabled", "must change", "unverified", "nowhere")
    }
    places = {state: {"mail": f"{name}@home.example", "mobile": "+447700900123"} for state, name in names.items()}
    made = {
        state: world.person(FIRST, name, **(places[state] if state != "nowhere" else {}))
        for state, name in names.items()
    }
    world.disable(made["disabled"])
    world.must_change(made["must change"])
    world.unverify(made["unverified"])
    ids = {state: person.user_id for state, person in made.items()}
    ids |= {state: f"same{next(_numbers)}@{world.domain}" for state in ("unconfirmed", "nobody")}
    world.api.sign_up(ClientId=world.client, Username=ids["unconfirmed"], Password=FIRST)
    return ids


def in_a_tenant(tenant, domain):
    """User IDs of the stand-in's tenant by state; `nobody` is one that nobody has."""
    states = {
        "ordinary": {}, "disabled": {"accountEnabled": False}, "synchronised": {"onPremisesSyncEnabled": True},
        "guest": {"userType": "Guest"}, "administrator": {}, "nowhere": {"otherMails": [], "mobilePhone": None},
    }  # fmt: skip
    ids = {}
    for state, properties in states.items():
        name = f"same{next(_numbers)}"
        ids[state] = f"{name}@{domain}"
        places = {"otherMails": [f"{name}@home.example"], "mobilePhone": "+44 7700 900123"}
        key = tenant.add(ids[state], FIRST, **{**places, **properties})
        if state == "administrator":
            tenant.join(key, "Global Administrator", "directoryRole")
    return {**ids, "nobody": f"same{next(_numbers)}@{domain}"}
