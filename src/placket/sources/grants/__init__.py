"""Whom a purpose view is granted, and what each database knows of a role's rights."""

from placket.sources.grants.grant import (
    MayNotGrant,
    NoRoles,
    RoleMissing,
    RoleRefused,
    RoleTooWide,
    expect_narrow,
    expect_roled,
    fenced,
    granted,
    properties,
    revoke_all,
    waiting_briefly,
)

__all__ = [
    "MayNotGrant",
    "NoRoles",
    "RoleMissing",
    "RoleRefused",
    "RoleTooWide",
    "expect_narrow",
    "expect_roled",
    "fenced",
    "granted",
    "properties",
    "revoke_all",
    "waiting_briefly",
]
