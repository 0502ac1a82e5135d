"""The routes to logging in without a password: by one-time code, and with WeChat."""

from gateway.routes.route import PERSON, create
from services.identity import contract as identity


LOG_IN_ROUTES = [
    create(
        "/v1/sessions/codes",
        identity.RequestLoginCode,
        "identity",
        identity.CodeSentAnswer,
        open=True,
    ),
    create(
        "/v1/sessions/by-code",
        identity.LogInWithCode,
        "identity",
        identity.SessionAnswer,
        open=True,
        keyed=False,
    ),
    create(
        "/v1/sessions/by-wechat",
        identity.LogInWithWeChat,
        "identity",
        identity.SessionAnswer,
        open=True,
        keyed=False,
    ),
    create(PERSON + "/phone/codes", identity.RequestPhoneCode, "identity", identity.CodeSentAnswer),
    create(
        PERSON + "/phone/confirmation",
        identity.ConfirmPhone,
        "identity",
        identity.PhoneConfirmedAnswer,
        keyed=False,
    ),
    create(
        PERSON + "/wechat",
        identity.BindWeChat,
        "identity",
        identity.WeChatAnswer,
        keyed=False,
    ),
    create(PERSON + "/wechat/removal", identity.UnbindWeChat, "identity", identity.WeChatAnswer),
]
