"""Routes of the provisioning function: SCIM 2.0, for identity providers (RFC 7644)."""

from provisioning import access, discovery, groups, users
from regain.api.scim import PREFIX, ScimResolver
from regain.runtime import snapstart

app = ScimResolver(access.authorise)
app.get(f"{PREFIX}/ServiceProviderConfig")(discovery.service_provider_config)
app.get(f"{PREFIX}/ResourceTypes")(discovery.list_resource_types)
app.get(f"{PREFIX}/ResourceTypes/<name>")(discovery.resource_type)
app.get(f"{PREFIX}/Schemas")(discovery.list_schemas)
app.get(f"{PREFIX}/Schemas/<urn>")(discovery.schema)
app.get(f"{PREFIX}/Users")(users.search)
app.post(f"{PREFIX}/Users")(users.create)
app.get(f"{PREFIX}/Users/<account_id>")(users.show)
app.put(f"{PREFIX}/Users/<account_id>")(users.replace)
app.patch(f"{PREFIX}/Users/<account_id>")(users.patch)
app.delete(f"{PREFIX}/Users/<account_id>")(users.delete)
app.get(f"{PREFIX}/Groups")(groups.search)
app.post(f"{PREFIX}/Groups")(groups.create)
app.get(f"{PREFIX}/Groups/<group_id>")(groups.show)
app.put(f"{PREFIX}/Groups/<group_id>")(groups.replace)
app.patch(f"{PREFIX}/Groups/<group_id>")(groups.patch)
app.delete(f"{PREFIX}/Groups/<group_id>")(groups.delete)
app.post(f"{PREFIX}/.search")(discovery.not_supported)
app.post(f"{PREFIX}/Bulk")(discovery.not_supported)
app.get(f"{PREFIX}/Me")(discovery.not_supported)

lambda_handler = app.resolve
snapstart.prepare("regain.people.contacts", "phonenumbers")
