"""PyTorch's training samples per second on the GPU, on one batch that lies there, in all its modes:

    eager    as it comes
    compile  the network through torch.compile
    reduce   the same with mode="reduce-overhead", which uses CUDA graphs of its own
    graph    the whole step, eager, recorded as one CUDA graph and replayed
    both     the whole step with the compiled network, recorded and replayed

    torch_cuda.py train mlp|cnn|wide BATCH fp32|tf32
    torch_cuda.py peak
"""

import sys
import time

import torch
from torch import nn

MODES = ("eager", "compile", "reduce", "graph", "both")
WARM_STEPS = 20
SECONDS = 3.0


def network(name):
    if name == "mlp":
        return nn.Sequential(
            nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)), (784,)
    if name == "wide":
        return nn.Sequential(
            nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 10)), (4096,)
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout2d(0.25),
        nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10)), (1, 28, 28)


def rate(step, batch):
    for _ in range(WARM_STEPS):
        step()
    torch.cuda.synchronize()
    begin = time.perf_counter()
    count = 0
    while time.perf_counter() - begin < SECONDS:
        for _ in range(10):
            step()
        torch.cuda.synchronize()
        count += 10
    return count * batch / (time.perf_counter() - begin)


def stepper(mode, name, batch):
    torch.manual_seed(42)
    model, shape = network(name)
    model = model.cuda().train()
    loss = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5, foreach=True)
    x = torch.rand(batch, *shape, device="cuda") * 2 - 1
    y = torch.randint(10, (batch,), device="cuda")
    forward = model
    if mode in ("compile", "both"):
        forward = torch.compile(model)
    elif mode == "reduce":
        forward = torch.compile(model, mode="reduce-overhead")
    recorded = mode in ("graph", "both")

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(forward(x), y).backward()
        optimizer.step()

    if not recorded:
        return step
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(5):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    optimizer.zero_grad(set_to_none=True)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()

    # What the graph reads and writes must not be given to others.
    def replay(kept=(model, optimizer, x, y)):
        graph.replay()

    return replay


def precision(name):
    torch.backends.cuda.matmul.allow_tf32 = name == "tf32"
    torch.backends.cudnn.allow_tf32 = name == "tf32"


def peak():
    """Floating-point operations per second of one large product of matrices."""
    size = 8192
    a = torch.rand(size, size, device="cuda")
    b = torch.rand(size, size, device="cuda")
    for name in ("fp32", "tf32"):
        precision(name)
        print("peak", name, "%.4g" % rate(lambda: torch.mm(a, b), 2 * size ** 3), flush=True)


def train(name, batch, kind):
    precision(kind)
    for mode in MODES:
        try:
            value = "%.0f" % rate(stepper(mode, name, batch), batch)
        except Exception as failure:  # One mode that fails must not hide the others.
            value = "0"
            print(mode, "failed:", failure, file=sys.stderr)
        torch.cuda.synchronize()
        print("train", name.upper(), batch, kind, mode, value, flush=True)


if sys.argv[1] == "peak":
    peak()
else:
    train(sys.argv[2], int(sys.argv[3]), sys.argv[4])
