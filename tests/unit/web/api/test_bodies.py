import msgspec
import pytest

from placket.web.api.bodies import decoded, parameters
from placket.web.api.messages import Asked, Facts, Since, Whom
from placket.web.api.refusals import Fault, Refused


def faults(body: bytes, takes: type[object] = Asked) -> tuple[Fault, ...]:
    with pytest.raises(Refused) as refused:
        decoded(msgspec.json.Decoder(takes), body, takes)
    assert refused.value.kind.name == "field"
    return refused.value.errors


def test_a_message_is_read_with_its_defaults() -> None:
    body = b'{"subject": "email:ada@example.org", "activity": "newsletter"}'

    assert decoded(msgspec.json.Decoder(Asked), body, Asked) == Asked(
        subject="email:ada@example.org", activity="newsletter"
    )


def test_a_missing_field_is_named() -> None:
    body = b'{"facts": [{"id": "a", "kind": "born", "subject": "x"}]}'

    assert faults(body, Facts) == (
        Fault(pointer="/facts/0/occurred_at", detail="the field is missing"),
    )


def test_an_unknown_field_of_a_fact_is_told_with_what_was_meant() -> None:
    body = b'{"facts": [{"chanel": "email"}]}'

    assert faults(body, Facts) == (
        Fault(
            pointer="/facts/0",
            detail="it has a field that is not known; perhaps `channel` was meant",
        ),
    )


def test_an_unknown_field_unlike_any_is_told_the_fields() -> None:
    (fault,) = faults(b'{"zzz": 1}', Facts)

    assert fault.detail == "it has a field that is not known; the fields are facts"


def test_the_pointer_of_a_private_key_does_not_name_it() -> None:
    body = b'{"facts": [{"id": "a", "kind": "b", "private": {"ada": 1}}]}'

    (fault,) = faults(body, Facts)

    assert fault == Fault(pointer="/facts/0/private", detail="a text was expected")


def test_a_query_is_read_with_the_parts_of_the_path() -> None:
    assert parameters(b"activity=newsletter&at=2026-11-24", {}, Whom) == Whom(
        activity="newsletter", at="2026-11-24"
    )
    assert parameters(b"", {"old_size": "3"}, Since) == Since(old_size=3)


@pytest.mark.parametrize("query", [b"old_size=-1", b"old_size=x", b"old_size=", b"", b"size=3"])
def test_a_bad_parameter_is_refused_by_name(query: bytes) -> None:
    with pytest.raises(Refused) as refused:
        parameters(query, {}, Since)

    assert refused.value.errors[0].pointer in {"/query", "/query/old_size"}


def test_a_query_cannot_outvote_the_path() -> None:
    with pytest.raises(Refused):
        parameters(b"old_size=4", {"old_size": "3"}, Since)
