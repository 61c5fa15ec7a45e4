"""Writes what nginx puts on answers: the headers that the gateway's own have too, and the words for when the gateway is away."""

import json
from collections.abc import Sequence
from typing import get_args

from ihala_kit.problems import TYPE_PREFIX, ServiceUnavailable
from ihala_kit.words import Language

from ihala_gateway.seat.nginx import map_conf

Headers = Sequence[tuple[bytes, bytes]]

_PREFERRED = '"~*^[ ]*{0}(?:[-,; ]|$)" {0};'  # the first that is named: weights are for the gateway


def answers_conf(always: Headers) -> str:
    """Return maps for the `http` block: a header of `always` is added where the service's answer has none of that name."""
    added = [
        map_conf(f"$upstream_http_{_variable(name)}", f"$ihala_add_{_variable(name)}", [f'"" "{_text(value)}";']) for name, value in always
    ]
    others = [_PREFERRED.format(language) for language in get_args(Language) if language != "en"]
    language = map_conf("$http_accept_language", "$ihala_away_language", others, "en")
    words = [f"{language} '{_away(language)}';" for language in get_args(Language)]
    return "\n".join([*added, language, map_conf("$ihala_away_language", "$ihala_away", words), ""])


def guarding_conf(always: Headers) -> str:
    """Return what adds them, for each `location` that adds any."""
    return "".join(f"add_header {name.decode('ascii').title()} $ihala_add_{_variable(name)} always;\n" for name, _ in always)


def _variable(name: bytes) -> str:
    return name.decode("ascii").replace("-", "_")


def _text(value: bytes) -> str:
    text = value.decode("ascii")
    assert not set(text) & set('"\\$'), "nginx would read it as its own"
    return text


def _away(language: Language) -> str:
    """Return the problem document; nginx fills in the request's id."""
    document = {
        "type": TYPE_PREFIX + ServiceUnavailable.slug,
        "title": ServiceUnavailable.title.spoken(language),
        "status": ServiceUnavailable.status,
        "instance": "urn:ihala:request:$ihala_request_id",
    }
    text = json.dumps(document, ensure_ascii=False)
    assert "'" not in text, "nginx would end its text there"
    return text
