"""A starter policy for a shop of one's own: few clauses, each with its rule, that check clean."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING, Final

from placket.policy import vocabulary

if TYPE_CHECKING:
    from datetime import date

    from placket.catalogue.model import Catalogue

_ORDER_DATA: Final = ("name", "email", "delivery_address", "order_details")
_ACCOUNT_DATA: Final = ("name", "email", "password")
_NEWSLETTER_DATA: Final = ("name", "email", "marketing_preferences")

_TEXT: Final = Template("""\
---
retailer: $retailer
version: $version
effective: $effective
language: en-GB
time_zone: Europe/London
---

# Privacy policy of $retailer

This text is a beginning.
Read each clause, make it say what your shop does, and let `placket check` compare prose and rule.

## Who we are

### Who answers for your data {#P-01}

$retailer answers for what this policy describes.

```placket
- controller: $retailer
  country: GB
  email: privacy@example.org
- region: everywhere
  countries: [GB, EEA, rest]
  law: {GB: uk, EEA: eu, rest: uk}
  added: a shop may begin with one set of rules for everybody
```

### In which roles we meet you {#P-02}

We meet you as a customer once you order, and as an account holder once you open an account.
Who signs up for the newsletter is a subscriber.

```placket
- role: customer
  taken_by: [order.placed]
- role: account_holder
  taken_by: [account.opened]
- role: subscriber
  taken_by: [newsletter.requested]
```

## What we do with your data

### Your order {#P-03}

We use your name, your email address, your delivery address and the order itself to bring you
what you bought, and the courier gets what the parcel needs.
Without the order's data there is no contract to carry out.

```placket
activity: fulfil_order
purpose: [order_fulfilment, delivery]
about: customer
uses: [$order_data]
requires: [email]
basis: contract
relation: [order]
ground: contract
recipients: [courier]
```

### News about your order {#P-04}

We tell you by email how your order stands.

```placket
activity: order_updates
purpose: order_updates
about: customer
uses: [name, email, order_details]
requires: [email]
basis: contract
relation: [order]
ground: contract
channel: email
message: service
```

### Your account {#P-05}

With an account you need not type everything anew.
It lives from your name, your email address and a password that only you know.

```placket
activity: run_account
purpose: account_management
about: account_holder
uses: [$account_data]
requires: [email]
basis: contract
relation: [account]
ground: contract
```

### Our newsletter {#P-06}

The newsletter comes by email, and only after you said yes to it.
You can end it by the link in each letter.

```placket
- activity: newsletter
  purpose: direct_marketing
  about: [customer, account_holder, subscriber]
  uses: [$newsletter_data]
  requires: [email]
  basis: consent
  needs: [newsletter]
  channel: email
  topic: newsletter
  message: marketing
- consent: newsletter
  activities: [newsletter]
  channel: email
  asked: {at: [newsletter_signup], wording: newsletter-1}
  withdrawn_by: [unsubscribe_link, customer_care]
```

## Who else gets data

### The courier {#P-07}

The courier gets your name and your delivery address, and answers for its own rounds.

```placket
recipient: courier
as: controller
gets: [name, delivery_address]
activities: [fulfil_order]
```

## How long we keep data

### Until they have served {#P-08}

We keep your data while your account or an order of yours is open, and for 6 years after our last
contact, the time in which either of us may bring a claim.

```placket
- status: in_touch
  holds_while:
    - 6 years from last interaction
    - 6 years from last newsletter.requested
- retain: all
  for: while account is open
  then: erase
- retain: all
  for: while order is open
  then: erase
- retain: all
  for: while in_touch
  then: erase
```

## Your rights

### What you may ask for {#P-09}

Write to us by email to see your data, have them corrected, erased or limited, take them with you,
or object to what we do with them.
Seeing them costs nothing.

```placket
- right: access
  by: [email]
  fee: none
- right: rectification
  by: [email]
- right: erasure
  by: [email]
  kept: {lock: its_ground}
  waits_while: [order is open]
- right: restriction
  by: [email]
- right: portability
  by: [email]
  covers: {provided_by: data_subject, basis: [consent, contract]}
  format: [json, csv]
- right: objection
  by: [email]
  at_any_time: true
```

### Taking a yes back {#P-10}

You can take back a consent whenever you like, by the link in a letter or by email.
The same ways switch off all marketing.

```placket
- right: withdraw_consent
  by: [unsubscribe_link, email]
  at_any_time: true
- right: marketing_opt_out
  by: [unsubscribe_link, email]
  at_any_time: true
```

### Complaining {#P-11}

In the United Kingdom you may complain to the Information Commissioner's Office.

```placket
complaint: Information Commissioner's Office
country: GB
url: https://ico.org.uk/make-a-complaint/
```
$held""")

_HELD: Final = Template("""
## What we hold

### The kinds of data in our systems {#P-12}

Our systems also hold what this clause lists, and customer care sees it when you ask us something.
Give each kind a clause that says what it is for, or stop holding it.

```placket
activity: answer_questions
purpose: customer_service
about: [customer, account_holder, subscriber]
uses: [$data]
requires: [email]
basis: legitimate_interest
interest: answering whoever asks us something
assessment: li-001
added: drafted from the catalogue; say what each kind serves
```
""")


def starter_policy(
    catalogue: Catalogue, retailer: str, *, effective: date, version: str = "1"
) -> str:
    """Return a policy for the shop that `catalogue` describes; it checks without an error.

    retailer: its name, as shoppers know it. effective: the first day on which it holds.
    """
    held = _categories(catalogue)
    rest = [name for name in held if name not in {*_ORDER_DATA, *_ACCOUNT_DATA, *_NEWSLETTER_DATA}]
    return _TEXT.substitute(
        retailer=" ".join(retailer.split()),
        version=version,
        effective=effective.isoformat(),
        order_data=", ".join(_ORDER_DATA),
        account_data=", ".join(_ACCOUNT_DATA),
        newsletter_data=", ".join(_NEWSLETTER_DATA),
        held=_HELD.substitute(data=", ".join(["email", *rest])) if rest else "",
    )


def _categories(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the categories that the catalogue's columns hold and the vocabulary knows, sorted."""
    named = {held.category for _, table in catalogue.tables() for held in table.holds}
    return tuple(sorted(named & vocabulary.terms("data").keys()))
