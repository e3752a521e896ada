"""A certificate as a terminal shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from placket.gate.words import folded
from placket.plan.certificate_words import certificate_words

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from placket.plan.certificate import Certificate


def tell_certificate(certificate: Certificate, zone: ZoneInfo) -> None:
    """Write a certificate in words, its days told in `zone`, in a terminal's width."""
    for line in certificate_words(certificate, zone):
        indent = line[: len(line) - len(line.lstrip())]
        click.echo(folded(line.lstrip(), indent))
