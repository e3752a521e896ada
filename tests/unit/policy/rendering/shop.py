"""A small shop's policy with one of each kind of rule, and its French translation."""

from datetime import date
from functools import cache
from pathlib import Path

from placket.policy.compile import Policy
from placket.policy.load import load_policy
from placket.policy.parse import Document, parse

RETAILERS = ("all", "justelegance", "lepiquet", "muse", "netaporter")
TEXT = """---
retailer: The Corner Shop
version: 2026-01
effective: 2026-01-31
language: en-GB
time_zone: Europe/London
---

# Privacy policy

This policy says what we do, <b>all</b> of it.

## Who we are

### Who answers {#CS-1}

The Corner Shop Ltd answers for your data.

```placket
- controller: The Corner Shop Ltd
  address: 1 High Street, Leeds
  country: GB
  email: privacy@shop.example.org
  officer: Data Protection Officer, dpo@shop.example.org
  representative: {eu: "Office in Paris, eu@shop.example.org"}
- region: everywhere
  countries: [GB, EEA, rest]
  law: {GB: uk, EEA: eu, rest: uk}
- role: customer
  taken_by: [order.placed]
```

## What we do

### Your order {#CS-2}

We use your name and address to deliver, and keep them for 6 years. You can [write to us](#CS-6).

```placket
- capture: checkout
  at: [order]
  takes: [name, delivery_address]
  source: data_subject
- activity: deliver
  purpose: [delivery]
  about: [customer]
  uses: [name, delivery_address]
  basis: contract
  relation: [order]
  recipients: [courier]
- retain: [name, delivery_address]
  for: 6 years from order.placed
  then: erase
- recipient: courier
  names: ["=Fast(1)"]
  as: processor
  gets: [name, delivery_address]
  contract: dpa-1
  country: [US]
  safeguard: standard_contractual_clauses
```

### Our newsletter {#CS-3}

We write to you by email if you said yes. Your yes holds for two years.

```placket
- activity: newsletter
  purpose: [direct_marketing]
  about: [customer]
  uses: [email]
  basis: consent
  channel: email
- consent: news
  activities: [newsletter]
  channel: email
  asked: {at: [checkout], wording: news-1}
  for: 2 years from consent.given
  withdrawn_by: [unsubscribe_link]
- retain: all
  for: 3 years from last order.placed
```

### Cookies {#CS-4}

We keep one cookie for your bag.

```placket
- cookie: bag
  purpose: website_features
  activities: [keep_bag]
  data: [cookie_data]
  basis: exempt
- activity: keep_bag
  purpose: website_features
  about: [customer]
  uses: [cookie_data]
  basis: legitimate_interest
  interest: a bag that is still there
  assessment: li-1
  device: exempt
- notice: cookie_policy
  shows: [cookie categories, how to choose]
  at: [every page]
```

## Your side

### How we protect it {#CS-5}

What we hold is encrypted.

```placket
security: encryption
protects: [name]
```

### Your rights {#CS-6}

You can see and correct what we hold, free of charge, by email, and complain to the regulator.

```placket
- right: any
  by: [email]
  fee: none
- complaint: Information Commissioner's Office
  country: GB
  url: https://ico.example.org/complain
```

### Changes {#CS-7}

Each new version has its date.

```placket
notice: policy_change
shows: [version, effective date]
when: each new version
```
"""

FRENCH = """---
retailer: The Corner Shop
version: 2026-01
effective: 2026-01-31
language: fr
---

# Politique de confidentialité

Cette politique dit ce que nous faisons, tout ce que nous faisons.

## Qui nous sommes

### Qui répond {#CS-1}

The Corner Shop Ltd répond de vos données.

## Ce que nous faisons

### Votre commande {#CS-2}

Nous utilisons votre nom et votre adresse pour livrer, et les gardons six ans. Vous pouvez
[nous écrire](#CS-6).

### Notre lettre {#CS-3}

Nous vous écrivons par courriel si vous avez dit oui. Votre oui vaut 2 ans.

### Cookies {#CS-4}

Nous gardons un cookie pour votre panier.

## De votre côté

### Comment nous le protégeons {#CS-5}

Ce que nous détenons est chiffré.

### Vos droits {#CS-6}

Vous pouvez voir et corriger ce que nous détenons, sans frais, par courriel, et vous
plaindre au régulateur.

### Changements {#CS-7}

Chaque nouvelle version a sa date.
"""

UNBOUND = TEXT.replace("  recipients: [courier]\n", "")
"""No activity names the courier."""
UNNAMED = UNBOUND.replace("  gets: [name, delivery_address]\n", "")
"""Nor does its rule say what it gets."""
UNUSED = TEXT.replace("takes: [name, delivery_address]", "takes: [name, delivery_address, phone]")
"""The order form takes a phone number that no activity uses."""


@cache
def policy(text: str = TEXT) -> Policy:
    """Return the policy that runs; loaded once for all tests of a process."""
    loaded = load_policy(text, "policy.md", on=date(2026, 3, 1))
    assert loaded.policy is not None, [str(problem) for problem in loaded.problems]
    return loaded.policy


def document(text: str, file: str = "policy.md") -> Document:
    found = parse(text, file)
    assert found.document is not None, [str(problem) for problem in found.problems]
    return found.document


def retailer(name: str) -> Policy:
    file = Path(__file__).parents[4] / "policies" / name / "policy.md"
    return policy(file.read_text(encoding="utf-8"))
