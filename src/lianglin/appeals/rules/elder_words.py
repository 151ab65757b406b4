"""The same messages for elderly readers: short sentences, no terms, what to do, whom to call (see notices.py)."""

from __future__ import annotations

_CALL = "想问一问，打12345。"

_MATTERS = {
    "received": "您好。您反映的事，我们收到了。编号是{number}。最晚{due}，告诉您由谁来办。",
    "dispatched": "您好。您反映的事，有人办了。编号是{number}。办事的是：{unit}。最晚{due}给您回话。",
    "paused": "您好。您反映的事，要等一等。编号是{number}。原因是：{reason}。接着办的时候，再告诉您。",
    "resumed": "您好。您反映的事，又接着办了。编号是{number}。最晚{due}给您回话。",
    "extended": "您好。您反映的事，还要多办几天。编号是{number}。最晚{due}给您回话。为什么，打电话问得到。",
    "settled": "您好。您反映的事，有结果了。编号是{number}。最晚{due}，我们打电话问您满意不满意，请留意接听。"
    "想先看结果，请家里人打开：{link} 。",
    "settled_on_paper": "您反映的事，有结果了。编号是{number}。带上回执，到社区服务窗口看答复。也可以用手机扫下面的码。查进度：{link}。",
    "redirected": "您好。您反映的事，不归我们管。编号是{number}。已经转给：{to}。",
    "merged": "您好。您反映的事，之前已有邻居说过。两件并在一起办。编号是{number}。",
    "joined": "您好。您反映的事，别人也反映过。两件并在一起办。编号是{number}。最晚{due}给您回话。办完了，会单独打电话问您。",
    "separated": "您好。您反映的事，现在单独办。编号是{number}。最晚{due}，告诉您由谁来办。",
    "reopened": "您好。您反映的事，重新办。编号是{number}。最晚{due}，告诉您由谁来办。",
    "closed": "您好。您反映的事，办完了。编号是{number}。谢谢您。没办好，打12345，可以重新办。",
    "closed_unreached": "您好。我们打了三次电话，没找到您。您反映的事先办结了。编号是{number}。没办好，打12345，可以重新办。",
    "withdrawn": "您好。您反映的事，按您说的，不办了。编号是{number}。",
    "refused_emergency": "您好。您说的事很急，别等我们。马上打电话：抓坏人打110，着火打119，生病受伤打120，车祸打122。"
    "您反映的这件（编号{number}）我们办不了。",
    "refused_other_procedure": "您好。您反映的事（编号{number}），我们不能办。法院、仲裁或信访部门正在办。请问那里办事的人。",
    "refused_no_new_facts": "您好。您反映的事（编号{number}），以前答复过了，这次不再办。有新的情况，请再告诉我们。",
    "refused_secret": "您好。您反映的事（编号{number}），不方便在这里说。请到社区，当面跟我们讲。",  # pragma: allowlist secret
    "refused_beyond_duty": "您好。您反映的事（编号{number}），不归政府管，我们不能办。想问法律上的事，打12348，不要钱。",
    "refused_unlawful": "您好。您反映的事（编号{number}），法律不允许这样办。想问清楚，打12348，不要钱。",
}
_PETITIONS = {
    "petition_registered": "您好。您的信访，我们登记了。编号是{number}。受理不受理，最晚{due}书面告诉您。",
    "petition_accepted": "您好。您的信访，我们受理了。编号是{number}。最晚{due}，书面答复您。",
    "petition_not_accepted": "您好。您的信访，我们没有受理。编号是{number}。为什么、该去找谁，打12345问，会告诉您。",
    "petition_extended": "您好。您的信访，还要多办些日子。编号是{number}。最晚{due}答复您。",
    "petition_answered": "您好。您的信访，书面答复了。编号是{number}。不服，可以在{due}前，请上一级再查一遍。",
    "petition_review_asked": "您好。您请上级再查一遍，我们收到了。编号是{number}。最晚{due}答复您。",
    "petition_reviewed": "您好。您的信访，上级查过了，有了结论。编号是{number}。还是不服，可以在{due}前，再请上一级查一次。",
    "petition_ended": "您好。您的信访，办完了。编号是{number}。",
}
ELDER = {code: text if "12345" in text else text + _CALL for code, text in {**_MATTERS, **_PETITIONS}.items()}
"""By the code of the notice, without the domain's name."""
