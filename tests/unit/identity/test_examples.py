"""The examples in identity's rules and signatures are true."""

import doctest
import importlib
import pkgutil

import pytest

from services.identity import domain
from services.identity.providers import signing


RULES = [each.name for each in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}.")]


@pytest.mark.parametrize("name", [*RULES, signing.__name__])
def test_the_examples_are_true(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
