"""What the ledger should do, in a hundred lines of plain sums: no accounts, transfers or ids."""

from collections import Counter, defaultdict
from copy import deepcopy


class No(Exception):
    """The model would refuse this."""


class Reference:
    """Coins by owner and provenance; an operation adds up, or raises No and adds nothing."""

    def __init__(self, ages, kin, stock, price):
        self.ages, self.kin, self.stock, self.price = ages, kin, stock, price
        self.coins = defaultdict(Counter)
        self.points, self.budget, self.pool, self.estate = (Counter() for _ in range(4))
        self.holds, self.state = {}, {}
        self.issued = 0

    def attempt(self, operation, *facts):
        """Whether it is granted; a refusal leaves everything as it was."""
        before = deepcopy(self.__dict__)
        try:
            getattr(self, operation)(*facts)
        except No:
            self.__dict__ = before
            return False
        return True

    def need(self, holds):
        if not holds:
            raise No

    def take(self, purse, key, minutes):
        self.need(purse[key] >= minutes)
        purse[key] -= minutes

    def give_back(self, person, part, minutes):
        if self.state.get(person) == "closed":
            self.estate[person] += minutes
        else:
            self.coins[person][part] += minutes

    def top_up(self, district, minutes):
        self.issued += minutes
        self.budget[district] += minutes

    def shift(self, moves):
        for giver, receiver, minutes in moves:
            self.need(giver != receiver)
            self.take(self.budget, giver, minutes)
            self.budget[receiver] += minutes

    def grant(self, person, district, minutes):
        self.need(self.state.get(person) != "closed")
        self.take(self.budget, district, minutes)
        self.coins[person]["granted"] += minutes

    def gift(self, giver, receiver, minutes):
        self.need((giver, receiver) in self.kin and self.ages[receiver] >= 60)
        self.need(self.state.get(giver) is None and self.state.get(receiver) != "closed")
        self.take(self.coins[giver], "earned", minutes)
        self.coins[receiver]["gifted"] += minutes

    def hold(self, request, person, minutes):
        self.need(request not in self.holds and self.state.get(person) is None)
        order = ["granted", "gifted"] + ["earned"] * (self.ages[person] >= 60)
        shares = Counter()
        for part in order:
            shares[part] = min(minutes - shares.total(), self.coins[person][part])
        self.need(shares.total() == minutes)
        self.coins[person] -= shares
        self.holds[request] = [person, shares, "placed"]

    def release(self, request, person):
        held = self.holds.setdefault(request, [person, Counter(), "released"])
        if held[2] == "placed":
            self.settle(held, Counter(), "released")

    def pay(self, request, volunteer, minutes):
        self.need(request in self.holds)
        held = self.holds[request]
        self.need(held[2] == "placed" and held[1].total() >= minutes)
        spent = Counter()
        for part in ("granted", "gifted", "earned"):
            spent[part] = min(minutes - spent.total(), held[1][part])
        self.settle(held, spent, "posted")
        self.give_back(volunteer, "earned", minutes)
        self.points[volunteer] += 0 if self.state.get(volunteer) == "closed" else minutes

    def settle(self, held, spent, state):
        for part, minutes in (held[1] - spent).items():
            self.give_back(held[0], part, minutes)
        held[2] = state

    def correct(self, person, district, minutes):
        self.need(self.state.get(person) != "closed")
        if minutes > 0:
            self.take(self.budget, district, minutes)
            self.coins[person]["earned"] += minutes
        else:
            self.take(self.coins[person], "earned", -minutes)
            self.budget[district] -= minutes

    def freeze(self, person):
        self.need(self.state.get(person) is None)
        self.state[person] = "frozen"

    def unfreeze(self, person):
        self.need(self.state.get(person) == "frozen")
        del self.state[person]

    def exchange(self, person, quantity):
        self.need(self.state.get(person) is None and self.stock >= quantity)
        self.take(self.points, person, quantity * self.price)
        self.stock -= quantity

    def close(self, person, district):
        self.need(not any(p == person and s == "placed" for p, _, s in self.holds.values()))
        self.need(self.state.get(person) != "closed" or self.estate[person])
        self.pool[district] += self.coins.pop(person, Counter()).total() + self.estate.pop(
            person, 0
        )
        self.points[person], self.state[person] = 0, "closed"
