"""The refusals of the administration of accounts."""

from ihala_kit.problems import Problem
from ihala_kit.words import Words


class AccountNotFound(Problem):
    """There is no such account, or it is not the caller's to administer."""

    status = 404
    slug = "account-not-found"
    title = Words(en="There is no such account.", ar="لا يوجد حساب كهذا.", ckb="هەژمارێکی وا نییە.")


class NameTaken(Problem):
    """Somebody signs in with this name already, here or elsewhere."""

    status = 409
    slug = "sign-in-name-taken"
    title = Words(
        en="This sign-in name is taken. Choose another one.", ar="اسم الدخول هذا مستعمل. اختر اسماً آخر.",
        ckb="ئەم ناوی چوونەژوورەوەیە گیراوە. یەکێکی تر هەڵبژێرە.",
    )  # fmt: skip


class OwnAccountRefused(Problem):
    """Nobody changes her own rights, nor locks herself out."""

    status = 409
    slug = "own-account"
    title = Words(
        en="Another administrator must change your own account.", ar="يجب أن يغيّر حسابك مسؤول آخر.",
        ckb="دەبێت بەڕێوەبەرێکی تر هەژماری خۆت بگۆڕێت.",
    )  # fmt: skip


class AccountStateRefused(Problem):
    """Its organisation is suspended, it is for emergencies, or it signs in with an outside provider."""

    status = 409
    slug = "account-state-refused"
    title = Words(
        en="The account's state does not allow this: its organisation is suspended, it is for emergencies, or it signs in elsewhere.",
        ar="حالة الحساب لا تسمح بذلك: جهته موقوفة، أو هو حساب طوارئ، أو يدخل عبر جهة أخرى.",
        ckb="دۆخی هەژمارەکە ڕێگە بەمە نادات: ڕێکخراوەکەی ڕاگیراوە، یان هی فریاکەوتنە، یان لە شوێنێکی ترەوە دەچێتە ژوورەوە.",
    )


class RoleRefused(Problem):
    """People of this organisation do not have such a role, it is not the caller's to give, or clearance that the organisation has not."""

    status = 422
    slug = "role-refused"
    title = Words(
        en="This role or clearance is not one that you can give to people of this organisation.",
        ar="لا يمكنك منح هذا الدور أو التخويل لأشخاص هذه الجهة.",
        ckb="ناتوانیت ئەم ڕۆڵە یان ڕێپێدانە بە کەسانی ئەم ڕێکخراوە بدەیت.",
    )


class NameRefused(Problem):
    """A sign-in name is 3 to 100 characters without spaces."""

    status = 422
    slug = "sign-in-name-refused"
    title = Words(
        en="A sign-in name has 3 to 100 characters and no spaces.", ar="يتكون اسم الدخول من 3 إلى 100 حرف دون مسافات.",
        ckb="ناوی چوونەژوورەوە ٣ تا ١٠٠ پیتە و بۆشایی تێدا نییە.",
    )  # fmt: skip
