"""The gateway: who may call (OAuth clients, tokens, keys), where a call goes, and what was called (access log).

Owns clients, signing keys, spent assertions and the access log. Writes ClientApproved and ClientSuspended; reads
OrganizationLeft.
It knows scopes and routes, which it compiles from the services' OpenAPI documents, and no rule of the domain.
"""
