"""Clusters: who is one person, and since when."""

from placket.identity import ALWAYS, Link, clusters, connected_at


def link(name: str, first: str, second: str, at: int) -> Link:
    return Link(id=name, first=first, second=second, occurred_at=at, evidence="same login")


CHAIN = [link("l1", "c", "b", 30), link("l2", "b", "a", 10), link("l3", "e", "d", 20)]


def test_the_root_is_the_smallest_person_id_of_the_cluster() -> None:
    assert clusters(CHAIN) == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "d"}


def test_a_voided_link_splits_its_cluster() -> None:
    assert clusters(CHAIN, {"l2"}) == {"b": "b", "c": "b", "d": "d", "e": "d"}


def test_no_links_make_no_clusters() -> None:
    assert clusters([]) == {}


def test_a_link_to_oneself_is_a_cluster_of_one() -> None:
    assert clusters([link("l1", "a", "a", 1)]) == {"a": "a"}


def test_two_persons_connect_when_the_last_needed_link_occurs() -> None:
    assert connected_at(CHAIN, (), "a", "c") == 30


def test_the_earliest_of_several_ways_connects() -> None:
    assert connected_at([*CHAIN, link("l4", "a", "c", 15)], (), "c", "b") == 15


def test_a_voided_way_does_not_connect() -> None:
    assert connected_at(CHAIN, {"l1"}, "a", "c") is None


def test_strangers_are_never_connected() -> None:
    assert connected_at(CHAIN, (), "a", "zed") is None


def test_a_person_is_connected_to_itself_from_the_beginning() -> None:
    assert connected_at([], (), "a", "a") == ALWAYS
