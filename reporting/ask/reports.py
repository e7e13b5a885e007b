"""The reports: where their rows are, what can be asked of each, and how it is shown.

A new report is a model, or a function, and an entry here; the pack and the API follow. Keys are not
shown in packs: they mean nothing to people, and a workbook would round them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from reporting.tables import Column, Kind

CUSTOMERS_LISTED = 1_000
PRODUCTS_LISTED = 10_000
WEEKS_LISTED = 53


class About(Enum):
    """Which rows of a report a pack shows."""

    PERIOD = "the period"  # of any days; the model has those of weeks
    WITHIN = "weeks or months in the period"
    UNTIL = "what began by the period's end"
    EVERYTHING = "all sales"


class Spread(Enum):
    """How many days a row is about, from the day that its date column names."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def first(self, day: date) -> date:
        """Return the earliest date of a row that has this day or a later one in it."""
        match self:
            case Spread.WEEK:
                return day - timedelta(days=6)
            case Spread.MONTH:
                return day.replace(day=1)
            case _:
                return day


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes:
        model: the report model; none if a function alone has the figures.
        name: of its table in a pack; several tables may show parts of one model.
        title: what people read above it.
        columns: that a pack shows, in order; the first one names the row.
        about: which rows a pack shows.
        day: the column that says which days a row is about; None: all days.
        spread: how many days a row is about.
        function: that has the figures for any days, if it is about the period.
        order: of a pack's rows, in SQL; of reports about the period, see `rank`.
        rank: of reports about the period, the column that orders the rows; else revenue does.
        place_level: the rows of rpt_weekly_region_store that are meant.
        note: what must be known to read it rightly.
        in_brief: how many rows say what matters.
        brief_columns: which columns do.
        limit: how many rows a pack shows at all.
        source: SQL to select from where it is not the model as it is.
        path: of the API, below /reports; none if it has no report of this model, or another entry
            stands for it.
        summary: what the API says that it is.
        sort: order of the API's rows, in SQL.
        filters: what the API can be asked besides days: by parameter, the column that must be
            equal.
    """

    model: str
    name: str
    title: str
    columns: tuple[Column, ...]
    about: About
    day: str | None = None
    spread: Spread = Spread.DAY
    function: str = ""
    order: str = ""
    rank: str = ""
    place_level: str = ""
    note: str = ""
    in_brief: int = 10
    brief_columns: tuple[str, ...] = ()
    limit: int = 10_000
    source: str = ""
    path: str = ""
    summary: str = ""
    sort: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """Its model, with the schema."""
        return f"{'quality' if self.model.startswith('dq_') else 'reports'}.{self.model}"


_TEXT, _AMOUNT, _COUNT = Kind.TEXT, Kind.AMOUNT, Kind.COUNT
_SHARE, _CHANGE, _DATE = Kind.SHARE, Kind.CHANGE, Kind.DATE


def _columns(*columns: tuple[str, str, Kind]) -> tuple[Column, ...]:
    return tuple(Column(name, heading, kind) for name, heading, kind in columns)


_REVENUE = ("revenue", "Revenue", _AMOUNT)
_REVENUE_SHARE = ("revenue_share", "Share of revenue", _SHARE)
_UNITS = ("units", "Units", Kind.NUMBER)
_LINES = ("line_count", "Lines", _COUNT)
_ORDERS = ("order_count", "Orders", _COUNT)
_CUSTOMERS = ("customer_count", "Customers", _COUNT)
_WEEK = ("iso_week", "Week", _TEXT)
_PRODUCT = (
    ("product_name", "Product", _TEXT),
    ("product_id", "Product ID", _TEXT),
    ("category", "Category", _TEXT),
)
_CUSTOMER = (("customer_name", "Customer", _TEXT), ("customer_id", "Customer ID", _TEXT))

SELLERS = Report(
    model="rpt_weekly_seller_ranking",
    function="seller_ranking",
    name="rpt_weekly_seller_ranking",
    path="seller-ranking",
    summary="Sellers by revenue, with their targets",
    sort="currency, seller_rank, seller_key",
    title="Sellers",
    columns=_columns(
        ("seller_name", "Seller", _TEXT),
        ("seller_rank", "Rank", _COUNT),
        ("previous_rank", "Rank before", _COUNT),
        ("rank_change", "Places won", _COUNT),
        ("team", "Team", _TEXT),
        _REVENUE,
        _REVENUE_SHARE,
        _UNITS,
        _LINES,
        _ORDERS,
        ("target_amount", "Target", _AMOUNT),
        ("target_attainment_share", "Target reached", _SHARE),
    ),
    about=About.PERIOD,
    rank="seller_rank",
    brief_columns=(
        *("seller_name", "seller_rank", "rank_change", "revenue", "revenue_share", "units"),
        "target_attainment_share",
    ),
)

TOP_PRODUCTS = Report(
    model="rpt_weekly_top_products",
    function="top_products",
    name="rpt_weekly_top_products",
    path="top-products",
    summary="Products with most revenue",
    sort="currency, product_rank",
    title="Top products",
    columns=_columns(
        *_PRODUCT, ("product_rank", "Rank", _COUNT), _REVENUE, _REVENUE_SHARE, _UNITS, _LINES
    ),
    about=About.PERIOD,
    rank="product_rank",
    brief_columns=("product_name", "category", "revenue", "revenue_share", "units"),
)

SHIPPING = Report(
    model="rpt_weekly_shipping_breakdown",
    function="shipping_breakdown",
    name="rpt_weekly_shipping_breakdown",
    path="shipping-breakdown",
    summary="Carriers: revenue, share, freight",
    sort="currency, revenue desc, shipping_company_key",
    title="Shipping",
    columns=_columns(
        ("shipping_company_name", "Shipping company", _TEXT),
        _REVENUE,
        _REVENUE_SHARE,
        _UNITS,
        _LINES,
        _ORDERS,
        ("freight_amount", "Freight", _AMOUNT),
        ("freight_order_count", "Orders with freight", _COUNT),
    ),
    about=About.PERIOD,
    brief_columns=("shipping_company_name", "revenue", "revenue_share", "units", "freight_amount"),
)


_CHANGE_ON_BEFORE = ("revenue_change_pct", "On as many days before", _CHANGE)
_MARGIN = ("margin_share", "Margin", _SHARE)

CATEGORY_SALES = Report(
    model="",
    function="category_sales",
    name="categories",
    title="Categories",
    columns=_columns(
        ("category", "Category", _TEXT),
        _REVENUE,
        _REVENUE_SHARE,
        _CHANGE_ON_BEFORE,
        _UNITS,
        _LINES,
        _ORDERS,
        ("profit", "Profit", _AMOUNT),
        _MARGIN,
    ),
    about=About.PERIOD,
    sort="currency, revenue desc, coalesce(category, '')",
)

PRODUCT_SALES = Report(
    model="",
    function="product_sales",
    name="products",
    title="Products sold",
    columns=_columns(
        *_PRODUCT,
        _REVENUE,
        _REVENUE_SHARE,
        _CHANGE_ON_BEFORE,
        _UNITS,
        ("average_price", "Average price", Kind.PRICE),
        _LINES,
        _ORDERS,
        ("profit", "Profit", _AMOUNT),
        _MARGIN,
    ),
    about=About.PERIOD,
    sort="currency, revenue desc, product_key",
)

CUSTOMER_SALES = Report(
    model="",
    function="customer_sales",
    name="customers",
    title="Customers who bought",
    columns=_columns(
        *_CUSTOMER,
        ("customer_segment", "Segment", _TEXT),
        _REVENUE,
        _REVENUE_SHARE,
        _CHANGE_ON_BEFORE,
        _UNITS,
        _LINES,
        _ORDERS,
        ("profit", "Profit", _AMOUNT),
    ),
    about=About.PERIOD,
    sort="currency, revenue desc, customer_durable_key",
)

PERIODS = Report(
    model="",
    function="sales_by_period",
    name="periods",
    title="Day by day",
    columns=_columns(
        ("period_label", "Period", _TEXT),
        ("first_day", "From", _DATE),
        ("last_day", "To", _DATE),
        ("is_complete", "Complete", Kind.YES),
        _REVENUE,
        _ORDERS,
        ("average_order_value", "Average order", _AMOUNT),
        _UNITS,
        _LINES,
        _CUSTOMERS,
        ("new_customer_count", "New customers", _COUNT),
        ("discount_amount", "Discount", _AMOUNT),
        ("return_amount", "Returns", _AMOUNT),
        ("profit", "Profit", _AMOUNT),
        _MARGIN,
    ),
    about=About.PERIOD,
    sort="currency, period_start_date",
)


def _places(level: str, title: str, *columns: tuple[str, str, Kind], path: str = "") -> Report:
    return Report(
        model="rpt_weekly_region_store",
        function="region_store_breakdown",
        name="rpt_weekly_region_store" + ("" if level == "region" else f"_{level}"),
        title=title,
        columns=_columns(
            *columns,
            _REVENUE,
            _REVENUE_SHARE,
            _UNITS,
            _LINES,
            _ORDERS,
            ("active_customer_count", "Customers who bought", _COUNT),
            ("known_customer_count", "Customers known", _COUNT),
            ("penetration_share", "Share who bought", _SHARE),
        ),
        about=About.PERIOD,
        place_level=level,
        path=path,
        summary="Regions, cities and stores, and how many of their customers bought",
        sort="currency, case place_level when 'region' then 1 when 'city' then 2 else 3 end, "
        "revenue desc, coalesce(country, ''), coalesce(region, ''), coalesce(city, ''), "
        "coalesce(store_name, ''), store_key",
        brief_columns=(
            *(columns[0][0], "revenue", "revenue_share", "units", "active_customer_count"),
            "penetration_share",
        ),
    )


_REGION, _COUNTRY = ("region", "Region", _TEXT), ("country", "Country", _TEXT)
_CITY = ("city", "City", _TEXT)

REGIONS = _places("region", "Regions", _REGION, _COUNTRY, path="region-store-breakdown")
CITIES = _places("city", "Cities", _CITY, _REGION, _COUNTRY)
STORES = _places("store", "Stores", ("store_name", "Store", _TEXT), _CITY, _REGION, _COUNTRY)
PLACES = (REGIONS, CITIES, STORES)

RESTATEMENTS = Report(
    model="rpt_weekly_restatement",
    name="rpt_weekly_restatement",
    path="restatements",
    summary="What changed in weeks that were published",
    sort="currency, week_start_date, source_file",
    filters={"currency": "currency", "iso_week": "iso_week", "file": "source_file"},
    title="Changed since published",
    columns=_columns(
        _WEEK,
        ("currency", "Currency", _TEXT),
        ("edition_number", "Edition", Kind.ORDINAL),
        ("published_at", "Published", _DATE),
        ("published_revenue", "Revenue then", _AMOUNT),
        ("current_revenue", "Revenue now", _AMOUNT),
        ("revenue_change", "Change", _AMOUNT),
        ("source_file", "File", _TEXT),
        ("file_change", "What became of it", _TEXT),
        ("published_file_revenue", "From the file then", _AMOUNT),
        ("current_file_revenue", "From the file now", _AMOUNT),
        ("file_revenue_change", "Change by the file", _AMOUNT),
    ),
    day="week_start_date",
    spread=Spread.WEEK,
    about=About.UNTIL,
    order="week_start_date desc, currency, source_file",
    note="The latest published edition of each week against what it would say now, file by file.",
    brief_columns=(
        *("iso_week", "revenue_change", "source_file", "file_change"),
        "file_revenue_change",
    ),
    limit=1_000,
)

FILES = Report(
    model="dq_file_version",
    name="files",
    path="files",
    summary="Every version of every file that was delivered, and what became of it",
    sort="file_version_id desc",
    filters={"file": "source_file", "status": "status"},
    title="Files",
    columns=(),
    about=About.EVERYTHING,
)

SECTION_REPORTS = (
    SELLERS,
    TOP_PRODUCTS,
    *PLACES,
    SHIPPING,
    Report(
        model="rpt_target_attainment",
        name="rpt_target_attainment",
        path="target-attainment",
        summary="Targets and what was reached of them",
        sort="currency, month_start_date, member_kind, member_name, seller_key, store_key",
        filters={"currency": "currency", "member_kind": "member_kind", "member": "member_name"},
        title="Targets of the month",
        columns=_columns(
            ("member_name", "Seller or store", _TEXT),
            ("member_kind", "Kind", _TEXT),
            ("calendar_month", "Month", _TEXT),
            ("is_month_complete", "Month complete", Kind.YES),
            ("target_amount", "Target", _AMOUNT),
            _REVENUE,
            ("gap_amount", "Gap", _AMOUNT),
            ("attainment_share", "Reached", _SHARE),
            ("target_to_date_amount", "Target to date", _AMOUNT),
            ("attainment_to_date_share", "Reached to date", _SHARE),
        ),
        order="month_start_date desc, member_kind, target_amount desc, member_name, "
        "seller_key, store_key",
        day="month_start_date",
        spread=Spread.MONTH,
        about=About.WITHIN,
        note="The months that the period touches, as far as they have been delivered today.",
        brief_columns=(
            *("member_name", "calendar_month", "target_amount", "revenue", "attainment_share"),
            "attainment_to_date_share",
        ),
    ),
    Report(
        model="rpt_sales_anomaly",
        name="rpt_sales_anomaly",
        path="sales-anomalies",
        summary="Weeks out of line with the weeks before them",
        sort="currency, week_start_date, member_kind, member_name, member_key, measure",
        filters={"currency": "currency", "member_kind": "member_kind", "member": "member_name"},
        title="Out of line",
        columns=_columns(
            ("member_name", "Who or what", _TEXT),
            ("member_kind", "Kind", _TEXT),
            _WEEK,
            ("measure", "Measure", _TEXT),
            ("value", "Value", Kind.NUMBER),
            ("expected_value", "Expected", Kind.NUMBER),
            ("lower_bound", "Usual from", Kind.NUMBER),
            ("upper_bound", "Usual to", Kind.NUMBER),
            ("score", "Score", Kind.NUMBER),
            ("direction", "Direction", _TEXT),
        ),
        order="abs(score) desc, member_kind, member_key, measure, week_start_date",
        day="week_start_date",
        spread=Spread.WEEK,
        about=About.WITHIN,
        note="Far from what the same seller, product or store sold in the weeks before.",
        brief_columns=("member_name", "measure", "value", "expected_value", "direction"),
    ),
    Report(
        model="rpt_weekly_summary",
        name="rpt_weekly_summary",
        title="Weeks",
        columns=_columns(
            _WEEK,
            ("week_start_date", "First day", _DATE),
            ("is_week_complete", "Complete", Kind.YES),
            _REVENUE,
            ("revenue_change_pct", "On the week before", _CHANGE),
            ("revenue_change_on_four_weeks_pct", "On the 4-week mean", _CHANGE),
            ("revenue_change_on_last_year_pct", "On last year", _CHANGE),
            _UNITS,
            _LINES,
            _ORDERS,
            ("average_order_value", "Average order", _AMOUNT),
            _CUSTOMERS,
            ("new_customer_count", "New customers", _COUNT),
            ("gross_amount", "Before discount", _AMOUNT),
            ("discount_amount", "Discount", _AMOUNT),
            ("return_line_count", "Return lines", _COUNT),
            ("return_amount", "Returns", _AMOUNT),
            ("cost", "Cost", _AMOUNT),
            ("profit", "Profit", _AMOUNT),
            ("margin_share", "Margin", _SHARE),
        ),
        order="week_start_date desc",
        day="week_start_date",
        spread=Spread.WEEK,
        about=About.UNTIL,
        in_brief=8,
        brief_columns=(
            *("iso_week", "revenue", "revenue_change_pct", "units", "order_count"),
            "customer_count",
        ),
        limit=WEEKS_LISTED,
    ),
    Report(
        model="rpt_revenue_bridge",
        name="rpt_revenue_bridge",
        path="revenue-bridge",
        summary="Why revenue changed from week to week: price, volume, mix, new, lost",
        sort="currency, week_start_date",
        filters={"currency": "currency", "iso_week": "iso_week"},
        title="What moved revenue",
        columns=_columns(
            _WEEK,
            ("previous_week_revenue", "Week before", _AMOUNT),
            ("volume_effect", "Volume", _AMOUNT),
            ("mix_effect", "Mix", _AMOUNT),
            ("price_effect", "Price", _AMOUNT),
            ("new_product_effect", "New products", _AMOUNT),
            ("lost_product_effect", "Lost products", _AMOUNT),
            ("other_effect", "Other", _AMOUNT),
            _REVENUE,
        ),
        order="week_start_date desc",
        day="week_start_date",
        spread=Spread.WEEK,
        about=About.UNTIL,
        in_brief=4,
        limit=WEEKS_LISTED,
    ),
    Report(
        model="rpt_period_growth",
        name="rpt_period_growth",
        path="period-growth",
        summary="Months, quarters and years, and how they grew",
        sort="currency, period_kind, period_start_date",
        filters={"currency": "currency", "period_kind": "period_kind"},
        title="Months, quarters, years",
        columns=_columns(
            ("period_label", "Period", _TEXT),
            ("period_kind", "Kind", _TEXT),
            ("period_start_date", "First day", _DATE),
            ("period_end_date", "Last day", _DATE),
            ("is_period_complete", "Complete", Kind.YES),
            _REVENUE,
            ("revenue_change_pct", "On the period before", _CHANGE),
            ("revenue_change_on_last_year_pct", "On last year", _CHANGE),
            _UNITS,
            _LINES,
            _ORDERS,
            _CUSTOMERS,
        ),
        order="case period_kind when 'month' then 1 when 'quarter' then 2 when 'year' then 3 "
        "when 'fiscal_period' then 4 when 'fiscal_quarter' then 5 else 6 end, "
        "period_start_date desc",
        day="period_start_date",
        about=About.UNTIL,
        in_brief=6,
        brief_columns=(
            *("period_label", "revenue", "revenue_change_pct", "revenue_change_on_last_year_pct"),
            "units",
        ),
    ),
    Report(
        model="rpt_seasonality",
        name="rpt_seasonality",
        path="seasonality",
        summary="How strong each month and weekday is",
        sort="currency, season_kind, season_number",
        filters={"currency": "currency", "season_kind": "season_kind"},
        title="Seasons",
        columns=_columns(
            ("season_name", "Month or weekday", _TEXT),
            ("season_kind", "Kind", _TEXT),
            ("seasonal_index", "Index", Kind.INDEX),
            ("mean_revenue", "Mean revenue", _AMOUNT),
            ("period_count", "Months or days", _COUNT),
            ("is_reliable", "Reliable", Kind.YES),
        ),
        order="season_kind desc, season_number",
        about=About.EVERYTHING,
        note="100 is the mean of all weekdays, or of all months.",
        in_brief=7,
        brief_columns=("season_name", "seasonal_index", "mean_revenue", "is_reliable"),
    ),
    Report(
        model="rpt_product_performance",
        name="rpt_product_performance",
        path="product-performance",
        summary="Products: revenue, margin, tiers",
        sort="currency, revenue desc, product_key",
        filters={
            "currency": "currency",
            "product": "product_name",
            "category": "category",
            "performance_tier": "performance_tier",
            "price_tier": "price_tier",
        },
        title="Products",
        columns=_columns(
            *_PRODUCT,
            ("brand", "Brand", _TEXT),
            ("performance_tier", "Performance", _TEXT),
            ("price_tier", "Price tier", _TEXT),
            _REVENUE,
            _REVENUE_SHARE,
            _UNITS,
            _LINES,
            _ORDERS,
            _CUSTOMERS,
            ("average_price", "Average price", Kind.PRICE),
            ("list_price", "List price", Kind.PRICE),
            ("cost", "Cost", _AMOUNT),
            ("profit", "Profit", _AMOUNT),
            ("margin_share", "Margin", _SHARE),
            ("cost_coverage_share", "Cost known for", _SHARE),
            ("first_sale_date", "First sale", _DATE),
            ("last_sale_date", "Last sale", _DATE),
        ),
        order="revenue desc, product_key",
        about=About.EVERYTHING,
        brief_columns=(
            *("product_name", "revenue", "units", "average_price", "margin_share"),
            *("performance_tier", "price_tier"),
        ),
        limit=PRODUCTS_LISTED,
    ),
    Report(
        model="rpt_product_pareto",
        name="rpt_product_pareto",
        path="product-pareto",
        summary="Which few products make most of the revenue",
        sort="currency, product_rank",
        filters={"currency": "currency", "category": "category", "abc_class": "abc_class"},
        title="Pareto of products",
        columns=_columns(
            *_PRODUCT,
            ("product_rank", "Rank", _COUNT),
            ("abc_class", "Class", _TEXT),
            _REVENUE,
            _REVENUE_SHARE,
            ("cumulative_revenue", "Revenue so far", _AMOUNT),
            ("cumulative_revenue_share", "Share so far", _SHARE),
            ("product_share", "Share of products", _SHARE),
            ("is_in_top_share", "In the top share", Kind.YES),
        ),
        order="product_rank",
        about=About.EVERYTHING,
        brief_columns=(
            *("product_name", "abc_class", "revenue", "cumulative_revenue_share"),
            "product_share",
        ),
        limit=PRODUCTS_LISTED,
    ),
    Report(
        model="rpt_customer_value",
        name="rpt_customer_value",
        path="customer-value",
        summary="What each customer has brought so far",
        sort="currency, lifetime_revenue desc, customer_durable_key",
        filters={
            "currency": "currency",
            "customer_status": "customer_status",
            "region": "region",
            "country": "country",
            "city": "city",
        },
        title="Customers",
        columns=_columns(
            *_CUSTOMER,
            ("customer_segment", "Segment", _TEXT),
            ("loyalty_tier", "Loyalty tier", _TEXT),
            _CITY,
            _REGION,
            _COUNTRY,
            ("customer_status", "Status", _TEXT),
            ("lifetime_revenue", "Revenue", _AMOUNT),
            ("lifetime_profit", "Profit", _AMOUNT),
            ("purchase_count", "Purchases", _COUNT),
            ("average_order_value", "Average order", _AMOUNT),
            ("purchases_per_month", "Purchases a month", Kind.NUMBER),
            _UNITS,
            ("first_purchase_date", "First purchase", _DATE),
            ("last_purchase_date", "Last purchase", _DATE),
            ("days_since_last_purchase", "Days since", _COUNT),
        ),
        order="lifetime_revenue desc, customer_durable_key",
        about=About.EVERYTHING,
        brief_columns=(
            *("customer_name", "lifetime_revenue", "purchase_count", "last_purchase_date"),
            "customer_status",
        ),
        limit=CUSTOMERS_LISTED,
    ),
    Report(
        model="rpt_customer_rfm",
        name="rpt_customer_rfm_segments",
        title="Customer segments (RFM)",
        columns=_columns(
            ("rfm_segment", "Segment", _TEXT),
            _CUSTOMERS,
            ("monetary", "Revenue", _AMOUNT),
            ("frequency", "Purchases", _COUNT),
        ),
        order="monetary desc, rfm_segment",
        about=About.EVERYTHING,
        in_brief=12,
        source="(select currency, rfm_segment, count(*) as customer_count, "
        "sum(monetary) as monetary, sum(frequency) as frequency "
        "from reports.rpt_customer_rfm group by currency, rfm_segment) as segments",
    ),
    Report(
        model="rpt_customer_rfm",
        name="rpt_customer_rfm",
        path="customer-segments",
        summary="Customers by recency, frequency and value",
        sort="currency, monetary desc, customer_durable_key",
        filters={"currency": "currency", "segment": "rfm_segment", "rfm_score": "rfm_score"},
        title="Customers by RFM",
        columns=_columns(
            *_CUSTOMER,
            ("rfm_segment", "Segment", _TEXT),
            ("rfm_score", "Score", _TEXT),
            ("recency_days", "Days since purchase", _COUNT),
            ("frequency", "Purchases", _COUNT),
            ("monetary", "Revenue", _AMOUNT),
            ("recency_score", "Recency", _COUNT),
            ("frequency_score", "Frequency", _COUNT),
            ("monetary_score", "Monetary", _COUNT),
        ),
        order="monetary desc, customer_durable_key",
        about=About.EVERYTHING,
        brief_columns=("customer_name", "rfm_segment", "recency_days", "frequency", "monetary"),
        limit=CUSTOMERS_LISTED,
    ),
    Report(
        model="rpt_cohort_retention",
        name="rpt_cohort_retention",
        path="cohort-retention",
        summary="How many customers come back, by the month of their first purchase",
        sort="currency, cohort_month_start_date, months_since",
        day="cohort_month_start_date",
        spread=Spread.MONTH,
        filters={"currency": "currency", "cohort_month": "cohort_month"},
        title="Cohorts",
        columns=_columns(
            ("cohort_month", "First bought in", _TEXT),
            ("months_since", "Months later", _COUNT),
            ("month_start_date", "Month", _DATE),
            ("is_month_complete", "Month complete", Kind.YES),
            ("cohort_customer_count", "Customers at first", _COUNT),
            ("active_customer_count", "Bought again", _COUNT),
            ("retention_share", "Retention", _SHARE),
            ("churn_share", "Churn", _SHARE),
            _REVENUE,
            ("cumulative_revenue", "Revenue so far", _AMOUNT),
        ),
        order="cohort_month_start_date desc, months_since",
        about=About.EVERYTHING,
        brief_columns=(
            *("cohort_month", "months_since", "active_customer_count", "retention_share"),
            "revenue",
        ),
    ),
    Report(
        model="rpt_weekly_data_quality",
        name="rpt_weekly_data_quality",
        title="Quality by week",
        columns=_columns(
            _WEEK,
            ("status", "Status", _TEXT),
            ("row_count", "Delivered rows", _COUNT),
            ("quarantined_row_count", "Kept out", _COUNT),
            ("flagged_row_count", "Flagged", _COUNT),
            _REVENUE,
            ("quarantined_amount", "Amount kept out", _AMOUNT),
            ("flagged_revenue", "Revenue flagged", _AMOUNT),
            ("quarantined_row_share", "Rows kept out", _SHARE),
            ("revenue_affected_share", "Amount affected", _SHARE),
        ),
        order="week_start_date desc",
        day="week_start_date",
        spread=Spread.WEEK,
        about=About.UNTIL,
        in_brief=8,
        brief_columns=("iso_week", "status", "row_count", "quarantined_row_count"),
        limit=WEEKS_LISTED,
    ),
)
"""Those of a section, in the order in which they are shown."""

CUSTOMER_STATUSES = Report(
    model="rpt_customer_value",
    name="customer_statuses",
    title="New, active, at risk, lost",
    columns=_columns(
        ("customer_status", "Status", _TEXT),
        _CUSTOMERS,
        ("lifetime_revenue", "Revenue so far", _AMOUNT),
    ),
    order="customer_count desc, customer_status",
    about=About.EVERYTHING,
    source="(select currency, replace(customer_status, '_', ' ') as customer_status, "
    "count(*) as customer_count, sum(lifetime_revenue) as lifetime_revenue "
    "from reports.rpt_customer_value group by 1, 2) as statuses",
)

REPORTS = (*SECTION_REPORTS, RESTATEMENTS)
