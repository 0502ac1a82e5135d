"""The city's data: the real districts, each street inside its district, in both languages."""

import re

from deploy.city.places import beijing
from deploy.city.policy import load_policy, plain_values
from services.identity.contract import AdoptPolicy
from services.identity.domain.rules import Rules
from services.ledger.domain import LedgerPolicy
from services.matching.domain import MatchingPolicy, haversine_metres
from services.rating.domain import RatingPolicy, StarPolicy


# GB/T 2260, from the standard and not from the data file.
DISTRICTS = {
    "110101": "东城区",
    "110102": "西城区",
    "110105": "朝阳区",
    "110106": "丰台区",
    "110107": "石景山区",
    "110108": "海淀区",
    "110109": "门头沟区",
    "110111": "房山区",
    "110112": "通州区",
    "110113": "顺义区",
    "110114": "昌平区",
    "110115": "大兴区",
    "110116": "怀柔区",
    "110117": "平谷区",
    "110118": "密云区",
    "110119": "延庆区",
}
FARTHEST_STREET_METRES = 30_000


def test_the_city_has_its_sixteen_districts_with_their_codes() -> None:
    assert {district.code: district.name_zh for district in beijing().districts} == DISTRICTS


def test_every_district_has_three_to_five_streets_inside_it() -> None:
    for district in beijing().districts:
        assert 3 <= len(district.streets) <= 5
        for street in district.streets:
            assert re.fullmatch(district.code + "[0-9]{3}", street.code)
            metres = haversine_metres(
                district.latitude, district.longitude, street.latitude, street.longitude
            )
            assert metres < FARTHEST_STREET_METRES, street.name_zh


def test_street_codes_and_names_are_given_once() -> None:
    streets = beijing().streets
    assert len({street.code for street in streets}) == len(streets)
    assert len({(street.district, street.name_zh) for street in streets}) == len(streets)


def test_names_are_chinese_and_english() -> None:
    for place in (*beijing().districts, *beijing().streets):
        assert re.fullmatch(r"[\u4e00-\u9fff]+", place.name_zh)
        assert re.fullmatch(r"[A-Za-z' ]+", place.name_en)


def test_the_policy_is_what_the_services_take() -> None:
    policy = load_policy()
    AdoptPolicy.parse(policy)
    Rules.from_values(policy["values"])
    MatchingPolicy.from_values(1, policy["values"])
    LedgerPolicy.from_values(1, policy["values"])
    RatingPolicy.from_values(1, policy["values"])
    StarPolicy.from_values(1, policy["values"])


def test_plain_values_leaves_out_sources_and_reasons() -> None:
    rule = {"value": [1, 2], "source": "plan", "reason": "so"}
    assert plain_values({"values": {"a": {"b": rule}}}) == {"a": {"b": [1, 2]}}
