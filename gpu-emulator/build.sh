#!/bin/sh
# Builds the emulated GPU: build.sh FOLDER. Then java -Dneurite.cuda.path=FOLDER finds it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cp "$here/emulator.h" "$1/"
flags="-std=c++17 -O2 -march=native -ffp-contract=off -Wall -Werror -shared -fPIC"
g++ $flags -I "$here" -o "$1/libcuda.so.1" -Wl,-soname,libcuda.so.1 "$here/cuda.cpp" -ldl
g++ $flags -O3 -o "$1/libcublasLt.so.13" "$here/cublaslt.cpp" -L "$1" -l:libcuda.so.1 -Wl,-rpath,'$ORIGIN'
g++ $flags -o "$1/libnvrtc.so.13" "$here/nvrtc.cpp" -ldl
