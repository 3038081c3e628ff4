"""Names of a theatre's parts as other parts write them, held to what the theatre defines."""

from typing import Annotated

from pydantic import AfterValidator, Field

from . import names

ActorRef = Annotated[str, AfterValidator(names.known("actor"))]
ActionRef = Annotated[str, AfterValidator(names.known("action"))]
ActsRef = Annotated[str, AfterValidator(names.acts)]
"""An action, or all that an actor chooses to do: `us.*`."""
VariableRef = Annotated[str, AfterValidator(names.known("variable"))]
DyadRef = Annotated[str, AfterValidator(names.known("dyad"))]
SideRef = Annotated[str, AfterValidator(names.known("side"))]
OutcomeRef = Annotated[str, AfterValidator(names.known("outcome"))]
OutcomeOrVariableRef = Annotated[str, AfterValidator(names.known("outcome", "variable"))]
PlaceRef = Annotated[str, AfterValidator(names.known("place"))]
InstrumentRef = Annotated[str, AfterValidator(names.known("instrument"))]
InstrumentOrActionRef = Annotated[str, AfterValidator(names.known("instrument", "action"))]
NewsAfter = Annotated[int, Field(ge=1, le=365, strict=True)]
"""After how many days others hear of something."""
Rung = Annotated[int, Field(ge=0, le=9, strict=True)]
