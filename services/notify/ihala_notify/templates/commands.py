"""The one change of a template: a new version, checked before it is kept; and previews, which change nothing."""

import difflib
from datetime import date, time

from ihala_contracts.notify_v1 import TemplateChanged
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.outbox import emit
from ihala_kit.problems import FieldError
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.channels.sms_text import TextTooLong, sms_of
from ihala_notify.laying import KINDS, Fact, Kind
from ihala_notify.quoting import LEFT_OUT_FIRST, quoted
from ihala_notify.templates import checks, store, words
from ihala_notify.templates import models as v1
from ihala_notify.templates.errors import FactsRefused, TemplateRefused
from ihala_notify.templates.samples import sample_facts
from ihala_notify.templates.tables import TemplateVersion
from ihala_notify.templates.valid import current, own_version
from ihala_notify.wording import FactMissing, Sentence, Template, Texts, plain_of

_WRITTEN_IN: tuple[Language, ...] = ("en", "ar", "ckb")


async def change(
    tx: AsyncSession, caller: Caller, name: str, body: v1.TemplateChange, version: int, hosts: frozenset[str]
) -> TemplateVersion:
    """Add a version in the operator's own words, or without any; emits TemplateChanged.

    Raises TemplateNotFound (404), Stale (412), TemplateRefused (422).
    """
    built_in, newest = store.built_in(caller, name), await store.newest_of(tx, caller, name)
    if version != (newest.version if newest else 0):
        raise Stale()
    texts = body.texts.texts() if body.texts else None
    _check(built_in, texts, body.why, hosts)
    row = TemplateVersion(
        operator_id=store.operator_of(caller), name=name, version=version + 1, sentences=plain_of(texts) if texts else None,
        built_in_version=built_in.version, author=caller.account_id or caller.acting_officer or caller.client_id,
        client_id=caller.client_id, why=body.why, created_at=now(tx),
    )  # fmt: skip
    await store.add(tx, row)
    emit(tx, TemplateChanged(organization_id=row.operator_id, code=name, revision=row.version, changed_at=row.created_at))
    return row


def _check(built_in: Template, texts: Texts | None, why: str, hosts: frozenset[str]) -> None:
    found = (
        [_error(f"#/texts{fault.pointer}", fault.code, fault.expected) for fault in checks.faults(built_in, texts, hosts)] if texts else []
    )
    codes = [set(words.faults_in(why, language, frozenset())) for language in _WRITTEN_IN]
    found += [_error("#/why", code, expected) for code, expected in sorted(set.intersection(*codes)) if code not in {"question"}]
    if found:
        raise TemplateRefused(errors=found)


async def preview(tx: AsyncSession, caller: Caller, name: str, body: v1.PreviewRequest, hosts: frozenset[str]) -> v1.Preview:
    """Return each language's text. Raises TemplateNotFound (404), TemplateRefused, FactsRefused (422)."""
    template = store.built_in(caller, name)
    if body.texts is None:
        template = await current(tx, store.operator_of(caller), name)
    else:
        _check(template, body.texts.texts(), "", hosts)
        template = checks.as_if(template, body.texts.texts())
    given = _facts(template, body)
    return v1.Preview(**{language: _shown(template, language, given) for language in _WRITTEN_IN})


def _shown(template: Template, language: Language, given: dict[str, Fact | None]) -> v1.PreviewText:
    try:
        filled = template.filled(language, sample_facts(language) | given)
    except FactMissing as error:
        raise FactsRefused(errors=[_error(f"#/facts/{error}", "fact_missing")]) from None
    try:
        sms = sms_of(filled.text)
    except TextTooLong:  # with facts that are much longer than usual
        raise FactsRefused(errors=[_error("#/facts", "too_many_sms", str(checks.MOST_PARTS))]) from None
    return v1.PreviewText(
        text=filled.text, left_out=list(filled.left_out), sms=v1.Sms(parts=len(sms.parts), letters=sms.letters, alphabet=sms.alphabet.value)
    )


def _facts(template: Template, body: v1.PreviewRequest) -> dict[str, Fact | None]:
    """Return the facts that were given, each as one of its kind. Raises FactsRefused (422)."""
    found, refused = dict[str, Fact | None](), list[dict[str, str]]()
    for name, value in body.facts.items():
        if name not in template.placeholders:
            refused.append(_error("#/facts" if name not in KINDS else f"#/facts/{name}", "fact_unknown"))
            continue
        try:
            found[name] = None if value is None else _of_kind(KINDS[name], value)
            if name in LEFT_OUT_FIRST:  # as when it is sent: what no message may say is left out
                found[name] = quoted(name, str(found[name] or ""))
        except ValueError:
            refused.append(_error(f"#/facts/{name}", "fact_malformed"))
    if refused:
        raise FactsRefused(errors=refused)
    return found


def _of_kind(kind: Kind, value: str | int) -> Fact:
    if kind is Kind.COUNT:
        if not 0 <= int(value) <= 1_000_000:
            raise ValueError
        return int(value)
    if kind in {Kind.DATE, Kind.TIME}:
        return (date if kind is Kind.DATE else time).fromisoformat(str(value))
    return str(value)


def _error(pointer: str, code: str, expected: str | None = None) -> dict[str, str]:
    return FieldError(pointer=pointer, code=code, expected=expected).model_dump(exclude_none=True)


def difference(built_in: Template, row: TemplateVersion, before: TemplateVersion | None) -> v1.Differences:
    """Return what a version changed against the one before it, or against the built-in text."""
    old = own_version(built_in, row.operator_id, before.version, before.sentences) if before else built_in
    new = own_version(built_in, row.operator_id, row.version, row.sentences)
    return v1.Differences(**{language: _between(old.sentences[language], new.sentences[language]) for language in _WRITTEN_IN})


def _between(old: tuple[Sentence, ...], new: tuple[Sentence, ...]) -> v1.Difference:
    steps = difflib.SequenceMatcher(a=list(map(repr, old)), b=list(map(repr, new)), autojunk=False).get_opcodes()
    changed = [step for step in steps if step[0] != "equal"]
    return v1.Difference(
        removed=[v1.shown(one) for _, a, b, _, _ in changed for one in old[a:b]],
        added=[v1.shown(one) for _, _, _, a, b in changed for one in new[a:b]],
    )
