"""The operation that `numberkeep doctor` calls."""

from typing import cast
from urllib.parse import urlsplit

from numberkeep import __version__
from numberkeep.domain.contacts.contact import moment
from numberkeep.domain.identity import Account
from numberkeep.operations.operation import Call, operation
from numberkeep.service import doctor
from numberkeep.service.deployment import Deployment
from numberkeep.service.doctor import Deliveries, Findings, WebhookFindings
from numberkeep.wire.answers import Nothing
from numberkeep.wire.doctor import DeliveriesOut, DiskOut, DoctorAnswer, Room, WebhookStateOut


@operation("doctor", reads=True)
async def examine(call: Call, _: Nothing) -> DoctorAnswer:
    """Report what may be wrong with the service and the account's set-up. Not of the hosted API.

    Nothing is sent. Of the deployment it reports only the kind of sender and whether the disk has room.
    """
    findings = await doctor.examine(call.context, call.account, call.notifier)
    return doctor_answer(call.account, findings, call.context.deployment)


def doctor_answer(account: Account, findings: Findings, deployment: Deployment) -> DoctorAnswer:
    """Return what was found as the answer shows it."""
    space = findings.space
    return DoctorAnswer(
        version=__version__,
        account=account.name,
        region=account.region,
        usual_region=findings.usual_region,
        sender=deployment.sender,
        sender_lacks=deployment.sender_lacks,
        logged=findings.logged,
        messages=_deliveries(findings.messages),
        callbacks=_deliveries(findings.callbacks),
        webhooks=[_webhook(each) for each in findings.webhooks],
        disk=None if space is None else DiskOut(_room(space.room), _room(space.temporary_room), space.wal_is_large),
    )


def _room(room: str) -> Room:
    return cast("Room", room)


def _deliveries(found: Deliveries) -> DeliveriesOut:
    return DeliveriesOut(found.failing, found.dead, found.error)


def _webhook(found: WebhookFindings) -> WebhookStateOut:
    webhook = found.webhook
    disabled_at = None if webhook.disabled_at is None else moment(webhook.disabled_at)
    host = urlsplit(webhook.url).hostname or ""
    return WebhookStateOut(webhook.webhook_id, host, disabled_at, _deliveries(found.deliveries), found.fault)
