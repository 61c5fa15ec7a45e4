"""What is sealed of case work, as it lies inside."""

from pydantic import BaseModel, ConfigDict


class _Sealed(BaseModel):
    """Base: an older form stays readable, since what it lacks has a default and what it has too much is ignored."""

    model_config = ConfigDict(extra="ignore")


class StepDetails(_Sealed):
    """How the person agreed or was told, and who wrote it down."""

    how: str | None = None
    recorded_by: str | None = None


class HandOverDetails(StepDetails):
    """The same, with what one officer says to the other."""

    note: str | None = None


class AppointmentDetails(_Sealed):
    """What to bring, or to think of."""

    note: str | None = None


class ComplaintDetails(_Sealed):
    """What was said, how the person wants to be answered, and the answer."""

    text: str
    contact: str | None = None
    answer: str | None = None


class AttachmentDetails(_Sealed):
    """What the file is called, and what it shows."""

    name: str | None = None
    note: str | None = None
