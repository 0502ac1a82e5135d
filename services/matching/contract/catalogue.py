"""The catalogue of services (S6): categories, their items with rules, skills and languages."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import CITY_AREA, Answer, Error, Event, Minutes, Request
from services.matching.contract.basics import MINUTES_A_REQUEST


class Category(StrEnum):
    """The eight categories of service (S6)."""

    EMOTIONAL_COMFORT = "emotional_comfort"
    ASSISTANCE = "assistance"
    ACCOMPANYING = "accompanying"
    CULTURE_AND_SPORT = "culture_and_sport"
    HEALTH_EDUCATION = "health_education"
    LEGAL_AID = "legal_aid"
    TRAINING_AND_LECTURES = "training_and_lectures"
    RISK_GUIDANCE = "risk_guidance"


class ListCategories(Request):
    """The catalogue."""


class CategoryAnswer(Answer):
    category = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)


class CategoriesAnswer(Answer):
    items = fields.List(fields.Nested(CategoryAnswer), required=True)


ITEM_CODE = validate.Regexp(r"^[a-z0-9_-]{2,60}$")
DISTRICT = validate.Regexp(r"^[0-9]{6}$")
GROUP_SIZE = validate.Range(1, 500)
VERSION = validate.Range(1, 1_000_000)


class ItemRules(Request):
    """What an item is called and what it asks for; what is left out is not asked for."""

    name_zh = fields.String(required=True, validate=validate.Length(1, 40))
    name_en = fields.String(required=True, validate=validate.Length(1, 80))
    needed_skill = fields.String(load_default=None, validate=validate.Length(1, 40))
    certificate_needed = fields.Boolean(load_default=False)
    smallest_minutes = Minutes(load_default=None, validate=MINUTES_A_REQUEST)
    largest_minutes = Minutes(load_default=None, validate=MINUTES_A_REQUEST)
    smallest_group = fields.Integer(strict=True, load_default=1, validate=GROUP_SIZE)
    largest_group = fields.Integer(strict=True, load_default=1, validate=GROUP_SIZE)
    needs_review = fields.Boolean(load_default=False)
    in_force_from = fields.AwareDateTime(load_default=None)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class AddItem(ItemRules):
    """An officer adds an item: of their district, or of the whole city (S6)."""

    item_code = fields.String(required=True, validate=ITEM_CODE)
    category = fields.Enum(Category, by_value=True, required=True)
    district = fields.String(required=True, validate=DISTRICT)


class ReviseItem(ItemRules):
    """New rules for an item, as its next version; ``version`` is the newest one you saw."""

    item_code = fields.String(required=True, validate=ITEM_CODE)
    version = fields.Integer(required=True, strict=True, validate=VERSION)


class RetireItem(Request):
    """The item is not offered any more; what was asked for with it stands."""

    item_code = fields.String(required=True, validate=ITEM_CODE)
    version = fields.Integer(required=True, strict=True, validate=VERSION)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class ListItems(Request):
    """What is offered in a district: the city's items and the district's own, by category."""

    district = fields.String(load_default=CITY_AREA, validate=DISTRICT)
    category = fields.Enum(Category, by_value=True, load_default=None)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 200))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ShowItem(Request):
    """All versions of one item, the newest first."""

    item_code = fields.String(required=True, validate=ITEM_CODE)


class ItemAnswer(Answer):
    item_code = fields.String(required=True)
    version = fields.Integer(required=True)
    category = fields.String(required=True)
    district = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    needed_skill = fields.String(allow_none=True)
    certificate_needed = fields.Boolean(required=True)
    smallest_minutes = fields.Integer(allow_none=True)
    largest_minutes = fields.Integer(allow_none=True)
    smallest_group = fields.Integer(required=True)
    largest_group = fields.Integer(required=True)
    needs_review = fields.Boolean(required=True)
    retired = fields.Boolean(required=True)
    in_force_from = fields.AwareDateTime(required=True)
    decided_by = fields.UUID(allow_none=True)
    reason = fields.String(required=True)


class ItemsAnswer(Answer):
    items = fields.List(fields.Nested(ItemAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class ItemVersionsAnswer(Answer):
    """``in_force`` is the version that a request made now would keep; none once it is retired."""

    item_code = fields.String(required=True)
    in_force = fields.Integer(allow_none=True)
    versions = fields.List(fields.Nested(ItemAnswer), required=True)


class ListSkills(Request):
    """What a service may need of a volunteer, and which of it a certificate can show."""


class SkillAnswer(Answer):
    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    certificate = fields.Boolean(required=True)


class SkillsAnswer(Answer):
    items = fields.List(fields.Nested(SkillAnswer), required=True)


class ListLanguages(Request):
    """What elders and volunteers speak with each other."""


class LanguageAnswer(Answer):
    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)


class LanguagesAnswer(Answer):
    items = fields.List(fields.Nested(LanguageAnswer), required=True)


class ItemChanged(Event):
    """An item was added, revised or retired; the facts are those of its newest version."""

    source, type, subject = "matching", "item.changed.v1", "item_code"

    item_code = fields.String(required=True)
    version = fields.Integer(required=True, strict=True)
    category = fields.Enum(Category, by_value=True, required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    needed_skill = fields.String(allow_none=True)
    certificate_needed = fields.Boolean(required=True)
    smallest_minutes = fields.Integer(allow_none=True)
    largest_minutes = fields.Integer(allow_none=True)
    smallest_group = fields.Integer(required=True)
    largest_group = fields.Integer(required=True)
    needs_review = fields.Boolean(required=True)
    retired = fields.Boolean(required=True)
    in_force_from = fields.AwareDateTime(required=True)


class ItemExists(Error):
    """Another item has this code."""

    code, status = "item_exists", 409


class ItemNotOffered(Error):
    """This item is not offered: it is retired, not in force yet, or another district's."""

    code, status = "item_not_offered", 409


class GroupOnly(Error):
    """This item is for a group: ask for a place in an activity instead."""

    code, status = "group_only", 409
