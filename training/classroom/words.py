"""The words that the classroom text is made of."""

from __future__ import annotations

from pathlib import Path
from random import Random

import yaml

_LISTS: dict[str, str] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text())
THINGS, PLACES, PEOPLE, TRAITS, DONE, UNITS, SYLLABLES = (
    _LISTS[name].split()
    for name in ("things", "places", "people", "traits", "done", "units", "syllables"))



def invented(draw: Random) -> str:
    """A word that is in no list, so that copying is learned and not the words."""
    form = draw.random()
    if form < 0.35:
        return "".join(draw.choice(SYLLABLES) for _ in range(draw.choice([2, 2, 3])))
    if form < 0.8:  # the head of one word, the tail of another
        head, tail = draw.choice(THINGS + TRAITS), draw.choice(THINGS + DONE)
        return head[:draw.randint(2, 4)] + tail[-draw.randint(2, 5):]
    return "".join(draw.choice("aeiou" if i % 2 == 0 else "bcdfghjklmnpqrstvwxyz")
                   for i in range(draw.randint(0, 1), draw.randint(4, 8)))


def thing(draw: Random) -> str:
    return invented(draw) if draw.random() < 0.3 else draw.choice(THINGS)


def value(draw: Random) -> str:
    """A name as it stands in a text column: paris, Okani, north-2, card_paid, T81."""
    form = draw.random()
    if form < 0.4:
        word = draw.choice([draw.choice(PLACES), draw.choice(TRAITS), draw.choice(DONE),
                            draw.choice(PEOPLE), thing(draw)])
    elif form < 0.6:
        word = invented(draw)
    elif form < 0.8:
        word = f"{draw.choice(TRAITS)}{draw.choice('-_-_ ')}{thing(draw)}"
    elif form < 0.9:
        word = f"{thing(draw)}-{draw.randint(1, 99)}"
    else:
        return draw.choice("ABCDEFGHKMPRSTX") + str(draw.randint(1, 999))
    return draw.choice([word, word, word, word.title(), word.upper()])


def number(draw: Random) -> str:
    """Mostly round, sometimes with a decimal."""
    if draw.random() < 0.15:
        return f"{draw.randint(0, 99)}.{draw.randint(1, 9)}"
    top = draw.choice([10, 100, 100, 1000, 5000])
    return str(draw.choice([draw.randint(1, top), max(1, top // 20) * draw.randint(1, 20)]))
