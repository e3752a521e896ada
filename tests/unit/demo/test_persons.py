"""Invented persons can be nobody."""

import phonenumbers

from placket.demo.names import COUNTRIES
from placket.demo.persons import DOMAINS, NUMBER_RANGES, Invention, Person


def _crowd(seed: int) -> list[Person]:
    invention = Invention(seed)
    return [
        invention.person(country, f"{country[:2].lower()}{number}")
        for country in COUNTRIES
        for number in range(30)
    ]


def test_the_same_seed_invents_the_same_persons() -> None:
    assert _crowd(7) == _crowd(7)


def test_another_seed_invents_other_persons() -> None:
    assert _crowd(7) != _crowd(8)


def test_every_email_is_at_a_reserved_domain() -> None:
    domains = {person.email.partition("@")[2] for person in _crowd(1)}

    assert domains <= set(DOMAINS)
    assert all(domain.endswith(("example.com", "example.org", "example.net")) for domain in DOMAINS)


def test_no_two_persons_have_one_number() -> None:
    numbers = [person.phone for person in _crowd(1) if person.phone]

    assert len(numbers) > 50
    assert len(set(numbers)) == len(numbers)


def test_a_country_without_a_reserved_range_gives_no_number() -> None:
    invention = Invention(1)

    persons = [invention.person("Poland", str(number)) for number in range(50)]

    assert {person.phone for person in persons} == {None}


def test_reserved_numbers_run_out_rather_than_repeat() -> None:
    invention = Invention(1)

    phones = [invention.person("USA", str(number)).phone for number in range(400)]

    assert sum(phone is not None for phone in phones) == 200
    assert phones[-1] is None


def test_every_range_is_of_its_country_and_of_full_length() -> None:
    starts = [
        (country, f"{start}{size - 1}")
        for country, ranges in NUMBER_RANGES.items()
        for start, size in ranges
    ]

    for country, number in starts:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_possible_number(parsed)
        assert parsed.country_code == phonenumbers.country_code_for_region(country)


def test_a_typed_number_reads_as_the_same_number() -> None:
    for person in _crowd(1):
        if person.phone is None or person.phone_as_typed is None:
            continue
        parsed = phonenumbers.parse(person.phone_as_typed, person.country)
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == (
            person.phone
        )


def test_names_keep_their_marks_and_emails_have_none() -> None:
    people = _crowd(1)

    assert any(not person.name.isascii() for person in people)
    assert all(person.email.partition("@")[0].isascii() for person in people)
