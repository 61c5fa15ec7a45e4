"""The refusal of an emergency."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class NoDutyRoster(Problem):
    """The owning operator has nobody on duty in that governorate now, so it takes no emergency; `call_now` lists who can be called."""

    status = 409
    slug = "no-duty-roster"
    title = Words(
        en="This office has nobody on duty there now and takes no emergency. Call those listed in `call_now`.",
        ar="لا يوجد مناوب في هذا المكتب هناك الآن ولا يستقبل الحالات الطارئة. اتصل بالجهات المذكورة في `call_now`.",
        ckb="ئەم نووسینگەیە ئێستا نۆبەتداری لەوێ نییە و حاڵەتی فریاکەوتن وەرناگرێت. پەیوەندی بەوانە بکە کە لە `call_now` هاتوون.",
    )
