"""The interface under `/v1`, asked over HTTP of a real server."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from placket.store.checkpoint import Checkpoint
from placket.store.tree import verify_inclusion
from placket.web.api.refusals import TYPES
from placket.web.api.serving import OPERATIONS
from tests.acceptance.web.installation import ADA, BEN, FACTS, NOBODY, Served, fact, sent

OFFERS = {"subject": ADA, "activity": "offers_to_buyers", "channel": "email"}


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    """Return the pointers and details of a refusal of fields."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return [(fault["pointer"], fault["detail"]) for fault in answer.json().get("errors", [])]


def test_a_decision_names_clause_text_and_fact(client: httpx.Client) -> None:
    answer = client.post("/v1/decide", json=OFFERS)

    decision = answer.json()
    assert answer.status_code == 200
    assert decision["outcome"] == "permit"
    assert [(r["code"], r["clause"], r["fact"]) for r in decision["because"]] == [
        ("permitted.legitimate_interest", "JE-031", ""),
        ("permitted.soft_opt_in", "JE-031", "t_4"),
    ]
    assert decision["because"][0]["text"].startswith("If you have bought from us")
    assert list(decision) == ["outcome", "activity", "data", "withheld", "at", "because"]


def test_a_decision_of_the_past_is_by_what_held_then(client: httpx.Client) -> None:
    answer = client.post("/v1/decide", json={**OFFERS, "at": "2026-02-01"})

    assert answer.json()["outcome"] == "deny"
    assert answer.json()["at"] == "2026-02-01T00:00:00Z"


def test_a_batch_answers_in_the_order_of_its_questions(client: httpx.Client) -> None:
    news = {"subject": BEN, "activity": "newsletter", "channel": "email"}

    answer = client.post(
        "/v1/decide/batch", json={"questions": [news, OFFERS, {**news, "subject": ADA}]}
    )

    decisions = answer.json()["decisions"]
    assert [(d["activity"], d["outcome"]) for d in decisions] == [
        ("newsletter", "permit"),
        ("offers_to_buyers", "permit"),
        ("newsletter", "deny"),
    ]


def test_known_and_unknown_persons_get_answers_of_one_shape(client: httpx.Client) -> None:
    asked = {"activity": "newsletter", "channel": "email"}

    known = client.post("/v1/decide", json={**asked, "subject": ADA})
    unknown = client.post("/v1/decide", json={**asked, "subject": NOBODY})

    assert known.status_code == unknown.status_code == 200
    assert list(known.json()) == list(unknown.json())
    assert list(known.json()["because"][0]) == list(unknown.json()["because"][0])
    vary = {"date", "content-length"}
    assert [h for h in known.headers.multi_items() if h[0] not in vary] == [
        h for h in unknown.headers.multi_items() if h[0] not in vary
    ]


def test_eligible_lists_persons_by_their_ledger_ids(client: httpx.Client) -> None:
    answer = client.get("/v1/eligible", params={"activity": "newsletter", "channel": "email"})

    lines = answer.text.splitlines()
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert len(lines) == 1
    assert lines[0].startswith('{"person":"p_')
    assert "example.org" not in answer.text


def test_an_activity_that_no_clause_names_lists_nobody(client: httpx.Client) -> None:
    answer = client.get("/v1/eligible", params={"activity": "telepathy"})

    assert faults(answer) == [("/query/activity", "no clause names this activity")]


def test_a_withdrawal_turns_the_next_decision(client: httpx.Client) -> None:
    cora = "email:cora@example.net"
    asked = {"subject": cora, "activity": "newsletter", "channel": "email"}
    yes = fact(
        20, "consent_given", cora, what="email_marketing", channel="email", marks=["wording:news-1"]
    )
    region = fact(21, "located", cora, region="GB")
    role = fact(22, "happened", cora, what="newsletter.requested")
    no = fact(23, "consent_withdrawn", cora, what="email_marketing", channel="email")
    no["occurred_at"] = "2026-03-02T10:00:00Z"
    client.post("/v1/facts", json={"facts": [yes, region, role]})

    before = client.post("/v1/decide", json=asked).json()
    client.post("/v1/facts", json={"facts": [no]})
    after = client.post("/v1/decide", json=asked).json()

    assert (before["outcome"], after["outcome"]) == ("permit", "deny")
    assert "t_23" in [reason["fact"] for reason in after["because"]]


def test_a_fact_sent_twice_is_recorded_once(client: httpx.Client) -> None:
    answer = client.post("/v1/facts", json={"facts": [FACTS[0], FACTS[1], FACTS[1]]})

    recorded = answer.json()
    assert (recorded["recorded"], recorded["known"]) == (0, 3)


def test_a_known_id_cannot_say_something_else(client: httpx.Client) -> None:
    answer = client.post("/v1/facts", json={"facts": [{**FACTS[0], "region": "FR"}]})

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems#fact-conflict"
    assert client.get("/v1/audit/fact/t_1").json()["region"] == "GB"


def test_a_known_id_cannot_hide_the_no_of_somebody_else(client: httpx.Client) -> None:
    no = fact(70, "consent_withdrawn", "email:dora@example.org", what="email_marketing")
    client.post("/v1/facts", json={"facts": [no]})

    known = client.post("/v1/facts", json={"facts": [{**no, "subject": BEN}]})
    met = client.post("/v1/facts", json={"facts": [{**no, "subject": "email:eve@example.org"}]})

    assert [known.status_code, met.status_code] == [409, 409]
    assert known.json()["type"] == "/problems#fact-conflict"


@pytest.mark.parametrize("day", ["9999-12-31", "2126-01-01", "2001-02-03 noon", ""])
def test_nobody_is_born_on_a_day_that_is_no_birthday(client: httpx.Client, day: str) -> None:
    born = fact(71, "born", ADA, private={"birth_date": day})

    answer = client.post("/v1/facts", json={"facts": [born]})

    assert faults(answer) == [
        ("/facts/0/private/birth_date", "write the day of a birth as in `2001-03-04`")
    ]


def test_a_restriction_says_of_what(client: httpx.Client) -> None:
    answer = client.post("/v1/facts", json={"facts": [fact(72, "restricted", ADA)]})

    assert faults(answer) == [
        ("/facts/0/data", "say which data or which activity; else nothing is restricted")
    ]


def test_two_spellings_of_an_address_are_one_person(client: httpx.Client) -> None:
    shouted = fact(30, "interacted", "email:ADA@Example.ORG")

    client.post("/v1/facts", json={"facts": [shouted]})

    person = client.get("/v1/audit/fact/t_30").json()["person"]
    assert person == client.get("/v1/audit/fact/t_1").json()["person"]


def test_requests_that_meet_one_person_at_once_make_one_person(served: Served) -> None:
    zed = "email:zed@example.com"
    facts = [fact(100 + n, "interacted", zed) for n in range(24)]

    def send(one: dict[str, Any]) -> int:
        answer = httpx.post(
            f"{served.address}/v1/facts",
            json={"facts": [one]},
            headers=served.bearing("all"),
            timeout=60,
        )
        return answer.status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(send, facts))

    assert statuses == [200] * 24
    persons = {
        httpx.get(
            f"{served.address}/v1/audit/fact/{one['id']}", headers=served.bearing("all"), timeout=60
        ).json()["person"]
        for one in facts
    }
    assert len(persons) == 1


def test_the_key_that_recorded_a_fact_stands_in_it(client: httpx.Client) -> None:
    found = client.get("/v1/audit/fact/t_5").json()

    assert (found["by"], found["route"], found["version"]) == ("key:all", "api", "2024-01")
    assert found["sealed"] is True
    assert "1990" not in str(found)


@pytest.mark.parametrize(
    ("change", "pointer", "detail"),
    [
        (
            {"kind": "consent_givn"},
            "kind",
            "there is no such kind of fact; perhaps `consent_given` was meant",
        ),
        ({"kind": "key_destroyed"}, "kind", "this installation alone records facts of this kind"),
        ({"activity": "telepathy"}, "activity", "no clause names this activity"),
        ({"what": "mind_reading"}, "what", "no clause asks for this consent"),
        ({"channel": "owl"}, "channel", "this is no channel of the vocabulary"),
        ({"region": "Britain"}, "region", "write a country as two capital letters"),
        ({"data": ["email", "aura"]}, "data/1", "this is no datum of the vocabulary"),
        (
            {"occurred_at": "2999-01-01"},
            "occurred_at",
            "it has not occurred yet; mend the clock of whoever recorded it",
        ),
        ({"occurred_at": ""}, "occurred_at", "say when it occurred"),
        (
            {"occurred_at": "in May"},
            "occurred_at",
            "write an instant as `2026-11-24T12:00:00Z`, or a day as `2026-11-24`",
        ),
        (
            {"subject": "email:not an address"},
            "subject",
            "the value is no email address; write one such as `email:ada@example.org`",
        ),
        (
            {"thing": "zoe@example.com"},
            "thing",
            "nothing personal may stand here; put it under `private`",
        ),
        (
            {"id": "zoe@example.com"},
            "id",
            "write an id with letters, digits and `._:-`, nothing personal in it",
        ),
    ],
)
def test_a_bad_fact_is_refused_by_its_field(
    client: httpx.Client, change: dict[str, Any], pointer: str, detail: str
) -> None:
    good = fact(40, "consent_given", ADA, what="email_marketing", channel="email")

    answer = client.post(
        "/v1/facts", json={"facts": [fact(41, "interacted", ADA), {**good, **change}]}
    )

    assert faults(answer) == [(f"/facts/1/{pointer}", detail)]
    assert client.get("/v1/audit/fact/t_41").status_code == 404


def test_no_refusal_says_back_what_was_sent(client: httpx.Client) -> None:
    canary = "canary.person@example.com"
    bodies: list[Any] = [
        {
            "facts": [
                {**fact(50, "interacted", canary), "kind": canary, "what": canary, canary: canary}
            ]
        },
        {"facts": [{**fact(50, canary, canary), "channel": canary, "at": canary}]},
        {"facts": canary},
    ]

    answers = [client.post("/v1/facts", json=body) for body in bodies]
    answers += [
        client.post("/v1/decide", json={**OFFERS, "subject": canary, "at": canary}),
        client.post("/v1/decide", json={**OFFERS, "at": canary}),
        client.get("/v1/eligible", params={"activity": canary, "at": canary}),
        client.get(f"/v1/audit/fact/{canary}"),
        client.get(f"/v1/{canary}"),
    ]

    assert [a.status_code for a in answers if a.is_success] == []
    assert [a.text for a in answers if "canary" in a.text] == []


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        ({}, "/subject", "the field is missing"),
        ({**OFFERS, "activity": 7}, "/activity", "a text was expected"),
        ({**OFFERS, "data": "email"}, "/data", "a list was expected"),
        ({**OFFERS, "data": [1]}, "/data/0", "a text was expected"),
        (
            {**OFFERS, "chanel": "email"},
            "",
            "it has a field that is not known; perhaps `channel` was meant",
        ),
        ({**OFFERS, "subject": "x" * 700}, "/subject", "the text is too long"),
        ([], "", "an object was expected"),
    ],
)
def test_a_bad_question_is_refused_by_its_field(
    client: httpx.Client, body: Any, pointer: str, detail: str
) -> None:
    answer = client.post("/v1/decide", json=body)

    assert faults(answer) == [(pointer, detail)]


@pytest.mark.parametrize(
    ("content", "media", "name"),
    [
        (b"{", "application/json", "not-json"),
        (b"\xff\xfe", "application/json", "not-json"),
        (b"", "application/json", "not-json"),
        (b'{"subject": "\xc3\x28"}', "application/json", "not-json"),
        (b"subject=email", "application/x-www-form-urlencoded", "media-type"),
        (b"{}", "text/plain", "media-type"),
        (b" " * (2 << 20), "application/json", "too-large"),
    ],
)
def test_what_is_no_question_is_refused_by_name(
    client: httpx.Client, content: bytes, media: str, name: str
) -> None:
    answer = client.post("/v1/decide", content=content, headers={"content-type": media})

    body = answer.json()
    assert answer.status_code == TYPES[name].status
    assert (body["type"], body["title"], body["status"]) == (
        f"/problems#{name}",
        TYPES[name].title,
        TYPES[name].status,
    )


@pytest.mark.parametrize("opening", [b"[", b'{"subject":', b'{"data":[['])
def test_deep_json_is_refused_at_once(client: httpx.Client, opening: bytes) -> None:
    answer = client.post(
        "/v1/decide", content=opening * 60_000, headers={"content-type": "application/json"}
    )

    assert answer.status_code in {400, 422}


def test_a_body_sent_in_chunks_has_the_same_limit(client: httpx.Client) -> None:
    answer = client.post(
        "/v1/decide",
        content=(b" " * 65_536 for _ in range(40)),
        headers={"content-type": "application/json"},
    )

    assert answer.status_code == 413


def test_a_batch_has_a_limit(client: httpx.Client) -> None:
    answer = client.post("/v1/decide/batch", json={"questions": [OFFERS] * 1001})

    assert faults(answer) == [("/questions", "the list is too long")]


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer plk_unknown", "Basic YWRhOmFkYQ==", "Bearer " + "x" * 5000],
)
def test_without_a_known_key_every_answer_is_the_same(served: Served, authorization: str) -> None:
    headers = {"authorization": authorization} if authorization else {}

    answer = httpx.post(f"{served.address}/v1/decide", json=OFFERS, headers=headers, timeout=60)
    plain = httpx.post(f"{served.address}/v1/decide", json=OFFERS, timeout=60)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.content == plain.content


def test_a_key_reaches_its_activities_alone(served: Served) -> None:
    news = served.bearing("news")
    ask = {"subject": BEN, "activity": "newsletter", "channel": "email"}
    url = f"{served.address}/v1"
    withdrawn = fact(60, "consent_withdrawn", ADA, what="email_marketing", channel="email")
    order = fact(61, "relation_opened", ADA, what="order", thing="shop:89")

    permitted = httpx.post(f"{url}/decide", json=ask, headers=news, timeout=60)
    refused = [
        httpx.post(f"{url}/decide", json=OFFERS, headers=news, timeout=60),
        httpx.post(
            f"{url}/decide", json={**OFFERS, "activity": "telepathy"}, headers=news, timeout=60
        ),
        httpx.post(
            f"{url}/decide/batch", json={"questions": [ask, OFFERS]}, headers=news, timeout=60
        ),
        httpx.get(f"{url}/eligible?activity=offers_to_buyers", headers=news, timeout=60),
        httpx.get(f"{url}/audit/checkpoint", headers=news, timeout=60),
        httpx.post(f"{url}/decide", json=ask, headers=served.bearing("auditor"), timeout=60),
        httpx.post(f"{url}/facts", json={"facts": [withdrawn]}, headers=news, timeout=60),
        httpx.post(f"{url}/facts", json={"facts": [order]}, headers=news, timeout=60),
    ]

    assert permitted.json()["outcome"] == "permit"
    assert [answer.json()["type"] for answer in refused] == ["/problems#scope-missing"] * 8


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("consent_given", {"what": "personalised_email", "channel": "email"}),
        ("relation_opened", {"what": "order", "thing": "shop:90"}),
        ("identified", {"private": {"identifier": ADA}}),
        ("objected", {"what": "direct_marketing"}),
        ("restricted", {"data": ["email"]}),
    ],
)
def test_a_fact_does_not_reach_further_by_naming_an_activity(
    served: Served, kind: str, said: dict[str, Any]
) -> None:
    told = fact(62, kind, BEN, activity="newsletter", **said)

    answer = httpx.post(
        f"{served.address}/v1/facts",
        json={"facts": [told]},
        headers=served.bearing("news"),
        timeout=60,
    )

    assert answer.json()["type"] == "/problems#scope-missing"


def test_a_key_may_tell_what_concerns_its_activity_alone(served: Served) -> None:
    told = fact(63, "objected", "email:cleo@example.org", activity="newsletter")

    answer = httpx.post(
        f"{served.address}/v1/facts",
        json={"facts": [told]},
        headers=served.bearing("news"),
        timeout=60,
    )

    assert answer.json() == {
        "recorded": 1,
        "known": 0,
        "checkpoint": httpx.get(
            f"{served.address}/v1/audit/checkpoint", headers=served.bearing("auditor"), timeout=60
        ).text,
    }


def test_a_proof_leads_to_the_signed_root(client: httpx.Client) -> None:
    from base64 import b64decode  # noqa: PLC0415  # beside the one use

    proof = client.get("/v1/audit/proof/t_4").json()

    origin, size, root, at = proof["checkpoint"].split("\n")[:4]
    note = Checkpoint(origin=origin, size=int(size), root=b64decode(root), at=int(at[3:]))
    path = [b64decode(step) for step in proof["path"]]
    assert verify_inclusion(b64decode(proof["leaf"]), proof["position"], note.size, path, note.root)


def test_the_checkpoint_is_a_signed_note(client: httpx.Client) -> None:
    answer = client.get("/v1/audit/checkpoint")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.count("\n\N{EM DASH} ") == 1


def test_consistency_is_proved_for_sizes_that_were(client: httpx.Client) -> None:
    proved = client.get("/v1/audit/consistency", params={"old_size": 3})
    never = client.get("/v1/audit/consistency", params={"old_size": 10**9})
    odd = client.get("/v1/audit/consistency", params={"old_size": "three"})

    assert proved.json()["old_size"] == 3
    assert never.json()["type"] == "/problems#not-in-tree"
    assert faults(odd) == [("/query/old_size", "a whole number was expected")]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("activity=newsletter&activity=offers_to_buyers", "name each parameter once"),
        ("activity=newsletter&at=%ff", "write it as `name=value`, in UTF-8, once each"),
        ("activity", "write it as `name=value`, in UTF-8, once each"),
    ],
)
def test_a_query_is_read_strictly(client: httpx.Client, query: str, detail: str) -> None:
    answer = client.get(f"/v1/eligible?{query}")

    assert faults(answer) == [("/query", detail)]


def test_methods_are_told(client: httpx.Client) -> None:
    wrong = client.get("/v1/decide")
    asked = client.options("/v1/audit/checkpoint")
    head = client.head("/v1/audit/checkpoint")
    whole = client.get("/v1/audit/checkpoint")

    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST, OPTIONS")
    assert (asked.status_code, asked.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


def test_no_answer_may_be_stored_or_sniffed(client: httpx.Client) -> None:
    answers = [client.post("/v1/decide", json=OFFERS), client.get("/v1/nothing")]

    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers


def test_the_schema_is_equal_to_the_operations(client: httpx.Client) -> None:
    document = client.get("/schema").json()

    described = {
        (path, method.upper()) for path, item in document["paths"].items() for method in item
    }
    assert document["openapi"] == "3.1.0"
    assert described == {(operation.path, operation.method) for operation in OPERATIONS}
    for operation in OPERATIONS:
        path = operation.path.replace("{fact}", "t_1")
        answer = client.request(operation.method, path)
        said = document["paths"][operation.path][operation.method.lower()]["responses"]
        assert str(answer.status_code) in said


def test_no_personal_value_reaches_the_log(served: Served, client: httpx.Client) -> None:
    client.post("/v1/decide", json={**OFFERS, "subject": "email:canary@example.org"})
    client.post("/v1/decide", content=b'{"subject": "email:canary@example.org"')

    assert "canary" not in (served.folder / "serve.err").read_text()


def test_a_key_taken_out_of_the_file_stops(served: Served) -> None:
    import time  # noqa: PLC0415  # beside the one use

    file = served.folder / "placket-web-keys.toml"
    kept = file.read_text()
    headers = served.bearing("auditor")
    url = f"{served.address}/v1/audit/checkpoint"
    start = kept.index("[auditor]")

    file.write_text(kept[:start])
    deadline = time.monotonic() + 30
    while httpx.get(url, headers=headers, timeout=60).status_code == 200:
        assert time.monotonic() < deadline
    file.write_text(kept)

    assert httpx.get(url, headers=headers, timeout=60).status_code == 401


def test_a_message_is_recorded_where_it_is_permitted(client: httpx.Client) -> None:
    news = sent(80, BEN)

    answers = [client.post("/v1/facts", json={"facts": [news]}) for _ in range(2)]

    assert [(a.json()["recorded"], a.json()["known"]) for a in answers] == [(1, 0), (0, 1)]
    assert client.get("/v1/audit/fact/t_80").json()["activity"] == "newsletter"
    assert client.get("/v1/audit/proof/t_80").status_code == 200


@pytest.mark.parametrize("subject", [ADA, "email:fay@example.org"])
def test_a_message_that_is_not_permitted_is_not_recorded(
    client: httpx.Client, subject: str
) -> None:
    asked = {"subject": subject, "activity": "newsletter", "channel": "email"}
    why = client.post("/v1/decide", json=asked).json()["because"]

    answer = client.post("/v1/facts", json={"facts": [sent(81, subject)]})

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/problems#not-permitted")
    assert problem["because"] == why
    assert client.get("/v1/audit/fact/t_81").status_code == 404
    assert client.post("/v1/decide", json=asked).json()["because"] == why


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ([sent(82, BEN, kind="interacted")], "/facts/0/if_permitted"),
        ([sent(82, BEN, activity="")], "/facts/0/activity"),
        ([sent(82, BEN, occurred_at="2026-03-01T10:00:00Z")], "/facts/0/occurred_at"),
        ([fact(83, "interacted", BEN), sent(82, BEN)], "/facts/1/if_permitted"),
    ],
)
def test_only_a_message_of_now_by_itself_is_asked_about(
    client: httpx.Client, facts: list[dict[str, Any]], pointer: str
) -> None:
    answer = client.post("/v1/facts", json={"facts": facts})

    assert [at for at, _ in faults(answer)] == [pointer]


def test_who_may_not_ask_records_no_message_where_permitted(served: Served) -> None:
    answer = httpx.post(
        f"{served.address}/v1/facts",
        json={"facts": [sent(84, BEN)]},
        headers=served.bearing("recorder"),
        timeout=60,
    )

    assert answer.json()["type"] == "/problems#scope-missing"
