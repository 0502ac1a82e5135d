"""Which providers a process has, by its environment; wrong settings end it at once.

Stand-ins are for demonstrations. In production mode a process that is told to use one does not
start, and a provider that is not set up is missing: what needs it is refused, the rest goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from services.identity.contract import (
    CodesUnavailable,
    OnlineVerificationUnavailable,
    WeChatUnavailable,
)
from services.identity.providers.online_verification import (
    HttpVerifier,
    StandInVerifier,
    Verifier,
)
from services.identity.providers.sms import ConsoleSmsSender, HttpSmsSender, SmsSender
from services.identity.providers.wechat import HttpWeChat, StandInWeChat, WeChat
from services.kernel.settings import BadSettings, Settings


HTTP, STAND_IN, CONSOLE, NONE = "http", "stand-in", "console", "none"
FEWEST_KEY_LETTERS = 32
LOOPBACK = ("127.0.0.1", "::1", "localhost")
WECHAT_URL = "https://api.weixin.qq.com"


@dataclass(frozen=True)
class Providers:
    """The providers of a process; None for one that is not set up."""

    verifier: Verifier | None = None
    sms: SmsSender | None = None
    wechat: WeChat | None = None
    sms_name: str = ""

    @staticmethod
    def of(settings: Settings) -> "Providers":
        """Raises BadSettings for a stand-in in production, and for half a set-up."""
        env = settings.environment
        return Providers(
            verifier=chosen(
                settings,
                "TIMEBANK_VERIFIER",
                HTTP if env.get("TIMEBANK_VERIFIER_URL") else "",
                STAND_IN,
                StandInVerifier,
                lambda: HttpVerifier(*address_and_key(settings, "TIMEBANK_VERIFIER")),
            ),
            sms=chosen(
                settings,
                "TIMEBANK_SMS_SENDER",
                HTTP if env.get("TIMEBANK_SMS_URL") else "",
                CONSOLE,
                ConsoleSmsSender,
                lambda: HttpSmsSender(*address_and_key(settings, "TIMEBANK_SMS")),
            ),
            wechat=chosen(
                settings,
                "TIMEBANK_WECHAT",
                HTTP if env.get("TIMEBANK_WECHAT_APP_ID") else "",
                STAND_IN,
                StandInWeChat,
                lambda: wechat_of(settings),
            ),
            sms_name=env.get("TIMEBANK_SMS_NAME", "") or "时间银行",
        )

    def require_verifier(self) -> Verifier:
        if self.verifier is None:
            raise OnlineVerificationUnavailable
        return self.verifier

    def require_sms(self) -> SmsSender:
        if self.sms is None:
            raise CodesUnavailable
        return self.sms

    def require_wechat(self) -> WeChat:
        if self.wechat is None:
            raise WeChatUnavailable
        return self.wechat


def chosen(
    settings: Settings,
    variable: str,
    implied: str,
    stand_in: str,
    make_stand_in: Callable[[], Any],
    make_real: Callable[[], Any],
) -> Any:
    """The real one, the stand-in or none; what is said outright comes before what is implied."""
    usual = stand_in if settings.is_demonstration else NONE
    kind = settings.environment.get(variable, "") or implied or usual
    if kind not in (HTTP, stand_in, NONE):
        raise BadSettings(f"timebank: {variable} must be one of {HTTP}, {stand_in}, {NONE}.")
    if kind == NONE:
        return None
    if kind == HTTP:
        return make_real()
    if not settings.is_demonstration:
        raise BadSettings(
            f"timebank: {variable}={stand_in} is for demonstrations and does not run in production."
        )
    return make_stand_in()


def address_and_key(settings: Settings, prefix: str) -> tuple[str, bytes]:
    url, key = f"{prefix}_URL", f"{prefix}_KEY"
    secret = settings.environment.get(key, "")
    if len(secret) < FEWEST_KEY_LETTERS:
        raise BadSettings(f"timebank: {key} must have at least {FEWEST_KEY_LETTERS} letters.")
    return safe_url(settings.environment, url), secret.encode()


def wechat_of(settings: Settings) -> WeChat:
    env = settings.environment
    app_id, secret = env.get("TIMEBANK_WECHAT_APP_ID", ""), env.get("TIMEBANK_WECHAT_SECRET", "")
    if not app_id or not secret:
        raise BadSettings("timebank: TIMEBANK_WECHAT_APP_ID needs TIMEBANK_WECHAT_SECRET.")
    return HttpWeChat(safe_url(env, "TIMEBANK_WECHAT_URL", WECHAT_URL), app_id, secret)


def safe_url(env: Mapping[str, str], variable: str, usual: str = "") -> str:
    """Personal data crosses a network encrypted or not at all; on this machine it may be plain."""
    url = env.get(variable, "") or usual
    parts = urlsplit(url)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not is_safe or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise BadSettings(f"timebank: {variable} must be a plain https:// address.")
    return url
