"""The refusals that directory can give, by name."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class ServiceNotFound(Problem):
    """Also for a service that the caller may not know of."""

    status = 404
    slug = "service-not-found"
    title = Words(en="There is no such service.", ar="لا توجد خدمة كهذه.", ckb="خزمەتگوزارییەکی وا نییە.")


class OrganizationNotFound(Problem):
    """Also for an organisation that the caller may not know of, or not change."""

    status = 404
    slug = "organization-not-found"
    title = Words(en="There is no such organisation.", ar="لا توجد منظمة كهذه.", ckb="ڕێکخراوێکی وا نییە.")


class ServiceAtLocationNotFound(Problem):
    """Also for one that the caller may not know of, or not change."""

    status = 404
    slug = "service-at-location-not-found"
    title = Words(
        en="There is no such service at a location.",
        ar="لا توجد خدمة كهذه في هذا الموقع.",
        ckb="خزمەتگوزارییەکی وا لەم شوێنە نییە.",
    )


class ReservationNotFound(Problem):
    """Also for another operator's."""

    status = 404
    slug = "reservation-not-found"
    title = Words(en="There is no such reservation.", ar="لا يوجد حجز كهذا.", ckb="حیجزێکی وا نییە.")


class UnknownNeedCode(Problem):
    """`pointer` says which code."""

    status = 422
    slug = "unknown-need-code"
    title = Words(
        en="This is no code of the list of needs.", ar="هذا الرمز ليس في قائمة الاحتياجات.", ckb="ئەم کۆدە لە لیستی پێداویستییەکاندا نییە."
    )


class UnknownPlace(Problem):
    """`pointer` says which code; towns are no areas."""

    status = 422
    slug = "unknown-place"
    title = Words(
        en="This is no code of an area of Iraq.",
        ar="هذا الرمز ليس لمنطقة في العراق.",
        ckb="ئەم کۆدە هی هیچ ناوچەیەکی عێراق نییە.",
    )


class UnknownGroup(Problem):
    """`pointer` says which code."""

    status = 422
    slug = "unknown-group"
    title = Words(
        en="This is no group of the list that rules may name.",
        ar="هذه الفئة ليست في القائمة التي يجوز للقواعد ذكرها.",
        ckb="ئەم گرووپە لەو لیستەدا نییە کە ڕێساکان دەتوانن ناوی بهێنن.",
    )


class NotForEmployers(Problem):
    """Employers never learn that somebody fled or came back: neither by a rule on status nor by a need of return. `pointer` says which."""

    status = 422
    slug = "not-for-employers"
    title = Words(
        en="An employer's service may not ask whether somebody fled or came back, nor be for those who came back.",
        ar="لا يجوز أن تسأل خدمة صاحب عمل عن نزوح الشخص أو عودته، ولا أن تُخصَّص للعائدين.",
        ckb="خزمەتگوزاریی خاوەنکار نابێت لە ئاوارەبوون یان گەڕانەوەی کەس بپرسێت، و نابێت تایبەت بێت بە گەڕاوەکان.",
    )


class FeeToWorkers(Problem):
    """An employer takes no fee of who works there (domain, section 10). `pointer` says which cost is one."""

    status = 422
    slug = "fee-to-workers"
    title = Words(
        en="An employer may ask no fee of the worker.",
        ar="لا يجوز لصاحب العمل أن يتقاضى رسمًا من العامل.",
        ckb="خاوەنکار نابێت هیچ کرێیەک لە کرێکار وەربگرێت.",
    )


class OfficersOnly(Problem):
    """Only an office of the operator may do this, whatever the scope says."""

    status = 403
    slug = "officers-only"
    title = Words(
        en="Only an officer of the operator may do this.",
        ar="لا يجوز القيام بهذا إلا لموظف لدى الجهة المشغّلة.",
        ckb="تەنها فەرمانبەری لایەنی بەڕێوەبەر دەتوانێت ئەمە بکات.",
    )


class ClearanceNeeded(Problem):
    """What is restricted is only for the cleared."""

    status = 403
    slug = "clearance-needed"
    title = Words(en="This needs a clearance.", ar="يتطلب هذا تصريحًا خاصًا.", ckb="ئەمە مۆڵەتی تایبەتی دەوێت.")


class NoPlace(Problem):
    """No place is free there now; `failing` says what failed, `alternatives` where else to try, best first."""

    status = 409
    slug = "no-place"
    title = Words(
        en="No place can be reserved there now.",
        ar="لا يمكن حجز مكان هناك الآن.",
        ckb="ئێستا ناتوانرێت لەوێ شوێن حیجز بکرێت.",
    )


class AlreadyReserved(Problem):
    """The office already holds a place for this need: `reservation_id`."""

    status = 409
    slug = "already-reserved"
    title = Words(
        en="A place is already held for this need. Release it first.",
        ar="يوجد مكان محجوز لهذا الاحتياج. ألغِ الحجز أولًا.",
        ckb="پێشتر شوێنێک بۆ ئەم پێداویستییە گیراوە. سەرەتا ئازادی بکە.",
    )


class ReservationNotOpen(Problem):
    """The reservation belongs to a referral by now, or has ended."""

    status = 409
    slug = "reservation-not-open"
    title = Words(
        en="This reservation cannot be released by hand any more.",
        ar="لم يعد من الممكن إلغاء هذا الحجز يدويًا.",
        ckb="ئیتر ناتوانرێت ئەم حیجزە بە دەست ئازاد بکرێت.",
    )


class AlreadyExists(Problem):
    """The id given for a new entry is in use."""

    status = 409
    slug = "already-exists"
    title = Words(en="There is already an entry with this id.", ar="يوجد قيد بهذا المعرّف.", ckb="تۆمارێک بەم ناسێنەرە هەیە.")


class NotCleared(Problem):
    """An organisation that is not cleared cannot offer a restricted service, nor be hidden by somebody who is not."""

    status = 409
    slug = "organization-not-cleared"
    title = Words(
        en="This organisation has no clearance for restricted services.",
        ar="ليس لدى هذه المنظمة تصريح للخدمات المقيّدة.",
        ckb="ئەم ڕێکخراوە مۆڵەتی خزمەتگوزارییە سنووردارەکانی نییە.",
    )


class PlaceShown(Problem):
    """A hidden organisation or restricted service may carry no address and no point."""

    status = 422
    slug = "place-must-not-be-shown"
    title = Words(
        en="A restricted service carries no address and no point on the map.",
        ar="لا تحمل الخدمة المقيّدة عنوانًا ولا نقطة على الخريطة.",
        ckb="خزمەتگوزاریی سنووردار نە ناونیشان و نە خاڵی سەر نەخشەی هەیە.",
    )


class PointAbroad(Problem):
    """Of a location in Iraq; most often latitude and longitude were exchanged."""

    status = 422
    slug = "point-outside-iraq"
    title = Words(
        en="This point lies outside Iraq. Were latitude and longitude exchanged?",
        ar="هذه النقطة خارج العراق. هل تبدّل خط العرض وخط الطول؟",
        ckb="ئەم خاڵە لە دەرەوەی عێراقە. ئایا هێڵی پانی و درێژی جێگۆڕکێیان کردووە؟",
    )


class AlreadySuspended(Problem):
    """There is nothing to suspend."""

    status = 409
    slug = "already-suspended"
    title = Words(en="The organisation is already suspended.", ar="المنظمة موقوفة أصلًا.", ckb="ڕێکخراوەکە پێشتر ڕاگیراوە.")


class NotSuspended(Problem):
    """There is nothing to end."""

    status = 409
    slug = "not-suspended"
    title = Words(en="The organisation is not suspended.", ar="المنظمة ليست موقوفة.", ckb="ڕێکخراوەکە ڕانەگیراوە.")


class HolidayNotFound(Problem):
    """Also for one that another office declared."""

    status = 404
    slug = "holiday-not-found"
    title = Words(en="There is no such holiday.", ar="لا توجد عطلة كهذه.", ckb="پشوویەکی وا نییە.")


class NoBoundary(Problem):
    """The place is a town, or none that the list knows."""

    status = 404
    slug = "no-boundary"
    title = Words(
        en="There is no boundary for this place: only governorates, districts and sub-districts have one.",
        ar="لا توجد حدود لهذا المكان: للمحافظات والأقضية والنواحي فقط حدود.",
        ckb="ئەم شوێنە سنووری نییە: تەنها پارێزگا و قەزا و ناحیەکان سنووریان هەیە.",
    )


class RulesetNotFound(Problem):
    """Also for another operator's draft."""

    status = 404
    slug = "ruleset-not-found"
    title = Words(en="There is no such ruleset.", ar="لا توجد مجموعة قواعد كهذه.", ckb="کۆمەڵە ڕێسایەکی وا نییە.")


class RulesetNotChangeable(Problem):
    """What was published stays as it is: draft a new one."""

    status = 409
    slug = "ruleset-published"
    title = Words(
        en="These rules are published and never change. Draft new ones.",
        ar="هذه القواعد منشورة ولا تتغير. أعدّ مسودة جديدة.",
        ckb="ئەم ڕێسایانە بڵاوکراونەتەوە و ناگۆڕدرێن. ڕەشنووسێکی نوێ ئامادە بکە.",
    )


class RulesBeginBefore(Problem):
    """Rules hold from now or later, never for what was already answered."""

    status = 422
    slug = "rules-begin-before"
    title = Words(
        en="Rules cannot begin in the past.", ar="لا يمكن أن تسري القواعد بأثر رجعي.", ckb="ڕێساکان ناتوانن لە ڕابردوودا دەست پێ بکەن."
    )


class PlacementNotFound(Problem):
    """Nothing was answered to it, or it is another operator's."""

    status = 404
    slug = "placement-not-found"
    title = Words(en="There is no such placement.", ar="لا يوجد طلب إيجاد مكان كهذا.", ckb="داواکارییەکی شوێن دۆزینەوەی وا نییە.")


class NothingAsked(Problem):
    """A search needs a word that says something, or something to narrow it down to."""

    status = 422
    slug = "nothing-asked"
    title = Words(
        en="Say what you look for: a word, a need, a place or a point.",
        ar="اكتب ما تبحث عنه: كلمة أو احتياجًا أو مكانًا أو نقطة.",
        ckb="بڵێ بەدوای چیدا دەگەڕێیت: وشەیەک، پێداویستییەک، شوێنێک یان خاڵێک.",
    )


class PointIncomplete(Problem):
    """A point has two coordinates, and a distance needs a point."""

    status = 422
    slug = "point-incomplete"
    title = Words(
        en="A point needs latitude and longitude.", ar="تحتاج النقطة إلى خط عرض وخط طول.", ckb="خاڵ پێویستی بە هێڵی پانی و درێژی هەیە."
    )
