"""Other people's records: tables of events, read by a map file into a history."""
