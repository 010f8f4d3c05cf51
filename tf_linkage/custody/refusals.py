"""What the trusted third party refuses to do, in words for people.

The errors of this room.
"""

from __future__ import annotations

from tf_linkage.errors import TfLinkageError


class KeyRefused(TfLinkageError):
    """The study key is missing, too short, or the published one where a secret is needed."""


class CustodyRefused(TfLinkageError):
    """A table handed to the trusted third party does not fit what it already holds."""


class VaultRefused(TfLinkageError):
    """A vault does not give out what was asked for. Each reason has an error of its own below."""


class PasswordMissing(VaultRefused):
    """Nobody gave the password of this custodian's vault."""


class WrongPassword(VaultRefused):
    """The password given is not this vault's."""


class LockMissing(VaultRefused):
    """The vault has no lock, or its lock cannot be read."""


class KeyMissing(VaultRefused):
    """The sealed key of a dataset is not where it should be, and no destruction is on record."""


class KeyDestroyed(VaultRefused):
    """The dataset's key was destroyed on purpose, and the dataset with it."""


class Tampered(VaultRefused):
    """A file of the vault is not as it was written."""


class Truncated(VaultRefused):
    """A file of the vault is shorter than it was written."""


class Swapped(VaultRefused):
    """A file of the vault belongs to another dataset."""


class TooLate(VaultRefused):
    """The last day on which this could be held has passed."""


class ArrivalRefused(TfLinkageError):
    """What arrived from another body is not what it should be. Each reason has an error of its own below."""


class ManifestMissing(ArrivalRefused):
    """It came without its manifest."""


class ManifestChanged(ArrivalRefused):
    """Its manifest is not as the sender sealed it, or not the sender's."""


class FileChanged(ArrivalRefused):
    """Its files are not those of which the manifest speaks."""


class RowsMissing(ArrivalRefused):
    """A table has other rows than were sent."""


class OtherContract(ArrivalRefused):
    """It keeps another version of the contract."""


class OtherStudy(ArrivalRefused):
    """It belongs to another study, or to another calendar."""


class OtherRequest(ArrivalRefused):
    """It answers another request than the last one."""


class Superseded(ArrivalRefused):
    """A newer one of the same name was taken in before, or people were taken out of it since."""


class Overdue(ArrivalRefused):
    """It should have been destroyed by now."""


class LedgerBroken(TfLinkageError):
    """The ledger is not as it was written: an entry was changed, removed, moved, or cut off."""


class RightRefused(TfLinkageError):
    """A person's request cannot be met. Each reason has an error of its own below."""


class NoLongerPossible(RightRefused):
    """What led from people to their tables has been destroyed."""


class NothingHeld(RightRefused):
    """Nobody of that council and number is held."""


class NoSuchTicket(RightRefused):
    """There is no such ticket, or it asks for something else."""


class CorrectionRefused(RightRefused):
    """A corrected value is none that its column can have."""


class AnswerRefused(RightRefused):
    """An answer does not open: another password, or it was changed."""
