"""Identity knows people: who they are, who vouches for them, and what they may do where."""
