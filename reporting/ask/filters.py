"""Which lines a question is about: those of a seller, a product, a place and so on.

What is asked for is bound as a value; the conditions are written here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Filter:
    """A condition on lines, `line` in the query.

    Attributes:
        description: what its value is.
        condition: in SQL, with the value's name after a colon.
    """

    description: str
    condition: str


def _of_member(dimension: str, key: str, *columns: str) -> str:
    name = dimension.removeprefix("dim_")
    wanted = " or ".join(f"{column} = :{{0}}" for column in columns)
    return f"line.{key} in (select {key} from marts.{dimension} as {name}_wanted where {wanted})"


FILTERS: Mapping[str, Filter] = {
    "currency": Filter(
        "ISO 4217 code; XXX where amounts came without one.", "line.currency = :{0}"
    ),
    "seller": Filter(
        "A seller's name or number.",
        _of_member("dim_seller", "seller_key", "seller_name", "seller_id"),
    ),
    "product": Filter(
        "A product's name or number.",
        _of_member("dim_product", "product_key", "product_name", "product_id"),
    ),
    "category": Filter(
        "A category of products.", _of_member("dim_product", "product_key", "category")
    ),
    "shipping_company": Filter(
        "A carrier's name or number.",
        _of_member(
            "dim_shipping_company",
            "shipping_company_key",
            "shipping_company_name",
            "shipping_company_id",
        ),
    ),
    "store": Filter(
        "A store's name or number.", _of_member("dim_store", "store_key", "store_name", "store_id")
    ),
    "city": Filter(
        "A city: that of the store, else that of the customer as they were at the sale.",
        "coalesce("
        "(select city from marts.dim_store as of_store where of_store.store_key = line.store_key), "
        "(select city from marts.dim_customer as of_customer "
        "where of_customer.customer_key = line.customer_key), 'Unknown') = :{0}",
    ),
    "region": Filter("A region.", _of_member("dim_region", "region_key", "region")),
    "country": Filter("A country.", _of_member("dim_region", "region_key", "country")),
    "customer": Filter(
        "A customer's name or number.",
        _of_member("dim_customer", "customer_key", "customer_name", "customer_id"),
    ),
}

_OF_ORDERS = {"currency", "seller", "shipping_company", "store", "customer"}


@dataclass(frozen=True)
class Selection:
    """What was asked for, by the name of the filter.

    Attributes:
        wanted: of the filters that are set.
    """

    wanted: Mapping[str, str] = field(default_factory=dict)

    @property
    def condition(self) -> str:
        """What follows a `where` with a condition on `line`."""
        return "".join(f" and {FILTERS[name].condition.format(name)}" for name in self.wanted)

    @property
    def order_condition(self) -> str:
        """The same for order headers, as `line`: none where they lack what is asked for."""
        if self.wanted.keys() <= _OF_ORDERS:
            return self.condition
        return " and 1 = 0"


EVERYTHING = Selection()
