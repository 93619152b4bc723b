"""Past spikes weigh less in a baseline: Farrington's weights from Anscombe residuals.

Farrington, C. P. et al. (1996). A statistical algorithm for the early detection of outbreaks of
infectious disease. Journal of the Royal Statistical Society A 159, 547-563, section 3.6; threshold
2.58 after Noufaily, A. et al. (2013), Statistics in Medicine 32, 1206-1222.
"""

from __future__ import annotations

import numpy as np

from trends.arrays import Bools, Floats
from trends.glm import Fit

THRESHOLD = 2.58  # standardised Anscombe residuals; 1 in the paper of 1996


def anscombe_weights(
    design: Floats, counts: Floats, used: Bools, fit: Fit, *, threshold: float = THRESHOLD
) -> Floats:
    """Weights (..., n) of a second fit: residual^-2 above the threshold, else 1, mean 1.

    `fit` is an unweighted fit of `counts` (..., n) by `design` (n, p) on the rows that are `used`;
    the others weigh nothing. A fit that failed gives weights of 1.
    """
    mean = np.where(used & np.isfinite(fit.fitted), fit.fitted, 1.0)
    scale = np.where(np.isfinite(fit.dispersion), fit.dispersion, 1.0)[..., None]
    inverse = np.nan_to_num(fit.covariance) / scale[..., None]
    pairs = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    leverage = mean * (inverse.reshape(*inverse.shape[:-2], -1) @ pairs.T)
    # A row that the fit follows wherever it goes has leverage 1 and no residual.
    free = np.maximum(1.0 - leverage, 1e-8)
    raw = 1.5 * (counts ** (2.0 / 3.0) * mean ** (-1.0 / 6.0) - np.sqrt(mean))
    residual = raw / np.sqrt(scale * free)
    weights = np.where(residual > threshold, np.maximum(residual, threshold) ** -2.0, 1.0) * used
    rows, total = used.sum(axis=-1, keepdims=True), weights.sum(axis=-1, keepdims=True)
    made: Floats = weights * np.divide(rows, total, out=np.zeros(total.shape), where=total > 0)
    return made
