"""The demonstration: one service from request to coins, played over HTTP and checked."""
