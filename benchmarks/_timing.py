"""Two things timed in turn, so that whatever else the machine does meets both alike."""

import statistics

import torch


def ratio_report(ours, other, rounds, title, target="at most 1.25"):
    """Call `ours(seed)` and `other(seed)` in turn; each returns seconds per step.
    Prints and returns the median ratio.

    Each round gives one ratio of medians; the report is the median of the rounds, with
    their range.
    """
    ours(0), other(0)  # the first call of anything pays for what is loaded late
    ratios, first, second = [], [], []
    for seed in range(1, rounds + 1):
        a, b = ours(seed), other(seed)
        first, second = first + a, second + b
        ratios.append(statistics.median(a) / statistics.median(b))
    ratio = statistics.median(ratios)
    print(
        f"{title}: {1e3 * statistics.median(first):.1f} ms / "
        f"{1e3 * statistics.median(second):.1f} ms = {ratio:.2f} ({min(ratios):.2f} "
        f"… {max(ratios):.2f} over {rounds} rounds, {torch.get_num_threads()} "
        f"threads; {target})",
        flush=True,
    )
    return ratio
