"""Who may call which route: the scopes."""

from typing import Annotated

from fastapi import Security
from ihala_kit.auth import Caller, caller, public_caller

Public = Annotated[Caller, Security(public_caller, scopes=[])]
Reading = Annotated[Caller, Security(caller, scopes=["directory:read"])]
Reserving = Annotated[Caller, Security(caller, scopes=["directory:reserve"])]
Writing = Annotated[Caller, Security(caller, scopes=["directory:write"])]
Administering = Annotated[Caller, Security(caller, scopes=["directory:admin"])]
