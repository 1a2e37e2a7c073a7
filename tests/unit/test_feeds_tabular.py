from __future__ import annotations

from pathlib import Path

import pytest

from assistant.feeds.reader import Accepted, Rejected, Row, open_feed
from assistant.feeds.sources import ROW_LIMIT
from store.records import Kind

HEADER = "id,title,price\n"


def read(folder: Path, text: str) -> list[Row]:
    path = folder / "products.csv"
    path.write_bytes(text.encode())
    with open_feed(str(path), Kind.PRODUCT) as feed:
        return list(feed)


def accepted(rows: list[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.record.id) for row in rows if isinstance(row, Accepted)]


def rejected(rows: list[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in rows if isinstance(row, Rejected)]


def test_too_few_and_too_many_columns_are_rejected_with_both_numbers(tmp_path: Path) -> None:
    rows = read(tmp_path, HEADER + "1,Lamp\n2,Mug,5,6\n3,Vase,7\n")
    assert rejected(rows) == [
        (2, "too few columns: 2, where the header has 3"),
        (3, "too many columns: 4, where the header has 3"),
    ]
    assert accepted(rows) == [(4, "3")]


def test_lines_are_physical_also_after_cells_of_several_lines(tmp_path: Path) -> None:
    rows = read(tmp_path, "\r\n" + HEADER + '1,"Lamp\r\nof oak",5\r\n\r\n2,Mug,free\r\n')
    assert accepted(rows) == [(3, "1")]
    assert [line for line, _ in rejected(rows)] == [6]


def test_a_stray_quote_costs_its_own_row_only(tmp_path: Path) -> None:
    after = "".join(f"{number},Mug,5\n" for number in range(100, 400))
    rows = read(tmp_path, HEADER + '1,"Lamp,5\n' + after + '2,"Vase, blue",6\n3,Cup,7\n')
    assert rejected(rows) == [(2, "a quote that opens in this row is not closed as it should be")]
    assert len(accepted(rows)) == 302


def test_a_stray_quote_costs_its_own_row_however_much_follows(tmp_path: Path) -> None:
    after = "".join(f"{number},{'Mug ' * 50},5\n" for number in range(12_000))
    rows = read(tmp_path, HEADER + 'first,"Lamp,5\n' + after)
    assert len(after) > 2 * ROW_LIMIT
    assert [line for line, _ in rejected(rows)] == [2]
    assert len(accepted(rows)) == 12_000


def test_a_quote_open_at_the_end_of_the_file_is_not_taken_for_a_row(tmp_path: Path) -> None:
    rows = read(tmp_path, HEADER + '1,Lamp,5\n2,Mug,"5')
    assert accepted(rows) == [(2, "1")]
    assert [line for line, _ in rejected(rows)] == [3]


def test_quotes_in_the_middle_of_a_cell_are_letters(tmp_path: Path) -> None:
    rows = read(tmp_path, HEADER + '1,5" pot,5\n2,"12"" pot",6\n3,"a"b,7\n')
    titles = [row.record.title for row in rows if isinstance(row, Accepted)]
    assert titles == ['5" pot', '12" pot', "ab"]


def test_a_line_over_the_limit_is_rejected_and_the_next_is_read(tmp_path: Path) -> None:
    long = "1," + "x" * (3 * ROW_LIMIT) + ",5\n"
    rows = read(tmp_path, HEADER + long + "2,Mug,5\n" + '3,"Vase\n' + long + "4,Cup,5\n")
    assert [line for line, _ in rejected(rows)] == [2, 4, 5]
    assert accepted(rows) == [(3, "2"), (6, "4")]
    assert all(len(row.excerpt) <= 500 for row in rows if isinstance(row, Rejected))


@pytest.mark.parametrize(
    ("start", "title"), [("sep=;\nid;title\n1;Lamp\n", "Lamp"), ("\n \nid;title\n1;Lamp\n", "Lamp")]
)
def test_what_stands_before_the_header_is_passed_over(tmp_path: Path, start: str, title: str) -> None:
    rows = read(tmp_path, start)
    assert [row.record.title for row in rows if isinstance(row, Accepted)] == [title]


def test_lines_may_end_as_on_old_systems(tmp_path: Path) -> None:
    assert accepted(read(tmp_path, "id,title\r1,Lamp\r2,Mug\r")) == [(2, "1"), (3, "2")]


def test_columns_with_one_name_are_kept_apart(tmp_path: Path) -> None:
    [row] = read(tmp_path, "id,title,note,note,note (4),\n1,Lamp,a,b,c,d\n")
    assert isinstance(row, Accepted)
    assert list(row.record.extra.values()) == ["a", "b", "c", "d"]


def test_nul_characters_do_not_reach_a_record(tmp_path: Path) -> None:
    [row] = read(tmp_path, HEADER + "1,La\0mp,5\n")
    assert isinstance(row, Accepted) and row.record.title == "Lamp"
