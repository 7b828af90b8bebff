"""Which power an angular separation needs in latents of some width.

A pair at the angle θ counts for ((1 + cos θ)/2)^p. The wider the latents, the nearer to a right
angle are directions that have nothing to do with each other: cos θ is about ±1/√K. A power that
separates neighbours in 5 dimensions hence finds none in 64: there, of random directions, a pair
counts for 1e-16 on average, and nothing is separated.
"""

from __future__ import annotations

import math

from colorcore.errors import InputError

SHARE = 6 / (102 * 103)  # of a random pair in 5 dimensions at the power of 100


def power_for(width: int, share: float = SHARE) -> float:
    """The power at which a pair of random directions counts for a share, on average.

    For such a pair x = (1 + cos θ)/2 is distributed as Beta(a, a), a = (K − 1)/2, so that

        E[xᵖ] = Γ(a + p) Γ(2a) / (Γ(a) Γ(2a + p)),

    which falls with p, from ½ at p = 1; this finds where it is the share. In 5 dimensions it is
    6/((p + 2)(p + 3)), in 3 it is 1/(p + 1), and as K grows it goes to 2⁻ᵖ, since all angles go to
    90°. The share that is taken when none is given is that of Experiment 2.10.1: K = 5, p = 100.

    A batch of B samples that are spread over all directions then has a mean loss of (B − 1) times
    the share, whatever the width: weights of the term and its schedule keep their meaning. A larger
    share separates from farther away. `reach` says how far.

    Shapes: `width` from 2 on; `share` in (0, ½) → above 1.

    Raises: InputError for a width below 2, in which there are no angles, or another share.

    Source: x of a random pair on the sphere has the density ∝ (x (1 − x))^{(K − 3)/2}.

    Example:

        >>> [round(power_for(width), 2) for width in (3, 5, 64, 4096)]
        [1750.0, 100.0, 12.07, 10.79]
        >>> [round(reach(power_for(width))) for width in (3, 5, 64, 4096)]
        [6, 24, 69, 72]
    """
    if not width >= 2:
        raise InputError(f"width must be at least 2, got {width}; one axis has no angles")
    if not 0 < share < 0.5:
        raise InputError(f"share must lie between 0 and 1/2, got {share}; 0.0006 is that of K = 5")
    low, high = 1.0, 2.0
    while mean_share(width, high) > share:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if mean_share(width, middle) > share else (low, middle)
    return (low + high) / 2


def mean_share(width: int, power: float) -> float:
    """E[((1 + cos θ)/2)^p] of a pair of random directions. Shapes: `width` from 2 on → (0, 1).

    Example:

        >>> f"{mean_share(5, 100.0):.1e}, {mean_share(64, 100.0):.1e}"
        '5.7e-04, 1.3e-16'
    """
    a = (width - 1) / 2
    logs = math.lgamma(a + power), math.lgamma(2 * a), math.lgamma(a), math.lgamma(2 * a + power)
    return math.exp(logs[0] + logs[1] - logs[2] - logs[3])


def reach(power: float, share: float = 0.01) -> float:
    """The angle at which a pair still counts for a share: ((1 + cos θ)/2)^p = share.

    Shapes: `power` ≥ 1, `share` in (0, 1] → degrees, in [0, 180).

    Raises: InputError for others.

    Example:

        >>> round(reach(100), 1), round(reach(100, share=0.5), 1)
        (24.5, 9.5)
    """
    if not (1 <= power < math.inf and 0 < share <= 1):
        raise InputError(
            f"power must be at least 1 and share in (0, 1], got {power} and {share}; choose others"
        )
    return math.degrees(2 * math.acos(share ** (0.5 / power)))
