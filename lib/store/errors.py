"""What can go wrong with remembering. Each message is one sentence for the person who sees it.

StoreError         the database did not answer, is locked or can't be used
  DiskFull         there is no room for what has to be written
  AlreadyHeld      another playground uses this data folder
  NewerData        the data folder was written by a newer playground
  MediaDown        the bucket that files are kept in can't be used just now
    MediaRefused   it is not there, or refuses our keys
  BadPicture       a picture can't be read, or is too large to be opened safely
  Denied           somebody may not do this; of no run
    OverCap        a run would go over what a person or the team may spend
"""


class StoreError(Exception):
    """Something could not be remembered or read back; nothing was half written."""


class DiskFull(StoreError):
    """There is not enough free space for what has to be written."""


class AlreadyHeld(StoreError):
    """Another process holds the data folder; the message says which."""


class NewerData(StoreError):
    """The database has migrations that this version does not know."""


class MediaDown(StoreError):
    """The bucket that files are kept in did not answer, or refused: another try may do it."""


class MediaRefused(MediaDown):
    """The bucket that files are kept in is not there, or refuses our keys: until somebody changes
    that, or the settings, no other try does it."""


class BadPicture(StoreError):
    """A file is not a picture that Pillow can open within its pixel limit."""


class Denied(StoreError):
    """Somebody may not do this, and the message says why: what a person did, not what became of a
    run."""


class OverCap(Denied):
    """A run was not admitted, as it would go over a cap: the team's or the person's own, of the
    running day or month."""

    def __init__(self, team: bool, period: str) -> None:
        whose = "the team's limit" if team else "your limit"
        when = "today" if period == "day" else "this month"
        super().__init__(
            f"This would go over {whose} for {when}. Choose something cheaper, or ask whoever sets "
            "the limits."
        )
        self.team = team
        self.period = period
