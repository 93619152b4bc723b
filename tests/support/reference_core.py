"""R's values for regressions, steps, weekly curves, exact ratios, q-values and calibration.

Left out, since no page or command shows them: negative binomial fits, robust and autocorrelation
errors, analyses of deviance, p-values other than the central one, corrections other than
Benjamini's, and Fisher's test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.reference_cases import ReferenceCase, read_columns, read_out
from trends.discovery import benjamini_hochberg, benjamini_yekutieli
from trends.eventstudy import level_before, weekly_ratios
from trends.glm import Fit, quasi_binomial, quasi_poisson
from trends.intervals import poisson_rate, wilson_share
from trends.placebo import calibrated, ordinary
from trends.ratio import clopper_pearson, rate_ratio
from trends.step import Step, rate_step, relative_step

Floats = NDArray[np.float64]

SERIES = ("y_nb1", "y_nb2", "y_low", "y_control")
WINDOW = slice(84, 140)  # 28 days on each side of day 112
RELEASE = 112


def cases(reference: Path) -> Iterator[ReferenceCase]:
    """All cases of this part."""
    yield from _sicily(reference)
    yield from _daily(reference)
    yield from _event_study(reference)
    yield from _rates(reference)
    yield from _adjusted(reference)
    yield from _calibration(reference)


def _fitted(fit: Fit) -> dict[str, Any]:
    return {
        "coef": fit.coefficients,
        "se_model": np.sqrt(np.einsum("pp->p", fit.covariance)),
        "dispersion_pearson": fit.dispersion,
        "df_residual": fit.degrees,
    }


def _regression(name: str, fit: Callable[[], Fit], told: dict[str, Any]) -> ReferenceCase:
    wanted = {key: told[key] for key in ("coef", "se_model", "dispersion_pearson", "df_residual")}
    tolerance = 1e-8 if name.startswith("sicily") else 1e-7
    return ReferenceCase(
        name=name, made=lambda: _fitted(fit()), expected=wanted, tolerance=tolerance
    )


def _sicily(reference: Path) -> Iterator[ReferenceCase]:
    if not (reference / "data/sicily.csv").is_file():
        return
    told, data = read_out(reference, "its_sicily"), read_columns(reference, "sicily")
    time, ban, month = data["time"], data["smokban"], data["month"]
    waves = [wave(2 * np.pi * times * month / 12) for wave in (np.sin, np.cos) for times in (1, 2)]
    level = np.ones(len(time))
    designs = {
        "model2_quasipoisson": [level, ban, time],
        "model3_quasipoisson_harmonic": [level, ban, time, *waves],
        "model4_step_and_slope": [level, ban, time, (time - 36) * ban, *waves],
    }
    for name, columns in designs.items():
        fit = partial(_poisson, columns, data["aces"], data["stdpop"])
        yield _regression(f"sicily {name}", fit, told[name])
    harmonic = partial(
        _poisson, designs["model3_quasipoisson_harmonic"], data["aces"], data["stdpop"]
    )

    def limits() -> list[Floats]:
        fit = harmonic()
        test = calibrated(fit.coefficients[1], np.sqrt(fit.covariance[1, 1]), 0.0, fit.degrees)
        return [np.exp(test.low), np.exp(test.high)]

    wald = told["model3_smokban_RR_wald_t"]
    yield ReferenceCase(
        name="sicily published ratio",
        made=limits,
        expected=[wald["lo"], wald["hi"]],
        tolerance=1e-8,
    )


def _poisson(columns: list[Floats], counts: Floats, exposure: Floats) -> Fit:
    return quasi_poisson(np.column_stack(columns), counts, exposure=exposure, least_dispersion=0)


def _daily(reference: Path) -> Iterator[ReferenceCase]:
    told, data = read_out(reference, "its_sim_daily"), read_columns(reference, "sim_daily")
    after, since = data["post"], data["t"] - RELEASE
    level, weekdays = np.ones(len(since)), np.eye(7)[data["dow"].astype(int)][:, 1:]
    designs = {
        "quasipoisson_step": [level, after],
        "quasipoisson_step_trend": [level, after, since],
        "quasipoisson_step_trend_slope": [level, after, since, since * after],
    }
    for series in SERIES:
        for name, columns in designs.items():
            fit = partial(_poisson, [*columns, weekdays], data[series], data["exposure"])
            yield _regression(f"daily {series} {name}", fit, told[f"{series}_{name}"])
        design = np.column_stack([level, after, weekdays])[WINDOW]
        counts, exposure = data[series][WINDOW], data["exposure"][WINDOW]
        days = (after[WINDOW], data["dow"][WINDOW])
        quiet = exposure - counts
        others = data["y_control"][WINDOW]
        steps: dict[str, tuple[Callable[[], Fit], Callable[[], Step]]] = {
            "quasipoisson_step": (
                partial(_poisson, [design], counts, exposure),
                partial(rate_step, counts, exposure, *days, weekday_events=0),
            ),
            "quasibinomial_step": (
                partial(quasi_binomial, design, counts, exposure, least_dispersion=0),
                partial(relative_step, counts, quiet, *days, weekday_events=0),
            ),
            "vs_control_quasibinomial": (
                partial(quasi_binomial, design, counts, counts + others, least_dispersion=0),
                partial(relative_step, counts, others, *days, weekday_events=0),
            ),
        }
        for name, (fit_all, fit_step) in steps.items():
            if values := told.get(f"{series}_window28_{name}"):
                yield _regression(f"window {series} {name}", fit_all, values)
                yield _step(f"step {series} {name}", fit_step, values)


def _step(name: str, fit: Callable[[], Step], told: dict[str, Any]) -> ReferenceCase:
    """Ours has a dispersion of 1 at least, R's what it comes to."""
    phi = max(told["dispersion_pearson"], 1.0)

    def made() -> list[Floats]:
        step = fit()
        return [step.log_ratio, step.error / np.sqrt(phi), step.dispersion, step.degrees]

    expected = [
        told["coef"][1],
        told["se_model"][1] / np.sqrt(told["dispersion_pearson"]),
        phi,
        told["df_residual"],
    ]
    return ReferenceCase(name=name, made=made, expected=expected, tolerance=1e-7)


def _event_study(reference: Path) -> Iterator[ReferenceCase]:
    told, data = read_out(reference, "event_study"), read_columns(reference, "sim_daily")
    for series in ("y_nb1", "y_control"):
        values = told[series]
        weeks = np.array(values["rel_week"]) + 8

        def made(series: str = series, weeks: NDArray[np.int64] = weeks) -> dict[str, Any]:
            days = slice(56, None)
            found = weekly_ratios(data[series][days][None], data["exposure"][days][None], 7)
            before = slice(0, 7)
            level = level_before(
                found.log_ratio[before], found.covariance[before, before], found.degrees
            )
            b, se = found.log_ratio[weeks], found.error[weeks]
            test = calibrated(b, se, 0.0, found.degrees)
            return {
                "coef": b,
                "se": se,
                "lo": test.low,
                "hi": test.high,
                "dispersion": found.dispersion,
                "pretrend_F": level.statistic,
                "pretrend_p": level.p,
            }

        wanted = {key: values[key] for key in values if key != "rel_week"}
        yield ReferenceCase(name=f"weeks {series}", made=made, expected=wanted, tolerance=1e-7)


def _rates(reference: Path) -> Iterator[ReferenceCase]:
    told = read_out(reference, "rates")
    for number, case in enumerate(told["two_sample"]):
        counts = (case["x1"], case["T1"], case["x2"], case["T2"])

        def two(counts: tuple[float, ...] = counts) -> list[Floats]:
            made = [rate_ratio(*counts, level=level) for level in (0.95, 0.9, 0.99)]
            return [made[0].p, *(limit for one in made for limit in (one.low, one.high))]

        expected = [case["exactci_central_p"]]
        for key in ("exactci_central_ci95", "ci90", "ci99"):
            # Without events before there is no upper limit; R's own is missing there.
            expected += [np.inf if limit in (None, "Inf") else limit for limit in case[key]]
        yield ReferenceCase(name=f"ratio {number}", made=two, expected=expected, tolerance=1e-9)
    for number, case in enumerate(told["one_sample"]):
        rate = partial(poisson_rate, case["x"], case["T"])
        yield ReferenceCase(
            name=f"rate {number}",
            made=lambda rate=rate: [rate().low, rate().high],
            expected=case["garwood_ci95"],
            tolerance=1e-9,
        )
    for number, case in enumerate(told["proportions"]):
        for name, of in (("clopper_pearson", clopper_pearson), ("wilson", wilson_share)):
            share = partial(of, case["x"], case["n"])
            yield ReferenceCase(
                name=f"share {number} {name}",
                made=lambda share=share: [share().low, share().high],
                expected=case[name],
                tolerance=1e-9,
            )


def _adjusted(reference: Path) -> Iterator[ReferenceCase]:
    for name, case in read_out(reference, "p_adjust")["sets"].items():
        for method, adjust in (("BH", benjamini_hochberg), ("BY", benjamini_yekutieli)):
            p = np.array(np.atleast_1d(case["p"]), dtype=np.float64)
            yield ReferenceCase(
                name=f"{method} {name}",
                made=partial(adjust, p),
                expected=np.array(np.atleast_1d(case[method]), dtype=np.float64),
                tolerance=1e-12,
            )


def _calibration(reference: Path) -> Iterator[ReferenceCase]:
    told = read_out(reference, "empirical_calibration")
    for name in ("sccs", "cohortMethod", "caseControl"):
        case, data = told[name], read_columns(reference, f"empcal_{name}")
        negative = data["groundTruth"] == 0

        def made(
            case: dict[str, Any] = case,
            data: dict[str, Floats] = data,
            negative: NDArray[np.bool_] = negative,
        ) -> dict[str, Any]:
            null = ordinary(data["logRr"][negative], data["seLogRr"][negative], free_mean=True)
            b, se = case["logRr"], case["seLogRr"]
            return {
                "tight_mean": null.mean,
                "tight_sd": null.tau,
                "calibratedP_tight": calibrated(b, se, null.tau, mean=null.mean).p,
                "traditionalP": calibrated(b, se, 0.0).p,
            }

        keys = ("tight_mean", "tight_sd", "calibratedP_tight", "traditionalP")
        yield ReferenceCase(
            name=f"calibration {name}",
            made=made,
            expected={key: case[key] for key in keys},
            tolerance=1e-6,
        )
