"""What is open to everybody, over real HTTP: by the settings, for each address its share."""

from services.rating.contract import UnknownCertificate
from tests.integration.gateway.conftest import StandIns, serving


PAGE = "/certificates/0000000000000012"
JSON = "/v1/certificate-checks/0000-0000-0000-0012"


def test_a_stranger_checks_a_certificate_as_often_as_the_settings_say(stand_ins: StandIns) -> None:
    answer = {"number": "0000-0000-0000-0012", "validity": "valid", "minutes": 95}
    stand_ins.says["check_certificate"] = answer | {"name": "王小明"}
    settings = {"TIMEBANK_CHECKS_A_MINUTE": "4", "TIMEBANK_PROXIES": "1"}
    with serving(stand_ins.amqp_uri, **settings) as gateway:
        page = gateway.get(PAGE)
        assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "有效" in page.body.decode() and "王小明" not in page.body.decode()
        assert gateway.get(JSON).json == answer
        assert stand_ins.last("check_certificate")[1]["caller"]["person_id"] is None
        assert gateway.ask("HEAD", PAGE).status == 200
        stand_ins.says["check_certificate"] = UnknownCertificate()
        assert gateway.get(PAGE).status == 404
        limited = gateway.get(PAGE)
        assert (limited.status, limited.headers["Retry-After"]) == (429, "60")
        assert "查询过于频繁" in limited.body.decode()
        problem = gateway.get(JSON)
        assert (problem.status, problem.json["code"]) == (429, "too_many_requests")
        # Another address, as our own proxy saw it, still asks.
        elsewhere = {"X-Forwarded-For": "1.1.1.1, 203.0.113.9"}
        assert gateway.get(PAGE, elsewhere).status == 404
        assert gateway.get("/certificates").status == 200
