"""The line protocol of a Python peer: it stays up and times a workload whenever one is asked for, one JSON object a line.

First it says {peer, version, threads, workloads: {ID: [CONFIG, …]}}. Then {id, config, samples} is answered by {ms: […]},
milliseconds for one operation (a product, a pass, a step, an epoch), or by {error}. The end of input ends the process.
"""
import json
import os
import sys
import time

SAMPLE_SECONDS = 0.03
WARM_SECONDS = 0.3
WAKE_SECONDS = 0.1  # after a pause a core's clock takes so long to come back


def calibrate(run):
    """Warms the workload up, then says how many operations one sample takes, so that the clock and the call around them don't count."""
    began = time.perf_counter()
    run(1)
    count = 1
    while True:
        start = time.perf_counter()
        run(count)
        seconds = time.perf_counter() - start
        if seconds < SAMPLE_SECONDS / 2:
            count *= 2
        elif start - began > WARM_SECONDS:
            return max(1, round(count * SAMPLE_SECONDS / seconds))


def sample(run, count):
    began = time.perf_counter()
    run(count)
    while time.perf_counter() - began < WAKE_SECONDS:
        run(count)
    start = time.perf_counter()
    run(count)
    return (time.perf_counter() - start) * 1e3 / count


def serve(peer, version, workloads, threads):
    """workloads: {id: {config: build}}; build() gives run(n), which does the operation n times and waits for the last."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a framework prints must not mix with the answers

    def answer(**what):
        print(json.dumps(what), file=answers)

    ready = {}
    answer(peer=peer, version=version, threads=threads, workloads={key: list(configs) for key, configs in workloads.items()})
    for line in sys.stdin:
        ask = json.loads(line)
        key = (ask["id"], ask["config"])
        try:
            if key not in ready:
                run = workloads[key[0]][key[1]]()
                ready[key] = run, calibrate(run)
            run, count = ready[key]
            answer(ms=[sample(run, count) for _ in range(ask["samples"])])
        except Exception as error:
            answer(error=f"{type(error).__name__}: {error}")


def thread_count():
    """The only argument: how many threads this process may use."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else 1
