"""Files of likes as people have them: with tabs or commas, headers, ratings and mistakes."""

from pathlib import Path

import pytest

from train.errors import LikesUnreadable
from train.evaluation.likes_file import LikesFile, Rated, read_likes


def read(tmp_path: Path, content: str | bytes) -> LikesFile:
    path = tmp_path / "likes.tsv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_likes(path)


def test_tabs_are_taken_as_they_stand(tmp_path: Path) -> None:
    read_file = read(tmp_path, '1\t"A" Is for Alibi\n\n2\tEmma, or Not\n')
    assert read_file == LikesFile(
        "likes.tsv", [Rated("1", '"A" Is for Alibi', None), Rated("2", "Emma, or Not", None)], []
    )


def test_csv_with_a_byte_order_mark_a_header_and_ratings(tmp_path: Path) -> None:
    found = read(
        tmp_path, '\ufeffReader,Title,Rating\r\nann,"The Lion, the Witch",4\r\nann, Émile ,3.9\r\nbob,Emma,\r\n'
    )
    assert found.rows == [
        Rated("ann", "The Lion, the Witch", 4),
        Rated("ann", "Émile", 3.9),
        Rated("bob", "Emma", None),
    ]
    assert [row.is_like for row in found.rows] == [True, False, True]
    assert found.malformed == []


@pytest.mark.parametrize("header", ["user\ttitle", "user\tTitle\tstars", "who\twhat\tstars"])
def test_a_header_is_no_like(tmp_path: Path, header: str) -> None:
    assert read(tmp_path, f"{header}\n1\tEmma\t5\n").rows == [Rated("1", "Emma", 5)]


def test_a_first_line_that_could_be_a_like_is_one(tmp_path: Path) -> None:
    assert len(read(tmp_path, "user\tbook\n1\tEmma\n").rows) == 2
    assert len(read(tmp_path, "1\tEmma\t\n1\tDracula\t4\n").rows) == 2


def test_what_is_malformed_is_named_by_its_line(tmp_path: Path) -> None:
    lines = [
        "1,Emma",
        "Emma",
        '2,"Emma',
        ",Emma",
        "3,",
        "1,Emma,9",
        "1,Emma,nan",
        "1,Emma,good",
        "1,a,2,3",
        "1,a\0",
        "4,Ok",
    ]
    found = read(tmp_path, "\n".join(lines))
    assert [row.reader for row in found.rows] == ["1", "4"]
    assert found.malformed == [
        "line 2 has 1 column",
        "line 3 is not CSV (unexpected end of data)",
        "line 4 has no reader",
        "line 5 has no title",
        "line 6 has the rating '9', which is not a number from 0 to 5",
        "line 7 has the rating 'nan', which is not a number from 0 to 5",
        "line 8 has the rating 'good', which is not a number from 0 to 5",
        "line 9 has 4 columns",
        "line 10 has a character that no title can hold",
    ]


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, "") == LikesFile("likes.tsv", [], [])


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(LikesUnreadable, match=r"likes\.tsv: it is not UTF-8 at byte 2; give a UTF-8 file"):
        read(tmp_path, b"1\t\xff\n")
    with pytest.raises(LikesUnreadable, match="nowhere: No such file or directory; give"):
        read_likes(tmp_path / "nowhere")
