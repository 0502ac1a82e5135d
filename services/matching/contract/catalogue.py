"""The catalogue of services (S6)."""

from enum import StrEnum

from marshmallow import fields

from services.kernel.contract import Answer, Request


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
