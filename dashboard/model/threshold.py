"""What one threshold for all causes would do: how often it is right, what it misses, and how many
reports of this database it would leave a cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from classify.stream import ANY
from dashboard.model.plot import Dot, at, plot
from dashboard.model.quality import interval, output
from dashboard.tables import Shown, table
from domain.causes import STUDIED, Cause
from domain.errors import InputError
from domain.filter import STEPS

PARAMETER = "threshold"
_USUAL = 10  # the step at which the slider stands until somebody moves it


def step() -> int:
    """The step in the address. Raises `InputError` for what is none."""
    told = st.query_params.get(PARAMETER)
    if told is None:
        return _USUAL
    try:
        value = float(told)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise InputError(
            f"threshold={told[:20]} can't be read.", "It is a probability from 0 to 1."
        )
    return round(value * STEPS)


def slider(chosen: int) -> None:
    """The widget; moving it writes the address."""
    key = "model_threshold"
    st.session_state[key] = chosen / STEPS
    st.slider(
        "Name the likeliest cause from this probability on",
        0.0,
        1.0,
        step=1 / STEPS,
        format="%.2f",
        key=key,
        on_change=_write,
        args=(key,),
    )


def _write(key: str) -> None:
    st.query_params[PARAMETER] = f"{st.session_state[key]:.2f}"


def shown(
    chosen: int,
    measured: Mapping[str, Sequence[Mapping[str, Any]]] | None,
    counts: Mapping[Cause, Counter[int]],
) -> str:
    """A line for each cause at the chosen step. `measured`: of labelled posts, where there are."""
    rows: list[Sequence[Shown]] = []
    for name in (*(cause.value for cause in Cause), ANY):
        causes = STUDIED if name == ANY else (Cause(name),)
        told = measured[name][chosen] if measured else None
        here = sum(_from(counts[cause], chosen) for cause in causes)
        whole = sum(counts[cause].total() for cause in causes)
        rows.append(
            (
                output(name),
                f"{here:,} of {whole:,}",
                interval(told["precision"]) if told else None,
                f"{told['right']:,} of {told['named']:,}" if told else None,
                interval(told["coverage"]) if told else None,
            )
        )
    heads = (
        *("", "Reports here", "Precision", "Right of named, labelled posts"),
        "Coverage of those labelled so",
    )
    return table(heads, rows, caption=f"What a threshold of {chosen / STEPS:.2f} does")


def _from(counts: Counter[int], chosen: int) -> int:
    return sum(posts for step_, posts in counts.items() if step_ >= chosen)


def curve(chosen: int, measured: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Precision and coverage of the three causes together over all steps, the chosen one marked."""
    dots: list[Dot] = []
    for number, told in enumerate(measured[ANY]):
        for name, kind in (("precision", ""), ("coverage", "square")):
            found = told[name]
            if found["value"] is None or found["low"] is None:
                continue
            words = f"{found['value']:.2f} ({found['low']:.2f} to {found['high']:.2f})"
            dots.append(
                Dot(
                    across=number / STEPS,
                    up=found["value"],
                    low=found["low"],
                    high=found["high"],
                    kind=kind,
                    told=f"From {number / STEPS:.2f} on: {name} {words}",
                )
            )
    label = "Precision and coverage of the three causes by threshold; the table holds the numbers."
    drawn = plot(dots, label=label, hue="plain", behind=at(chosen / STEPS), wide=True)
    return (
        f'{drawn}<p class="quiet">● precision and ■ coverage of the three causes together on '
        "labelled posts, by threshold; the chosen one is shaded.</p>"
    )


def all_steps(measured: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The curve as a table."""
    rows: list[Sequence[Shown]] = [
        (
            f"{number / STEPS:.2f}",
            f"{told['right']:,} of {told['named']:,}",
            interval(told["precision"]),
            interval(told["coverage"]),
        )
        for number, told in enumerate(measured[ANY])
    ]
    heads = ("From", "Right of named", "Precision", "Coverage")
    return table(heads, rows, caption="Precision and coverage of the three causes by threshold")
