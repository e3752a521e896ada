"""What a refusal is told as: the table and the constraint, and nothing that a row holds."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import errors as postgres
from sqlalchemy import exc

from placket.plan.apply import TargetRefuses, TargetUnreachable
from placket.sources.refused import ConnectionLost, Refused, is_passing, refused, said, told

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

maria = pytest.importorskip("pymysql.err", reason="the driver of MariaDB is an extra")


def wrapped(raised: Exception) -> DBAPIError:
    kind = getattr(exc, next(k.__name__ for k in type(raised).__mro__ if hasattr(exc, k.__name__)))
    found: DBAPIError = kind("UPDATE", {"email": "ada@example.org"}, raised)
    return found


@pytest.mark.parametrize(
    ("number", "text", "found"),
    [
        (
            1451,
            "a constraint fails (`shop`.`line`, CONSTRAINT `line_orders` FOREIGN KEY (`a`))",
            Refused("line", "foreign key", "line_orders"),
        ),
        (
            1062,
            "Duplicate entry 'ada key 'x'@example.org' for key 'email'",
            Refused("customer", "unique key", "email"),
        ),
        (1048, "Column 'email' cannot be null", Refused("customer", "not null", "email")),
        (
            4025,
            "CONSTRAINT `of_age` failed for `shop`.`customer`",
            Refused("customer", "check", "of_age"),
        ),
        (1644, "no 'ada@example.org' here", Refused("customer", "trigger")),
        (1142, "UPDATE command denied to user 'p'@'h'", Refused("customer", "denied")),
        (1146, "Table 'shop.customer' doesn't exist", Refused("customer", "unknown")),
        (9999, "ada@example.org", Refused("customer")),
    ],
)
def test_mariadb_is_understood_by_its_numbers(number: int, text: str, found: Refused) -> None:
    fault = wrapped(maria.IntegrityError(number, text))

    assert refused(fault, "customer") == found
    assert not is_passing(fault)


@pytest.mark.parametrize("number", [1205, 1213, 2006, 2013])
def test_what_mariadb_may_take_another_time_is_passing(number: int) -> None:
    assert is_passing(wrapped(maria.OperationalError(number, "try again")))


@pytest.mark.parametrize(
    ("raised", "found"),
    [
        (postgres.InsufficientPrivilege(), Refused("customer", "denied")),
        (postgres.ReadOnlySqlTransaction(), Refused("customer", "denied")),
        (postgres.UndefinedColumn(), Refused("customer", "unknown")),
        (postgres.StringDataRightTruncation(), Refused("customer", "type")),
        (postgres.RaiseException("ada@example.org"), Refused("customer", "trigger")),
        (postgres.ExclusionViolation(), Refused("customer", "exclusion")),
        (postgres.FeatureNotSupported(), Refused("customer")),
    ],
)
def test_postgresql_is_understood_by_its_states(raised: Exception, found: Refused) -> None:
    assert refused(wrapped(raised), "customer") == found
    assert not is_passing(wrapped(raised))


@pytest.mark.parametrize("raised", [postgres.DeadlockDetected(), postgres.DiskFull()])
def test_what_postgresql_may_take_another_time_is_passing(raised: Exception) -> None:
    assert is_passing(wrapped(raised))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (Refused(""), "`shop` refuses, and does not say by what; nothing was written"),
        (
            Refused("customer", "trigger"),
            "`shop.customer` refuses by its trigger; nothing was written",
        ),
        (
            Refused("customer", "denied"),
            "`shop.customer` may not be held and changed by this role; nothing was written",
        ),
    ],
)
def test_a_refusal_is_a_sentence(found: Refused, sentence: str) -> None:
    assert said("shop", found) == sentence


def lost(fault: DBAPIError) -> DBAPIError:
    fault.connection_invalidated = True
    return fault


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lost(wrapped(postgres.AdminShutdown())), ConnectionLost),
        (exc.TimeoutError(), TargetUnreachable),
        (wrapped(sqlite3.IntegrityError("ada@example.org")), TargetRefuses),
        (exc.InvalidRequestError("ours"), exc.InvalidRequestError),
    ],
)
def test_what_is_told_keeps_nothing_of_what_the_driver_said(
    fault: Exception, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as raised, told("shop", "customer"):
        raise fault

    shown: Any = raised.value
    assert type(shown) is kind
    assert "example.org" not in str(shown)
    assert shown.__cause__ is None
    assert shown.__suppress_context__ or shown is fault
