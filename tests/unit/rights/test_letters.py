"""Letters in both languages: whole ones word by word, and what holds of all of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from placket.policy import vocabulary
from placket.rights.citing import as_plain, clause_text
from placket.rights.letters import (
    SLOTS,
    Frame,
    Heard,
    Letter,
    LetterKind,
    Particulars,
    Stays,
    letter,
    slots_of,
)
from placket.rights.moves import Move
from placket.rights.recipients import State
from placket.rights.remedies import Authority, authorities_for
from placket.rights.request import Proven, Request
from placket.rights.right import NEEDS, Refusal, Right
from placket.rights.terms import terms_of
from placket.rights.tongues import LANGUAGES, missing, tongue
from tests.unit.policy.rendering.shop import FRENCH, TEXT, document, policy
from tests.unit.rights.asking import CARE, asked_for, move, request_of, terms
from tests.unit.standing.telling import day, shop

POLICY = policy()
KINGDOM = (next(place for place in POLICY.places if place.pack == "uk"),)
UNION = (next(place for place in POLICY.places if place.pack == "eu"),)
EVERYTHING = Particulars(
    code="481516",
    link="https://shop.example.org/privacy/requests/1042",
    until=day(30.5),
    locked=True,
    asks=("The number of one of your orders",),
    amount="8 pounds",
    ground=Refusal.EXCESSIVE,
    why="You asked five times in two weeks",
    reasons=("complexity", "number_of_requests"),
    outcome="The order may be paid later",
    done=("We ended the newsletter",),
    data=("name", "email"),
    gone=("name", "email", "wish_list"),
    stays=(
        Stays(
            data=("name", "billing_records"),
            ground="duty",
            until=day(800.5),
            law="Value Added Tax Act 1994 Sch. 11 para. 6",
            clause="CS-2",
        ),
        Stays(
            data=("delivery_address",),
            ground="contract",
            release="return is closed",
            review_at=day(40),
            law="GDPR Art. 17(1)(a)",
        ),
    ),
    left_out=(Stays(data=("gender",), ground="rights_of_others", law="GDPR Art. 15(4)"),),
    heard=(
        Heard(recipient="courier", state="done", told_at=day(4)),
        Heard(recipient="Letters Ltd"),
    ),
    backups_until=day(60),
)
STEPS = [(kind, Right.ERASURE) for kind in LetterKind if kind is not LetterKind.ANSWERED]
ALL = [*STEPS, *((LetterKind.ANSWERED, right) for right in Right)]
EVERY = pytest.mark.parametrize(("kind", "right"), ALL)
SPOKEN = pytest.mark.parametrize("language", LANGUAGES)


def frame(language: str = "en", **more: Any) -> Frame:
    """Return the frame of Ada's letters; she lives in Britain."""
    given = {"places": KINGDOM, "country": "GB", "name": "Ada", "reference": "R-1042"} | more
    terms = terms_of(POLICY, given["places"])
    french = document(FRENCH) if language == "fr" else None
    return Frame(policy=POLICY, terms=terms, language=language, text=french, **given)


def asked(right: Right, *facts: Any) -> Request:
    return request_of(asked_for(right), *facts, under=frame().terms)


def written(kind: LetterKind, right: Right, language: str = "en", **more: Any) -> Letter:
    return letter(kind, asked(right), frame(language, **more), EVERYTHING)


def test_a_part_refusal_word_by_word() -> None:
    found = written(LetterKind.PARTLY_REFUSED, Right.ERASURE)

    assert found.subject == "Request R-1042: done in part"
    assert (
        found.body
        == """\
Hello Ada,

You asked to have what we hold about you deleted. We did part of it.
This part we did not do: name and email.

This is why: you asked the same thing again and again, and nothing had
changed.

In your case: You asked five times in two weeks.

The law on this is UK GDPR Art. 12(5).

This is what our privacy policy says:
  We use your name and address to deliver, and keep them for 6 years.
  You can write to us.
  (clause CS-2 of our privacy policy)

We did this all the same:
- We ended the newsletter.

This stays for now:
- Name and billing records: kept until Saturday 11 March 2028, because
  the law says that we must (Value Added Tax Act 1994 Sch. 11 para. 6).
- Delivery address: kept until your return is closed, because something
  between us is still open (UK GDPR Art. 17(1)(a)); we look at it again
  on Tuesday 10 February 2026.

We use what we keep for that one thing alone. Then it goes.

You do not agree? Write to us, and we look at it again. You can also
complain to the authority:
- Information Commissioner's Office, https://ico.example.org/complain

And you can go to court.

The number of your request is R-1042. Keep it for when you write to us
about this.

The Corner Shop
Email: privacy@shop.example.org
Post: 1 High Street, Leeds
For questions about privacy: Data Protection Officer,
dpo@shop.example.org
"""
    )


def test_a_refusal_in_french_word_by_word() -> None:
    found = letter(
        LetterKind.REFUSED,
        asked(Right.ERASURE),
        frame("fr", places=UNION, country="FR"),
        Particulars(ground=Refusal.CLAIMS, clause="CS-2", why="Le procès est en cours"),
    )

    assert found.subject == "Demande R-1042 : nous ne pouvons pas le faire"
    assert (
        found.body.replace("\u00a0", " ")
        == """\
Bonjour Ada,

Vous avez demandé à faire supprimer ce que nous détenons sur vous. Nous
ne le faisons pas, et voici pourquoi : cela sert dans un procès.

Dans votre cas : Le procès est en cours.

La loi à ce sujet : RGPD art. 17(3)(e).

Voici ce que dit notre politique de confidentialité :
  Nous utilisons votre nom et votre adresse pour livrer, et les gardons
  six ans. Vous pouvez nous écrire.
  (clause CS-2 de notre politique de confidentialité)

Vous n'êtes pas d'accord ? Écrivez-nous, et nous regardons à nouveau.
Vous pouvez aussi vous plaindre à l'autorité :
- l'autorité de protection des données du pays où vous vivez

Et vous pouvez aller devant un tribunal.

Votre demande porte le numéro R-1042. Gardez-le pour nous écrire à ce
sujet.

The Corner Shop
Courriel : privacy@shop.example.org
Courrier : 1 High Street, Leeds
Pour toute question sur la vie privée : Data Protection Officer,
dpo@shop.example.org
"""
    )


def test_the_first_letter_tells_the_last_day_to_answer() -> None:
    found = letter(LetterKind.RECEIVED, asked(Right.ACCESS), frame())

    assert found.body.startswith(
        "Hello Ada,\n\n"
        "We received your request on Thursday 1 January 2026. You asked to see\n"
        "what we hold about you.\n\n"
        "We answer by Monday 2 February 2026 at the latest. It costs you nothing.\n\n"
    )


def test_while_the_law_stops_the_clock_no_day_is_promised() -> None:
    request = asked(Right.ACCESS, move(Move.IDENTITY_ASKED, 1))

    found = letter(LetterKind.IDENTITY_ASKED, request, frame(), EVERYTHING)

    assert "The days until you answer do not count." in found.body
    assert "at the latest" not in found.body


def test_an_extension_tells_both_days_whether_it_is_recorded_yet_or_not() -> None:
    before = asked(Right.ACCESS)
    after = asked(Right.ACCESS, move(Move.EXTENDED, 3, marks=("complexity",)))

    found = letter(LetterKind.EXTENDED, before, frame(), EVERYTHING)

    assert found == letter(LetterKind.EXTENDED, after, frame(), EVERYTHING)
    assert "answer by\nMonday 2 February 2026. We need more time." in found.body
    assert "Now we answer by Wednesday 1 April 2026 at the latest." in found.body


@SPOKEN
@EVERY
def test_every_letter_is_whole_and_fits(kind: LetterKind, right: Right, language: str) -> None:
    found = written(kind, right, language)

    assert not re.search(r"[{}]|None|_", found.subject + found.body)
    assert "\n" not in found.subject
    assert [line for line in found.body.split("\n") if len(line) > 72 and "://" not in line] == []
    assert found.body.endswith("dpo@shop.example.org\n")
    assert found.language == language


@SPOKEN
@EVERY
def test_every_letter_is_in_plain_words(kind: LetterKind, right: Right, language: str) -> None:
    found = written(kind, right, language)

    prose = re.sub(r"(?m)^  .*$|\nThe Corner Shop\n(?s:.*)", "", found.body)
    sentences = [s for s in re.split(r"(?<=[.?:])\s+(?=[A-ZÀÉ-])|\n\n", prose) if s.strip()]
    words = [len(sentence.split()) for sentence in sentences]
    assert sum(words) / len(words) < 14
    assert max(words) <= 30
    assert not re.search(
        r"data subject|personal data|processing|controller|please|données personnelles|"
        r"responsable du traitement|traitement|!",
        prose,
        re.IGNORECASE,
    )


@SPOKEN
@EVERY
def test_nothing_personal_stands_in_a_letter_but_the_name(
    kind: LetterKind, right: Right, language: str
) -> None:
    proven = Proven(at=day(1), methods=frozenset({"code"}), address="canary-address")
    request = replace(
        asked(right),
        person="canary-person",
        proofs=(proven,),
        recorded_by="canary-staff",
        owner="canary-owner",
        staff=frozenset({"canary-self"}),
    )

    found = letter(kind, request, frame(language, name="Canary Name"), EVERYTHING)

    assert found.body.casefold().count("canary") == 1
    assert "canary" not in found.subject.casefold()


@SPOKEN
@EVERY
def test_the_code_stands_in_its_own_letter_alone(
    kind: LetterKind, right: Right, language: str
) -> None:
    found = written(kind, right, language)

    assert ("481516" in found.body) is (kind is LetterKind.CODE)
    assert "481516" not in found.subject + repr(EVERYTHING)


REFUSABLE = [
    (right, ground)
    for right in Right
    for ground in sorted(NEEDS[right].refusable, key=lambda ground: ground.value)
]


@SPOKEN
@pytest.mark.parametrize("kind", [LetterKind.REFUSED, LetterKind.PARTLY_REFUSED])
def test_every_refusal_names_ground_law_complaint_and_court(
    kind: LetterKind, language: str
) -> None:
    court = {"en": "go to court", "fr": "devant un tribunal"}[language]
    for right, ground in REFUSABLE:
        because = Particulars(ground=ground, data=("name",))

        found = letter(kind, asked(right), frame(language), because)

        body = " ".join(found.body.replace("\u00a0", " ").split())
        assert tongue(language).word("refusal", ground).replace("\u00a0", " ") in body
        assert "Information Commissioner's Office, https://ico.example.org/complain" in body
        assert court in body
        assert re.search(r"GDPR Art\. \d|RGPD britannique art\. \d|s\. 164A", body)


def test_a_copy_without_a_link_comes_with_the_letter() -> None:
    found = letter(LetterKind.ANSWERED, asked(Right.ACCESS), frame())

    assert "Your copy comes with this letter." in found.body
    assert "Get your copy here" not in found.body


def test_an_erasure_is_not_called_done_while_a_part_of_it_waits() -> None:
    found = letter(LetterKind.ANSWERED, asked(Right.ERASURE), frame(), EVERYTHING)
    rest = replace(EVERYTHING, stays=EVERYTHING.stays[:1])
    done = letter(LetterKind.ANSWERED, asked(Right.ERASURE), frame(), rest)

    assert found.subject == "Request R-1042: done, but for one part"
    assert "We look at it again on Tuesday 10 February 2026." in found.body
    assert done.subject == "Request R-1042: it is deleted"


def test_a_pause_of_one_use_names_that_use() -> None:
    facts = asked_for(Right.RESTRICTION, activity="care")
    everything = asked_for(Right.RESTRICTION)

    one = letter(LetterKind.ANSWERED, request_of(facts, under=frame().terms), frame())
    all_ = letter(LetterKind.ANSWERED, request_of(everything, under=frame().terms), frame())

    assert "This is paused: care." in " ".join(one.body.split())
    assert "This is paused: everything we hold about you." in " ".join(all_.body.split())


def test_who_objects_reads_what_is_over() -> None:
    facts = asked_for(Right.OBJECTION, topic="direct_marketing")

    found = letter(LetterKind.ANSWERED, request_of(facts, under=frame().terms), frame())

    assert "This is over: Direct marketing." in found.body


def test_a_copy_tells_its_link_its_end_and_how_it_opens() -> None:
    has = Particulars(link="https://shop.example.org/c", until=day(7), locked=True)

    found = letter(LetterKind.ANSWERED, asked(Right.PORTABILITY), frame(), has)

    assert (
        "Get the files here:\n- https://shop.example.org/c\n\n"
        "You can get them once, until Thursday 8 January 2026.\n\n"
        "The copy is locked. We tell you the words that open it in another way.\n\n"
    ) in found.body


def test_a_refusal_on_record_gives_the_ground() -> None:
    refused = move(
        Move.REFUSED, 2, ground="accurate", marks=("complaint_told", "court_told"), by="mia"
    )

    found = letter(LetterKind.REFUSED, asked(Right.RECTIFICATION, refused), frame())

    assert "this is why:\nwhat we hold is right as it is." in found.body
    assert "UK GDPR Art. 16." in found.body


@pytest.mark.parametrize(
    ("kind", "right", "needs"),
    [
        (LetterKind.CODE, Right.ACCESS, "code"),
        (LetterKind.NOTICE, Right.ACCESS, "link"),
        (LetterKind.REFUSED, Right.ACCESS, "ground"),
        (LetterKind.EXTENDED, Right.ACCESS, "reasons"),
        (LetterKind.ANSWERED, Right.HUMAN_REVIEW, "outcome, reasons"),
    ],
)
def test_a_letter_that_would_not_say_its_own_matter_is_not_written(
    kind: LetterKind, right: Right, needs: str
) -> None:
    with pytest.raises(ValueError, match=f"needs {needs}$"):
        letter(kind, asked(right), frame())


def test_what_comes_from_outside_breaks_neither_line_nor_slot() -> None:
    frame_of_mallory = frame(name="{code}\n\nPay here", reference="R-1\nBcc: x@example.org")

    found = letter(LetterKind.RECEIVED, asked(Right.ACCESS), frame_of_mallory, EVERYTHING)

    assert found.body.startswith("Hello {code} Pay here,\n\n")
    assert found.subject == "We have your request R-1 Bcc: x@example.org"


def test_who_is_somewhere_unknown_is_told_every_authority() -> None:
    everywhere = frame(places=POLICY.places, country="")

    found = letter(LetterKind.REFUSED, asked(Right.ACCESS), everywhere, EVERYTHING)

    assert (
        "- In the United Kingdom: Information Commissioner's Office,\n"
        "  https://ico.example.org/complain\n"
        "- Elsewhere: the data protection authority of the country where you live\n"
    ) in found.body
    assert "The law on this is UK GDPR Art. 12(5) or GDPR Art. 12(5)." in found.body


def test_every_text_is_there_in_every_language_with_slots_that_are_known() -> None:
    assert {language: missing(language) for language in LANGUAGES if language != "en"} == {"fr": ()}
    for language in LANGUAGES:
        texts = tongue(language).texts
        letters = [part for part in texts.values() if "body" in part]
        paragraphs = [p for part in letters for p in (part["subject"], *part["body"])]
        paragraphs += [p for part in texts["shared"].values() for p in part]
        assert {slot for p in paragraphs for slot in slots_of(p)} <= SLOTS.keys()
        assert {p[1:] for p in paragraphs if p[0] == "+"} <= texts["shared"].keys()


@SPOKEN
def test_every_word_that_a_letter_may_need_is_there(language: str) -> None:
    spoken = tongue(language)

    assert [right for right in Right if not spoken.texts["right"].get(right.value)] == []
    assert [ground for ground in Refusal if not spoken.texts["refusal"].get(ground.value)] == []
    assert [state for state in State if not spoken.texts["state"].get(state.value)] == []
    assert [d for d in vocabulary.terms("data") if not spoken.term("data", d)] == []


def test_a_language_that_we_do_not_write_gets_english() -> None:
    found = letter(LetterKind.WITHDRAWN, asked(Right.ACCESS), frame("ur"))

    assert found.language == "en"
    assert found.subject == "Request R-1042: you took it back"


def test_a_complaint_is_told_that_the_authority_need_not_wait() -> None:
    found = letter(LetterKind.RECEIVED, asked(Right.COMPLAINT), frame())

    assert found.subject == "We have your complaint R-1042"
    assert "You can complain to the authority at any time:\n- Information" in found.body.replace(
        "any\ntime", "any time"
    )


def test_a_policy_that_names_nobody_signs_with_the_retailers_name_alone() -> None:
    bare = shop(CARE)
    terms_there = terms_of(bare, bare.places)
    nowhere = Frame(policy=bare, terms=terms_there, places=bare.places, country="US")
    request = request_of(asked_for(Right.ACCESS), under=terms_there)

    found = letter(LetterKind.REFUSED, request, nowhere, Particulars(ground=Refusal.NOT_HELD))

    assert found.body.endswith("about\nthis.\n\nExample Shop\n")
    assert "privacy policy says" not in found.body
    assert "- Information Commissioner\n" in found.body


def test_what_stays_without_an_end_is_told_with_its_reason() -> None:
    stays = (Stays(data=("name",), ground="unheard_of"),)

    found = letter(LetterKind.ANSWERED, asked(Right.ERASURE), frame(), Particulars(stays=stays))

    assert "- Name: kept, because our privacy policy says so.\n" in found.body


def test_a_long_clause_ends_at_a_sentence() -> None:
    long = policy(TEXT.replace("What we hold is encrypted.", "What we hold is safe. " * 40))

    found = clause_text(long, None, "CS-5")

    assert found.endswith("What we hold is safe. ...")
    assert 600 < len(found) < 720


def test_the_first_authority_that_is_named_for_a_country_is_told() -> None:
    twice = shop(
        CARE,
        "- complaint: us, the controller\n  country: GB\n- complaint: First\n  country: GB",
        "complaint: Second\ncountry: GB",
    )

    assert authorities_for(twice, twice.places, "GB") == (Authority(name="First", country="GB"),)


def test_a_country_is_named_in_the_language_of_the_letter() -> None:
    everywhere = frame("fr", places=POLICY.places, country="")

    found = letter(LetterKind.REFUSED, asked(Right.ACCESS), everywhere, EVERYTHING)

    assert "- Royaume-Uni\u00a0: Information Commissioner's Office" in found.body


def test_the_day_is_that_of_the_policys_zone() -> None:
    late_on_the_first = request_of(asked_for(Right.ACCESS, 181.48), under=frame().terms)

    found = letter(LetterKind.RECEIVED, late_on_the_first, frame("fr"))

    assert "reçu votre demande le jeudi 2 juillet 2026." in found.body


def test_the_first_of_a_month_is_written_as_french_does() -> None:
    found = letter(LetterKind.RECEIVED, asked(Right.ACCESS), frame("fr"))

    assert "le jeudi 1er janvier 2026." in found.body


@pytest.mark.parametrize(
    ("what", "english", "french"),
    [
        ("return is closed", "your return is closed", "la clôture de votre dossier (retour)"),
        ("finder is closed", "your finder is closed", "la clôture de votre dossier (en cours)"),
        ("the hold is lifted", "a legal case is over", "la fin d'un procès"),
        (
            "7 years from invoice.dated",
            "the end of this time: 7 years from “invoice dated”",
            "la fin de ce délai\u00a0: 7 years from invoice.dated",
        ),
    ],
)
def test_what_ends_a_keeping_is_told_in_words(what: str, english: str, french: str) -> None:
    assert (tongue("en").release(what), tongue("fr").release(what)) == (english, french)


def test_while_a_request_is_open_the_person_reads_what_is_not_used() -> None:
    freezing = terms()
    request = request_of(asked_for(Right.RECTIFICATION, data=("email",)), under=freezing)

    found = letter(LetterKind.RECEIVED, request, replace(frame(), terms=freezing))

    assert "Until then we keep this and do not use it: email." in found.body


def test_a_clause_becomes_plain_text() -> None:
    prose = "We keep **your** [name](#X-1) and\n`email`.\n\n- for *orders*\n- for `a_b`\n\n> said\n"

    assert as_plain(prose) == "We keep your name and email.\nfor orders\nfor a_b\nsaid"
