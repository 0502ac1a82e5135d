"""WeChat: what ``wx.login`` gave the mini-program is exchanged for the openid of who uses it."""

from threading import BoundedSemaphore
from typing import Any, Protocol

from services.identity.contract import BadWeChatCode
from services.identity.providers.http import Limits, patiently, send
from services.identity.providers.signed_client import as_object
from services.identity.providers.trouble import (
    ProviderAway,
    ProviderBusy,
    ProviderDistrusted,
    ProviderRefused,
)
from services.kernel.logs import get_log


log = get_log(__name__)

PATH = "/sns/jscode2session"
MOST_OPENID_LETTERS = 64
# WeChat's own codes: https://developers.weixin.qq.com, auth.code2Session.
SYSTEM_BUSY = -1
BAD_CODE, CODE_USED, CODE_BLOCKED = 40029, 40163, 40226
TOO_OFTEN = 45011
# Nobody waits long at the log-in: shorter than the gateway does.
LIMITS = Limits(whole_seconds=6.0)
# And not many wait at once: the service has other work than to wait for WeChat.
MOST_AT_ONCE = 4


class WeChat(Protocol):
    """Whoever knows which WeChat account is behind a code."""

    def openid_of(self, code: str) -> str:
        """Raises BadWeChatCode for a code that is not good, ProviderTrouble for no answer."""


class HttpWeChat:
    """``GET /sns/jscode2session``. The session key it also answers is neither kept nor shown."""

    def __init__(self, url: str, app_id: str, secret: str, limits: Limits = LIMITS):
        self.url = url.rstrip("/") + PATH
        self.app_id, self.secret, self.limits = app_id, secret, limits
        self.places = BoundedSemaphore(MOST_AT_ONCE)

    def openid_of(self, code: str) -> str:
        if not self.places.acquire(blocking=False):
            raise ProviderBusy("too many wait for it already")
        try:
            return patiently(self.limits, lambda: self.attempt(code))
        finally:
            self.places.release()

    def attempt(self, code: str) -> str:
        query = {
            "appid": self.app_id,
            "secret": self.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        answer = as_object(send("GET", self.url, self.limits, query=query).body)
        check_error(answer.get("errcode", 0))
        openid = answer.get("openid")
        if not isinstance(openid, str) or not 0 < len(openid) <= MOST_OPENID_LETTERS:
            raise ProviderDistrusted("its answer has no openid")
        return openid


def check_error(errcode: Any) -> None:
    """What WeChat's error code asks of us; its message might repeat what we sent."""
    if errcode == 0:
        return
    if errcode == SYSTEM_BUSY:
        raise ProviderAway("WeChat is busy (-1)")
    if errcode in (BAD_CODE, CODE_USED, CODE_BLOCKED):
        raise BadWeChatCode
    if errcode == TOO_OFTEN:
        raise ProviderBusy(f"too often for one account ({TOO_OFTEN})")
    raise ProviderRefused(f"WeChat answered errcode {str(errcode)[:12]}")


class StandInWeChat:
    """For demonstrations: the code ``demo-<name>`` is that of the WeChat account <name>."""

    PREFIX = "demo-"

    def __init__(self) -> None:
        log.warning("NO REAL WECHAT: whoever says a name is taken for it. Never for production.")

    def openid_of(self, code: str) -> str:
        name = code.removeprefix(self.PREFIX)
        if name == code or not name:
            raise BadWeChatCode
        return f"stand-in-{name}"
