"""The pages, asked of a real server without a browser."""

import httpx
import pytest

from tests.acceptance.web.installation import ADA, NOBODY, POLICY, Served

PAGES = [
    "/",
    "/privacy/notice",
    "/privacy/cookies",
    "/privacy/changes",
    "/privacy/contact",
    "/privacy/requests",
    "/console/requests",
    "/console/activities",
    "/console/activities/offers_to_buyers",
    "/console/decisions",
    "/console/audit",
    "/problems",
]


def test_the_first_page_links_all_that_stand_alone(client: httpx.Client) -> None:
    text = client.get("/").text

    alone = [page for page in PAGES[1:] if page != "/console/activities/offers_to_buyers"]
    assert [page for page in alone if f'href="{page}"' not in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_html_without_script_or_inline_style(client: httpx.Client, page: str) -> None:
    answer = client.get(page)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_notice_holds_every_clause_with_its_rules(client: httpx.Client) -> None:
    answer = client.get("/privacy/notice")

    ids = [
        line.split("{#")[1].rstrip("}") for line in POLICY.read_text().splitlines() if "{#" in line
    ]
    for clause in ids:
        assert f'id="{clause}"' in answer.text
    assert "activity: offers_to_buyers" in answer.text
    again = client.get("/privacy/notice", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_cookie_page_has_each_kind_with_its_way_out(client: httpx.Client) -> None:
    text = client.get("/privacy/cookies").text

    for kind in ("Shop", "Experience", "Analysis"):
        assert f"<b>{kind}</b>" in text
    assert "Cookie banner, cookie policy page or browser settings" in text
    assert 'href="/privacy/notice#JE-085"' in text
    assert 'href="https://www.justelegance.com/cookie-policy/"' in text


def test_the_page_of_changes_has_every_version_and_how_it_is_told(client: httpx.Client) -> None:
    text = client.get("/privacy/changes").text

    assert "Version 2024-01 is in force" in text
    assert text.count(">in force</span>") == 1
    assert 'href="/privacy/notice#JE-086"' in text
    assert 'href="/privacy/notice#JE-087"' in text


def test_the_contact_page_names_who_answers_and_the_authority(client: httpx.Client) -> None:
    text = client.get("/privacy/contact").text

    assert 'href="mailto:jecustomerservices@justelegance.com"' in text
    assert "+44 121 693 6030" in text
    assert "Information Commissioner" in text
    assert 'href="/privacy/notice#JE-089"' in text


def test_each_page_for_shoppers_leads_to_the_others(client: httpx.Client) -> None:
    notice = client.get("/privacy/notice").text

    for page in ("/privacy/cookies", "/privacy/changes", "/privacy/contact"):
        assert f'href="{page}"' in notice
        assert 'href="/privacy/notice"' in client.get(page).text


def test_a_funnel_has_a_row_per_reason(client: httpx.Client) -> None:
    text = client.get("/console/activities/newsletter").text

    assert "Has not said yes" in text
    assert "<code>basis.consent_not_given</code>" in text
    assert '<line class="lost"' in text


def test_an_activity_that_no_clause_names_has_no_page(client: httpx.Client) -> None:
    answer = client.get("/console/activities/telepathy")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text


def ask(client: httpx.Client, **form: str) -> httpx.Response:
    filled = {"subject": ADA, "activity": "offers_to_buyers", "channel": "email", "at": "", **form}
    return client.post("/console/decisions", data=filled)


def test_a_decision_is_explained_and_not_stored(client: httpx.Client) -> None:
    answer = ask(client)

    assert answer.status_code == 200
    assert "Yes: offers to buyers" in answer.text
    assert "/console/audit?fact=t_4" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "ada@example.org" not in str(answer.url)


def test_a_decision_by_what_was_known_before_the_facts_came_is_no(client: httpx.Client) -> None:
    answer = ask(client, known_at="2026-01-01")

    assert answer.status_code == 200
    assert "No: offers to buyers" in answer.text


def test_a_person_unknown_is_a_no_of_the_same_shape(client: httpx.Client) -> None:
    known, unknown = ask(client, activity="newsletter"), ask(client, subject=NOBODY)

    assert known.status_code == unknown.status_code == 200
    assert "Nobody is known by this identifier" in unknown.text
    assert "No: offers to buyers" in unknown.text
    assert set(known.headers) == set(unknown.headers)


def test_a_form_that_cannot_be_read_says_what_to_mend(client: httpx.Client) -> None:
    answer = ask(client, subject="ada", activity="", at="in May")

    assert answer.status_code == 422
    assert "<title>Error: Decisions \N{EN DASH} Placket</title>" in answer.text
    assert 'value="ada"' in answer.text
    for words in ("No kind is named", "Choose an activity.", "Write a day as 2026-11-24"):
        assert answer.text.count(words) == 2


def test_what_was_typed_is_shown_as_text(client: httpx.Client) -> None:
    answer = ask(client, subject='"><script>alert(1)</script>')

    assert "<script" not in answer.text
    assert "&#34;&gt;&lt;script&gt;" in answer.text


def test_a_form_from_another_site_is_refused(client: httpx.Client) -> None:
    foreign = client.post(
        "/console/decisions", data={"subject": ADA}, headers={"origin": "https://evil.example"}
    )
    crossing = client.post(
        "/console/decisions", data={"subject": ADA}, headers={"sec-fetch-site": "cross-site"}
    )

    assert (foreign.status_code, crossing.status_code) == (403, 403)


def test_a_name_pointed_at_this_machine_sees_no_console(client: httpx.Client) -> None:
    console = client.get("/console/audit", headers={"host": "evil.example"})
    notice = client.get("/privacy/notice", headers={"host": "evil.example"})

    assert (console.status_code, notice.status_code) == (403, 200)


def test_a_form_has_a_limit(client: httpx.Client) -> None:
    answer = ask(client, subject="x" * 20_000)

    assert answer.status_code == 413


def test_a_fact_is_shown_with_a_proof_that_holds(client: httpx.Client) -> None:
    text = client.get("/console/audit", params={"fact": "t_4"}).text

    assert "Contact obtained" in text
    assert ">holds<" in text
    assert "signature holds" in text


def test_a_fact_that_is_not_there_is_said_so(client: httpx.Client) -> None:
    answer = client.get("/console/audit", params={"fact": "f_none"})

    assert answer.status_code == 404
    assert "The ledger holds no fact of this id." in answer.text


def test_the_ledger_is_verified_when_asked(client: httpx.Client) -> None:
    looked = client.get("/console/audit/verify")
    verified = client.post("/console/audit/verify")

    assert looked.status_code == 405
    assert "The ledger is whole." in verified.text


def test_the_style_sheet_is_kept_under_its_digest(client: httpx.Client) -> None:
    link = client.get("/").text.split('rel="stylesheet" href="')[1].split('"')[0]

    named, plain = client.get(link), client.get("/static/placket.css")

    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "no-cache"
    assert named.content == plain.content


def test_methods_of_a_page_are_told(client: httpx.Client) -> None:
    asked, head = client.options("/console/decisions"), client.head("/privacy/notice")

    assert asked.status_code == 204
    assert set(asked.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    assert (head.status_code, head.content) == (200, b"")


def test_nothing_personal_reaches_the_log(served: Served, client: httpx.Client) -> None:
    ask(client, subject="email:canary@example.org")
    client.get("/console/audit", params={"fact": "canary"})

    assert "canary" not in (served.folder / "serve.err").read_text()


@pytest.mark.parametrize(
    ("part", "page"), [("/privacy/", "/privacy/notice"), ("/console/", "/console/requests")]
)
def test_a_part_alone_leads_to_its_first_page(client: httpx.Client, part: str, page: str) -> None:
    answer = client.get(part, follow_redirects=False)

    assert answer.status_code == 302
    assert answer.headers["location"] == page
