"""Who may call the routes about messages: the scopes, as FastAPI takes them."""

from typing import Annotated

from fastapi import Security
from ihala_kit.auth import Caller, caller

Reading = Annotated[Caller, Security(caller, scopes=["notify:read"])]
Calling = Annotated[Caller, Security(caller, scopes=["notify:calls"])]
