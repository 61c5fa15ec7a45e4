"""When a phone may ring with a text, where the person named no hours of their own. Data with versions: data/messages_policy.json."""

import json
from functools import cache
from importlib.resources import files

from ihala_intake.details import Hours


@cache
def hours_of_texts() -> tuple[Hours, ...]:
    """Return when texts go out, in Iraq's time, by the newest version."""
    found = json.loads((files("ihala_intake") / "data" / "messages_policy.json").read_text("utf-8"))
    return (Hours.model_validate(max(found["versions"], key=lambda one: int(one["version"]))["texts"]),)
