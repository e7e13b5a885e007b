"""What Alder & Finch of the demo sells, where and through whom; only the cities are real."""

from typing import NamedTuple

COMPANY = "Alder & Finch"


class Article(NamedTuple):
    """A line of the price list; `price` is today's list price in cents."""

    name: str
    subcategory: str
    brand: str
    price: int


class Place(NamedTuple):
    """A city and where it lies."""

    city: str
    region: str
    country: str


class Seller(NamedTuple):
    """Somebody who sells; `strength` is how many accounts they win against their team-mates."""

    seller_id: str
    name: str
    team: str
    strength: int


class Store(NamedTuple):
    """A store, in one of the PLACES."""

    store_id: str
    name: str
    city: str


class Carrier(NamedTuple):
    """A shipping company; `parcels` is its share of the orders shipped."""

    carrier_id: str
    name: str
    parcels: int


class Campaign(NamedTuple):
    """A time of more sales at lower prices, every year.

    Attributes:
        first: month and day it starts.
        last: month and day it ends.
        uplift: how many times the usual number of lines.
        discounts: percent, each as likely as the others.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    uplift: float
    discounts: tuple[int, ...]


ARTICLES: dict[str, tuple[Article, ...]] = {
    "Camping": (
        Article("Heron 2-person tent", "Tents", "Tarn & Tor", 24900),
        Article("Heron 4-person tent", "Tents", "Tarn & Tor", 38900),
        Article("Bittern tarp 3 x 4 m", "Tents", "Tarn & Tor", 8995),
        Article("Down sleeping bag -5", "Sleeping", "Lumivale", 27900),
        Article("Summer sleeping bag", "Sleeping", "Alder & Finch", 6995),
        Article("Self-inflating mat", "Sleeping", "Lumivale", 7495),
        Article("Gas stove Ember", "Cooking", "Hallin", 4995),
        Article("Pot set, 3 pieces", "Cooking", "Hallin", 5495),
        Article("Enamel mug", "Cooking", "Alder & Finch", 1295),
        Article("Folding chair", "Furniture", "Alder & Finch", 3995),
        Article("Camp lantern", "Lighting", "Lumivale", 3495),
        Article("Head lamp 400 lm", "Lighting", "Lumivale", 4495),
    ),
    "Hiking": (
        Article("Trekking pack 55 l", "Packs", "Stonewren", 17995),
        Article("Day pack 22 l", "Packs", "Stonewren", 8995),
        Article("Child carrier", "Packs", "Stonewren", 22900),
        Article("Hiking boot Fell, women", "Boots", "Fellgard", 16995),
        Article("Hiking boot Fell, men", "Boots", "Fellgard", 16995),
        Article("Approach shoe", "Boots", "Fellgard", 12995),
        Article("Trekking poles, pair", "Poles", "Stonewren", 7995),
        Article("Water bottle 1 l", "Accessories", "Alder & Finch", 1995),
        Article("Water filter", "Accessories", "Hallin", 3995),
        Article("First-aid kit", "Accessories", "Alder & Finch", 2995),
        Article("Compass", "Accessories", "Hallin", 2495),
        Article("Gaiters", "Accessories", "Fellgard", 3995),
    ),
    "Climbing": (
        Article("Single rope 9.8 mm, 60 m", "Ropes", "Corrie", 15995),
        Article("Half rope 8.5 mm, 50 m", "Ropes", "Corrie", 13995),
        Article("Accessory cord 6 mm, 10 m", "Ropes", "Corrie", 1495),
        Article("Harness Gneiss", "Protection", "Corrie", 6995),
        Article("Helmet Gneiss", "Protection", "Corrie", 6495),
        Article("Quickdraws, set of 6", "Hardware", "Corrie", 8995),
        Article("Screw-gate carabiner", "Hardware", "Corrie", 1295),
        Article("Belay device", "Hardware", "Corrie", 2995),
        Article("Via ferrata set", "Hardware", "Corrie", 11995),
        Article("Climbing shoe Schist", "Shoes", "Fellgard", 10995),
        Article("Chalk bag", "Accessories", "Alder & Finch", 1995),
        Article("Bouldering mat", "Accessories", "Stonewren", 19900),
    ),
    "Winter sports": (
        Article("Touring ski Firn", "Ski touring", "Skarvind", 49900),
        Article("Touring boot Firn", "Ski touring", "Skarvind", 42900),
        Article("Climbing skins", "Ski touring", "Skarvind", 13995),
        Article("Snowshoes, pair", "Snowshoes", "Skarvind", 17995),
        Article("Snowshoes, children", "Snowshoes", "Skarvind", 8995),
        Article("Avalanche transceiver", "Safety", "Hallin", 29900),
        Article("Avalanche probe", "Safety", "Hallin", 4995),
        Article("Snow shovel", "Safety", "Hallin", 4495),
        Article("Ski goggles", "Accessories", "Lumivale", 8995),
        Article("Ice axe", "Mountaineering", "Corrie", 8995),
        Article("Crampons, pair", "Mountaineering", "Corrie", 13995),
        Article("Wooden sledge", "Family", "Alder & Finch", 7995),
    ),
    "Apparel": (
        Article("Rain jacket, women", "Jackets", "Alder & Finch", 14995),
        Article("Rain jacket, men", "Jackets", "Alder & Finch", 14995),
        Article("Down jacket", "Jackets", "Skarvind", 19995),
        Article("Fleece, women", "Mid-layers", "Alder & Finch", 7995),
        Article("Fleece, men", "Mid-layers", "Alder & Finch", 7995),
        Article("Merino shirt", "Base layers", "Lumivale", 6495),
        Article("Trekking trousers, women", "Trousers", "Stonewren", 8995),
        Article("Trekking trousers, men", "Trousers", "Stonewren", 8995),
        Article("Hiking socks", "Accessories", "Alder & Finch", 1695),
        Article("Wool hat", "Accessories", "Alder & Finch", 2495),
        Article("Gloves", "Accessories", "Skarvind", 3995),
        Article("Sun cap", "Accessories", "Alder & Finch", 1995),
    ),
}

# Demand from January to December; 100 is an average month.
SEASONS: dict[str, tuple[int, ...]] = {
    "Camping": (30, 40, 70, 115, 165, 190, 185, 140, 90, 60, 45, 70),
    "Hiking": (50, 55, 85, 120, 145, 140, 125, 130, 125, 95, 65, 65),
    "Climbing": (70, 75, 95, 115, 130, 130, 120, 115, 105, 85, 75, 85),
    "Winter sports": (210, 170, 95, 40, 15, 10, 12, 20, 55, 120, 200, 253),
    "Apparel": (95, 80, 85, 90, 90, 80, 75, 85, 110, 125, 140, 145),
}

CAMPAIGNS = (
    Campaign((1, 7), (1, 20), 1.25, (0, 0, 20, 20, 30)),  # winter sale
    Campaign((4, 1), (4, 14), 1.3, (0, 0, 0, 10, 15)),  # season opening
    Campaign((11, 24), (11, 30), 1.7, (0, 10, 20, 20, 25)),  # black week
)

PLACES = (
    Place("Hamburg", "North", "Germany"),
    Place("Bremen", "North", "Germany"),
    Place("Kiel", "North", "Germany"),
    Place("Lübeck", "North", "Germany"),
    Place("Hannover", "North", "Germany"),
    Place("München", "South", "Germany"),
    Place("Stuttgart", "South", "Germany"),
    Place("Nürnberg", "South", "Germany"),
    Place("Freiburg", "South", "Germany"),
    Place("Augsburg", "South", "Germany"),
    Place("Ulm", "South", "Germany"),
    Place("Innsbruck", "Alps", "Austria"),
    Place("Salzburg", "Alps", "Austria"),
    Place("Bregenz", "Alps", "Austria"),
    Place("Villach", "Alps", "Austria"),
    Place("Utrecht", "West", "Netherlands"),
    Place("Rotterdam", "West", "Netherlands"),
    Place("Arnhem", "West", "Netherlands"),
    Place("Groningen", "West", "Netherlands"),
    Place("Maastricht", "West", "Netherlands"),
)

STORES = (
    Store("ST01", "Hamburg Speicherstadt", "Hamburg"),
    Store("ST02", "Bremen Viertel", "Bremen"),
    Store("ST03", "München Isar", "München"),
    Store("ST04", "Stuttgart West", "Stuttgart"),
    Store("ST05", "Freiburg Altstadt", "Freiburg"),
    Store("ST06", "Innsbruck Nordkette", "Innsbruck"),
    Store("ST07", "Salzburg Altstadt", "Salzburg"),
    Store("ST08", "Utrecht Oudegracht", "Utrecht"),
    Store("ST09", "Rotterdam Haven", "Rotterdam"),
)

TEAM_OF_REGION = {"North": "North & West", "West": "North & West", "South": "South", "Alps": "Alps"}

SELLERS = (
    Seller("E01", "Ines Harmsen", "North & West", 10),
    Seller("E02", "Jonas Petersen", "North & West", 6),
    Seller("E03", "Femke de Wit", "North & West", 7),
    Seller("E04", "Markus Huber", "South", 9),
    Seller("E05", "Leonie Krauss", "South", 5),
    Seller("E06", "Tobias Ebner", "Alps", 8),
    Seller("E07", "Sara Moser", "Alps", 6),
    Seller("E08", "David Okafor", "South", 0),  # no accounts of his own: he takes over those of E05
)
LEAVER, SUCCESSOR = "E05", "E08"

CARRIERS = (
    Carrier("CA1", "Blue Heron Parcel", 45),
    Carrier("CA2", "Rotfuchs Logistik", 28),
    Carrier("CA3", "Alpenpost Express", 17),
    Carrier("CA4", "Polder Freight", 10),
    Carrier("CA5", "Collected by the customer", 0),
)
COLLECTED = "CA5"

TIERS = ("Bronze", "Silver", "Gold")

# A customer is called by one of the first words and one of their segment's second words.
FIRST_WORDS = (
    "Ash", "Badger", "Basalt", "Beacon", "Birch", "Bramble", "Brook", "Cairn", "Cedar", "Clover",
    "Coast", "Copper", "Crag", "Dune", "Eagle", "Elm", "Falcon", "Fern", "Flint", "Fox", "Garnet",
    "Glacier", "Granite", "Grove", "Harbour", "Hawk", "Hazel", "Heath", "Hill", "Ivy", "Juniper",
    "Lake", "Larch", "Lark", "Lichen", "Linden", "Lynx", "Maple", "Marmot", "Meadow", "Moor",
    "Moss", "Oak", "Osprey", "Otter", "Pebble", "Pine", "Raven", "Reed", "Ridge", "River", "Rowan",
    "Sage", "Slate", "Spruce", "Stag", "Summit", "Thistle", "Timber", "Valley", "Willow", "Wren",
)  # fmt: skip
SECOND_WORDS: dict[str, tuple[str, ...]] = {
    "Outdoor shop": ("Outfitters", "Outdoor", "Trading", "Sports", "Supply", "Equipment"),
    "Online shop": ("Direct", "Online", "Webshop"),
    "Club": ("Alpinists", "Ramblers", "Mountaineers", "Scouts"),
    "Hire & guiding": ("Rentals", "Guides", "Adventures"),
}

# Pieces on a line of a cheap article, by customer segment; each as likely as the others.
UNITS: dict[str, tuple[int, ...]] = {
    "Outdoor shop": (2, 4, 4, 6, 6, 8, 10, 12, 12, 16, 20, 24),
    "Online shop": (1, 2, 4, 6, 8, 10, 12, 20),
    "Club": (1, 2, 3, 4, 5, 6, 8, 10),
    "Hire & guiding": (2, 2, 4, 6, 8, 10),
}
