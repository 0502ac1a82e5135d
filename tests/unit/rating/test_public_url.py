"""What stands in QR codes for years is checked before the service starts."""

import pytest

from services.kernel.settings import BadSettings, Settings
from services.rating.public_url import public_url


def url_of(url: str, mode: str = "production") -> str:
    environment = {"TIMEBANK_PUBLIC_URL": url, "TIMEBANK_MODE": mode}
    return public_url(Settings.from_environment(environment=environment))


def test_a_city_names_its_address_and_a_demonstration_has_one() -> None:
    assert url_of("https://timebank.example.cn/") == "https://timebank.example.cn"
    assert url_of("https://example.cn/time-bank") == "https://example.cn/time-bank"
    assert url_of("", "demonstration") == "http://127.0.0.1:8080"
    assert url_of("http://127.0.0.1:9000", "demonstration") == "http://127.0.0.1:9000"
    assert url_of("") == ""


@pytest.mark.parametrize(
    "url", ["http://example.cn", "example.cn", "https://a b", "https://x/?y=1", "javascript:1"]
)
def test_an_address_that_nobody_should_scan_ends_the_process(url: str) -> None:
    with pytest.raises(BadSettings, match="TIMEBANK_PUBLIC_URL"):
        url_of(url)
