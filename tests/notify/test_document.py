"""notify's OpenAPI document names every route with the scope that it needs."""

from ihala_kit.http import openapi_document
from ihala_notify.app import Notify

SCOPES_OF_ROUTES = {
    "GET /v1/events": ["events:read"],
    "POST /v1/subscriptions": ["notify:subscribe"],
    "GET /v1/subscriptions": ["notify:subscribe"],
    "GET /v1/subscriptions/{subscription_id}": ["notify:subscribe"],
    "PATCH /v1/subscriptions/{subscription_id}": ["notify:subscribe"],
    "DELETE /v1/subscriptions/{subscription_id}": ["notify:subscribe"],
    "POST /v1/subscriptions/{subscription_id}/pause": ["notify:subscribe"],
    "POST /v1/subscriptions/{subscription_id}/resume": ["notify:subscribe"],
    "GET /v1/subscriptions/{subscription_id}/events": ["events:read"],
    "POST /v1/subscriptions/{subscription_id}/test": ["notify:subscribe"],
    "GET /v1/subscriptions/{subscription_id}/webhook": ["notify:subscribe"],
    "PATCH /v1/subscriptions/{subscription_id}/webhook": ["notify:subscribe"],
    "GET /v1/subscriptions/{subscription_id}/keys": ["notify:subscribe"],
    "POST /v1/subscriptions/{subscription_id}/keys/rotate": ["notify:subscribe"],
    "POST /v1/subscriptions/{subscription_id}/replay": ["notify:subscribe"],
    "GET /v1/deliveries": ["notify:subscribe"],
    "GET /v1/deliveries/{delivery_id}": ["notify:subscribe"],
    "POST /v1/deliveries/{delivery_id}/redeliver": ["notify:subscribe"],
    "GET /v1/calls": ["notify:calls"],
    "GET /v1/calls/{call_id}": ["notify:calls"],
    "GET /v1/calls/{call_id}/pdf": ["notify:calls"],
    "POST /v1/calls/{call_id}/take": ["notify:calls"],
    "POST /v1/calls/{call_id}/result": ["notify:calls"],
    "GET /v1/messages": ["notify:read"],
    "GET /v1/messages/waiting": ["notify:read"],
    "POST /v1/messages/{message_id}/resend": ["notify:calls"],
    "GET /v1/message-statistics": ["notify:read"],
    "GET /v1/messages/{message_id}": ["notify:read"],
    "POST /v1/messages": ["notify:send"],
    "GET /v1/digests": ["events:read"],
    "PUT /v1/digests": ["events:read"],
    "DELETE /v1/digests": ["events:read"],
    "POST /v1/digests/confirmation": ["events:read"],
    "GET /v1/digests/stop/{token}": [],
    "POST /v1/digests/stop/{token}": [],
    "POST /v1/letters": ["notify:letters"],
    "GET /v1/letters": ["notify:letters"],
    "GET /v1/letters/by-code/{code}": ["notify:letters"],
    "GET /v1/letters/{letter_id}": ["notify:letters"],
    "GET /v1/letters/{letter_id}/pdf": ["notify:letters"],
    "POST /v1/letters/{letter_id}/pdf": ["notify:letters"],
    "POST /v1/letters/{letter_id}/use": ["notify:letters"],
    "POST /v1/letters/{letter_id}/revoke": ["notify:letters"],
    "GET /v1/slips/{code}": [],
    "GET /v1/templates": ["notify:read"],
    "GET /v1/templates/{name}": ["notify:read"],
    "GET /v1/templates/{name}/versions": ["notify:read"],
    "POST /v1/templates/{name}/versions": ["notify:admin"],
    "POST /v1/templates/{name}/preview": ["notify:read"],
}


def test_the_document_names_every_route_with_its_scope(service: Notify) -> None:
    document = openapi_document(service)
    scopes = {
        f"{method.upper()} {path}": operation["security"][0]["oauth2"] if operation["security"] else []
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert scopes == SCOPES_OF_ROUTES
