"""The API of notify, version 1: its models and operations.

Written by `make clients-python` from the contracts; do not edit.
"""
from __future__ import annotations

from ihala_client.operation import Listing, Operation

from datetime import date as date_aliased
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Attempt(BaseModel):
    """
    One request of a delivery.
    """

    number: int
    at: AwareDatetime
    status: int | None
    reason: str | None
    took_ms: int
    head: str | None
    """
    The beginning of the answer: at most 200 signs, long numbers and addresses masked.
    """


class Call(BaseModel):
    """
    One call to make about one need. Never a number: that is read in intake, by who may.
    """

    id: UUID
    need_id: UUID
    reason: Literal['wishes_a_call', 'wishes_a_slip', 'no_way', 'no_receipt', 'late', 'not_delivered']
    """
    Why somebody calls: the person's wish, or why the first message did not arrive. wishes_a_slip: there is no phone to call; print what there is to say (`/v1/calls/{call_id}/pdf`) and hand it over when the person next comes.
    """
    urgency: Literal['emergency', 'urgent', 'routine']
    state: Literal['open', 'taken', 'done', 'given_up', 'dropped']
    """
    dropped: there is nothing to say any more, since the need ended or the message was sent again.
    """
    result: str | None
    """
    Of the last call; of a dropped one `overtaken` or `sent_again`.
    """
    tries: int
    """
    Calls that reached nobody, so far.
    """
    due_at: AwareDatetime | None
    """
    When somebody should have called; of a slip: until when the person should have come, then look for another way. Empty once it has ended.
    """
    taken_by: str | None
    """
    The officer, as her client names her. Another may take it after two hours.
    """
    taken_at: AwareDatetime | None
    opened_at: AwareDatetime
    ended_at: AwareDatetime | None
    version: int
    """
    For If-Match. It also grows when there is more to say.
    """


class CallResult(BaseModel):
    """
    What came of a call.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    result: Literal['reached', 'handed_over', 'not_reached', 'wrong_number', 'asked_not_to_call']
    """
    `not_reached` three times and `wrong_number` give the call up: the coordinator decides. After `asked_not_to_call` no call is opened for this need any more. `handed_over`: the slip was, to a person without a phone.
    """


class CloudEvent(BaseModel):
    """
    One event as your organisation may see it (CloudEvents 1.0, JSON). It may come twice: know it by `id`.

    `sequence` is the position in your organisation's feed: 1, 2, 3, … without a gap. Where a subscription filters by type, positions
    are left out. What one `source` says about one `subject` comes in the order in which it happened; between sources nothing is promised:
    `time` says what was first, `referral_version` in `data` which move of a referral is newer. `data` holds ids, codes and times; ask the
    API, with its rights, for more.
    """

    specversion: Literal['1.0'] = '1.0'
    id: UUID
    source: str
    type: str
    subject: str
    """
    The id of what it is about: a referral, a need, a service, …
    """
    time: AwareDatetime | None = None
    """
    When it happened; absent where you may not know that.
    """
    datacontenttype: Literal['application/json'] = 'application/json'
    dataschema: str | None = None
    """
    Name and version of the schema of `data`. Of two versions that are written beside each other you receive the older.
    """
    sequence: int
    data: dict[str, Any]


class Confirmation(BaseModel):
    """
    The code that was mailed.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    code: str
    """
    Six digits; spaces do not matter.
    """


class Delivery(BaseModel):
    """
    One event brought, or to be brought, to a webhook's address. Kept 30 days.
    """

    id: UUID
    subscription_id: UUID
    event_id: UUID
    """
    The event's id, and `webhook-id` of each request.
    """
    type: str
    subject: str
    sequence: int | None
    """
    The event's place in your feed; absent of a test.
    """
    replay: bool
    """
    It was asked for: a replay, a redelivery or a test.
    """
    state: Literal['waiting', 'delivered', 'failed']
    attempts: int
    status: int | None
    """
    HTTP status of the last request.
    """
    reason: str | None
    """
    Code: why the last request failed: `timeout`, `unreachable`, `name_unknown`, `certificate_refused`, `tls_failed`, `connection_lost`, `address_refused`, `redirected`, `answer_malformed`, `status_503` …; `too_old` when the event is no longer kept; `not_wanted` when the subscription's filters leave it out by now; of a test `client_may_not_read` when nothing is sent for its client.
    """
    begun_at: AwareDatetime
    next_at: AwareDatetime | None
    """
    When it is tried again.
    """
    settled_at: AwareDatetime | None


class DeliveryDetails(BaseModel):
    """
    A delivery with its last hundred requests, newest first.
    """

    id: UUID
    subscription_id: UUID
    event_id: UUID
    """
    The event's id, and `webhook-id` of each request.
    """
    type: str
    subject: str
    sequence: int | None
    """
    The event's place in your feed; absent of a test.
    """
    replay: bool
    """
    It was asked for: a replay, a redelivery or a test.
    """
    state: Literal['waiting', 'delivered', 'failed']
    attempts: int
    status: int | None
    """
    HTTP status of the last request.
    """
    reason: str | None
    """
    Code: why the last request failed: `timeout`, `unreachable`, `name_unknown`, `certificate_refused`, `tls_failed`, `connection_lost`, `address_refused`, `redirected`, `answer_malformed`, `status_503` …; `too_old` when the event is no longer kept; `not_wanted` when the subscription's filters leave it out by now; of a test `client_may_not_read` when nothing is sent for its client.
    """
    begun_at: AwareDatetime
    next_at: AwareDatetime | None
    """
    When it is tried again.
    """
    settled_at: AwareDatetime | None
    tries: list[Attempt]


class Events(BaseModel):
    """
    What follows a cursor, oldest first. Ask again with `after` = `cursor`, also when nothing came.
    """

    events: list[CloudEvent]
    cursor: str
    """
    Opaque. Good for 30 days, for every client of your organisation.
    """


class Forms(BaseModel):
    """
    One sentence for each form of number that the language has (CLDR): Arabic all six, English and Kurdish `one` and `other`.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    zero: str | None = None
    one: str | None = None
    two: str | None = None
    few: str | None = None
    many: str | None = None
    other: str


class IssuedLetter(BaseModel):
    """
    A new letter with its code, as it is printed under the square.
    """

    id: UUID
    kind: Literal['support_letter', 'referral_slip']
    need_id: UUID
    referral_id: UUID | None
    language: Literal['ar', 'ckb', 'en']
    shows: Literal['full', 'plain', 'bare']
    """
    full: with who helps and where. plain: without. bare: neither need, name, provider nor date.
    """
    state: Literal['valid', 'used', 'revoked', 'ended', 'expired']
    """
    ended: the need or the referral is over, the need is another operator's, or it shows more than may be shown by now.
    """
    issued_at: AwareDatetime
    issued_by: str
    valid_until: AwareDatetime
    used_at: AwareDatetime | None
    used_by: str | None
    revoked_at: AwareDatetime | None
    revoked_by: str | None
    version: int
    code: str


class Key(BaseModel):
    """
    A key that signs a webhook's requests (Standard Webhooks). Several are good while one replaces another.
    """

    kid: str
    kind: Literal['hmac', 'ed25519']
    public: str | None
    """
    Of ed25519: `whpk_…`, with which `v1a` signatures are checked.
    """
    created_at: AwareDatetime
    valid_until: AwareDatetime | None
    """
    Until when it still signs beside its successor; absent of the newest.
    """


class Letter(BaseModel):
    """
    A letter as its office sees it. Neither who carries it nor its code is kept.
    """

    id: UUID
    kind: Literal['support_letter', 'referral_slip']
    need_id: UUID
    referral_id: UUID | None
    language: Literal['ar', 'ckb', 'en']
    shows: Literal['full', 'plain', 'bare']
    """
    full: with who helps and where. plain: without. bare: neither need, name, provider nor date.
    """
    state: Literal['valid', 'used', 'revoked', 'ended', 'expired']
    """
    ended: the need or the referral is over, the need is another operator's, or it shows more than may be shown by now.
    """
    issued_at: AwareDatetime
    issued_by: str
    valid_until: AwareDatetime
    used_at: AwareDatetime | None
    used_by: str | None
    revoked_at: AwareDatetime | None
    revoked_by: str | None
    version: int


class LetterRequest(BaseModel):
    """
    Which letter is wanted. No name: that is given when the sheet is printed, and kept nowhere.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['support_letter', 'referral_slip']
    need_id: UUID
    referral_id: UUID | None = None
    """
    Of a slip: for which accepted referral. Without: the newest one.
    """
    language: Literal['ar', 'ckb', 'en']
    """
    In which the person, or who helps, reads.
    """
    asked_for: bool | None = False
    """
    The person asked for it and knows that others may find it. A restricted need has no slip without that, and a protected one none that says who helps.
    """


class MessageFigure(BaseModel):
    """
    How many messages ended on one day. What is not listed is nothing.
    """

    day: date_aliased
    """
    On which they arrived, failed or were cancelled, in Iraq.
    """
    by: Literal['total', 'channel', 'route', 'language', 'template']
    category: str
    """
    Of what: a channel, a route (`sms/one`), a language, a template; empty for all, `none` where unknown.
    """
    status: str
    """
    delivered, temporary-failure, permanent-failure, technical-failure, cancelled; empty for all.
    """
    count: int | None
    """
    Empty where it is hidden.
    """
    hidden: bool
    """
    There were some, but they are few, or would tell how few others were.
    """


class MessageFigures(BaseModel):
    """
    Figures in the order of day, category and status. None is about a restricted need.
    """

    items: list[MessageFigure]
    smallest_count: int | None = 5
    """
    Smaller counts are hidden.
    """


class NewKey(BaseModel):
    """
    A new key. Of hmac, `secret` is told only here.
    """

    kid: str
    kind: Literal['hmac', 'ed25519']
    public: str | None
    """
    Of ed25519: `whpk_…`, with which `v1a` signatures are checked.
    """
    created_at: AwareDatetime
    valid_until: AwareDatetime | None
    """
    Until when it still signs beside its successor; absent of the newest.
    """
    secret: str | None
    """
    Of hmac: `whsec_…`, with which `v1` signatures are checked. Keep it like a password.
    """


class NewSubscription(BaseModel):
    """
    A subscription with the cursor from which it begins: list what is open, then follow from here.
    """

    id: UUID
    kind: Literal['feed']
    """
    What is followed: always your organisation's feed.
    """
    way: str | None = 'feed'
    """
    How its events come: feed or webhook.
    """
    types: list[str] | None
    governorates: list[str] | None = None
    services: list[UUID] | None = None
    roles: list[str] | None = None
    state: str | None = 'active'
    """
    active, degraded (what it is sent to fails), paused or disabled.
    """
    reason: str | None = None
    """
    Code: why it is not active: `by_owner`, `by_operator`, `client_may_not_read`, `receiver_gone`, `failing`, `too_many_refused` (the rest is sent all the same), `failed_for_days`.
    """
    since: AwareDatetime | None = None
    """
    Since when it is in this state.
    """
    created_at: AwareDatetime
    cursor: str
    key: NewKey | None = None
    """
    Of a webhook: the key that signs its requests. Its secret is told only here.
    """


class PageOfCall(BaseModel):
    items: list[Call]


class PageOfDelivery(BaseModel):
    items: list[Delivery]


class PageOfKey(BaseModel):
    items: list[Key]


class PageOfLetter(BaseModel):
    items: list[Letter]


class Placeholder(BaseModel):
    """
    What a template may name.
    """

    name: str
    kind: Literal['text', 'phone', 'reference', 'date', 'time', 'count']
    """
    What a placeholder stands for.
    """
    optional: bool
    """
    Its sentence is left out where it is not known; nothing is sent without any other.
    """
    given_by_you: bool
    """
    Whoever sends the message by hand gives it; all else is known.
    """


class PluralSentence(BaseModel):
    """
    A sentence whose form a number decides.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    by: str
    """
    The placeholder that is the number.
    """
    forms: Forms


class Printing(BaseModel):
    """
    What is printed for this once.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    bearer: str | None = None
    """
    Who carries it; kept nowhere. Without: a line to write on by hand.
    """


class Replay(BaseModel):
    """
    What is sent again, behind what is new: under the same ids, marked `ihalareplay`.
    """

    events: int
    """
    How many events of your feed are looked through; the subscription's filters hold.
    """


class ReplayRequest(BaseModel):
    """
    From when on events are to be sent again.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    since: AwareDatetime
    """
    Events that came into your feed at this instant or later; at most 30 days are kept.
    """


class Rotation(BaseModel):
    """
    A new key for a webhook.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['hmac', 'ed25519'] | None = None
    """
    Without it, of the kind that the newest key has.
    """
    overlap_hours: int | None = 24
    """
    How long the older keys sign beside it.
    """


class Sms(BaseModel):
    """
    What it takes as SMS.
    """

    parts: int
    letters: int
    """
    As the alphabet counts them.
    """
    alphabet: Literal['gsm-7', 'ucs-2']


class Subscription(BaseModel):
    """
    A subscription of your organisation.
    """

    id: UUID
    kind: Literal['feed']
    """
    What is followed: always your organisation's feed.
    """
    way: str | None = 'feed'
    """
    How its events come: feed or webhook.
    """
    types: list[str] | None
    governorates: list[str] | None = None
    services: list[UUID] | None = None
    roles: list[str] | None = None
    state: str | None = 'active'
    """
    active, degraded (what it is sent to fails), paused or disabled.
    """
    reason: str | None = None
    """
    Code: why it is not active: `by_owner`, `by_operator`, `client_may_not_read`, `receiver_gone`, `failing`, `too_many_refused` (the rest is sent all the same), `failed_for_days`.
    """
    since: AwareDatetime | None = None
    """
    Since when it is in this state.
    """
    created_at: AwareDatetime


class SubscriptionChange(BaseModel):
    """
    What is to be different: a filter that is named is replaced, with null it is taken away; the others stay.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    types: list[str] | None = None
    """
    Types of events; without it, everything your organisation may see.
    """
    governorates: list[str] | None = None
    """
    P-codes. Only what your organisation was told to belong there; what belongs nowhere is left out.
    """
    services: list[UUID] | None = None
    """
    Services of your organisation; needs `referral:read`.
    """
    roles: list[Literal['origin', 'provider', 'operator']] | None = None
    """
    Your organisation's own part in what happens.
    """


class SubscriptionRequest(BaseModel):
    """
    What to follow.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    types: list[str] | None = None
    """
    Types of events; without it, everything your organisation may see.
    """
    governorates: list[str] | None = None
    """
    P-codes. Only what your organisation was told to belong there; what belongs nowhere is left out.
    """
    services: list[UUID] | None = None
    """
    Services of your organisation; needs `referral:read`.
    """
    roles: list[Literal['origin', 'provider', 'operator']] | None = None
    """
    Your organisation's own part in what happens.
    """
    kind: Literal['feed', 'webhook'] | None = 'feed'
    url: str | None = None
    """
    Of a webhook: a public https address. No redirect is followed.
    """
    ordered: bool | None = None
    """
    Of a webhook: events of one subject one after another. Else they come as fast as they are taken.
    """
    key: Literal['hmac', 'ed25519'] | None = 'hmac'
    """
    Of a webhook: hmac signs `v1`, ed25519 signs `v1a` (Standard Webhooks).
    """


class TemplateSummary(BaseModel):
    """
    One template, as your people are told it now.
    """

    name: str
    version: int
    """
    Of your own versions the newest, 0 where there is none. Its ETag.
    """
    words: Literal['built-in', 'own']
    """
    Whose words hold now.
    """
    built_in_version: int
    """
    Of the built-in text.
    """
    by_hand: bool
    """
    You may send it to a person yourself (`POST /v1/messages`); the others are sent by events.
    """
    useful_for_hours: int
    """
    How long after its event it is still sent.
    """
    changed_at: AwareDatetime | None = None
    """
    When your newest version was made.
    """


class TemplateTexts(BaseModel):
    """
    Sentences in the three languages. One that names what is not known is left out, where that may be.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    ar: list[str | PluralSentence]
    ckb: list[str | PluralSentence]
    en: list[str | PluralSentence]


class Text(BaseModel):
    """
    One text in three languages.
    """

    en: str
    ar: str
    ckb: str


class Values(BaseModel):
    """
    What the template asks of you (`placeholders` with `given_by_you`).
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    date: date_aliased | None = None
    """
    A day, as Iraq's calendar has it: not past, within a year.
    """
    time: str | None = None
    """
    Iraq's time, HH:MM; with a date.
    """
    count: int | None = None


class WaitingMessages(BaseModel):
    """
    Some messages that are not settled.
    """

    state: Literal['waiting', 'sending', 'awaiting_receipt']
    """
    waiting: to be tried, or tried again. awaiting_receipt: a route took them and has not said what became of them.
    """
    channel: str
    """
    `none` where none was chosen yet.
    """
    route: str | None
    count: int
    oldest_queued_at: AwareDatetime
    next_at: AwareDatetime | None
    """
    When the first of them is tried, taken over, or counted as lost.
    """


class WebhookChange(BaseModel):
    """
    What is to be different; what is not named stays.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    url: str | None = None
    """
    Of a webhook: a public https address. No redirect is followed.
    """
    ordered: bool | None = None
    """
    Of a webhook: events of one subject one after another. Else they come as fast as they are taken.
    """


class WebhookDetails(BaseModel):
    """
    Where and how a webhook is delivered, and how its receiver fares.
    """

    url: str
    ordered: bool
    failures: int
    """
    In a row. After five only the oldest delivery is tried, until one comes through.
    """
    failing_since: AwareDatetime | None


class Difference(BaseModel):
    """
    What a version changed in one language.
    """

    removed: list[str | PluralSentence]
    added: list[str | PluralSentence]


class Differences(BaseModel):
    """
    What a version changed, against the one before it; the first against the built-in text.
    """

    ar: Difference
    ckb: Difference
    en: Difference


class Digest(BaseModel):
    """
    Your wish, as it stands. Its ETag is its version; that of `none` is "0".
    """

    state: Literal['none', 'unconfirmed', 'active']
    reason: str | None = None
    """
    Code: why there is none any more.
    """
    email: str | None = None
    """
    Your address, as far as you need it to know it again.
    """
    language: Literal['ar', 'ckb', 'en'] | None = None
    kinds: list[Literal['escalation', 'new_offer', 'deadline_near', 'question', 'answer', 'withdrawal', 'capacity_old']] | None = (
        None
    )
    governorates: list[str] | None = None
    daily_at: str | None = None
    at_once: bool | None = False
    next_at: AwareDatetime | None = None
    """
    When the next daily one is due.
    """
    tries_left: int | None = None
    """
    How often a wrong code may still be given.
    """


class DigestWish(BaseModel):
    """
    What you want to hear by e-mail, and when. Only references and links are sent, and nothing where there is nothing.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    email: str
    """
    Your own; a code is mailed to confirm it.
    """
    language: Literal['ar', 'ckb', 'en']
    kinds: list[Literal['escalation', 'new_offer', 'deadline_near', 'question', 'answer', 'withdrawal', 'capacity_old']] | None = (
        None
    )
    """
    Without it, all.
    """
    governorates: list[str] | None = None
    """
    P-codes. Only what your organisation was told to belong there; what belongs nowhere is left out.
    """
    daily_at: str | None = None
    """
    Iraq's time; without it no daily one.
    """
    at_once: bool | None = False
    """
    Escalations when they happen, and then not in the daily one.
    """


class Message(BaseModel):
    """
    What became of one message to a person. Never its text, and never where it went.
    """

    id: UUID
    need_id: UUID
    referral_id: UUID | None
    template: str
    template_version: int | None
    state: Literal['waiting', 'sending', 'delivered', 'failed', 'dropped']
    """
    sending: also while the network has not confirmed it. delivered: confirmed, or taken by a route that confirms nothing.
    """
    reason: str | None
    """
    Why it failed, was dropped, or waits to be tried again.
    """
    said: Literal['full', 'neutral'] | None
    """
    neutral: only that there is news, and whom to call.
    """
    language: str | None
    channel: str | None
    attempts: int
    queued_at: AwareDatetime
    settled_at: AwareDatetime | None
    status: Literal['created', 'sending', 'delivered', 'temporary-failure', 'permanent-failure', 'technical-failure', 'cancelled'] | None = (
        None
    )
    """
    How it stands, more finely than `state`: which kind of failure it was.
    """
    explanation: Text | None = None
    """
    `status` in plain words.
    """
    route: str | None = None
    """
    Which of the channel's routes took it.
    """
    parts: int | None = None
    """
    How many SMS it took.
    """
    words: Literal['built-in', 'own'] | None = None
    """
    Whose `template_version` it was: the built-in text's, or your own (`/v1/templates`).
    """
    handed_over_at: AwareDatetime | None = None
    """
    When the route took it. Its receipt may come for 72 hours.
    """


class MessageRequest(BaseModel):
    """
    A message to the person behind a need. Language, channel and how much it says are the person's choice, known only at sending.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    need_id: UUID
    template: str
    values: Values | None = None


class PageOfMessage(BaseModel):
    items: list[Message]


class PageOfSubscription(BaseModel):
    items: list[Subscription]


class PageOfTemplateSummary(BaseModel):
    items: list[TemplateSummary]


class PreviewRequest(BaseModel):
    """
    What to show: texts that are not kept yet, or those that hold now; with facts of your own, or samples.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    texts: TemplateTexts | None = None
    """
    Checked as when they are kept.
    """
    facts: dict[str, str | int | None] | None = None
    """
    By placeholder, instead of samples; null for what is not known.
    """


class PreviewText(BaseModel):
    """
    One language's text as it would be sent.
    """

    text: str
    left_out: list[str]
    """
    Placeholders that are not known: their sentences are left out.
    """
    sms: Sms


class Said(BaseModel):
    """
    One message that did not arrive.
    """

    message_id: UUID
    template: str
    queued_at: AwareDatetime
    to_the_person: Text | None
    """
    To be read aloud once it is sure who listens. Empty for protected and restricted needs, and while a fact is unknown.
    """


class TemplateChange(BaseModel):
    """
    New texts in all three languages, or the built-in ones again.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    texts: TemplateTexts | None = None
    """
    Left out with `built_in`.
    """
    built_in: bool | None = False
    """
    The built-in texts hold again, also when they change with a new release.
    """
    why: str
    """
    For who asks later. No names, no numbers.
    """


class TemplateDetails(BaseModel):
    """
    One template with its texts.
    """

    name: str
    version: int
    """
    Of your own versions the newest, 0 where there is none. Its ETag.
    """
    words: Literal['built-in', 'own']
    """
    Whose words hold now.
    """
    built_in_version: int
    """
    Of the built-in text.
    """
    by_hand: bool
    """
    You may send it to a person yourself (`POST /v1/messages`); the others are sent by events.
    """
    useful_for_hours: int
    """
    How long after its event it is still sent.
    """
    changed_at: AwareDatetime | None = None
    """
    When your newest version was made.
    """
    texts: TemplateTexts
    placeholders: list[Placeholder]


class TemplateVersion(BaseModel):
    """
    One of your own versions: who changed what, and why.
    """

    version: int
    built_in: bool
    """
    It took your own words away: the built-in ones held again.
    """
    built_in_version: int
    """
    Of the built-in text at that time.
    """
    author: str
    """
    The officer's account or opaque sign, as known to the gateway; else the client.
    """
    client_id: str
    why: str
    created_at: AwareDatetime
    texts: TemplateTexts
    difference: Differences


class Waiting(BaseModel):
    """
    All of an operator's messages that are not settled; of more than `counted_up_to` the oldest.
    """

    oldest_queued_at: AwareDatetime | None
    count: int
    counted_up_to: int
    items: list[WaitingMessages]


class CallDetails(BaseModel):
    """
    A call with what to say in it.
    """

    id: UUID
    need_id: UUID
    reason: Literal['wishes_a_call', 'wishes_a_slip', 'no_way', 'no_receipt', 'late', 'not_delivered']
    """
    Why somebody calls: the person's wish, or why the first message did not arrive. wishes_a_slip: there is no phone to call; print what there is to say (`/v1/calls/{call_id}/pdf`) and hand it over when the person next comes.
    """
    urgency: Literal['emergency', 'urgent', 'routine']
    state: Literal['open', 'taken', 'done', 'given_up', 'dropped']
    """
    dropped: there is nothing to say any more, since the need ended or the message was sent again.
    """
    result: str | None
    """
    Of the last call; of a dropped one `overtaken` or `sent_again`.
    """
    tries: int
    """
    Calls that reached nobody, so far.
    """
    due_at: AwareDatetime | None
    """
    When somebody should have called; of a slip: until when the person should have come, then look for another way. Empty once it has ended.
    """
    taken_by: str | None
    """
    The officer, as her client names her. Another may take it after two hours.
    """
    taken_at: AwareDatetime | None
    opened_at: AwareDatetime
    ended_at: AwareDatetime | None
    version: int
    """
    For If-Match. It also grows when there is more to say.
    """
    reference: str | None
    """
    The need's reference, as people quote it.
    """
    person: str
    """
    Where intake shows the person and the phones, to who may see them.
    """
    to_anybody: Text | None
    """
    All that whoever answers the phone may hear.
    """
    items: list[Said]
    """
    What is to be said, oldest first.
    """


class PageOfTemplateVersion(BaseModel):
    items: list[TemplateVersion]


class Preview(BaseModel):
    """
    The text in each language.
    """

    ar: PreviewText
    ckb: PreviewText
    en: PreviewText


get_events: Operation[None, Events] = Operation('GET', '/notify/v1/events', Events, ('after', 'limit', 'wait'))
"""Follow what concerns your organisation: everything after the cursor, in the feed's order, without a gap; kept 30 days."""
get_subscriptions_events: Operation[None, Events] = Operation('GET', '/notify/v1/subscriptions/{subscription_id}/events', Events, ('after', 'limit', 'wait'))
"""Follow the events of one subscription, as pages or as a stream; cursors are those of the whole feed."""
post_subscriptions: Operation[SubscriptionRequest, NewSubscription] = Operation('POST', '/notify/v1/subscriptions', NewSubscription)
"""Follow some types of events, or all that your organisation may see: by reading (feed), or brought to your own address (webhook)."""
get_subscriptions: Listing[PageOfSubscription, Subscription] = Listing('GET', '/notify/v1/subscriptions', PageOfSubscription, ('cursor', 'limit'))
"""List your organisation's subscriptions, oldest first."""
get_subscriptions_by_id: Operation[None, Subscription] = Operation('GET', '/notify/v1/subscriptions/{subscription_id}', Subscription)
"""Show one of your organisation's subscriptions."""
patch_subscriptions_by_id: Operation[SubscriptionChange, Subscription] = Operation('PATCH', '/notify/v1/subscriptions/{subscription_id}', Subscription)
"""Want something else from now on. Filters that are not named stay as they are."""
delete_subscriptions_by_id: Operation[None, Subscription] = Operation('DELETE', '/notify/v1/subscriptions/{subscription_id}', Subscription)
"""Take a subscription away; the answer is what it was."""
post_subscriptions_pause: Operation[None, Subscription] = Operation('POST', '/notify/v1/subscriptions/{subscription_id}/pause', Subscription)
"""Send and answer nothing of it until it is resumed. Where it stands is kept; what is over 30 days old then is not."""
post_subscriptions_resume: Operation[None, Subscription] = Operation('POST', '/notify/v1/subscriptions/{subscription_id}/resume', Subscription)
"""Go on from where it stood: after a pause, or after it was disabled because its receiver failed for days."""
post_subscriptions_test: Operation[None, Delivery] = Operation('POST', '/notify/v1/subscriptions/{subscription_id}/test', Delivery)
"""Send an event of the type `org.ihala.notify.test`, once, also while the subscription rests. What came of it is in the delivery."""
get_subscriptions_webhook: Operation[None, WebhookDetails] = Operation('GET', '/notify/v1/subscriptions/{subscription_id}/webhook', WebhookDetails)
"""Show where a webhook is delivered, and how its receiver fares. Its version is the subscription's, and so is its ETag."""
patch_subscriptions_webhook: Operation[WebhookChange, WebhookDetails] = Operation('PATCH', '/notify/v1/subscriptions/{subscription_id}/webhook', WebhookDetails)
"""Deliver elsewhere, or in another order, from now on. If-Match is the subscription's ETag."""
get_subscriptions_keys: Listing[PageOfKey, Key] = Listing('GET', '/notify/v1/subscriptions/{subscription_id}/keys', PageOfKey)
"""List the keys that sign a webhook's requests, newest first; secrets are not shown again."""
post_subscriptions_keys_rotate: Operation[Rotation, NewKey] = Operation('POST', '/notify/v1/subscriptions/{subscription_id}/keys/rotate', NewKey)
"""Sign with a new key from now on. The older ones sign beside it, so that nothing is refused while the receiver learns the new one."""
post_subscriptions_replay: Operation[ReplayRequest, Replay] = Operation('POST', '/notify/v1/subscriptions/{subscription_id}/replay', Replay)
"""Send all events since an instant again, behind what is new. They keep their ids and are marked `ihalareplay`."""
get_deliveries: Listing[PageOfDelivery, Delivery] = Listing('GET', '/notify/v1/deliveries', PageOfDelivery, ('cursor', 'limit', 'since', 'state', 'subscription_id'))
"""List what became of the events of your organisation's webhooks, newest first; kept 30 days."""
get_deliveries_by_id: Operation[None, DeliveryDetails] = Operation('GET', '/notify/v1/deliveries/{delivery_id}', DeliveryDetails)
"""Show one delivery with its requests, and how each was answered."""
post_deliveries_redeliver: Operation[None, Delivery] = Operation('POST', '/notify/v1/deliveries/{delivery_id}/redeliver', Delivery)
"""Send the event of a delivery again, as a delivery of its own, under the same event id."""
get_digests: Operation[None, Digest] = Operation('GET', '/notify/v1/digests', Digest)
"""Show what you hear by e-mail."""
put_digests: Operation[DigestWish, Digest] = Operation('PUT', '/notify/v1/digests', Digest)
"""Hear by e-mail what concerns your organisation, from when you confirm your address on. Where there is none yet, If-Match is '0'."""
delete_digests: Operation[None, Digest] = Operation('DELETE', '/notify/v1/digests', Digest)
"""Hear nothing by e-mail any more; your address is forgotten."""
post_digests_confirmation: Operation[Confirmation, Digest] = Operation('POST', '/notify/v1/digests/confirmation', Digest)
"""Confirm your address by the code that was mailed, within a day. With a wrong code the state stays `unconfirmed`; ask for a new code by sending your wish again."""
get_digests_stop_by_token: Operation[None, bytes] = Operation('GET', '/notify/v1/digests/stop/{token}', bytes)
"""Return a page that asks whether to stop. It is the same for every link, and opening it does nothing."""
post_digests_stop_by_token: Operation[None, bytes] = Operation('POST', '/notify/v1/digests/stop/{token}', bytes)
"""Stop the digests that the link came with (RFC 8058: one click in a mail program). The answer is the same for every link."""
post_messages: Operation[MessageRequest, Message] = Operation('POST', '/notify/v1/messages', Message)
"""Send the person behind one of your operator's needs a message by a template with `by_hand`. It is queued; `GET` says what became of it. No name, number or free words: the template says it all, in the person's own language."""
get_messages: Listing[PageOfMessage, Message] = Listing('GET', '/notify/v1/messages', PageOfMessage, ('channel', 'cursor', 'limit', 'need_id', 'route', 'since', 'state', 'status', 'template'))
"""List what people of your operator were told, newest first; with `need_id` about one need. By template, channel or route a page may hold fewer than asked for, or none, and yet have a next one: the list ends where there is no Link."""
get_templates: Listing[PageOfTemplateSummary, TemplateSummary] = Listing('GET', '/notify/v1/templates', PageOfTemplateSummary)
"""List all templates, by name, as your people are told them now."""
get_templates_by_name: Operation[None, TemplateDetails] = Operation('GET', '/notify/v1/templates/{name}', TemplateDetails)
"""Show a template with its texts, and what they may name. Its ETag is what a new version is decided on."""
get_templates_versions: Listing[PageOfTemplateVersion, TemplateVersion] = Listing('GET', '/notify/v1/templates/{name}/versions', PageOfTemplateVersion, ('cursor', 'limit'))
"""List your versions of a template, newest first: who changed what, when and why."""
post_templates_versions: Operation[TemplateChange, TemplateDetails] = Operation('POST', '/notify/v1/templates/{name}/versions', TemplateDetails)
"""Tell your people something else from now on; the version before stays in the list. Refused is whatever could endanger or mislead."""
post_templates_preview: Operation[PreviewRequest, Preview] = Operation('POST', '/notify/v1/templates/{name}/preview', Preview)
"""Show what people would read, and how many SMS it takes. Nothing is kept or sent."""
post_letters: Operation[LetterRequest, IssuedLetter] = Operation('POST', '/notify/v1/letters', IssuedLetter)
"""Give out a letter or a slip about one need. Its sheet is at `/v1/letters/{letter_id}/pdf`."""
get_letters: Listing[PageOfLetter, Letter] = Listing('GET', '/notify/v1/letters', PageOfLetter, ('cursor', 'limit', 'need_id'))
"""List the letters that your operator gave out, newest first; with `need_id` about one need."""
get_letters_by_code_by_code: Operation[None, Letter] = Operation('GET', '/notify/v1/letters/by-code/{code}', Letter)
"""Tell whether a letter that somebody shows is good, and of which need it is. A false code is not found."""
get_letters_by_id: Operation[None, Letter] = Operation('GET', '/notify/v1/letters/{letter_id}', Letter)
"""Show how a letter stands."""
get_letters_pdf: Operation[None, bytes] = Operation('GET', '/notify/v1/letters/{letter_id}/pdf', bytes)
"""Return the sheet to print, with a line on which a name can be written by hand. The same each time."""
post_letters_pdf: Operation[Printing, bytes] = Operation('POST', '/notify/v1/letters/{letter_id}/pdf', bytes)
"""Return the sheet with the name of who carries it. Changes nothing: the name is in this answer and nowhere else."""
post_letters_use: Operation[None, Letter] = Operation('POST', '/notify/v1/letters/{letter_id}/use', Letter)
"""Say that the letter was shown and has done its work."""
post_letters_revoke: Operation[None, Letter] = Operation('POST', '/notify/v1/letters/{letter_id}/revoke', Letter)
"""Let the letter be good no more: lost, or given in error."""
get_slips_by_code: Operation[None, bytes] = Operation('GET', '/notify/v1/slips/{code}', bytes, ('lang',))
"""Return what a stranger finds behind a square: the same page for every code, whatever became of it. Nothing is looked up."""
get_calls: Listing[PageOfCall, Call] = Listing('GET', '/notify/v1/calls', PageOfCall, ('cursor', 'limit', 'need_id', 'state'))
"""List your operator's calls: those to be made the most urgent and oldest first, others the newest first."""
get_calls_by_id: Operation[None, CallDetails] = Operation('GET', '/notify/v1/calls/{call_id}', CallDetails)
"""Show one call with what to say in it."""
get_calls_pdf: Operation[None, bytes] = Operation('GET', '/notify/v1/calls/{call_id}/pdf', bytes, ('lang',))
"""Return what there is to say to a person without a phone, to be printed and handed over: a slip without a name. It says no more than that there is news where nobody may be written more, or somebody else would read it."""
post_calls_take: Operation[None, Call] = Operation('POST', '/notify/v1/calls/{call_id}/take', Call)
"""Take a call, so that nobody else makes it meanwhile."""
post_calls_result: Operation[CallResult, Call] = Operation('POST', '/notify/v1/calls/{call_id}/result', Call)
"""Say what came of a call that you took."""
get_messages_waiting: Operation[None, Waiting] = Operation('GET', '/notify/v1/messages/waiting', Waiting)
"""Sum up your operator's messages that are not settled: how many wait, by which way, and since when."""
post_messages_resend: Operation[None, Message] = Operation('POST', '/notify/v1/messages/{message_id}/resend', Message)
"""Send a message again that failed, or of which nothing was heard. The contact is asked anew, and what it says must still be so."""
get_message_statistics: Operation[None, MessageFigures] = Operation('GET', '/notify/v1/message-statistics', MessageFigures, ('by', 'from', 'until'))
"""Count your operator's messages that ended, day by day. What is on its way is not counted yet."""
get_messages_by_id: Operation[None, Message] = Operation('GET', '/notify/v1/messages/{message_id}', Message)
"""Show what became of one message."""
