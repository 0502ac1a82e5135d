"""Which providers a process has: real ones by their settings, stand-ins in demonstrations only."""

import os
import subprocess
import sys

import pytest

from services.identity.contract import (
    CodesUnavailable,
    OnlineVerificationUnavailable,
    WeChatUnavailable,
)
from services.identity.providers.choose import Providers
from services.identity.providers.online_verification import (
    Check,
    HttpVerifier,
    StandInVerifier,
    Verdict,
)
from services.identity.providers.sms import ConsoleSmsSender, HttpSmsSender
from services.identity.providers.wechat import HttpWeChat, StandInWeChat
from services.kernel.settings import BadSettings, Settings
from tests.conftest import ROOT


SECRET = "s" * 32
REAL = {
    "TIMEBANK_VERIFIER_URL": "https://verifier.example/check",
    "TIMEBANK_VERIFIER_KEY": SECRET,
    "TIMEBANK_SMS_URL": "https://sms.example/send",
    "TIMEBANK_SMS_KEY": SECRET,
    "TIMEBANK_WECHAT_APP_ID": "wx1",
    "TIMEBANK_WECHAT_SECRET": SECRET,
}
STAND_INS = {
    "TIMEBANK_VERIFIER": "stand-in",
    "TIMEBANK_SMS_SENDER": "console",
    "TIMEBANK_WECHAT": "stand-in",
}


def chosen(mode: str = "production", **environment: str) -> Providers:
    settings = Settings.from_environment(environment={"TIMEBANK_MODE": mode, **environment})
    return Providers.of(settings)


def test_production_has_no_provider_that_is_not_set_up_and_says_what_is_missing() -> None:
    providers = chosen()
    assert (providers.verifier, providers.sms, providers.wechat) == (None, None, None)
    with pytest.raises(OnlineVerificationUnavailable):
        providers.require_verifier()
    with pytest.raises(CodesUnavailable):
        providers.require_sms()
    with pytest.raises(WeChatUnavailable):
        providers.require_wechat()


@pytest.mark.parametrize("mode", ["production", "demonstration"])
def test_what_is_set_up_is_real(mode: str) -> None:
    providers = chosen(mode, **REAL)
    assert isinstance(providers.require_verifier(), HttpVerifier)
    assert isinstance(providers.require_sms(), HttpSmsSender)
    wechat = providers.require_wechat()
    assert isinstance(wechat, HttpWeChat)
    assert wechat.url == "https://api.weixin.qq.com/sns/jscode2session"


def test_a_demonstration_has_stand_ins_that_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    providers = chosen("demonstration")
    assert isinstance(providers.verifier, StandInVerifier)
    assert isinstance(providers.sms, ConsoleSmsSender)
    assert isinstance(providers.wechat, StandInWeChat)
    said = capsys.readouterr().out
    assert said.count("Never for production.") == 3
    none = chosen("demonstration", **dict.fromkeys(STAND_INS, "none"))
    assert (none.verifier, none.sms, none.wechat) == (None, None, None)


@pytest.mark.parametrize("variable", STAND_INS)
def test_a_stand_in_does_not_start_in_production_not_even_beside_a_real_one(variable: str) -> None:
    for others in ({}, REAL):
        with pytest.raises(BadSettings, match=f"{variable}={STAND_INS[variable]}"):
            chosen("production", **others, **{variable: STAND_INS[variable]})


def test_the_process_ends_at_once_with_one_line_when_production_is_to_send_to_the_console() -> None:
    environment = {name: value for name, value in os.environ.items() if "TIMEBANK" not in name}
    environment |= {
        "TIMEBANK_MODE": "production",
        "TIMEBANK_SMS_SENDER": "console",
        "TIMEBANK_AMQP_URI": "pyamqp://nobody:x@127.0.0.1:9//",
        "TIMEBANK_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x",
        "TIMEBANK_DATA_KEY": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
    }
    command = [sys.executable, "-W", "ignore", "-m", "services.kernel", "service", "identity"]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 1
    (line,) = ended.stderr.strip().splitlines()
    assert "TIMEBANK_SMS_SENDER=console" in line and "production" in line


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"TIMEBANK_SMS_SENDER": "pigeon"}, "TIMEBANK_SMS_SENDER"),
        ({"TIMEBANK_SMS_SENDER": "http"}, "TIMEBANK_SMS_KEY"),
        ({"TIMEBANK_VERIFIER_URL": "https://verifier.example"}, "TIMEBANK_VERIFIER_KEY"),
        (REAL | {"TIMEBANK_VERIFIER_KEY": "short"}, "TIMEBANK_VERIFIER_KEY"),
        (REAL | {"TIMEBANK_VERIFIER_URL": "http://verifier.example"}, "TIMEBANK_VERIFIER_URL"),
        (REAL | {"TIMEBANK_SMS_URL": "ftp://sms.example"}, "TIMEBANK_SMS_URL"),
        (REAL | {"TIMEBANK_SMS_URL": "https://u:p@sms.example"}, "TIMEBANK_SMS_URL"),
        (REAL | {"TIMEBANK_SMS_URL": "https://sms.example?a=b"}, "TIMEBANK_SMS_URL"),
        ({"TIMEBANK_WECHAT_APP_ID": "wx1"}, "TIMEBANK_WECHAT_SECRET"),
        ({"TIMEBANK_WECHAT": "http"}, "TIMEBANK_WECHAT_SECRET"),
        (REAL | {"TIMEBANK_WECHAT_URL": "http://wechat.example"}, "TIMEBANK_WECHAT_URL"),
    ],
)
def test_half_a_set_up_ends_the_process_naming_the_setting(
    changes: dict[str, str], named: str
) -> None:
    with pytest.raises(BadSettings, match=named):
        chosen("production", **changes)


def test_on_this_machine_a_provider_may_be_reached_in_plain() -> None:
    plain = REAL | {"TIMEBANK_SMS_URL": "http://127.0.0.1:8000/send"}
    assert chosen("production", **plain).sms is not None


def test_the_stand_in_can_also_say_no() -> None:
    verifier = StandInVerifier()
    check = Check("1", "王秀兰", "110105195203120025", "resident_id_card")
    assert verifier.check(check) is Verdict.MATCH
    assert verifier.check(Check("1", "王不符", "1", "resident_id_card")) is Verdict.DIFFERS


def test_secrets_are_not_shown_with_the_settings() -> None:
    settings = Settings.from_environment(environment=REAL)
    assert SECRET not in repr(settings)
