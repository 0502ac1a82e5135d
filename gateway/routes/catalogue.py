"""The routes to matching's catalogue."""

from gateway.routes.route import create, show
from services.matching import contract as matching


ITEM = "/v1/items/{item_code}"

CATALOGUE_ROUTES = [
    show(
        "/v1/categories",
        matching.ListCategories,
        "matching",
        matching.CategoriesAnswer,
        open=True,
    ),
    show("/v1/skills", matching.ListSkills, "matching", matching.SkillsAnswer, open=True),
    show("/v1/languages", matching.ListLanguages, "matching", matching.LanguagesAnswer, open=True),
    show("/v1/items", matching.ListItems, "matching", matching.ItemsAnswer, open=True),
    show(ITEM, matching.ShowItem, "matching", matching.ItemVersionsAnswer, open=True),
    create("/v1/items", matching.AddItem, "matching", matching.ItemAnswer, location=ITEM),
    create(
        ITEM + "/revisions", matching.ReviseItem, "matching", matching.ItemAnswer, location=ITEM
    ),
    create(
        ITEM + "/retirement", matching.RetireItem, "matching", matching.ItemAnswer, location=ITEM
    ),
]
