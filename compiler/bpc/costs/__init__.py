"""What an environment costs in a month, as far as its templates say what there is and the table says what it costs.

Everything that costs something is a line; one without a price says why. Prices are `facts.prices`.
"""

from __future__ import annotations
