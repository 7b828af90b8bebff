"""Kernels and threads: none when none are needed, none in each other's way, the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from colorcore import kernels

LARGE = np.random.default_rng(0).normal(size=(20_000, 5)).astype(np.float32)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks for threads in /proc")


def run(code, **environment):
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


DIGEST = """
import hashlib
import numpy as np
from colorcore import kernels

random = np.random.default_rng(0)
z = random.normal(size=(3, 2000, 5)).astype("f4")
colors = random.random((400_000, 3))
losses, of_sum = kernels.angular_separation_with_grad(z)
wide = random.normal(size=(2, 700, 400)).astype("f4")
wide_losses, wide_of_sum = kernels.angular_separation_with_grad(wide)
results = [
    wide_losses,
    wide_of_sum,
    kernels.angular_separation(wide),
    kernels.angular_separation_grad(wide, wide_losses),
    losses,
    of_sum,
    kernels.angular_separation(z),
    kernels.angular_separation_grad(z, losses),
    kernels.hsv_to_rgb(colors),
    kernels.rgb_to_hsv(colors),
]
print(hashlib.sha256(b"".join(result.tobytes() for result in results)).hexdigest())
"""


def test_the_bits_do_not_depend_on_the_number_of_threads():
    assert len({run(DIGEST, COLORCORE_NUM_THREADS=threads) for threads in "1235"}) == 1


@pytest.mark.parametrize("wrong", ["two", "0", "-1", "1.5", ""])
def test_a_number_of_threads_that_is_none_is_refused(wrong):
    code = (
        "import numpy, colorcore\n"
        "try: colorcore.angular_separation(numpy.ones((64, 5)))\n"
        "except ValueError as error: print(error)"
    )
    assert run(code, COLORCORE_NUM_THREADS=wrong) == (
        f'COLORCORE_NUM_THREADS must be a whole number from 1 on, got "{wrong}"; unset it to use '
        "every processor"
    )


@LINUX
def test_neither_the_import_nor_small_work_nor_large_work_leaves_a_thread():
    code = """
import os, time
import numpy as np
count = lambda: len(os.listdir("/proc/self/task"))
before = count()

def lasting():  # Linux lists a thread for a moment after it has ended; a pool would stay for good
    end = time.monotonic() + 20
    while count() > before and time.monotonic() < end:
        time.sleep(0.01)
    return count()

import colorcore.kernels as kernels
counts = [lasting()]
for batch in (64, 8192):
    kernels.angular_separation(np.ones((batch, 5)))
    counts.append(lasting())
print([after - before for after in counts])
"""
    assert run(code) == "[0, 0, 0]"


def test_other_threads_go_on_while_a_kernel_works():
    begun, done = threading.Event(), threading.Event()

    def work():
        begun.set()
        kernels.angular_separation_with_grad(LARGE)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    turns = 0
    while not done.is_set():
        time.sleep(0.001)
        turns += 1
    thread.join()
    # Were the interpreter held, one turn would last as long as the kernel.
    assert turns > 5


def test_two_threads_at_once_get_what_each_gets_alone():
    halves = [LARGE[:5000], LARGE[5000:10_000]]
    alone = [kernels.angular_separation(half) for half in halves]
    together = [np.empty(0)] * 2

    def work(i):
        together[i] = kernels.angular_separation(halves[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for a, b in zip(alone, together, strict=True):
        assert np.array_equal(a, b)


class Separations:
    """Samples that a worker process makes with the kernels."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return kernels.angular_separation(LARGE[: 4000 + index])[:4000]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_loader_worker_works_after_its_parent_used_threads():
    data = pytest.importorskip("torch.utils.data")
    wanted = [kernels.angular_separation(LARGE[: 4000 + i])[:4000] for i in range(3)]
    loader = data.DataLoader(
        Separations(), batch_size=None, num_workers=2, multiprocessing_context="fork", timeout=60
    )
    for got, want in zip(loader, wanted, strict=True):
        assert np.array_equal(got, want)
