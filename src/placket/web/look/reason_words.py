"""Codes of decisions as staff read them; the code itself stands beside."""

from typing import Final

from placket.policy.rendering.lay import capital, lay

_WORDS: Final = {
    "subject.unknown": "Nobody is known by this identifier",
    "declared.activity": "No clause names this activity",
    "declared.region": "Not done in the person's country",
    "declared.country": "The person's country is in no clause",
    "declared.channel": "No clause names this channel for it",
    "declared.channel_unnamed": "It needs one channel named",
    "declared.data": "No clause names these data for it",
    "declared.sender": "No clause names this sender",
    "declared.occasion": "There is no occasion for it",
    "declared.not_offered": "The retailer does not offer it",
    "declared.recipient": "No clause names this recipient",
    "recipient.no_contract": "No contract with the recipient is on record",
    "recipient.no_safeguard": "No safeguard for the recipient's country",
    "recipient.data": "The recipient may not have these data",
    "access.role": "This role sees none of it",
    "access.data": "This role does not see these data",
    "access.no_open_case": "No case is open",
    "situation.closed": "Not the moment: what it waits for is not open",
    "erased": "The data were erased",
    "lock.kept_after_erasure": "Kept after an erasure, for another purpose",
    "lock.statutory": "Kept because the law says so, for that alone",
    "purpose.unproven_source": "Passed on without proof of permission",
    "purpose.not_shown": "This purpose was not shown when the data were given",
    "restricted": "Paused at the person's wish",
    "objection.direct_marketing": "Objected to marketing",
    "objection.legitimate_interest": "Objected, and no decision outweighs it",
    "role.not_concerned": "Not met in a role this concerns",
    "role.confined": "Met in a role that confines the data",
    "age.consent": "Too young to consent here",
    "age.audience": "Too young by the policy",
    "special.no_condition": "Sensitive data without a condition",
    "special.no_explicit_consent": "Sensitive data without an explicit yes",
    "automated.no_gateway": "Decided by a computer without a lawful gateway",
    "automated.no_explicit_consent": "Decided by a computer without an explicit yes",
    "automated.special_data": "Decided by a computer by sensitive data",
    "automated.no_review": "Decided by a computer without review",
    "automated.declined": "Declined to be decided about by a computer",
    "basis.none": "No legal basis is named",
    "basis.no_occasion": "What would need it has not occurred",
    "basis.consent_refused": "Said no, or took the yes back",
    "basis.consent_unconfirmed": "The yes is not confirmed",
    "basis.consent_expired": "The yes has run out",
    "basis.consent_not_given": "Has not said yes",
    "basis.no_contract": "No order or account that needs it",
    "basis.no_trigger": "Nothing has occurred for which the law asks it",
    "basis.no_law": "No law of the person's country asks for it",
    "device.no_consent": "No yes to storing on the device",
    "channel.refused": "Refused this channel",
    "channel.no_soft_opt_in": "Neither a yes nor a purchase with the refusal offered",
    "channel.call_needs_consent": "Calls need a yes in this country",
    "channel.register": "On a register that refuses calls",
    "retention.no_period": "No clause says how long the data are kept",
    "retention.ended": "The data are past their period",
    "preference.channel": "Switched this channel off",
    "preference.topic": "Switched this topic off",
    "permitted.contract": "Needed for what was ordered or asked for",
    "permitted.consent": "Rests on a yes",
    "permitted.consent_given": "Said yes",
    "permitted.legitimate_interest": "A fair reason, weighed and open to objection",
    "permitted.legal_obligation": "The law asks for it",
    "permitted.relation": "There is an order, account or request",
    "permitted.soft_opt_in": "Bought here, and was offered to refuse",
}


def reason_words(code: str) -> str:
    """Return a reason's code as a short sentence without full stop."""
    step, _, what = code.partition(".")
    return _WORDS.get(code) or (
        f"{capital(lay(step))}: {lay(what)}" if what else capital(lay(step))
    )
