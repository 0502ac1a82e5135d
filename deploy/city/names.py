"""Chinese names in any number: drawn by Faker once, put together by chance ever after."""

from random import Random

from faker import Faker


SURNAMES = 400
GIVEN_NAMES = 800


class Names:
    """Pools of surnames and given names; the same seed gives the same pools."""

    def __init__(self, seed: int):
        fake = Faker("zh_CN")
        fake.seed_instance(seed)
        self.surnames = [fake.last_name() for _ in range(SURNAMES)]
        self.female = [fake.first_name_female() for _ in range(GIVEN_NAMES)]
        self.male = [fake.first_name_male() for _ in range(GIVEN_NAMES)]

    def draw(self, chance: Random, male: bool) -> tuple[str, str]:
        """(surname, given name)"""
        surname = chance.choice(self.surnames)
        return surname, chance.choice(self.male if male else self.female)
