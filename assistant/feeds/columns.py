"""Which column of a feed is which field of a record: the names that feeds use, as frozen data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from store.records import Kind

_IMAGES = "image_link image_url image image_src images media_url product_image_url picture photo thumbnail img"
_LINKS = "link url product_url product_link landing_page landing_page_url destination_url final_url permalink href"
_TEXTS = (
    "description body_html body text desc caption product_description long_description content summary primary_text "
    "ad_text copy"
)
_RECORD = {"link": _LINKS, "image_link": _IMAGES, "interest": "interest interests", "tags": "tags keywords labels"}
_OFFER = {
    "price": "price current_price price_amount variant_price regular_price",
    "sale_price": "sale_price special_price discounted_price",
    "compare_at": "compare_at_price compare_at variant_compare_at_price original_price list_price msrp",
    "currency": "currency price_currency currency_code",
    "availability": "availability stock_status in_stock",
    "stock": "stock quantity inventory inventory_quantity inventory_qty qty variant_inventory_qty stock_level",
    "product_type": "product_type type category product_category categories department",
    "style": "style",
    "countries": "countries country target_country",
    "shipping": "shipping",
}
_PRODUCT = {
    "brand": "brand vendor manufacturer",
    "google_product_category": "google_product_category",
    "condition": "condition",
    "color": "color colour",
    "material": "material",
    "pattern": "pattern",
    "size": "size",
    "gender": "gender gender_affinity",
    "age_group": "age_group",
    "item_group_id": "item_group_id",
}

# Field -> names of columns, the better name first. Case, spaces, underscores and hyphens do not count.
_NAMES: Mapping[Kind, Mapping[str, str]] = {
    Kind.PRODUCT: {
        "id": "id product_id item_id sku variant_sku handle url_handle uuid offer_id guid pin_id ad_id",
        "title": "title name product_name product_title item_name ad_name headline",
        "description": _TEXTS,
        **_RECORD,
        **_OFFER,
        **_PRODUCT,
    },
    Kind.PIN: {
        "id": "id pin_id uuid guid product_id item_id sku handle ad_id",
        "title": "title pin_title name headline product_name ad_name",
        "description": _TEXTS,
        **_RECORD,
        "board": "board pinterest_board board_name board_title",
        "category": "category topic",
        "created_at": "created_at created date publish_date published_at published pub_date",
    },
    Kind.AD: {
        "id": "id ad_id uuid guid item_id sku handle product_id pin_id",
        "title": "title headline name ad_name product_name",
        "description": _TEXTS,
        **_RECORD,
        **_OFFER,
        "product_id": "product_id item_id sku",
        "advertiser": "advertiser advertiser_name brand vendor manufacturer",
        "campaign": "campaign campaign_name campaign_id",
    },
}

# Columns that are read into a field of another name.
_PART_OF = {"compare_at": "price", "stock": "availability", "style": "product_type", "shipping": "countries"}


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each field of a row comes from: `fields` is field -> column, `others` the columns that none took."""

    fields: Mapping[str, str]
    others: tuple[str, ...]

    @property
    def mapped(self) -> dict[str, str]:
        """Column -> the field of the record that it ends in."""
        return {column: _PART_OF.get(field, field) for field, column in self.fields.items()}


def squash(name: str) -> str:
    """A column's name with what varies between feeds left out: `g:Sale Price` and `sale_price` are `saleprice`."""
    name = re.sub(r"^\s*(?:g:|google shopping\s*/)", "", name.lower())
    return "".join(filter(str.isalnum, name))


_SQUASHED = {
    kind: {field: tuple(squash(name) for name in names.split()) for field, names in fields.items()}
    for kind, fields in _NAMES.items()
}


def plan(kind: Kind, columns: Iterable[str]) -> Plan:
    """Give each field the best of the columns that may hold it; a column serves one field."""
    columns = tuple(columns)
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(squash(column), column)
    fields: dict[str, str] = {}
    for field, names in _SQUASHED[kind].items():
        found = next((name for name in names if name in by_name), None)
        if found and (field != "style" or squash(fields.get("product_type", "")) == "category"):
            fields[field] = by_name.pop(found)
    taken = set(fields.values())
    return Plan(fields, tuple(column for column in columns if column not in taken))
