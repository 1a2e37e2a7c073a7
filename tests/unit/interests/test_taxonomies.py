"""Taxonomies: two layouts are read from anywhere, and what is neither is refused with the layouts that are."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.embedding.hashing import HashingEmbedder
from assistant.errors import InputError
from assistant.intent.interests.taxonomies import Node, Taxonomy, read_nodes

LINES = "# Version: 2020-01-01\n1 - Garden\n22 - Garden > Pots\n3 - Sport > Boats > Kayaks\n"
TABLE = (
    "A taxonomy\t\t\t\t\t\n"
    "Unique ID\tParent\tName\tTier 1\tTier 2\tName\tTier 1\n"
    '7\t\tGarden\tGarden\t\tHome "x"\tHome\r\n'
    "8\t7\tPots\tGarden\tPots\tHome\tHome\n"
    "\n"
)


def written(folder: Path, text: str | bytes) -> str:
    path = folder / "taxonomy.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def test_one_node_a_line_with_its_number(tmp_path: Path) -> None:
    assert read_nodes(written(tmp_path, LINES)) == (
        Node("1", ("Garden",)),
        Node("22", ("Garden", "Pots")),
        Node("3", ("Sport", "Boats", "Kayaks")),
    )


def test_one_node_a_line_without_a_number(tmp_path: Path) -> None:
    assert read_nodes(written(tmp_path, "Garden > Pots\nSport > Boats\n"))[1] == Node("", ("Sport", "Boats"))


def test_a_table_whose_header_stands_below_a_title(tmp_path: Path) -> None:
    nodes = read_nodes(written(tmp_path, TABLE))
    assert nodes == (Node("7", ("Garden",)), Node("8", ("Garden", "Pots")))
    assert str(nodes[1]) == "Garden > Pots"


def test_names_are_plain_text(tmp_path: Path) -> None:
    (node,) = read_nodes(written(tmp_path, "1 - \x1b[31mGarden\x1b[0m > <b>Pots</b>\n"))
    assert node.path == ("Garden", "Pots") or node.path[0] == "Garden"
    assert all(level.isprintable() and "\x1b" not in level for level in node.path)


@pytest.mark.parametrize("text", ["just a sentence\nand another\n", "id,name\n1,Garden\n", "\x00\x01\x02 - \n"])
def test_what_is_no_taxonomy_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as refused:
        read_nodes(written(tmp_path, text))
    assert "taxonomy.txt" in str(refused.value) and refused.value.hint


def test_a_file_that_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.txt"):
        read_nodes(str(tmp_path / "missing.txt"))


def test_the_nearest_nodes_are_those_of_the_same_words(tmp_path: Path) -> None:
    embedder = HashingEmbedder(1024)
    taxonomy = Taxonomy(
        [Node("1", ("Garden",)), Node("2", ("Sport", "Kayaks")), Node("3", ("Art",))], embedder, tmp_path
    )
    found = taxonomy.nearest(embedder.embed(["kayaks, sport"])[0])
    assert [node.id for node, _ in found] == ["2"] and 0.9 < found[0][1] <= 1.0001
    assert taxonomy.nearest(embedder.embed(["zzz qqq"])[0]) == ()
