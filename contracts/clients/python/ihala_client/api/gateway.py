"""The API of gateway, version 1: its models and operations.

Written by `make clients-python` from the contracts; do not edit.
"""
from __future__ import annotations

from ihala_client.operation import Listing, Operation

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr


class Approval(BaseModel):
    """
    What the operator gives: no more than was asked for. What is not named stays as the client has it.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    scopes: list[str] | None = None
    """
    Fewer than were asked for; without it all of them.
    """
    roles: list[str] | None = None
    cleared: bool | None = None
    """
    May see restricted cases; only clients of cleared organisations.
    """
    first_party: bool | None = None
    """
    The operator's own: its people are not asked for consent.
    """


class Asked(BaseModel):
    """
    What only the operator gives.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    scopes: list[str]
    redirect_uris: list[str] | None = []
    """
    Where people come back to, to the letter. None: no people sign in here.
    """
    jwks_uri: str | None = None


class Call(BaseModel):
    """
    One request that the gateway answered: never its address, its query or its body.
    """

    at: AwareDatetime
    """
    When it came.
    """
    request_id: str
    """
    The same as in the answer's X-Request-Id and in problem documents.
    """
    client_id: str | None
    """
    Null: nobody signed in, or nobody that was known.
    """
    organization_id: UUID | None
    account_id: str | None
    """
    Of whoever signed in, where it was a person.
    """
    acting_officer: str | None
    """
    Who sat at the client, by the opaque sign of its own system.
    """
    method: str
    route: str | None
    """
    Its template; null when it was none of ours.
    """
    version: str
    """
    Of the API, as the route says it; empty where it says none.
    """
    status: int
    """
    0: the caller went away before an answer began.
    """
    milliseconds: float
    bytes_in: int | None
    bytes_out: int | None
    segment: int | None
    """
    Where it stands in the chain of the log: which segment,
    """
    number: int | None
    """
    and which row in it.
    """


class Client(BaseModel):
    """
    One system of one organisation.
    """

    client_id: str
    organization_id: UUID
    name: str
    kind: Literal['sandbox', 'live']
    status: Literal['pending', 'active', 'suspended', 'revoked']
    suspended_by: list[Literal['operator', 'organization', 'directory']]
    scopes: list[str]
    """
    The most a token can hold.
    """
    roles: list[str]
    redirect_uris: list[str]
    first_party: bool
    cleared: bool
    auth_method: str
    jwks_uri: str | None
    tls_subject_dn: str | None
    tls_san_dns: str | None
    trained_on: date | None
    code_signed_on: date | None
    version: int
    changed_at: AwareDatetime


class ClientRequest(BaseModel):
    """
    What an organisation asks for a client.
    """

    id: UUID
    client_id: str
    organization_id: UUID
    operator_id: UUID
    scopes: list[str]
    redirect_uris: list[str]
    jwks_uri: str | None
    state: Literal['open', 'approved', 'returned']
    words: str | None
    asked_at: AwareDatetime
    decided_at: AwareDatetime | None


class Confidentiality(BaseModel):
    """
    The days of the training and of the signed code of confidentiality. Without both, no scope for referrals works.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    trained_on: date | None
    code_signed_on: date | None


class InvitedPerson(BaseModel):
    """
    An account with a new invitation.
    """

    account_id: UUID
    """
    Opaque; what tokens, logs and events say.
    """
    name: str
    """
    The sign-in name.
    """
    kind: Literal['sandbox', 'live', 'emergency']
    status: Literal['invited', 'active', 'suspended']
    suspended_by: list[Literal['administrator', 'organization']]
    organization_id: UUID
    organization_name: str
    organization_kind: str
    governorates: list[str]
    roles: list[str]
    cleared: bool
    language: Literal['ar', 'ckb', 'en']
    trained_on: date | None
    code_signed_on: date | None
    version: int
    changed_at: AwareDatetime
    created_at: AwareDatetime
    invitation: str | None = None
    """
    The link at which she chooses a password: told this once, good for three days, for her alone.
    """


class Key(BaseModel):
    """
    One of a client's keys.
    """

    kid: str
    thumbprint: str
    """
    RFC 7638; names the key in an address too, for a kid that no address can hold.
    """
    kty: str
    algorithms: list[str]
    added_at: AwareDatetime | None
    ends_at: AwareDatetime | None
    used_at: AwareDatetime | None
    """
    When it last proved the client, to the minute; null: never.
    """


class Keys(BaseModel):
    """
    All keys of a client.
    """

    items: list[Key]


class NewClient(BaseModel):
    """
    A system that shall call. It proves itself in one way: by keys, keys at its address, a certificate that an authority signed
    for a name, certificates of its own (`x5c` of its keys), or in the sandbox a secret that we make.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    scopes: list[str]
    redirect_uris: list[str] | None = []
    """
    Where people come back to, to the letter. None: no people sign in here.
    """
    jwks_uri: str | None = None
    name: str
    """
    What you call the system; never a person's name.
    """
    kind: Literal['sandbox', 'live']
    jwks: dict[str, Any] | None = None
    mutual_tls: bool | None = False
    """
    The keys of `jwks` prove it by their certificates (`x5c`), not by signatures.
    """
    tls_subject_dn: str | None = None
    """
    As RFC 4514 writes it.
    """
    tls_san_dns: str | None = None
    with_secret: bool | None = False


class NewKey(BaseModel):
    """
    A further key; those there are stay good, or end on a day, so that a change of keys interrupts nothing.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    jwk: dict[str, Any]
    """
    One public key (RFC 7517).
    """
    others_end_at: AwareDatetime | None = None
    """
    When the keys there are now end, at most 90 days ahead.
    """


class NewPerson(BaseModel):
    """
    Somebody who shall be able to sign in. She chooses her password and second factor at the link that is answered.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    roles: list[str]
    governorates: list[str] | None = []
    """
    P-codes of governorates.
    """
    cleared: bool | None = False
    """
    May see restricted cases; only people of cleared organisations.
    """
    name: SecretStr
    """
    Her sign-in name, 3 to 100 characters without spaces. It is stored sealed.
    """
    organization_id: UUID | None = None
    """
    Another organisation that you are the operator of; without it your own.
    """
    kind: Literal['sandbox', 'live'] | None = 'live'
    """
    For trials a password is enough.
    """
    language: Literal['ar', 'ckb', 'en'] | None = 'ar'


class PageOfCall(BaseModel):
    items: list[Call]


class PageOfClient(BaseModel):
    items: list[Client]


class PageOfClientRequest(BaseModel):
    items: list[ClientRequest]


class Person(BaseModel):
    """
    An account.
    """

    account_id: UUID
    """
    Opaque; what tokens, logs and events say.
    """
    name: str
    """
    The sign-in name.
    """
    kind: Literal['sandbox', 'live', 'emergency']
    status: Literal['invited', 'active', 'suspended']
    suspended_by: list[Literal['administrator', 'organization']]
    organization_id: UUID
    organization_name: str
    organization_kind: str
    governorates: list[str]
    roles: list[str]
    cleared: bool
    language: Literal['ar', 'ckb', 'en']
    trained_on: date | None
    code_signed_on: date | None
    version: int
    changed_at: AwareDatetime
    created_at: AwareDatetime


class PersonConfidentiality(BaseModel):
    """
    The days of the training and of the signed code of confidentiality. Without both, no scope for cases works.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    trained_on: date | None
    code_signed_on: date | None


class RegisteredClient(BaseModel):
    """
    A new client, and its secret this once: it is not kept, and a repeated request does not get it.
    """

    client_id: str
    organization_id: UUID
    name: str
    kind: Literal['sandbox', 'live']
    status: Literal['pending', 'active', 'suspended', 'revoked']
    suspended_by: list[Literal['operator', 'organization', 'directory']]
    scopes: list[str]
    """
    The most a token can hold.
    """
    roles: list[str]
    redirect_uris: list[str]
    first_party: bool
    cleared: bool
    auth_method: str
    jwks_uri: str | None
    tls_subject_dn: str | None
    tls_san_dns: str | None
    trained_on: date | None
    code_signed_on: date | None
    version: int
    changed_at: AwareDatetime
    secret: str | None = None


class Returned(BaseModel):
    """
    What is missing or wrong, for the organisation.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    words: str


class Rights(BaseModel):
    """
    What somebody may do.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    roles: list[str]
    governorates: list[str] | None = []
    """
    P-codes of governorates.
    """
    cleared: bool | None = False
    """
    May see restricted cases; only people of cleared organisations.
    """


class Secret(BaseModel):
    """
    A new secret, this once; null in the answer to a repeated request.
    """

    client_id: str
    secret: str | None = None


class UsageOfDay(BaseModel):
    """
    What one client called in one day by one route.
    """

    calls: int
    refused: int
    """
    Of these: answered with 4xx.
    """
    failed: int
    """
    Of these: answered with 5xx, or not at all.
    """
    bytes_in: int
    bytes_out: int
    milliseconds: float
    """
    All together.
    """
    day: date
    """
    UTC
    """
    client_id: str
    """
    Empty: nobody, on public routes.
    """
    organization_id: UUID | None
    service: str
    """
    Empty: the gateway's own addresses, and what was none of ours.
    """
    version: str
    method: str
    route: str
    deprecated: bool
    """
    Whether the route was about to go when it was called.
    """


class UsageOfVersion(BaseModel):
    """
    What one client called of one version of an API in a span of days: who still needs what is about to go.
    """

    calls: int
    refused: int
    """
    Of these: answered with 4xx.
    """
    failed: int
    """
    Of these: answered with 5xx, or not at all.
    """
    bytes_in: int
    bytes_out: int
    milliseconds: float
    """
    All together.
    """
    client_id: str
    organization_id: UUID | None
    service: str
    version: str
    deprecated: bool
    last_on: date
    """
    The last day with a call, UTC.
    """


class PageOfPerson(BaseModel):
    items: list[Person]


class PageOfUsageOfDay(BaseModel):
    items: list[UsageOfDay]


class PageOfUsageOfVersion(BaseModel):
    items: list[UsageOfVersion]


get_clients: Listing[PageOfClient, Client] = Listing('GET', '/gateway/v1/clients', PageOfClient, ('cursor', 'limit', 'status'))
"""List your organisation's clients by id; an operator's administrator also those of the organisations it decides on."""
post_clients: Operation[NewClient, RegisteredClient] = Operation('POST', '/gateway/v1/clients', RegisteredClient)
"""Register a system of your organisation. It waits for your operator; a secret is told this once."""
get_clients_by_id: Operation[None, Client] = Operation('GET', '/gateway/v1/clients/{client_id}', Client)
"""Show one client."""
delete_clients_by_id: Operation[None, Client] = Operation('DELETE', '/gateway/v1/clients/{client_id}', Client)
"""End a client for good. What it did stays known under its id."""
get_clients_requests: Listing[PageOfClientRequest, ClientRequest] = Listing('GET', '/gateway/v1/clients/{client_id}/requests', PageOfClientRequest)
"""List what was asked for a client and what was decided, newest first, at most 50."""
post_clients_requests: Operation[Asked, ClientRequest] = Operation('POST', '/gateway/v1/clients/{client_id}/requests', ClientRequest)
"""Ask for other scopes or addresses: all that the client shall have. It goes on as it is until your operator decides."""
get_clients_keys: Operation[None, Keys] = Operation('GET', '/gateway/v1/clients/{client_id}/keys', Keys)
"""List a client's keys, and when each was used last."""
post_clients_keys: Operation[NewKey, Keys] = Operation('POST', '/gateway/v1/clients/{client_id}/keys', Keys)
"""Add a key beside those there are, which end when you say. No token ends by it."""
delete_clients_keys_by_kid: Operation[None, Client] = Operation('DELETE', '/gateway/v1/clients/{client_id}/keys/{kid}', Client)
"""Take a key away at once, named by its kid or its thumbprint. Every token of the client ends within a second."""
post_clients_secret: Operation[None, Secret] = Operation('POST', '/gateway/v1/clients/{client_id}/secret', Secret)
"""Replace a sandbox client's secret; the new one is told this once. Every token of the client ends within a second."""
put_clients_suspension: Operation[None, Client] = Operation('PUT', '/gateway/v1/clients/{client_id}/suspension', Client)
"""Give a client no tokens any more, and refuse those it has within a second; by whom is kept."""
delete_clients_suspension: Operation[None, Client] = Operation('DELETE', '/gateway/v1/clients/{client_id}/suspension', Client)
"""Let a client in again that you suspended; it needs a new token."""
put_clients_confidentiality: Operation[Confidentiality, Client] = Operation('PUT', '/gateway/v1/clients/{client_id}/confidentiality', Client)
"""Record the days of training and of the signed code of confidentiality: without both, no scope for referrals works."""
get_client_requests: Listing[PageOfClientRequest, ClientRequest] = Listing('GET', '/gateway/v1/client-requests', PageOfClientRequest, ('cursor', 'limit', 'state'))
"""List what organisations ask of you as their operator, oldest first."""
post_client_requests_approval: Operation[Approval, ClientRequest] = Operation('POST', '/gateway/v1/client-requests/{request_id}/approval', ClientRequest)
"""Give what was asked for, or less: the client may call from now on."""
post_client_requests_return: Operation[Returned, ClientRequest] = Operation('POST', '/gateway/v1/client-requests/{request_id}/return', ClientRequest)
"""Return it with words; the client stays as it is."""
get_accounts: Listing[PageOfPerson, Person] = Listing('GET', '/gateway/v1/accounts', PageOfPerson, ('cursor', 'limit'))
"""List the people of your organisation; as an operator's administrator also those of the organisations you decide on."""
post_accounts: Operation[NewPerson, InvitedPerson] = Operation('POST', '/gateway/v1/accounts', InvitedPerson)
"""Let somebody sign in. The link at which she chooses her password is told this once."""
get_accounts_by_id: Operation[None, Person] = Operation('GET', '/gateway/v1/accounts/{account_id}', Person)
"""Show one person's account."""
put_accounts_rights: Operation[Rights, Person] = Operation('PUT', '/gateway/v1/accounts/{account_id}/rights', Person)
"""Give somebody other roles, governorates or clearance. Tokens given before are refused within a second."""
put_accounts_confidentiality: Operation[PersonConfidentiality, Person] = Operation('PUT', '/gateway/v1/accounts/{account_id}/confidentiality', Person)
"""Record the days of training and of the signed code of confidentiality, as the operator."""
put_accounts_suspension: Operation[None, Person] = Operation('PUT', '/gateway/v1/accounts/{account_id}/suspension', Person)
"""Let somebody in no more: her sessions end, her tokens are refused within a second."""
delete_accounts_suspension: Operation[None, Person] = Operation('DELETE', '/gateway/v1/accounts/{account_id}/suspension', Person)
"""Let somebody in again; she signs in anew."""
delete_accounts_sessions: Operation[None, None] = Operation('DELETE', '/gateway/v1/accounts/{account_id}/sessions', None)
"""End all sessions of somebody, and the tokens given in them."""
post_accounts_invitation: Operation[None, InvitedPerson] = Operation('POST', '/gateway/v1/accounts/{account_id}/invitation', InvitedPerson)
"""Invite somebody anew who lost password or phone: both are forgotten, sessions end, the new link is told this once."""
get_access_log: Listing[PageOfCall, Call] = Listing('GET', '/gateway/v1/access-log', PageOfCall, ('client_id', 'cursor', 'limit', 'organization_id', 'since', 'status', 'until'))
"""List calls, the newest first: your organisation's; for an operator's auditor also those of whom it admitted, and of nobody."""
get_usage: Listing[PageOfUsageOfDay, UsageOfDay] = Listing('GET', '/gateway/v1/usage', PageOfUsageOfDay, ('client_id', 'cursor', 'deprecated', 'limit', 'organization_id', 'service', 'since', 'until', 'version'))
"""List what was called, in sums by day, client and route. Yours; for an operator's auditor also that of whom it admitted."""
get_usage_versions: Listing[PageOfUsageOfVersion, UsageOfVersion] = Listing('GET', '/gateway/v1/usage/versions', PageOfUsageOfVersion, ('client_id', 'deprecated', 'organization_id', 'service', 'since', 'until', 'version'))
"""List who calls which version of what, the most called first; with `deprecated=true`, who still needs what is about to go."""
