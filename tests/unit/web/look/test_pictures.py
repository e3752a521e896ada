from placket.gate.answers import Funnel, Lost
from placket.web.look.pictures import bar, funnel_rows, share


def lost(code: str, persons: int) -> Lost:
    return Lost(code=code, clause="C-1", changes_when="something changes", persons=persons)


def test_a_share_that_is_not_nothing_is_visible() -> None:
    assert [share(0, 10), share(1, 100_000), share(5, 10), share(10, 10)] == [
        "0",
        "0.5",
        "50.0",
        "100.0",
    ]


def test_a_share_of_nothing_is_nothing() -> None:
    assert share(0, 0) == share(3, 0) == "0"


def test_the_kept_part_is_filled_and_the_lost_part_dashed() -> None:
    picture = bar(3, 1, 8, "1 lost, 3 left")

    assert picture == (
        '<svg class="bar" width="100%" height="14" role="img" aria-label="1 lost, 3 left">'
        '<line class="ground" x1="0" x2="100%" y1="13" y2="13"/>'
        '<rect class="kept" x="0" y="1" width="37.5%" height="12"/>'
        '<line class="lost" x1="37.5%" x2="50.0%" y1="7" y2="7"/></svg>'
    )


def test_a_bar_without_words_is_hidden_from_whoever_hears_the_page() -> None:
    assert 'aria-hidden="true"' in bar(1, 0, 2, "")


def test_words_in_a_bar_are_escaped() -> None:
    assert "&lt;b&gt;" in bar(1, 0, 2, "<b>")


def test_each_row_of_a_funnel_begins_where_the_one_before_ended() -> None:
    funnel = Funnel(
        activity="newsletter",
        channel="email",
        at=0,
        persons=10,
        permitted=3,
        lost=(lost("role.not_concerned", 5), lost("channel.refused", 2)),
    )

    rows = list(funnel_rows(funnel))

    assert [(row.code, row.lost, row.left) for row in rows] == [
        ("role.not_concerned", 5, 5),
        ("channel.refused", 2, 3),
    ]
    assert rows[-1].left == funnel.permitted


def test_a_funnel_that_loses_nobody_has_no_rows() -> None:
    funnel = Funnel(activity="a", channel="", at=0, persons=2, permitted=2, lost=())

    assert list(funnel_rows(funnel)) == []
