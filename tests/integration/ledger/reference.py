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
        self.exchanges, self.rated = {}, Counter()
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

    def exchange(self, number, person, quantity):
        self.need(number not in self.exchanges)
        self.need(self.state.get(person) is None and self.stock >= quantity)
        self.take(self.points, person, quantity * self.price)
        self.stock -= quantity
        self.exchanges[number] = [person, quantity, "reserved"]

    def end_exchange(self, number, before, after, damaged=False):
        self.need(self.exchanges.get(number, [0, 0, 0])[2] == before)
        person, quantity, _ = self.exchanges[number]
        self.exchanges[number][2] = after
        if after != "handed_over":
            self.stock += 0 if damaged else quantity
            self.points[person] += (
                0 if self.state.get(person) == "closed" else quantity * self.price
            )

    def rate(self, elder, volunteer, stars, a_rating, a_star, most):
        given = max(0, min(a_rating, most - self.rated[elder]))
        self.rated[elder] += 0 if self.state.get(elder) == "closed" else given
        for person, points in ((elder, given), (volunteer, stars * a_star)):
            self.points[person] += 0 if self.state.get(person) == "closed" else points

    def close(self, person, district):
        self.need(not any(p == person and s == "placed" for p, _, s in self.holds.values()))
        self.need(self.state.get(person) != "closed" or self.estate[person])
        self.pool[district] += self.coins.pop(person, Counter()).total() + self.estate.pop(
            person, 0
        )
        for number, (holder, _, state) in self.exchanges.items():
            if (holder, state) == (person, "reserved"):
                self.end_exchange(number, "reserved", "cancelled")
        self.points[person], self.state[person] = 0, "closed"


class Whole(Reference):
    """And what is given for charity, taken back, or set aside for a care home."""

    MOVES = {
        ("applied", "approve"): "reviewed",
        ("applied", "reject"): "declined",
        ("reviewed", "offer"): "offered",
        ("offered", "accept"): "admitted",
        ("offered", "decline"): "declined",
    } | {(state, "withdraw"): "withdrawn" for state in ("applied", "reviewed", "offered")}
    OPEN = ("applied", "reviewed", "offered")

    def __init__(self, *facts):
        super().__init__(*facts)
        self.in_need, self.reversed, self.spent, self.estates = {0}, set(), {}, set()
        self.applications, self.homes, self.needed = {}, 0, 60

    def donate(self, donor, person, pool, minutes):
        self.need(self.state.get(donor) != "frozen")
        self.take(self.coins[donor], "earned", minutes)
        if pool:
            self.pool[pool] += minutes
        else:
            self.need(person in self.in_need and person != donor)
            self.need(self.state.get(person) != "closed")
            self.coins[person]["gifted"] += minutes

    def allocate(self, person, pool, minutes):
        self.need(self.state.get(person) != "closed")
        self.take(self.pool, pool, minutes)
        self.coins[person]["granted"] += minutes

    def pay(self, request, volunteer, minutes):
        super().pay(request, volunteer, minutes)
        self.spent[request], left = Counter(), minutes
        for part in ("granted", "gifted", "earned"):
            self.spent[request][part] = min(left, self.holds[request][1][part])
            left -= self.spent[request][part]
        if self.state.get(volunteer) == "closed":
            self.estates.add(request)

    def reverse(self, number, kind, facts):
        self.need(number not in self.reversed)
        self.reversed.add(number)
        getattr(self, f"reverse_{kind}")(*facts)

    def reverse_grant(self, person, district, minutes):
        self.take(self.coins[person], "granted", minutes)
        self.budget[district] += minutes

    def reverse_gift(self, giver, receiver, minutes):
        self.take(self.coins[receiver], "gifted", minutes)
        self.give_back(giver, "earned", minutes)

    def reverse_donation(self, donor, person, pool, minutes):
        self.take(*((self.pool, pool) if pool else (self.coins[person], "gifted")), minutes)
        self.give_back(donor, "earned", minutes)

    def reverse_allocation(self, person, pool, minutes):
        self.take(self.coins[person], "granted", minutes)
        self.pool[pool] += minutes

    def reverse_post(self, request, volunteer, minutes):
        # Of earned coins that somebody paid themselves there is nothing to take back.
        only_earned = self.spent[request]["earned"] == minutes
        self.need(not (self.holds[request][0] == volunteer and only_earned))
        if request in self.estates:
            self.take(self.estate, volunteer, minutes)
        else:
            self.take(self.coins[volunteer], "earned", minutes)
        for part, share in self.spent[request].items():
            self.give_back(self.holds[request][0], part, share)

    def apply(self, number, person):
        self.need(self.state.get(person) is None and not self.open_application(person))
        self.take(self.coins[person], "earned", self.needed)
        self.applications[number] = [person, "applied"]

    def proceed(self, number, move):
        self.need(number in self.applications)
        person, state = self.applications[number]
        self.need((state, move) in self.MOVES)
        waiting = [n for n, (_, each) in sorted(self.applications.items()) if each == "reviewed"]
        self.need(move != "offer" or number == waiting[0])
        self.need(move != "accept" or self.state.get(person) is None)
        self.applications[number][1] = after = self.MOVES[state, move]
        if after == "admitted":
            self.homes += self.needed
        elif after not in self.OPEN:
            self.give_back(person, "earned", self.needed)

    def open_application(self, person):
        return any(
            who == person and state in self.OPEN for who, state in self.applications.values()
        )

    def close(self, person, district):
        self.need(not self.open_application(person))
        super().close(person, district)


class Arbitrated(Whole):
    """And disputes over paid visits: what is set aside, and who gets it in the end."""

    def __init__(self, *facts):
        super().__init__(*facts)
        # Requests that their own visit paid, with the volunteer and the minutes; the other visit's.
        self.visits, self.taken_back, self.disputes = {}, set(), {}

    def of_visit(self, request):
        return [each for each in self.disputes.values() if each["request"] == request]

    def pay(self, request, volunteer, minutes, own):
        super().pay(request, volunteer, minutes)
        if own:
            self.visits[request] = volunteer, minutes
        self.answer_waiting(request)

    def release(self, request, person):
        super().release(request, person)
        self.answer_waiting(request)

    def answer_waiting(self, request):
        """Those told before the visit was paid, or its coins given back."""
        for each in self.of_visit(request):
            if each["state"] == "waiting" and self.holds[request][2] != "placed":
                self.set_aside(each)

    def dispute(self, number, request, volunteer, freezes):
        self.need(number not in self.disputes and request in self.holds)
        live = [each for each in self.of_visit(request) if each["state"] in ("waiting", "frozen")]
        freezes = freezes and not any(each["freezes"] for each in live)
        self.tell(number, request, volunteer, freezes)
        if self.holds[request][2] != "placed":
            self.set_aside(self.disputes[number])

    def tell(self, number, request, volunteer, freezes):
        figures = {"frozen": 0, "returned": 0, "corrected": 0, "state": "waiting"}
        self.disputes[number] = {
            "request": request,
            "volunteer": volunteer,
            "freezes": freezes,
            **figures,
        }

    def set_aside(self, dispute):
        dispute["state"], person = "frozen", dispute["volunteer"]
        who, minutes = self.visits.get(dispute["request"], (None, 0))
        minutes -= sum(each["returned"] for each in self.of_visit(dispute["request"]))
        barred = dispute["request"] in self.taken_back or self.state.get(person) == "closed"
        if who == person and dispute["freezes"] and not barred:
            dispute["frozen"] = min(minutes, self.coins[person]["earned"])
            self.coins[person]["earned"] -= dispute["frozen"]

    def settle_dispute(self, number, request, volunteer, district, returned, corrected):
        if number not in self.disputes:
            self.tell(number, request, volunteer, False)
        dispute = self.disputes[number]
        self.need(dispute["volunteer"] == volunteer)
        self.need(dispute["state"] != "settled")
        self.need(dispute["state"] != "waiting" or not returned)
        if dispute["state"] != "uncorrected":
            self.need(returned <= dispute["frozen"])
            self.divide(dispute, returned)
        refused = self.state.get(volunteer) == "closed" or self.budget[district] < corrected
        dispute["state"] = "uncorrected" if corrected and refused else "settled"
        if corrected and not refused:
            self.budget[district] -= corrected
            self.coins[volunteer]["earned"] += corrected
            self.points[volunteer] += corrected
            dispute["corrected"] = corrected

    def divide(self, dispute, returned):
        request, volunteer = dispute["request"], dispute["volunteer"]
        self.give_back(volunteer, "earned", dispute["frozen"] - returned)
        if not returned:
            return
        # A minute brought a point.
        self.points[volunteer] -= min(returned, self.points[volunteer])
        before = sum(each["returned"] for each in self.of_visit(request))
        # What was spent last comes back first, after what earlier disputes have given back.
        last_first = [
            part
            for part in ("earned", "gifted", "granted")
            for _ in range(self.spent[request][part])
        ]
        for part in last_first[before : before + returned]:
            self.give_back(self.holds[request][0], part, 1)
        dispute["returned"] = returned

    def reverse_post(self, request, volunteer, minutes, own):
        if own:
            for each in self.of_visit(request):
                moved = each["returned"] or each["corrected"]
                self.need(each["state"] == "settled" and not moved)
        super().reverse_post(request, volunteer, minutes)
        if own:
            self.taken_back.add(request)

    def close(self, person, district):
        for each in self.disputes.values():
            frozen = each["state"] == "frozen" and each["frozen"]
            self.need(not (each["volunteer"] == person and frozen))
        super().close(person, district)
