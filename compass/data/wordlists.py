"""Words that generated texts are made of, written for Compass.

Names and passwords are made of syllables, so that no text and no model knows them
beforehand; keys and lists are made of ordinary words.
"""

from __future__ import annotations

import random

_ADJECTIVES = (
    "amber ancient bashful bitter blunt brave brief bright brisk broad brown busy calm "
    "careful cheap clean clear clever cloudy cold common cosy crisp crooked curious damp dark "
    "dear deep dense dim distant dizzy dry dull dusty eager early elder empty even faint fair "
    "famous fast fine firm flat fond formal free fresh gentle giant glad golden grand gray "
    "green happy hard harsh heavy hidden high hollow honest huge humble icy idle inner jolly "
    "keen kind large late lazy lean light little lively lone long loud low lucky mellow merry "
    "mild misty modest narrow neat new nimble noble odd old open orange outer pale patient "
    "plain polite proud purple quick quiet rapid rare raw ready red rich ripe robust rough "
    "round royal rural rusty salty sharp shiny short shy silent silver simple slender slow "
    "small smooth snowy soft solid sour spare square stable steady steep still stout strange "
    "strict strong sturdy sudden sunny sweet swift tall tame tender thick thin tidy tiny tired "
    "tough upper urban vague vast vivid warm weary wet white wide wild windy wise wooden young"
)

_NOUNS = (
    "acorn anchor apple apron arrow attic badge bakery ballad bamboo banner barn barrel basin "
    "basket beach beacon bean bear bell bench berry bicycle blanket blossom boat bonnet book "
    "boot bottle bowl branch bread brick bridge brook broom brush bucket butter button cabin "
    "cable cactus camera candle canoe canvas canyon carpet carrot castle cave cedar cello chain "
    "chair chalk chapel cherry chest chimney circle cliff clock cloth cloud clover coat cobweb "
    "coin comet compass cork cottage cotton cradle crane crate creek cricket crown crystal "
    "cushion dagger daisy desk dial diamond dish dolphin donkey door dragon drawer dress drum "
    "duck eagle easel echo elbow engine falcon feather fence fern ferry fiddle field fig "
    "finger flag flame flask flute forest fork fossil fountain fox garden garlic gate ginger "
    "glacier glove goat goose grain grape gravel guitar hammer harbor harp harvest hat hazel "
    "hedge helmet heron hill hinge honey hood horn horse island ivory jacket jar jewel juniper "
    "kettle key kitchen kite knot ladder lake lamp lantern lemon letter lily linen lion lizard "
    "locket magnet mango map maple marble market mask meadow melon mill mirror mitten moon "
    "moose moss mountain mug napkin needle nest nickel oak oar oasis ocean olive onion orchard "
    "organ otter oven owl oyster paddle paint palace panther paper parcel parrot path peach "
    "pearl pebble pencil pepper piano pillow pine pipe pitcher planet plate plum pocket pond "
    "poppy potato prairie puddle pumpkin puzzle quarry quilt rabbit raft rail raven ribbon "
    "river robin rocket roof root rope rose ruler saddle sail salmon sandal scarf scissors "
    "shadow shelf shell ship shoe shovel skate sled snail spade sparrow spice spider spoon "
    "spruce squirrel stamp star statue stone stool storm stove straw street sugar swan "
    "table tailor teapot temple tent thimble thistle thread ticket tiger timber torch tower "
    "trail train tray tulip tunnel turtle umbrella valley vase velvet village vine violin "
    "wagon walnut water wheel whistle willow window winter wolf wool wreath yarn"
)

ADJECTIVES = tuple(_ADJECTIVES.split())
NOUNS = tuple(_NOUNS.split())

_ONSETS = (
    "b",
    "d",
    "f",
    "g",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "z",
    "br",
    "dr",
    "kr",
    "tr",
    "gl",
    "pl",
    "sk",
)
_VOWELS = "aeiou"
_CODAS = ["", "", "n", "l", "r", "s", "m"]

_HANZI_FIRST = "沐岚柏槐荻霁禾澄砚鹿芷陶泊苍晏"
_HANZI_LAST = "洲渡桥坪屿湾溪川岭塘浦原坡谷泽"
_GIVEN = "允禾 知远 若安 子衿 明溪 怀瑾 清越 言蹊 望舒 青禾 以宁 书瑶 景行 念初 星河 予墨"
_HANZI_SURNAMES = "沈陆顾苏叶江宋秦许程方白温简"


def coined(rng: random.Random, syllables: int = 3) -> str:
    """Return a made-up word.

    Examples:
        >>> coined(random.Random(1))
        'kufidrol'
    """
    return "".join(
        rng.choice(_ONSETS) + rng.choice(_VOWELS) + (rng.choice(_CODAS) if place else "")
        for place in range(syllables)
    )


def coined_names(rng: random.Random, count: int, lang: str = "en") -> list[str]:
    """Return different made-up names."""
    names: dict[str, None] = {}
    while len(names) < count:
        if lang == "zh":
            names[rng.choice(_HANZI_SURNAMES) + rng.choice(_GIVEN.split())] = None
        else:
            names[coined(rng).capitalize()] = None
    return list(names)


def coined_places(rng: random.Random, count: int, lang: str = "en") -> list[str]:
    """Return different made-up names of places."""
    if lang != "zh":
        return coined_names(rng, count)
    names: dict[str, None] = {}
    while len(names) < count:
        names[rng.choice(_HANZI_FIRST) + rng.choice(_HANZI_FIRST) + rng.choice(_HANZI_LAST)] = None
    return list(names)


def compound(rng: random.Random) -> str:
    """Return an adjective and a noun, such as ``gentle-harbor``."""
    return f"{rng.choice(ADJECTIVES)}-{rng.choice(NOUNS)}"
