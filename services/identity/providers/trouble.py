"""What can go wrong with a provider, by what may be done about it.

ProviderTrouble
├─ ProviderAway        no answer, a broken one, or a 5xx: tried again at once, then later
├─ ProviderBusy        408, 425, 429, or WeChat's own word for it: tried again later
├─ ProviderDistrusted  an answer that is not the provider's or makes no sense: later, maybe
└─ ProviderRefused     any other 4xx: the same would be refused again

Their texts say what happened, never what was sent or received.
"""


class ProviderTrouble(Exception):
    """The provider gave no answer that counts."""


class ProviderAway(ProviderTrouble):
    """There was no answer, half of one, or one that says the provider is broken."""


class ProviderBusy(ProviderTrouble):
    """The provider asks us to come again later."""


class ProviderDistrusted(ProviderTrouble):
    """There was an answer that we cannot take for the provider's."""


class ProviderRefused(ProviderTrouble):
    """The provider refuses to answer this."""
