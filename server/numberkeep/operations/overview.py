"""The operation that reports an account's numbers at a glance."""

from numberkeep.domain.errors import InvalidInput
from numberkeep.operations.operation import Call, operation
from numberkeep.service import overview
from numberkeep.wire.overview import DEFAULT_DAYS, OverviewOut, OverviewParams, overview_out


@operation("overview.show", InvalidInput, reads=True)
async def show(call: Call, given: OverviewParams) -> OverviewOut:
    """Show the numbers of an account at a glance, and what happened on each of its last days. Not of the hosted API."""
    return overview_out(await overview.overview(call.context, call.account, given.days or DEFAULT_DAYS))
