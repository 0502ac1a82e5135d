"""Run the whole platform on one machine, from nothing: packages, servers, databases, processes."""
