#!/bin/sh
# Makes .venv with PyTorch for `-Dbench=peers`, beside this file. Needs Python 3.10 or later, and g++ for the compiled modes.
set -e
cd "$(dirname "$0")"
"${PYTHON:-python3}" -m venv .venv
.venv/bin/pip install --quiet "torch==${TORCH:-2.13.0}" numpy
.venv/bin/python -c 'import torch; print("PyTorch", torch.__version__)'
