"""PyTorch's process in the race: the protocol of dev.neurite.benchmarks.race.Worker.

    contender.py MODE WORK MODELS THREADS DATA

MODE is eager, compile (torch.compile), or freeze (compiled with weights as constants, predictions only). Training uses the optimizer's
fused form. Lines of the parent are commands, and each is answered by a line that begins with "@".
"""

import gzip
import math
import os
import sys
import time

# Work of the race: network, kind, rows of a call.
WORK = {
    "MLP_TRAIN": ("mlp", "train", 100),
    "LENET_TRAIN": ("lenet", "train", 128),
    "CNN_TRAIN": ("cnn", "train", 64),
    "MLP_ROW": ("mlp", "latency", 1),
    "LENET_ROW": ("lenet", "latency", 1),
    "CNN_ROW": ("cnn", "latency", 1),
    "DENSE64_ROW": ("dense64", "nanoseconds", 1),
    "MLP_BATCH100": ("mlp", "batch", 100),
    "MLP_BATCH1000": ("mlp", "batch", 1000),
    "LENET_BATCH128": ("lenet", "batch", 128),
    "CNN_BATCH64": ("cnn", "batch", 64),
}
IMAGES = 8000
CLOCK = os.sysconf("SC_CLK_TCK")


class Cpu:
    """Cores used by this process and by everything else since this was made."""

    def __init__(self):
        self.start, self.own_start, self.busy_start = time.perf_counter(), time.process_time(), self.busy()

    @staticmethod
    def busy():
        with open("/proc/stat") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        return (sum(ticks) - ticks[3] - ticks[4]) / CLOCK

    def text(self):
        seconds = time.perf_counter() - self.start
        own = time.process_time() - self.own_start
        return f"{own / seconds:.3f} {max(0.0, self.busy() - self.busy_start - own) / seconds:.3f}"


def network(torch, name):
    nn = torch.nn
    torch.manual_seed(1)
    if name == "mlp":
        layers = [nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)]
    elif name == "lenet":
        layers = [nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                  nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)]
    elif name == "cnn":
        layers = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d(0.25), nn.Flatten(),
                  nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10), nn.LogSoftmax(1)]
    else:
        layers = [nn.Linear(64, 64), nn.Tanh()]
    return nn.Sequential(*layers)


def idx(folder, name, header):
    with gzip.open(os.path.join(folder, name + ".gz"), "rb") as file:
        return bytearray(file.read()[header:])


def digits(torch, folder, rows, flat):
    pixels = torch.frombuffer(idx(folder, "train-images-idx3-ubyte", 16), dtype=torch.uint8).float() / 255
    labels = torch.frombuffer(idx(folder, "train-labels-idx1-ubyte", 8), dtype=torch.uint8).long()
    shape = (-1, 784) if flat else (-1, 1, 28, 28)
    pixels = pixels.reshape(shape)
    calls = min(IMAGES, len(labels)) // rows
    return [(pixels[i * rows:(i + 1) * rows].clone(), labels[i * rows:(i + 1) * rows].clone()) for i in range(calls)]


def opened(torch, mode, name, kind, batches):
    """The step or prediction, as a function of the call's number."""
    net = network(torch, name)
    count = len(batches)
    if mode == "freeze":
        import torch._inductor.config
        torch._inductor.config.freezing = True
    if kind != "train":
        net.eval()
        model = net if mode == "eager" else torch.compile(net, dynamic=False)
        return lambda i: model(batches[i % count][0])
    net.train()
    model = net if mode == "eager" else torch.compile(net, dynamic=False)
    functional = torch.nn.functional
    # The CNN ends with a log-softmax.
    loss = functional.nll_loss if name == "cnn" else functional.cross_entropy
    if name == "mlp":
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.5, fused=True)
    else:
        optimizer = torch.optim.Adam(net.parameters(), lr=0.001, fused=True)

    def step(i):
        x, classes = batches[i % count]
        optimizer.zero_grad()
        loss(model(x), classes).backward()
        optimizer.step()

    return step


class Worker:
    def __init__(self, torch, mode, work, threads, data):
        name, self.kind, self.rows = WORK[work]
        torch.set_num_threads(threads)
        if data == "random" or name == "dense64":
            torch.manual_seed(1)
            size = (self.rows, 64) if name == "dense64" else (self.rows, 784) if name == "mlp" else (self.rows, 1, 28, 28)
            batches = [(torch.rand(size) * 2 - 1, torch.randint(10, (self.rows,))) for _ in range(64)]
        else:
            batches = digits(torch, data, self.rows, name == "mlp")
        start = time.perf_counter()
        self.action = opened(torch, mode, name, self.kind, batches)
        self.opening = time.perf_counter() - start
        self.calls = 0

    def call(self):
        self.action(self.calls)
        self.calls += 1

    def rate(self, seconds):
        start = time.perf_counter()
        calls = 0
        while True:
            self.call()
            calls += 1
            now = time.perf_counter()
            if now - start >= seconds:
                return calls / (now - start)

    def latencies(self, seconds):
        times = []
        before = time.perf_counter_ns()
        end = before + seconds * 1e9
        while before < end:
            self.call()
            after = time.perf_counter_ns()
            times.append(after - before)
            before = after
        return sorted(times)

    def warm(self, seconds):
        start, best, steady = time.perf_counter(), 0.0, 0
        while steady < 4 or time.perf_counter() - start < seconds:
            rate = self.rate(0.25)
            steady = steady + 1 if rate < best * 1.02 else 0
            best = max(best, rate)
        return f"{time.perf_counter() - start:.1f}"

    def sample(self, seconds):
        cpu, tail = Cpu(), math.nan
        if self.kind == "latency":
            times = self.latencies(seconds)
            value, tail = times[len(times) // 2] / 1e3, times[int(len(times) * 0.99)] / 1e3
        elif self.kind == "nanoseconds":
            value = 1e9 / self.rate(seconds)
        else:
            value = self.rate(seconds) * self.rows
        return f"{value:.4f} {tail:.4f} {cpu.text()}".replace("nan", "NaN")

    def steps(self, seconds):
        start = time.perf_counter()
        self.call()
        first, early = time.perf_counter() - start + self.opening, 1
        while time.perf_counter() - start < seconds / 2:
            self.call()
            early += 1
        half = time.perf_counter() - start + self.opening
        cpu = Cpu()
        steady = self.rate(seconds / 2)
        return f"{half - early / steady:.4f} {first:.4f} {steady:.4f} {cpu.text()}"

    def long(self, seconds):
        cpu = Cpu()
        times = self.latencies(min(seconds, 5))
        self.latencies(max(0, seconds - 5))
        with open("/proc/self/status") as file:
            peak = next(line.split()[1] for line in file if line.startswith("VmHWM:"))
        return f"{times[int(len(times) * 0.999)] / 1e3:.3f} {peak} {cpu.text()}"


def say(text):
    print("@ " + text, flush=True)


def main():
    try:
        import torch
    except ImportError as missing:
        say(f"error this Python has no torch: {missing}")
        return
    mode, work = sys.argv[1:3]
    if work == "prepare":
        say("prepared")
        return
    if mode == "freeze" and WORK[work][1] == "train":
        say("no")
        return
    try:
        worker = Worker(torch, mode, work, int(sys.argv[4]), sys.argv[5])
        say("ready")
        commands = {"warm": worker.warm, "sample": worker.sample, "steps": worker.steps, "long": worker.long}
        # Training needs gradients; everything else runs as inference.
        with torch.inference_mode(worker.kind != "train"):
            for line in sys.stdin:
                words = line.split()
                say(commands[words[0]](float(words[1])))
    except Exception as failure:  # The parent prints it in the row.
        say("error " + str(failure).splitlines()[0])
        raise


main()
