"""`--category`: exact, by whole levels and all below them, by names and ids, with and without a taxonomy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.feeds.taxonomy import Category, Taxonomy
from assistant.matching.categories import (
    Categories,
    categories_of,
    in_categories,
    names_google,
    require_offers,
    widened,
)
from store.categories import CategoryCells
from store.records import NO_FILTERS, Ad, Filters, Interest, Kind, Product
from store.store import Store
from store.where.cells import levels
from store.where.parse import parse

TAXONOMY = Taxonomy(
    "1",
    tuple(
        Category(identifier, path)
        for identifier, path in (
            ("536", "Home & Garden"),
            ("594", "Home & Garden > Lighting"),
            ("4636", "Home & Garden > Lighting > Lamps"),
            ("696", "Home & Garden > Decor"),
            ("166", "Apparel & Accessories"),
            ("187", "Apparel & Accessories > Shoes"),
            ("5360", "Electronics"),
            ("1", "Animals & Pet Supplies"),
        )
    ),
)
PRODUCTS = [
    Product(id="by-id", title="a", google_product_category="4636"),
    Product(id="by-path", title="b", google_product_category="Home & Garden > Lighting"),
    Product(id="by-type", title="c", product_type="Home > Decor"),
    Product(id="shoe", title="d", google_product_category="187", product_type="Sale > Shoes"),
    Product(id="digits", title="e", google_product_category="5360"),
]
ADS = [
    *(Ad(id=f"ad-{product.id}", title=product.title, product_id=product.id) for product in PRODUCTS),
    Ad(id="own-type", title="f", product_type="Shop > HOME &  garden > Decor", interest=Interest.HOME_DECOR),
    Ad(id="own-column", title="g", extra={"g:google product category": "594"}),
    Ad(id="other-column", title="h", extra={"my google category": "594"}),
    Ad(id="nothing", title="i"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("categories") / "store", create=True) as opened:
        with opened.writing("test"):
            opened.database.put(Kind.PRODUCT, PRODUCTS, source="s", run="1")
            opened.database.put(Kind.AD, ADS, source="s", run="1")
        yield opened


@pytest.fixture(params=[True, False], ids=["with a taxonomy", "without"])
def known(request: pytest.FixtureRequest, store: Store) -> Categories:
    return categories_of(TAXONOMY if request.param else None, store)


def found(store: Store, known: Categories, *names: str, filters: Filters = NO_FILTERS) -> set[str]:
    return set(store.database.select_ids(Kind.AD, in_categories(filters, names, known), None))


@pytest.mark.parametrize(
    ("name", "expected", "more"),
    [
        ("Home & Garden", {"ad-by-path", "own-type"}, {"ad-by-id", "own-column"}),
        ("536", None, {"ad-by-path", "own-type", "ad-by-id", "own-column"}),
        ("home & garden > lighting", {"ad-by-path"}, {"ad-by-id", "own-column"}),
        ("594", {"own-column"}, {"ad-by-id", "ad-by-path"}),
        ("Lighting", {"ad-by-path"}, {"ad-by-id", "own-column"}),
        ("Decor", {"ad-by-type", "own-type"}, set()),
        ("Shoes", {"ad-shoe"}, set()),
        ("Sale", {"ad-shoe"}, set()),
        ("187", {"ad-shoe"}, set()),
        ("Electronics", None, {"ad-digits"}),
        ("Apparel & Accessories", None, {"ad-shoe"}),
    ],
)
def test_an_id_is_a_name_and_all_below_it_where_there_is_a_taxonomy(
    store: Store, known: Categories, name: str, expected: set[str] | None, more: set[str]
) -> None:
    if known.taxonomy:
        assert found(store, known, name) == (expected or set()) | more
    elif expected is None:
        with pytest.raises(UsageError, match="There is no category"):
            found(store, known, name)
    else:
        assert found(store, known, name) == expected


def test_any_of_several_is_enough_and_other_filters_hold_beside(store: Store, known: Categories) -> None:
    assert found(store, known, "Decor", "187") == {"ad-by-type", "own-type", "ad-shoe"}
    filters = Filters(interests=frozenset({Interest.HOME_DECOR}), where=parse("title = f or title = c"))
    assert found(store, known, "Decor", filters=filters) == {"own-type"}
    both = in_categories(Filters(where=parse("id = own-type and title = f")), ["Decor"], known)
    assert both.where and len(both.where.expression.parts) == 3  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "words", "hint"),
    [
        ("Lightning", "There is no category 'Lightning'", "Did you mean Lighting"),
        ("home & garden > lihgting", "There is no category", "Did you mean Home & Garden > Lighting"),
        ("999", "There is no category '999'", "taxonomy"),
        ("", "--category is empty", "Name one"),
        (" > ", "--category is empty", "Name one"),
        ("x" * 5000, "There is no category 'xxx", "taxonomy"),
        ("Light", "There is no category 'Light'", ""),
    ],
)
def test_a_category_that_nobody_has_is_refused_with_the_nearest(
    store: Store, known: Categories, name: str, words: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        found(store, known, name)
    assert hint in refused.value.hint and len(str(refused.value)) < 200


def test_a_category_of_the_taxonomy_that_no_ad_has_finds_nothing(store: Store) -> None:
    assert found(store, categories_of(TAXONOMY, store), "1") == set()


@pytest.mark.parametrize("negated", ["", "not "])
@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("google_product_category = 594", {"ad-by-id", "ad-by-path", "own-column"}),
        ("google_product_category in (lamps, 166)", {"ad-by-id", "ad-shoe"}),
        ('"g:Google Product Category" = Lighting and title = b', {"ad-by-path"}),
        ("google_product_category = 4636 or title = i", {"ad-by-id", "nothing"}),
        ("product_type = 594", set()),
    ],
)
def test_a_where_compares_ids_and_names_alike(store: Store, negated: str, where: str, expected: set[str]) -> None:
    filters = Filters(where=parse(f"{negated}({where})" if negated else where))
    wide = widened(filters, categories_of(TAXONOMY, store))
    everything = {ad.id for ad in ADS}
    assert set(store.database.select_ids(Kind.AD, wide, None)) == (everything - expected if negated else expected)
    # Told as it was asked, but for parentheses.
    told, asked = (str(one.where and one.where.expression).translate({40: "", 41: ""}) for one in (wide, filters))
    assert told == asked


def test_without_a_taxonomy_a_where_is_as_it_was(store: Store) -> None:
    filters = Filters(where=parse("google_product_category = 594"))
    assert widened(filters, categories_of(None, store)) == filters
    assert widened(NO_FILTERS, categories_of(TAXONOMY, store)) == NO_FILTERS


def test_only_a_where_that_names_the_column_is_looked_at() -> None:
    assert names_google(parse("price < 4 and not (title = a or googleproductcategory = 5)").expression)
    assert not names_google(parse("price < 4 and google_product_category is empty").expression)


def test_each_category_is_read_once_however_many_ads_have_it(tmp_path: Path) -> None:
    ads = [Ad(id=f"a{number}", title="t", product_type=("Lamps", "Rugs")[number % 2]) for number in range(200)]
    with Store.open(tmp_path / "store", create=True) as store:
        with store.writing("test"):
            store.database.put(Kind.AD, ads, source="s", run="1")
        known = categories_of(TAXONOMY, store)
        assert known.cells == CategoryCells(frozenset({"Lamps", "Rugs"}))
        where = in_categories(NO_FILTERS, ["536"], known).where
        assert where and "a1" not in str(where.expression)
        assert len(found(store, known, "Lamps")) == 100


def test_a_pin_has_no_category_of_products() -> None:
    with pytest.raises(UsageError, match="A pin has no category of products"):
        require_offers(Kind.PIN)
    require_offers(Kind.AD)


def test_a_taxonomy_is_missed_where_ids_would_find_more(store: Store) -> None:
    assert categories_of(None, store).missed(["Lamps"]) and Categories(None, CategoryCells()).missed(["594"])
    assert not categories_of(TAXONOMY, store).missed(["594"]) and not Categories(None, CategoryCells()).missed(
        ["Lamps"]
    )


LEVEL = st.sampled_from(["Home", "Lamps", "Decor", "home", "Oak  Lamps", "灯"])
PATH = st.lists(LEVEL, min_size=1, max_size=4).map(" > ".join)


@given(paths=st.lists(PATH, min_size=1, max_size=8), name=PATH)
def test_what_passes_is_what_has_the_levels_in_a_row(
    tmp_path_factory: pytest.TempPathFactory, paths: list[str], name: str
) -> None:
    ads = [Ad(id=str(number), title="t", product_type=path) for number, path in enumerate(paths)]
    with Store.open(tmp_path_factory.mktemp("paths") / "store", create=True) as store:
        with store.writing("test"):
            store.database.put(Kind.AD, ads, source="s", run="1")
        known = categories_of(None, store)
        expected = {ad.id for ad in ads if str(levels(name)) in str(levels(ad.product_type))}
        if expected:
            assert found(store, known, name) == expected
        else:
            with pytest.raises(UsageError):
                found(store, known, name)
