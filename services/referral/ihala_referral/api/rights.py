"""The scopes that routes demand. Moves of several parties demand to read here; as whom the caller acts is found by its other scopes."""

from typing import Annotated

from fastapi import Security
from ihala_kit.auth import Caller, caller, public_caller

Reading = Annotated[Caller, Security(caller, scopes=["referral:read"])]
Answering = Annotated[Caller, Security(caller, scopes=["referral:answer"])]
Scheduling = Annotated[Caller, Security(caller, scopes=["referral:calendar"])]
Counting = Annotated[Caller, Security(caller, scopes=["referral:statistics"])]
Public = Annotated[Caller, Security(public_caller, scopes=[])]
Coordinating = Annotated[Caller, Security(caller, scopes=["referral:coordinate"])]
