import pytest

from placket.web.console.reach import Reach
from placket.web.headers import host_of, is_loopback, is_same_site


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "::1"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "::", "192.0.2.1", "example.org", "localhost.example.org"])
def test_other_machines_are_not(host: str) -> None:
    assert not is_loopback(host)


def test_a_host_is_read_without_its_port() -> None:
    assert [host_of("[::1]:8600"), host_of("localhost:8600"), host_of("example.org")] == [
        "[::1]",
        "localhost",
        "example.org",
    ]


def test_the_console_answers_to_names_of_this_machine() -> None:
    assert Reach().admits("localhost:8600")
    assert not Reach().admits("evil.example")
    assert not Reach(loopback=False).admits("localhost")
    assert Reach(loopback=False, open_console=True).admits("console.example.org")


@pytest.mark.parametrize(
    ("origin", "fetch_site", "is_ours"),
    [
        ("", "", True),
        ("http://localhost:8600", "same-origin", True),
        ("", "none", True),
        ("https://evil.example", "", False),
        ("http://localhost:9999", "", False),
        ("null", "", False),
        ("http://localhost:8600", "cross-site", False),
        ("", "same-site", False),
    ],
)
def test_a_form_counts_as_ours_by_what_the_browser_says(
    origin: str, fetch_site: str, is_ours: bool
) -> None:
    assert is_same_site(origin, fetch_site, "localhost:8600") is is_ours
