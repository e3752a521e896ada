"""A translation beside the policy: what it lacks, what it says more, and its text in place."""

import pytest

from placket.policy.translation import check_translation, translated
from tests.unit.policy.rendering.shop import FRENCH, TEXT, document


def told(french: str, language: str = "fr") -> list[str]:
    found = check_translation(document(TEXT), document(french, "policy.fr.md"), language)
    return [f"{problem.code} {problem.summary}" for problem in found]


def test_a_whole_translation_has_no_fault() -> None:
    assert told(FRENCH) == []


def test_a_period_in_words_is_the_same_period() -> None:
    twelve = FRENCH.replace("six ans", "72 mois")

    assert told(twelve) == []


def test_a_heading_without_id_has_a_place_of_its_own() -> None:
    without = FRENCH.replace("## De votre côté\n\n", "")

    assert told(without) == ["P601 the heading `Your side` has no translation"]


def test_a_heading_moved_is_both_missing_and_too_many() -> None:
    moved = FRENCH.replace("## De votre côté\n\n", "").replace(
        "### Vos droits", "## De votre côté\n\n### Vos droits"
    )

    assert told(moved) == [
        "P601 the heading `Your side` has no translation",
        "P602 the heading `De votre côté` is not in the policy",
    ]


def test_another_period_is_told_from_both_sides() -> None:
    wrong = FRENCH.replace("six ans", "sept ans")

    assert told(wrong) == [
        "P603 the translation says `sept ans`, and the policy does not",
        "P604 the policy says `6 years`, and the translation does not",
    ]


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("We write once a year.", "Nous écrivons une fois par an."),
        ("We answer within 48 hours.", "Nous répondons sous quarante-huit heures."),
        ("It may last more than 5 years.", "Cela peut durer plus de 5 ans."),
        ("Nobody under 16 years old.", "Personne de moins de 16 ans."),
        ("Within a month we answer.", "Nous répondons dans le délai d'un mois."),
        ("The twelve of us keep it.", "Nous douze le gardons."),
    ],
)
def test_the_same_said_in_another_way_is_the_same(english: str, french: str) -> None:
    ours = TEXT.replace("What we hold is encrypted.", english)
    theirs = FRENCH.replace("Ce que nous détenons est chiffré.", french)

    assert check_translation(document(ours), document(theirs), "fr") == ()


def test_a_number_in_a_title_counts_too() -> None:
    ours = TEXT.replace("### Cookies", "### Our 11 cookies")

    found = check_translation(document(ours), document(FRENCH), "fr")

    assert [problem.summary for problem in found] == [
        "the policy says `11`, and the translation does not"
    ]


def test_a_language_whose_words_we_do_not_read_is_held_to_its_figures() -> None:
    german = FRENCH.replace("language: fr", "language: de").replace("six ans", "sechs Jahre")
    in_figures = german.replace("sechs Jahre", "6 Jahre")

    assert told(german, "de") == ["P604 the policy says `6`, and the translation does not"]
    assert told(in_figures, "de") == []


@pytest.mark.parametrize("figure", ["1,000", "1 000", "1.000", "1\u202f000"])
def test_a_thousand_is_one_number_however_it_is_parted(figure: str) -> None:
    english = TEXT.replace("one cookie", "1,000 cookies")
    french = FRENCH.replace("un cookie", f"{figure} cookies")

    found = check_translation(document(english), document(french), "fr")

    assert found == ()


def test_what_a_translation_may_not_be_is_told() -> None:
    wrong = (
        FRENCH.replace("version: 2026-01", "version: 2025-12")
        .replace("language: fr", "language: de")
        .replace("Ce que nous détenons est chiffré.", "What we hold is\nencrypted.")
    )

    assert told(f"{wrong}\n```placket\nsecurity: encryption\n```\n") == [
        "P606 it translates version `2025-12`, and the policy is version `2026-01`",
        "P607 its language is `de`, and its name says `fr`",
        "P608 the prose is that of the policy, untranslated",
        "P605 a block stands in a translation",
    ]


def test_what_is_shown_in_the_language_has_the_policys_rules() -> None:
    shown = translated(document(TEXT), document(FRENCH))

    assert list(shown.rules()) == list(document(TEXT).rules())
    assert shown.front.language == "fr"
    assert [clause.title for clause in shown.clauses] == [
        "Politique de confidentialité",
        "Qui nous sommes",
        "Qui répond",
        "Ce que nous faisons",
        "Votre commande",
        "Notre lettre",
        "Cookies",
        "De votre côté",
        "Comment nous le protégeons",
        "Vos droits",
        "Changements",
    ]
    assert "chiffré" in shown.clauses[8].prose
