"""What the city's data file says: districts, streets, and the words that invented people need."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml


FILE = Path(__file__).parent / "data" / "beijing.yaml"


@dataclass(frozen=True)
class Street:
    """A subdistrict, town or area; ``code`` has nine digits and begins with its district's."""

    code: str
    name_zh: str
    name_en: str
    latitude: float
    longitude: float

    @property
    def district(self) -> str:
        return self.code[:6]


@dataclass(frozen=True)
class District:
    """One of the city's districts, by its GB/T 2260 code."""

    code: str
    name_zh: str
    name_en: str
    latitude: float
    longitude: float
    streets: tuple[Street, ...]


@dataclass(frozen=True)
class City:
    """The whole file; ``words`` is what it holds beside the places."""

    code: str
    name_zh: str
    name_en: str
    districts: tuple[District, ...]
    words: dict[str, Any]

    @cached_property
    def streets(self) -> tuple[Street, ...]:
        return tuple(street for district in self.districts for street in district.streets)

    def street(self, code: str) -> Street:
        return next(street for street in self.streets if street.code == code)

    def district(self, code: str) -> District:
        return next(district for district in self.districts if district.code == code)


@cache
def beijing() -> City:
    """The city of the data file, read once."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    districts = tuple(
        District(
            **{key: value for key, value in entry.items() if key != "streets"},
            streets=tuple(Street(**street) for street in entry["streets"]),
        )
        for entry in document.pop("districts")
    )
    return City(**document.pop("city"), districts=districts, words=document)
