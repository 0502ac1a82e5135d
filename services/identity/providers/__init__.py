"""Who is asked outside: the register, the SMS carrier, WeChat; never in a transaction."""
