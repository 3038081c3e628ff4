"""What may be written in a file of each kind, as pydantic models; every name in it is held to what the theatre has."""
