"""Times scipy on the balances that `cargo bench -p didymium-twin --bench reconcile` wrote, and compares.

    python3 tools/bench/reconcile.py PROBLEM OURS MONTH

PROBLEM: the balances, with our answer in PROBLEM.answer. OURS: what the benchmark printed on them. MONTH: what it printed
on one month, for the draws. Prints a table; fails if scipy's estimates are not ours.

What is timed of scipy is the solve alone: from a sparse A, y and sigma in memory to the estimates. It gives no deviations, no
classes and no tests; one way adds the deviations of what was measured, so that like stands beside like. All times are the
least of several: what else the machine does only adds. Each way of doing it runs in a process of its own, LIMIT seconds at most.
"""

import re
import subprocess
import sys
import time

import numpy as np
import scipy
import scipy.sparse as sp
import scipy.sparse.linalg as sl
from scipy.sparse.csgraph import connected_components

LIMIT = 60
# How far the weighted sum of squares may be from ours, relatively, and an estimate, in its own posterior deviations.
SAME_OBJECTIVE = 1e-6
SAME_ESTIMATE = 1e-3
# What an analyst gives a flow that nobody measured: a report of 0 with this deviation (the flows are about 1,000).
WIDE = 1e6
# The settings for a positive definite matrix: an ordering of its own graph, pivots on the diagonal.
DEFINITE = {
    "permc_spec": "MMD_AT_PLUS_A",
    "diag_pivot_thresh": 0.0,
    "options": {"SymmetricMode": True},
}


class Problem:
    def __init__(self, path):
        values, deviations, rows, columns, entries = [], [], [], [], []
        with open(path, encoding="ascii") as lines:
            for line in lines:
                kind, *fields = line.split()
                if kind == "a":
                    rows.append(int(fields[0]))
                    columns.append(int(fields[1]))
                    entries.append(float(fields[2]))
                else:
                    values.append(float(fields[0]) if fields else 0.0)
                    deviations.append(float(fields[1]) if fields else np.nan)
        self.A = sp.csc_array((entries, (rows, columns)), shape=(max(rows) + 1, len(values)))
        self.y = np.array(values)
        self.sigma = np.array(deviations)
        self.measured = ~np.isnan(self.sigma)

    def objective(self, x):
        return float(np.sum(((self.y - x) / self.sigma)[self.measured] ** 2))


def factored(V):
    """V x = r by SuperLU, as quickly as it can do a positive definite V."""
    return sl.splu(V.tocsc(), **DEFINITE).solve


def conjugate(V):
    """V x = r by conjugate gradients, each row scaled by its diagonal."""
    scale = 1.0 / V.diagonal()

    def solve(r):
        x, failed = sl.cg(V.tocsr(), r, rtol=1e-10, maxiter=5000, M=sl.LinearOperator(V.shape, lambda v: scale * v))
        if failed:
            raise RuntimeError("conjugate gradients did not converge")
        return x

    return solve


def wide(p):
    """The plain script: everything is measured, some of it badly; x = y - S Aᵀ (A S Aᵀ)⁻¹ A y."""
    S = sp.diags_array(np.where(p.measured, p.sigma, WIDE) ** 2)
    return p.y - S @ (p.A.T @ factored(p.A @ S @ p.A.T)(p.A @ p.y))


def kkt(p):
    """The system of the multipliers, [W Aᵀ; A 0], a little regularised since W is 0 where nothing was measured."""
    W = np.where(p.measured, 1 / np.where(p.measured, p.sigma, 1.0) ** 2, WIDE**-2)
    balances = p.A.shape[0]
    K = sp.block_array([[sp.diags_array(W), p.A.T], [p.A, -1e-12 * sp.eye_array(balances)]])
    z = sl.splu(K.tocsc(), permc_spec="COLAMD").solve(np.concatenate([W * p.y, np.zeros(balances)]))
    return z[: len(p.y)]


def merged(p, solver=factored, deviations=False):
    """The careful script, for balances whose coefficients are 1 and -1: the nodes at both ends of an unmeasured flow
    become one (connected components), what touches the outside drops out, and the small A S Aᵀ that is left is solved.
    The unmeasured flows follow, of least norm where the balances do not determine them."""
    U, M = p.A[:, ~p.measured].tocsc(), p.A[:, p.measured].tocsr()
    balances = U.shape[0]
    ends = np.diff(U.indptr)
    if np.any(np.abs(U.data) != 1) or np.any(ends > 2) or np.any(ends < 1):
        raise RuntimeError("nodes can only be merged along flows of 1 and -1")
    one = U.indices[U.indptr[:-1]]
    # The other end, or the outside, which is one more node.
    two = np.where(ends == 2, U.indices[np.minimum(U.indptr[:-1] + 1, U.nnz - 1)], balances)
    edges = sp.coo_array((np.ones(len(one)), (one, two)), shape=(balances + 1, balances + 1))
    count, group = connected_components(edges, directed=False)
    outside, group = group[balances], group[:balances]
    G = (sp.csr_array((np.ones(balances), (group, np.arange(balances))), shape=(count, balances)) @ M)
    G = G[np.arange(count) != outside]
    G.data[np.abs(G.data) < 0.5] = 0.0
    G.eliminate_zeros()
    G = G[np.diff(G.indptr) > 0]
    y, S = p.y[p.measured], sp.diags_array(p.sigma[p.measured] ** 2)
    inverse = solver(G @ S @ G.T)
    known = y - S @ (G.T @ inverse(G @ y))
    # One balance of each group without the outside follows from its others.
    rest = np.ones(balances, dtype=bool)
    rest[np.unique(group, return_index=True)[1]] = False
    rest |= group == outside
    U = U.tocsr()[rest]
    x = np.empty(len(p.y))
    x[p.measured] = known
    x[~p.measured] = U.T @ solver(U @ U.T)(-(M[rest] @ known))
    if not deviations:
        return x
    # s_j² - s_j⁴ g_jᵀ V⁻¹ g_j, by the columns of V⁻¹, a block at a time.
    explained = np.zeros(len(y))
    for first in range(0, G.shape[0], 256):
        block = G[first : first + 256]
        unit = np.zeros((G.shape[0], block.shape[0]))
        unit[np.arange(first, first + block.shape[0]), np.arange(block.shape[0])] = 1.0
        explained += block.T.multiply(G.T @ inverse(unit)).sum(axis=1)
    left = np.full(len(p.y), np.nan)
    left[p.measured] = np.sqrt(S.diagonal() - S.diagonal() ** 2 * explained)
    return x, left


WAYS = {
    "merged": ("merged nodes, A S A' by splu", merged),
    "merged-cg": ("merged nodes, A S A' by cg", lambda p: merged(p, conjugate)),
    "merged-deviations": (
        "the first, with deviations of what was measured",
        lambda p: merged(p, deviations=True),
    ),
    "wide": (f"unmeasured with deviation {WIDE:g}, A S A' by splu", wide),
    "kkt": ("the same as a KKT system by splu (COLAMD)", kkt),
}


def one_way(name, path):
    """Solves one way, and prints the milliseconds of each time and the differences from our answer."""
    p = Problem(path)
    solve = WAYS[name][1]
    times = []
    while not times or (len(times) < 7 and sum(times) < 10_000):
        begun = time.perf_counter()
        solved = solve(p)
        times.append((time.perf_counter() - begun) * 1e3)
    x, deviation = solved if isinstance(solved, tuple) else (solved, None)
    with open(path + ".answer", encoding="ascii") as lines:
        objective = float(next(lines).split()[1])
        ours = np.array([[np.nan] * 2 if line == "-\n" else line.split() for line in lines], dtype=float)
    known = ~np.isnan(ours[:, 0])
    if len(ours) != len(x) or not np.all(known[p.measured]):
        sys.exit("our answer is not to this problem")
    off = np.max(np.abs(x - ours[:, 0])[known] / ours[known, 1])
    if deviation is not None:
        off = max(off, np.max(np.abs(deviation / ours[:, 1] - 1)[p.measured]))
    print(min(times), abs(p.objective(x) / objective - 1), off, np.max(np.abs(p.A @ x)))


def figure(pattern, text):
    found = [float(value) for value in re.findall(pattern, text)]
    if not found:
        sys.exit(f"the benchmark printed nothing like {pattern}")
    return min(found)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main(problem, ours_path, month_path):
    ours, month = read(ours_path), read(month_path)
    solve = figure(r"estimates and deviations +([\d.]+) ms", ours)
    tests = figure(r"measurement tests +([\d.]+) ms", ours)
    print("ours, ms (least)")
    rows = [
        ("estimates, deviations, classes", solve),
        ("the same with all tests", solve + tests),
        ("one report changed, median of 32", figure(r"changed: median ([\d.]+) ms", ours)),
        ("one report changed, longest of 32", figure(r"longest ([\d.]+) ms", ours)),
        ("1,000 draws of all months, one thread", figure(r"1000 draws, threads: 1 +([\d.]+) ms", ours)),
        ("1,000 draws of all months, two threads", figure(r"1000 draws, threads: 2 +([\d.]+) ms", ours)),
        ("1,000 draws of one month, one thread", figure(r"1000 draws, threads: 1 +([\d.]+) ms", month)),
    ]
    for what, milliseconds in rows:
        print(f"  {what:<56} {milliseconds:>10.2f}")
    print(f"scipy {scipy.__version__}, solve alone, ms (least); ratio: to ours with all tests; differences from our answer")
    header = ("ms", "ratio", "objective", "estimates", "imbalance")
    print(f"  {'':<56} {header[0]:>10} {header[1]:>8} " + " ".join(f"{name:>10}" for name in header[2:]))
    agreed, wrong = 0, []
    for name, (what, _) in WAYS.items():
        try:
            done = subprocess.run(
                [sys.executable, __file__, "--way", name, problem], capture_output=True, text=True, timeout=LIMIT
            )
        except subprocess.TimeoutExpired:
            print(f"  {what:<56} {'not in ' + str(LIMIT) + ' s':>10}")
            continue
        if done.returncode != 0:
            print(f"  {what:<56} failed: {(done.stderr.strip().splitlines() or ['no reason'])[-1]}")
            continue
        milliseconds, objective, estimates, imbalance = (float(field) for field in done.stdout.split())
        print(
            f"  {what:<56} {milliseconds:>10.1f} {milliseconds / (solve + tests):>8.2f} {objective:>10.1e} {estimates:>10.1e} {imbalance:>10.1e}"
        )
        if objective <= SAME_OBJECTIVE and estimates <= SAME_ESTIMATE:
            agreed += 1
        else:
            wrong.append(what)
    if wrong:
        sys.exit("not our answer: " + "; ".join(wrong))
    if agreed == 0:
        sys.exit("no way of scipy's came to an end, so nothing confirms our answer")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        one_way(*sys.argv[2:])
    elif len(sys.argv) == 4:
        main(*sys.argv[1:])
    else:
        sys.exit(__doc__)
