"""Other first names, the same one for every mention, so that pronouns still fit."""

from __future__ import annotations

import random
import re

# None of them is also a common word or a month.
WOMEN = (
    "Alice Amanda Amy Angela Anna Barbara Betty Carla Carol Christina Clara Claire Diana Donna "
    "Ella Emily Emma Erica Eva Gina Gloria Hannah Helen Jane Janet Jenny Jessica Julia Julie Karen "
    "Kate Kelly Kim Laura Lauren Linda Lisa Lucy Maria Marta Mary Megan Mia Monica Nancy Natalia "
    "Nina Olivia Pamela Patricia Paula Rachel Rebecca Rosa Sara Sarah Sandra Sofia Sophia Stella "
    "Susan Tanya Teresa Tina Tracy Vanessa Vera Wendy Zoe"
)
MEN = (
    "Aaron Adam Adrian Albert Alex Andrew Anthony Arthur Ben Bob Brian Bruce Carl Carlos Charles "
    "Chris Daniel Dave David Dennis Dylan Edward Eric Felix Fred Gary George Greg Harry Henry Hugo "
    "Ivan James Jason Jeff Jim Joe John Jonathan Jordan Jose Josh Joseph Kevin Kyle Larry Leo Liam "
    "Louis Luis Marcus Martin Matt Matthew Michael Mike Nathan Nick Oliver Oscar Paul Peter Philip "
    "Richard Robert Roger Ryan Sam Scott Simon Stan Steve Steven Ted Thomas Tim Tom Toby Tony "
    "Victor Vincent Walter"
)
_WORD = re.compile(r"\b[A-Z][a-z]+\b")


def renamed(texts: tuple[str, ...], chance: random.Random) -> tuple[str, ...]:
    """Return texts with other names; as they are if they name nobody we know.

    Examples:
        >>> renamed(("no names here", ""), random.Random(0))
        ('no names here', '')
    """
    words = {word for text in texts for word in _WORD.findall(text)}
    others: dict[str, str] = {}
    for pool in (WOMEN.split(), MEN.split()):
        named = sorted(words & set(pool))
        free = [name for name in pool if name not in words]
        others.update(zip(named, chance.sample(free, len(named)), strict=True))
    if not others:
        return texts
    return tuple(_WORD.sub(lambda found: others.get(found[0], found[0]), text) for text in texts)
