"""The only thing that flows against the arrows: an approval asks for a print, inside the approving transaction."""

from django.dispatch import Signal

#: Sent with ``filing``, ``snapshot`` (the signed content), ``review`` (the frozen review) and ``by``.
filing_approved = Signal()
