"""The gateway's own API: a FastAPI application of the kit, as every service has one, answered in this process.

Outside it is `/gateway/v1/…`. A call comes to it as to any other service: by the route table, `authorize()` and an internal token, so
scopes, problems, Idempotency-Key, If-Match and lists are the kit's. A room of the gateway that has routes adds its router here.
"""

from fastapi import APIRouter

from ihala_gateway.clients import api as clients
from ihala_gateway.staff import api as staff
from ihala_gateway.watching import api as watching

ROUTERS: list[APIRouter] = [clients.router, staff.router, watching.router]
