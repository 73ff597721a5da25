#!/bin/sh
# Builds the emulated GPU: build.sh FOLDER. Then java -Dneurite.cuda.path=FOLDER finds it. Does nothing
# if it was built from these sources before.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
if [ -e "$1/built" ] && [ -z "$(find "$here" -newer "$1/built" -type f)" ]; then
  exit 0
fi
rm -rf "$1/built" "$1/cache"
cp "$here/emulator.h" "$1/"
flags="-std=c++17 -O2 -march=native -ffp-contract=off -Wall -Werror -shared -fPIC -U_FORTIFY_SOURCE"
g++ $flags -o "$1/libnvrtc.so.13" "$here/nvrtc.cpp" -ldl &
nvrtc=$!
g++ $flags -I "$here" -o "$1/libcuda.so.1" -Wl,-soname,libcuda.so.1 "$here/cuda.cpp" -ldl
g++ $flags -O3 -o "$1/libcublasLt.so.13" "$here/cublaslt.cpp" -L "$1" -l:libcuda.so.1 -Wl,-rpath,'$ORIGIN'
# Read by the compiler instead of the header, by the options that nvrtc.cpp gives.
g++ -std=c++17 -O2 -march=native -ffp-contract=off -fPIC -w -fno-gnu-unique -x c++-header \
  -o "$1/emulator.h.gch" "$1/emulator.h"
wait $nvrtc
touch "$1/built"
