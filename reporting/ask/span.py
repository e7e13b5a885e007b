"""The figures of any span of days, from the marts: the weekly reports' columns and definitions.

For a span that is exactly a week these are the weekly reports' figures; a test compares them.
Rows are added up by the database; only quotients and ranks are made here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from reporting.ask.arithmetic import change_percent, divided
from reporting.ask.filters import EVERYTHING, Selection
from reporting.ask.periods import Period

DAYS_OF_A_YEAR = 364
"""52 weeks: the same weekdays a year before."""

Row = dict[str, Any]

TOTALS = """
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        count(distinct order_id) as order_count,
        count(distinct case when customer_key <> -1 then customer_durable_key end)
            as customer_count,
        sum(case when is_return then 1 else 0 end) as return_line_count,
        sum(case when is_return then revenue else cast(0 as decimal(18, 4)) end) as return_amount,
        sum(case when order_id is not null then revenue end) as revenue_with_order,
        sum(cost) as cost,
        sum(profit) as profit,
        sum(case when cost is not null then revenue end) as revenue_with_cost
"""
"""What a summary adds up, of `sales`: lines with their customer_durable_key."""

_SUMMARY = """
with sales as (
    select line.*, dim_customer.customer_durable_key
    from marts.fact_sales_line as line
    inner join marts.dim_customer on line.customer_key = dim_customer.customer_key
    where line.sale_date_key between :first and :last{filters}
),
first_purchases as (
    select customer_durable_key, min(first_purchase_date) as first_purchase_date
    from reports.rpt_customer_value
    group by customer_durable_key
),
buyers as (
    select distinct currency, customer_durable_key
    from sales
    where not is_return and customer_key <> -1
),
newcomers as (
    select buyers.currency, count(*) as new_customer_count
    from buyers
    inner join first_purchases
        on buyers.customer_durable_key = first_purchases.customer_durable_key
    where first_purchases.first_purchase_date >= :first_day
    group by buyers.currency
),
totals as (
    select
        currency,
        {totals}
    from sales
    group by currency
)
select totals.*, coalesce(newcomers.new_customer_count, 0) as new_customer_count
from totals
left join newcomers on totals.currency = newcomers.currency
"""

_SELLERS = """
select
    line.currency,
    line.seller_key,
    dim_seller.seller_name,
    dim_seller.team,
    sum(line.revenue) as revenue,
    sum(line.units) as units,
    count(*) as line_count,
    count(distinct line.order_id) as order_count
from marts.fact_sales_line as line
inner join marts.dim_seller on line.seller_key = dim_seller.seller_key
where line.sale_date_key between :first and :last{filters}
group by line.currency, line.seller_key, dim_seller.seller_name, dim_seller.team
"""

# Whoever has a target of their own and others for single stores is held to their own.
_TARGETS = """
select
    currency,
    seller_key,
    month_start_date,
    coalesce(
        sum(case when store_key is null then target_amount end), sum(target_amount)
    ) as target_amount
from reports.rpt_target_attainment
where member_kind = 'seller' and month_start_date between :first_month and :last_day
group by currency, seller_key, month_start_date
"""

_PRODUCTS = """
select
    line.currency,
    line.product_key,
    dim_product.product_id,
    dim_product.product_name,
    dim_product.category,
    sum(line.revenue) as revenue,
    sum(line.units) as units,
    count(*) as line_count
from marts.fact_sales_line as line
inner join marts.dim_product on line.product_key = dim_product.product_key
where line.sale_date_key between :first and :last{filters}
group by
    line.currency,
    line.product_key,
    dim_product.product_id,
    dim_product.product_name,
    dim_product.category
"""

_SHIPPING = """
with sales as (
    select
        currency,
        shipping_company_key,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        count(distinct order_id) as order_count
    from marts.fact_sales_line as line
    where sale_date_key between :first and :last{filters}
    group by currency, shipping_company_key
),
freight as (
    select
        currency,
        shipping_company_key,
        sum(freight_amount) as freight_amount,
        count(*) as freight_order_count
    from marts.fact_order as line
    where
        freight_amount is not null and order_date_key between :first and :last{of_orders}
    group by currency, shipping_company_key
),
joined as (
    select
        coalesce(sales.currency, freight.currency) as currency,
        coalesce(sales.shipping_company_key, freight.shipping_company_key)
            as shipping_company_key,
        coalesce(sales.revenue, cast(0 as decimal(18, 4))) as revenue,
        coalesce(sales.units, cast(0 as decimal(18, 4))) as units,
        coalesce(sales.line_count, 0) as line_count,
        coalesce(sales.order_count, 0) as order_count,
        freight.freight_amount,
        freight.freight_order_count
    from sales
    full outer join freight
        on
            sales.currency = freight.currency
            and sales.shipping_company_key = freight.shipping_company_key
)
select joined.*, dim_shipping_company.shipping_company_name
from joined
inner join marts.dim_shipping_company
    on joined.shipping_company_key = dim_shipping_company.shipping_company_key
"""

# A sale's city is that of its store, else that of the customer as they were on its day. A customer
# is known to a place from when they lived there, or bought there; to a store when they bought.
_PLACES = """
with lines as (
    select
        line.currency,
        line.region_key,
        line.store_key,
        coalesce(dim_store.city, dim_customer.city, 'Unknown') as city,
        line.order_id,
        line.revenue,
        line.units,
        line.is_return,
        dim_customer.customer_durable_key
    from marts.fact_sales_line as line
    inner join marts.dim_store on line.store_key = dim_store.store_key
    inner join marts.dim_customer on line.customer_key = dim_customer.customer_key
    where line.sale_date_key between :first and :last{filters}
),
places as (
    select
        'region' as place_level,
        region_key,
        cast(null as text) as city,
        cast(null as bigint) as store_key,
        currency, order_id, revenue, units, is_return, customer_durable_key
    from lines
    union all
    select
        'city' as place_level,
        region_key,
        city,
        cast(null as bigint) as store_key,
        currency, order_id, revenue, units, is_return, customer_durable_key
    from lines
    union all
    select
        'store' as place_level,
        cast(null as bigint) as region_key,
        cast(null as text) as city,
        store_key,
        currency, order_id, revenue, units, is_return, customer_durable_key
    from lines
),
bought as (
    select distinct line.region_key, line.store_key, line.customer_key
    from marts.fact_sales_line as line
    where
        line.sale_date_key <= :last
        and not line.is_return
        and line.customer_key <> -1{filters}
),
buyers as (
    select
        bought.region_key,
        bought.store_key,
        coalesce(dim_store.city, dim_customer.city, 'Unknown') as city,
        dim_customer.customer_durable_key
    from bought
    inner join marts.dim_store on bought.store_key = dim_store.store_key
    inner join marts.dim_customer on bought.customer_key = dim_customer.customer_key
),
residents as (
    select
        dim_customer.customer_durable_key,
        dim_customer.city,
        coalesce(dim_region.region_key, -1) as region_key
    from marts.dim_customer
    left join marts.dim_region
        on
            dim_region.region_key <> -1
            and coalesce(dim_customer.region, '') = coalesce(dim_region.region, '')
            and coalesce(dim_customer.country, '') = coalesce(dim_region.country, '')
    where dim_customer.customer_key <> -1 and dim_customer.effective_start_date <= :last_day
),
known as (
    select 'region' as place_level, region_key, cast(null as text) as city,
        cast(null as bigint) as store_key, customer_durable_key
    from buyers
    union
    select 'city' as place_level, region_key, city, cast(null as bigint) as store_key,
        customer_durable_key
    from buyers
    union
    select 'store' as place_level, cast(null as bigint) as region_key, cast(null as text) as city,
        store_key, customer_durable_key
    from buyers
    union
    select 'region' as place_level, region_key, cast(null as text) as city,
        cast(null as bigint) as store_key, customer_durable_key
    from residents
    where region_key <> -1
    union
    select 'city' as place_level, region_key, city, cast(null as bigint) as store_key,
        customer_durable_key
    from residents
    where city is not null
),
known_counts as (
    select place_level, region_key, city, store_key, count(*) as known_customer_count
    from known
    group by place_level, region_key, city, store_key
),
sold as (
    select
        currency,
        place_level,
        region_key,
        city,
        store_key,
        sum(revenue) as revenue,
        sum(units) as units,
        count(*) as line_count,
        count(distinct order_id) as order_count,
        count(
            distinct case
                when not is_return and customer_durable_key <> -1 then customer_durable_key
            end
        ) as active_customer_count
    from places
    group by currency, place_level, region_key, city, store_key
)
select
    sold.*,
    coalesce(known_counts.known_customer_count, 0) as known_customer_count,
    dim_region.region as region_of_key,
    dim_region.country as country_of_key,
    dim_store.store_name,
    dim_store.city as city_of_store,
    dim_store.region as region_of_store,
    dim_store.country as country_of_store
from sold
left join known_counts
    on
        sold.place_level = known_counts.place_level
        and coalesce(sold.region_key, 0) = coalesce(known_counts.region_key, 0)
        and coalesce(sold.city, '') = coalesce(known_counts.city, '')
        and coalesce(sold.store_key, 0) = coalesce(known_counts.store_key, 0)
left join marts.dim_region on sold.region_key = dim_region.region_key
left join marts.dim_store on sold.store_key = dim_store.store_key
"""


@dataclass(frozen=True)
class SpanFigures:
    """What was sold in a span of days.

    Attributes:
        summary: a row a currency, with the columns of rpt_weekly_summary and those of the spans
            that it is compared with.
        reports: by the report model that has the same columns, rows in no order.
    """

    summary: list[Row]
    reports: dict[str, list[Row]]


def read_span(connection: Connection, period: Period) -> SpanFigures:
    """Add up what was sold in a span of days.

    Args:
        connection: to the warehouse.
        period: the span; it may also be a week.
    """
    return SpanFigures(
        read_summary(connection, period),
        {
            "rpt_weekly_seller_ranking": read_sellers(connection, period),
            "rpt_weekly_top_products": read_top_products(connection, period),
            "rpt_weekly_shipping_breakdown": read_shipping(connection, period),
            "rpt_weekly_region_store": read_places(connection, period),
        },
    )


def date_keys(period: Period) -> dict[str, int]:
    """Return the keys of the first and the last day, as facts have them."""
    return {"first": date_key(period.first_day), "last": date_key(period.last_day)}


def date_key(day: date) -> int:
    """Return the key of a day: 20260112 is 12 January 2026."""
    return day.year * 10_000 + day.month * 100 + day.day


def _rows(
    connection: Connection, sql: str, period: Period, selection: Selection, **more: Any
) -> list[Row]:
    values = date_keys(period) | more | dict(selection.wanted)
    query = sa.text(
        sql.format(filters=selection.condition, of_orders=selection.order_condition, totals=TOTALS)
    )
    return [dict(row) for row in connection.execute(query, values).mappings()]


def read_summary(
    connection: Connection, period: Period, selection: Selection = EVERYTHING
) -> list[Row]:
    """Return what was sold, a row a currency, with what it compares with."""
    rows = _rows(connection, _SUMMARY, period, selection, first_day=period.first_day)
    before = _revenues(connection, period.days_before(period.day_count), selection)
    last_year = _revenues(connection, period.days_before(DAYS_OF_A_YEAR), selection)
    for row in rows:
        row["average_order_value"] = divided(row["revenue_with_order"], row["order_count"], 4)
        row["margin_share"] = divided(row["profit"], row["revenue_with_cost"], 6)
        row["previous_revenue"] = before.get(row["currency"])
        row["last_year_revenue"] = last_year.get(row["currency"])
        for name, compared in (
            ("revenue_change_pct", row["previous_revenue"]),
            ("revenue_change_on_last_year_pct", row["last_year_revenue"]),
        ):
            row[name] = change_percent(row["revenue"], compared) if period.is_complete else None
    return rows


def _revenues(connection: Connection, period: Period, selection: Selection) -> dict[str, Decimal]:
    rows = _rows(
        connection,
        "select currency, sum(revenue) as revenue from marts.fact_sales_line as line "
        "where sale_date_key between :first and :last{filters} group by currency",
        period,
        selection,
    )
    return {row["currency"]: row["revenue"] for row in rows}


def read_sellers(
    connection: Connection, period: Period, selection: Selection = EVERYTHING
) -> list[Row]:
    """Return the sellers with their ranks and targets."""
    rows = _rows(connection, _SELLERS, period, selection)
    before = _rows(connection, _SELLERS, period.days_before(period.day_count), selection)
    ranks = _ranks(rows, "seller_key")
    ranks_before = _ranks(before, "seller_key")
    # A target is for all that a seller sells; a part of it cannot be held against it.
    is_all = selection.wanted.keys() <= {"currency", "seller"}
    targets = _targets(connection, period) if is_all else {}
    for row in _with_shares(rows):
        member = (row["currency"], row["seller_key"])
        rank, rank_before = ranks[member], ranks_before.get(member)
        target = targets.get(member)
        row["seller_rank"], row["previous_rank"] = rank, rank_before
        row["rank_change"] = None if rank_before is None else rank_before - rank
        row["target_amount"] = target
        row["target_attainment_share"] = (
            divided(row["revenue"], target, 6) if target and target > 0 else None
        )
    return rows


def _targets(connection: Connection, period: Period) -> dict[tuple[str, int], Decimal]:
    """Spread monthly targets over the days of their months, as rpt_weekly_seller_ranking does."""
    rows = _rows(
        connection,
        _TARGETS,
        period,
        EVERYTHING,
        first_month=period.first_day.replace(day=1),
        last_day=period.last_day,
    )
    targets: defaultdict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for row in rows:
        month: date = row["month_start_date"]
        next_month = (month + timedelta(days=31)).replace(day=1)
        days = (next_month - month).days
        before = max((period.first_day - month).days, 0)
        reached = min((period.last_day - month).days + 1, days)
        until_end = divided(row["target_amount"] * reached, days, 4)
        until_start = divided(row["target_amount"] * before, days, 4)
        assert until_end is not None
        assert until_start is not None
        targets[row["currency"], row["seller_key"]] += until_end - until_start
    return targets


def read_top_products(
    connection: Connection,
    period: Period,
    selection: Selection = EVERYTHING,
    most: int | None = None,
) -> list[Row]:
    """Return the products with most revenue.

    Args:
        connection: to the warehouse.
        period: the span.
        selection: which lines.
        most: how many of them; None for as many as the weekly report lists.
    """
    if most is None:
        most = connection.execute(
            sa.text("select max(product_rank) from reports.rpt_weekly_top_products")
        ).scalar_one()
    rows = _with_shares(_rows(connection, _PRODUCTS, period, selection))
    top: list[Row] = []
    for same in _by_currency(rows).values():
        same.sort(key=lambda row: (-row["revenue"], row["product_key"]))
        for rank, row in enumerate(same[:most], 1):
            top.append(row | {"product_rank": rank})
    return top


def read_shipping(
    connection: Connection, period: Period, selection: Selection = EVERYTHING
) -> list[Row]:
    """Return the carriers, with freight where order headers were delivered."""
    return _with_shares(_rows(connection, _SHIPPING, period, selection))


def read_places(
    connection: Connection, period: Period, selection: Selection = EVERYTHING
) -> list[Row]:
    """Return regions, cities and stores, with their customers."""
    rows = _rows(connection, _PLACES, period, selection, last_day=period.last_day)
    for row in rows:
        of = "store" if row["place_level"] == "store" else "key"
        row["region"], row["country"] = row[f"region_of_{of}"], row[f"country_of_{of}"]
        if of == "store":
            row["city"] = row["city_of_store"]
        row["penetration_share"] = divided(
            row["active_customer_count"], row["known_customer_count"], 6
        )
    for level in ("region", "city", "store"):
        _with_shares(row for row in rows if row["place_level"] == level)
    return rows


def _by_currency(rows: Iterable[Row]) -> dict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["currency"]].append(row)
    return grouped


def _with_shares(rows: Iterable[Row]) -> list[Row]:
    """Add each row's share of the revenue in its currency."""
    shared = []
    for same in _by_currency(rows).values():
        revenue = sum(row["revenue"] for row in same)
        for row in same:
            row["revenue_share"] = divided(row["revenue"], revenue, 6)
            shared.append(row)
    return shared


def _ranks(rows: Iterable[Mapping[str, Any]], key: str) -> dict[tuple[str, int], int]:
    """Rank by revenue; equal revenues share a place, and the next place is left out."""
    ranks = {}
    for currency, same in _by_currency(dict(row) for row in rows).items():
        places: dict[Decimal, int] = {}
        for place, row in enumerate(sorted(same, key=lambda row: -row["revenue"]), 1):
            ranks[currency, row[key]] = places.setdefault(row["revenue"], place)
    return ranks
