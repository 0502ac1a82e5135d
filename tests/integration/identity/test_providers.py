"""Our clients before providers that misbehave in every way that we could think of."""

from typing import Any

import pytest

from services.identity.contract import BadWeChatCode
from services.identity.providers.http import Limits
from services.identity.providers.online_verification import Check, HttpVerifier, Verdict
from services.identity.providers.sms import HttpSmsSender, Message
from services.identity.providers.trouble import (
    ProviderAway,
    ProviderBusy,
    ProviderDistrusted,
    ProviderRefused,
    ProviderTrouble,
)
from services.identity.providers.wechat import HttpWeChat
from tests.integration.identity.misbehaving import (
    KEY,
    Behaviour,
    Provider,
    dripping,
    endless,
    half_a_body,
    hanging_up,
    is_signed_by_us,
    no_http,
    plain,
    redirecting_to,
    resetting,
    says,
    signed,
    silent,
)


QUICK = Limits(connect_seconds=1.0, read_seconds=0.15, whole_seconds=1.0, first_pause_seconds=0.001)
# One attempt whose whole time is up before the reading of any one piece is.
IMPATIENT = Limits(read_seconds=0.5, whole_seconds=0.3, attempts=1)
CHECK = Check("job-1", "王秀兰", "110105195203120025", "resident_id_card")
MATCH = signed(verdict="match")


def verify(provider: Provider, limits: Limits = QUICK) -> Verdict:
    return HttpVerifier(f"{provider.url}/check", KEY, limits).check(CHECK)


def send(provider: Provider, limits: Limits = QUICK) -> None:
    HttpSmsSender(f"{provider.url}/send", KEY, limits).send(Message("job-2", "138", "code 1"))


def openid(provider: Provider, limits: Limits = QUICK) -> str:
    return HttpWeChat(provider.url, "wx-app", "wx-secret", limits).openid_of("js-code")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_each_verdict_is_understood_and_the_request_is_signed_as_agreed(verdict: Verdict) -> None:
    with Provider([signed(verdict=verdict)]) as provider:
        assert verify(provider) is verdict
    (asked,) = provider.asked
    assert (asked.method, asked.target) == ("POST", "/check")
    assert is_signed_by_us(asked) and not is_signed_by_us(asked, b"another key")
    assert asked.facts == {
        "request_id": "job-1",
        "name": "王秀兰",
        "document": "resident_id_card",
        "id_number": "110105195203120025",
    }


AWAY = {
    "is silent": silent,
    "answers 500": plain(status=500),
    "answers 503": plain(status=503),
    "resets the connection": resetting,
    "hangs up": hanging_up,
    "sends half a body": half_a_body,
    "speaks no HTTP": no_http,
}


@pytest.mark.parametrize("behaviour", AWAY.values(), ids=AWAY)
def test_a_provider_that_is_away_is_tried_a_few_times_and_no_more(behaviour: Behaviour) -> None:
    with Provider([behaviour]) as provider, pytest.raises(ProviderAway):
        verify(provider)
    assert len(provider.asked) == QUICK.attempts
    # The same question each time, under a nonce of its own.
    assert len({asked.body for asked in provider.asked}) == 1
    assert len({asked.headers["timebank-nonce"] for asked in provider.asked}) == QUICK.attempts


@pytest.mark.parametrize("behaviour", AWAY.values(), ids=AWAY)
def test_a_provider_that_recovers_in_time_has_answered(behaviour: Behaviour) -> None:
    with Provider([behaviour, behaviour, MATCH]) as provider:
        assert verify(provider) is Verdict.MATCH


def test_nobody_answers_at_all() -> None:
    with Provider([]) as provider:
        pass
    with pytest.raises(ProviderAway):
        verify(provider)


@pytest.mark.parametrize("behaviour", [dripping, silent])
def test_a_call_ends_when_its_whole_time_is_over_however_lively_the_answer(
    behaviour: Behaviour,
) -> None:
    with Provider([behaviour]) as provider, pytest.raises(ProviderAway, match="altogether"):
        verify(provider, IMPATIENT)
    assert len(provider.asked) == 1


DISTRUSTED = {
    "no signature": plain(b'{"request_id": "job-1", "verdict": "match"}'),
    "another key": signed(verdict="match", key=b"somebody else's key"),
    "the answer to an earlier request": signed(verdict="match", nonce="0" * 32),
    "an answer of long ago": signed(verdict="match", seconds_ago=200),
    "an answer of the future": signed(verdict="match", seconds_ago=-200),
    "no JSON": signed(b"<html>welcome</html>"),
    "no object": signed(b'["match"]'),
    "JSON without end": signed(b"[" * 60_000),
    "an answer to another question": signed(b'{"request_id": "job-9", "verdict": "match"}'),
    "an unknown verdict": signed(verdict="perhaps"),
    "no verdict": signed(),
    "too large": signed(b" " * 70_000),
    "without end": endless,
}


@pytest.mark.parametrize("behaviour", DISTRUSTED.values(), ids=DISTRUSTED)
def test_an_answer_that_cannot_be_trusted_is_no_verdict_and_not_asked_for_again(
    behaviour: Behaviour,
) -> None:
    with Provider([behaviour, MATCH]) as provider, pytest.raises(ProviderDistrusted) as trouble:
        verify(provider)
    assert len(provider.asked) == 1
    assert CHECK.id_number not in str(trouble.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed_not_even_to_a_better_place(status: int) -> None:
    with Provider([MATCH]) as elsewhere:
        behaviour = plain(b"", status, Location=f"{elsewhere.url}/check")
        with Provider([behaviour]) as provider, pytest.raises(ProviderDistrusted):
            verify(provider)
        assert (len(provider.asked), elsewhere.asked) == (1, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_the_provider_refuses_is_not_asked_again(status: int) -> None:
    with Provider([plain(status=status), MATCH]) as provider, pytest.raises(ProviderRefused):
        verify(provider)
    assert len(provider.asked) == 1


@pytest.mark.parametrize("status", [408, 425, 429])
def test_a_busy_provider_is_not_asked_again_at_once(status: int) -> None:
    with Provider([plain(status=status), MATCH]) as provider, pytest.raises(ProviderBusy):
        verify(provider)
    assert len(provider.asked) == 1


def test_proxies_of_the_environment_see_no_id_number(monkeypatch: pytest.MonkeyPatch) -> None:
    with Provider([MATCH]) as proxy, Provider([MATCH]) as provider:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert verify(provider) is Verdict.MATCH
        assert proxy.asked == []


def test_a_message_is_sent_signed_and_one_that_is_not_accepted_is_refused() -> None:
    with Provider([plain(status=502), signed(accepted=True)]) as provider:
        send(provider)
    assert all(is_signed_by_us(asked) for asked in provider.asked)
    assert provider.asked[-1].facts == {"request_id": "job-2", "phone": "138", "text": "code 1"}
    for answer in (signed(accepted=False), signed(), signed(accepted="yes")):
        with Provider([answer]) as provider, pytest.raises(ProviderRefused):
            send(provider)


@pytest.mark.parametrize("behaviour", [*AWAY.values(), *DISTRUSTED.values()])
def test_no_misbehaviour_is_taken_for_a_message_sent(behaviour: Behaviour) -> None:
    with Provider([behaviour]) as provider, pytest.raises(ProviderTrouble):
        send(provider)


def test_wechat_is_asked_as_it_wants_and_its_session_key_goes_nowhere() -> None:
    with Provider([says(openid="o-1", session_key="secret", unionid="u")]) as provider:
        assert openid(provider) == "o-1"
    (asked,) = provider.asked
    assert asked.method == "GET" and asked.target.startswith("/sns/jscode2session?")
    assert asked.query == {
        "appid": "wx-app",
        "secret": "wx-secret",
        "js_code": "js-code",
        "grant_type": "authorization_code",
    }


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"errcode": 40029, "errmsg": "invalid code"}, BadWeChatCode),
        ({"errcode": 40163, "errmsg": "code been used"}, BadWeChatCode),
        ({"errcode": 40226, "errmsg": "code blocked"}, BadWeChatCode),
        ({"errcode": 45011, "errmsg": "api minute-quota reach limit"}, ProviderBusy),
        ({"errcode": 40013, "errmsg": "invalid appid wx-secret"}, ProviderRefused),
        ({"errcode": "wx-secret"}, ProviderRefused),
        ({}, ProviderDistrusted),
        ({"openid": ""}, ProviderDistrusted),
        ({"openid": 7}, ProviderDistrusted),
        ({"openid": "o" * 65}, ProviderDistrusted),
    ],
)
def test_each_of_wechats_refusals_is_understood_and_its_words_are_not_repeated(
    answer: dict[str, Any], error: type[Exception]
) -> None:
    with Provider([says(**answer), says(openid="o-1")]) as provider:
        with pytest.raises(error) as trouble:
            openid(provider)
        assert len(provider.asked) == 1
    assert "quota" not in str(trouble.value) and "appid" not in str(trouble.value)


def test_wechat_that_says_it_is_busy_is_asked_again() -> None:
    busy = says(errcode=-1, errmsg="system error")
    with Provider([busy, plain(status=500), says(openid="o-1", errcode=0)]) as provider:
        assert openid(provider) == "o-1"
    with Provider([busy]) as provider, pytest.raises(ProviderAway):
        openid(provider)
    assert len(provider.asked) == QUICK.attempts


@pytest.mark.parametrize("behaviour", AWAY.values(), ids=AWAY)
def test_wechats_secret_is_in_no_trouble(behaviour: Behaviour) -> None:
    with Provider([behaviour]) as provider, pytest.raises(ProviderAway) as trouble:
        openid(provider)
    assert "wx-secret" not in f"{trouble.value!r} {trouble.value.__cause__!r}"


def test_wechat_may_not_send_us_elsewhere() -> None:
    with Provider([says(openid="o-2")]) as elsewhere:
        redirect = redirecting_to(elsewhere.url)
        with Provider([redirect]) as provider, pytest.raises(ProviderDistrusted):
            openid(provider)
        assert elsewhere.asked == []
