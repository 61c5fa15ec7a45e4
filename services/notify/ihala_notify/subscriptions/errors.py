"""Why something about a subscription is refused, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words

FIELD_WORDS = {
    "webhook_only": Words(
        en="Only a webhook has an address: give `kind` as `webhook`.",
        ar="للويب هوك وحده عنوان: أرسل `kind` بقيمة `webhook`.",
        ckb="تەنها وێبهووک ناونیشانی هەیە: `kind` بە `webhook` بنێرە.",
    ),
}


class SubscriptionNotFound(Problem):
    """There is no such subscription, or it is another organisation's."""

    status = 404
    slug = "subscription-not-found"
    title = Words(en="There is no such subscription.", ar="لا يوجد اشتراك كهذا.", ckb="بەشدارییەکی لەو شێوەیە نییە.")


class UnknownEventType(Problem):
    """A subscription asks for a type of event that no feed holds."""

    status = 422
    slug = "unknown-event-type"
    title = Words(
        en="No feed holds events of this type.",
        ar="لا توجد أحداث من هذا النوع في أي سجل.",
        ckb="هیچ تۆمارێک ڕووداوی لەم جۆرەی تێدا نییە.",
    )


class ServiceNotYours(Problem):
    """A subscription asks for events of a service that the caller's organisation does not offer."""

    status = 422
    slug = "service-not-yours"
    title = Words(
        en="A subscription can ask only for services of your own organisation.",
        ar="لا يمكن للاشتراك أن يطلب إلا خدمات منظمتكم.",
        ckb="بەشداری تەنها دەتوانێت داوای خزمەتگوزارییەکانی ڕێکخراوی خۆتان بکات.",
    )


class SubscriptionRests(Problem):
    """The subscription is paused or disabled: nothing of it is sent or answered."""

    status = 409
    slug = "subscription-rests"
    title = Words(
        en="This subscription is paused or disabled. Resume it first; it goes on from where it stood.",
        ar="هذا الاشتراك موقوف أو معطّل. استأنفه أولًا؛ وسيواصل من حيث توقف.",
        ckb="ئەم بەشدارییە ڕاگیراوە یان ناچالاکە. سەرەتا بیخەرەوە کار؛ لەو شوێنەوە بەردەوام دەبێت کە وەستابوو.",
    )


class SubscriptionMoveNotAllowed(Problem):
    """A subscription that rests cannot be paused, and one that does not cannot be resumed."""

    status = 409
    slug = "subscription-move-not-allowed"
    title = Words(
        en="The subscription is not in a state in which this can be done.",
        ar="الاشتراك ليس في حالة تسمح بذلك.",
        ckb="بەشدارییەکە لە دۆخێکدا نییە کە ئەمەی تێدا بکرێت.",
    )


class TooManySubscriptions(Problem):
    """The organisation has as many subscriptions as one may have."""

    status = 409
    slug = "too-many-subscriptions"
    title = Words(
        en="Your organisation has as many subscriptions as it may have. Remove one that is not used.",
        ar="بلغت منظمتكم الحد الأقصى من الاشتراكات. احذف اشتراكًا غير مستخدم.",
        ckb="ڕێکخراوەکەتان گەیشتووەتە زۆرترین ژمارەی بەشداری. یەکێک بسڕەوە کە بەکارنایەت.",
    )
