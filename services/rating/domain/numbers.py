"""The number of a certificate: cannot be guessed, and is hard to type wrongly without notice."""

import unicodedata


# Without I, L, O and U, which are mistaken for others when read aloud or from paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("ILO", "110", " -\u2013\u2014")
BITS_A_LETTER = 5
LETTERS = 15
BITS_OF_CHANCE = BITS_A_LETTER * LETTERS
GROUP = 4
# x^5 + x^2 + 1: doubling by it goes through all letters but the first.
DOUBLING = 0b100101


def number_from(chance: int) -> str:
    """Fifteen letters drawn by lot out of 2^75, and one that checks them.

    >>> number_from(0), number_from(1), number_from(2**75 - 1)
    ('0000000000000000', '0000000000000012', 'ZZZZZZZZZZZZZZZN')
    """
    places = range(BITS_OF_CHANCE - BITS_A_LETTER, -1, -BITS_A_LETTER)
    letters = "".join(ALPHABET[chance >> place & len(ALPHABET) - 1] for place in places)
    return letters + check_letter(letters)


def check_letter(letters: str) -> str:
    """Another for each wrong letter, and for any two that have changed places.

    Each letter is an element of the field with 32 elements; every step doubles what was before.
    """
    sum_ = 0
    for letter in letters:
        sum_ = doubled(sum_ ^ ALPHABET.index(letter))
    return ALPHABET[sum_]


def doubled(element: int) -> int:
    """
    >>> [doubled(each) for each in (1, 8, 16, 31)]
    [2, 16, 5, 27]
    """
    twice = element << 1
    return twice ^ DOUBLING if twice >= len(ALPHABET) else twice


def read_number(text: str) -> str | None:
    """The number that somebody has typed, in whatever case and groups; None when it is none.

    >>> read_number(" 0000-0000 oooo-ool2 "), read_number("0000000000000021")
    ('0000000000000012', None)

    Chinese keyboards write letters as wide as Chinese ones:

    >>> read_number("００００－００００　ＯＯＯＯ－００１２")
    '0000000000000012'
    """
    number = unicodedata.normalize("NFKC", text).upper().translate(MISREAD)
    if len(number) != LETTERS + 1 or not set(number) <= set(ALPHABET):
        return None
    return number if check_letter(number[:-1]) == number[-1] else None


def printed(number: str) -> str:
    """In groups, for reading aloud.

    >>> printed("0000000000000012")
    '0000-0000-0000-0012'
    """
    return "-".join(number[place : place + GROUP] for place in range(0, len(number), GROUP))
