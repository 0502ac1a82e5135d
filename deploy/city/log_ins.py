"""The log-ins of the demonstration city, as a table for the terminal."""

from unicodedata import east_asian_width

from deploy.city.numbers import city_phone
from deploy.city.people import Population
from services.identity.contract import Role


HEADINGS = ("手机 phone", "密码 password", "姓名 name", "身份 who")


def width_of(text: str) -> int:
    """Columns on a terminal: Chinese characters take two.

    >>> width_of("老人 elder")
    10
    """
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows with their columns under each other."""
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def log_in_rows(population: Population) -> list[tuple[str, ...]]:
    """Phone, password, name and part of everybody whom the data file lists."""
    words = population.city.words
    rows: list[tuple[str, ...]] = []
    for entry in words["log_ins"]:
        if "resident" in entry:
            number = population.resident_number(entry["resident"])
        else:
            number = population.staff_number(entry["role"], entry["area"])
        name = population.person(number).name
        who = f"{entry['zh']} {entry['en']}"
        rows.append((city_phone(number), words["password"], name, who))
    return rows


def log_in_table(population: Population) -> str:
    return table([HEADINGS, *log_in_rows(population)])


def staff_phone(population: Population, role: Role | str, area: str) -> str:
    """The phone of an officer or clerk: the same for every seed."""
    return city_phone(population.staff_number(role, area))
