"""Why something about a webhook is refused, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class WebhookUrlRefused(Problem):
    """No webhook may go to this address; `reason` is a code: missing, malformed, scheme, private_address."""

    status = 422
    slug = "webhook-url-refused"
    title = Words(
        en="A webhook needs a public https address.",
        ar="يحتاج الويب هوك إلى عنوان https عام.",
        ckb="وێبهووک پێویستی بە ناونیشانێکی گشتیی https هەیە.",
    )


class NotAWebhook(Problem):
    """This can be asked of a subscription of the kind `webhook` alone."""

    status = 409
    slug = "not-a-webhook"
    title = Words(
        en="This subscription is not a webhook.",
        ar="هذا الاشتراك ليس ويب هوك.",
        ckb="ئەم بەشدارییە وێبهووک نییە.",
    )


class DeliveryNotFound(Problem):
    """There is no such delivery, or it is another organisation's, or older than 30 days."""

    status = 404
    slug = "delivery-not-found"
    title = Words(en="There is no such delivery.", ar="لا توجد عملية تسليم كهذه.", ckb="گەیاندنێکی لەو شێوەیە نییە.")


class EventNotKept(Problem):
    """The event is over 30 days old, or was a test: it cannot be sent again."""

    status = 410
    slug = "event-not-kept"
    title = Words(
        en="This event is no longer kept and cannot be sent again.",
        ar="لم يعد هذا الحدث محفوظًا ولا يمكن إرساله مرة أخرى.",
        ckb="ئەم ڕووداوە چیتر پارێزراو نییە و ناتوانرێت دووبارە بنێردرێت.",
    )
