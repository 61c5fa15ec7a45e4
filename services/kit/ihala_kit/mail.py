"""What counts as an e-mail address. Pure."""

import re
from typing import Final

LONGEST: Final = 254
# No quotes, no comments, no letters outside of ASCII, and so no line's end: nothing can be put into a header by an address.
ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


def is_address(text: str) -> bool:
    """Tell whether mail can be sent there, by its form."""
    return len(text) <= LONGEST and ADDRESS.fullmatch(text) is not None
