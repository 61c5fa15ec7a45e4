"""Names in Java for names in JSON and in paths."""

import re

_RESERVED = frozenset(
    """abstract assert boolean break byte case catch char class const continue default do double else enum extends false final finally
    float for goto if implements import instanceof int interface long native new null package private protected public return short
    static strictfp super switch synchronized this throw throws transient true try void volatile while
    clone finalize getClass hashCode notify notifyAll toString wait""".split()  # noqa: SIM905  # the last line: no component of a record
)
_WORD = re.compile(r"[A-Za-z0-9]+")


def class_name(name: str) -> str:
    """Return a class's name: `Page_Referral_` is `PageReferral`."""
    found = "".join(word[0].upper() + word[1:] for word in _WORD.findall(name))
    return found if found[0].isalpha() else f"The{found}"


def member_name(name: str) -> str:
    """Return a field's or a parameter's name: `referral_id` is `referralId`, `class` is `class_`."""
    found = class_name(name)
    found = found[0].lower() + found[1:]
    return f"{found}_" if found in _RESERVED else found


def call_name(method: str, path: str) -> str:
    """Return a call's name, its method and the fixed parts of its path: POST /v1/referrals/{id}/acceptance is postReferralsAcceptance."""
    fixed = [part for part in path.removeprefix("/v1/").split("/") if not part.startswith("{")]
    return method + "".join(class_name(part) for part in fixed)


def documented(text: str, indent: str = "") -> str:
    """Return a text as Javadoc holds it: nothing in it is a tag."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;").replace("*/", "*&#47;")
    return safe.replace("\\", "&#92;").replace("\n", f"\n{indent} * ")


def sentences(*parts: str) -> str:
    """Return what is said of something as sentences, '' where nothing is."""
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in map(str.strip, parts) if part)
