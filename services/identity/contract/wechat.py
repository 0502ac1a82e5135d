"""Logging in with WeChat: the mini-program's code is exchanged for an openid, which we know."""

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT, own_password
from services.kernel.contract import Answer, Error, Request


CODE = [validate.Length(1, 128), TEXT]


class LogInWithWeChat(Request):
    """Exchange the code of ``wx.login`` for a token; the WeChat account must be bound before."""

    code = fields.String(required=True, validate=CODE)


class BindWeChat(Request):
    """Bind the WeChat account behind the code of ``wx.login`` to one's own account.

    With the password; who has none confirms the account's own phone by a code before.
    """

    person_id = fields.UUID(required=True)
    code = fields.String(required=True, validate=CODE)
    password = own_password()


class UnbindWeChat(Request):
    """Take the WeChat account away from one's account: it logs nobody in any more.

    By the person with the proof that binding asks for, or by a clerk at the desk.
    """

    person_id = fields.UUID(required=True)
    password = own_password()


class WeChatAnswer(Answer):
    person_id = fields.UUID(required=True)
    bound = fields.Boolean(required=True)


class WeChatNotBound(Error):
    """This WeChat account is not bound yet. Log in with phone and bind it, or ask at the desk."""

    code, status = "wechat_not_bound", 403


class WeChatBoundElsewhere(Error):
    """This WeChat account is bound to another account, or yours to another WeChat account."""

    code, status = "wechat_bound_elsewhere", 409


class BadWeChatCode(Error):
    """WeChat does not know this code: it is used, too old, or not ours. Begin the log-in anew."""

    code, status = "bad_wechat_code", 401


class WeChatUnavailable(Error):
    """Logging in with WeChat does not work here, or not now. Use phone and password, or a code."""

    code, status = "wechat_unavailable", 503
