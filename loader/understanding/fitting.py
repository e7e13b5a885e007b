"""How well values fit a column of ours."""

import numpy as np

from loader.contracts import Entity
from loader.understanding.profiles import Profile
from loader.understanding.vocabulary import says

_NO_STATUS = ("region", "city", "country", "loyalty_tier", "customer_segment")
"""Columns whose headers may also be those of a status, which the values tell."""


def fits(contract: Entity, column: str, profile: Profile, *, alone: bool) -> float:
    """Return how well values fit a column: 0 not at all, 1 as well as not.

    Args:
        contract: of the entity.
        column: ours.
        profile: the values.
        alone: the header is a noun alone, so that the values say whether it is a name or an id.
    """
    if not profile.count:
        return 0.9
    kind = contract.columns[column].type
    if kind in ("timestamp", "date"):
        return _fits_date(profile)
    if kind in ("decimal", "integer"):
        return _fits_number(column, profile)
    if kind == "boolean":
        return 1.0 if len(profile.distinct) <= 3 else 0.0
    if column.endswith("_id"):
        # A header that says "ID" has codes that look like dates (0-1-25), too.
        if (alone and profile.date_share > 0.5) or (
            profile.number_share > 0.9 and not profile.is_whole
        ):
            return 0.0
        if alone and not column.startswith("order"):
            return 1.0 if profile.code_share > 0.8 else 0.0
        return 1.0
    return _fits_text(column, profile, alone=alone)


def is_unreadable(contract: Entity, column: str, profile: Profile) -> bool:
    """Tell whether values are of no other kind, but odd ones of this."""
    kind = contract.columns[column].type
    if kind in ("timestamp", "date"):
        return profile.number_share < 0.5 or profile.date_share > 0
    if column == "currency":
        return profile.number_share < 0.5 and profile.date_share < 0.5
    is_number = kind in ("decimal", "integer") and column != "line_number"
    return is_number and not profile.is_percent and profile.date_share < 0.5


def _fits_date(profile: Profile) -> float:
    if profile.date_share > 0.6:
        return 1.0
    return 0.9 if profile.day_number_share > 0.9 else 0.0


def _fits_number(column: str, profile: Profile) -> float:
    if profile.number_share < 0.6 or profile.date_share > 0.5:
        return 0.0
    known = profile.known_numbers
    if column == "line_number":
        return 1.0 if profile.is_whole else 0.0
    if column == "price_units":
        return 1.0 if np.isin(known, 10.0 ** np.arange(6)).all() else 0.0
    if column == "discount_rate":
        return 1.0 if known.max() <= 100 and known.min() >= 0 else 0.0
    if column == "discount_amount":
        return 0.0 if profile.is_percent else 1.0
    if column == "units" and profile.is_percent:
        return 0.0
    return 0.0 if profile.is_percent else 1.0


def _fits_text(column: str, profile: Profile, *, alone: bool) -> float:
    if profile.date_share > 0.8:
        return 0.0
    if column == "currency":
        return 1.0 if profile.currency_share > 0.6 else 0.0
    if column == "email":
        return 1.0 if profile.email_share > 0.5 else 0.0
    if profile.number_share > 0.9:
        return 0.0
    if column in _NO_STATUS and any(
        says(text, "no_sale", "taken_back") for text in profile.distinct.slice(0, 60).to_pylist()
    ):
        return 0.0  # a status: `Estado` is that, too, and `Stato`
    if column == "country":
        if profile.country_share > 0.5:
            return 1.0
        return 0.75 if profile.country_share > 0.1 or len(profile.distinct) < 5 else 0.0
    if column == "city" and profile.country_share > 0.8 and len(profile.distinct) > 2:
        return 0.0
    if alone and column.endswith("_name"):
        return 0.0 if profile.code_share > 0.8 else 1.0
    return 1.0
