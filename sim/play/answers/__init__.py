"""What a seat is given when it asks: its view, a briefing, its options, and what could come of them."""
