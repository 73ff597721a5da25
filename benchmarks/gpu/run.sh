#!/bin/sh
# What docs/gpu.md says of agreement, memory and speed, measured here: run.sh [fast]
# In a folder that pack.sh packed it uses the Java beside it, else the one of JAVA_HOME or the path.
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ -x "$here/java/bin/java" ]; then
  java="$here/java/bin/java"
  classes="$here/lib/*"
else
  java="${JAVA_HOME:+$JAVA_HOME/bin/}java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED"
  root="$here/../.."
  classes="$root/benchmarks/target/classes:$root/examples/target/classes:$root/runtime/target/classes:$root/dsl-annotations/target/classes"
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bench() { $java -cp "$classes" dev.neurite.benchmarks.gpu.GpuBench "$@" 2>"$out/error" || { echo "failed: $*"; cat "$out/error"; }; }
python=$(command -v python3 || true)

echo "== The GPU"
bench device
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader

echo "== 3. Agreement with the processor (one pass, 33 rows, dropout on)"
for net in mlp cnn wide; do bench agree $net; done

echo "== 3. Memory"
bench steps cnn 64 1000
bench cycles 100

sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2>/dev/null)
for tool in memcheck racecheck; do
  if [ -n "$sanitizer" ]; then
    echo "== 3. compute-sanitizer $tool, one step of the CNN"
    "$sanitizer" --tool $tool --target-processes all $java -cp "$classes" \
      dev.neurite.benchmarks.gpu.GpuBench steps cnn 8 1 2>&1 | tail -5
  else
    echo "== 3. compute-sanitizer $tool: not run, there is none here"
  fi
done

if [ "${1:-}" != fast ] && ls "$here"/lib/picocli-*.jar >/dev/null 2>&1; then
  for device in gpu cpu; do
    echo "== 3. The digits CNN on the $device"
    $java -cp "$classes" dev.neurite.examples.Main digits --epochs 3 --device $device 2>&1 | grep -E "test accuracy|This runs on|epoch +[0-9]"
  done
else
  echo "== 3. The digits CNN: not run (fast, or no packed examples)"
fi

echo "== 4. Training, samples/s"
for precision in fp32 tf32; do
  for case in "mlp 100" "mlp 8192" "cnn 64" "cnn 1024" "wide 8192"; do
    set -- $case
    bench train "$1" "$2" $precision | tee -a "$out/lines"
    if [ -n "$python" ] && "$python" -c "import torch, sys; sys.exit(not torch.cuda.is_available())" 2>/dev/null; then
      "$python" "$here/torch_cuda.py" train "$1" "$2" $precision 2>"$out/error" | tee -a "$out/lines" || cat "$out/error"
    else
      echo "PyTorch with CUDA: not run, there is none here"
    fi
  done
done
if [ -n "$python" ]; then "$python" "$here/torch_cuda.py" peak 2>/dev/null | tee -a "$out/lines"; fi

echo
awk '
  $1 == "peak" { peak[$2] = $3 }
  $1 == "train" {
    key = $2 " " $3 " " $4
    if (!(key in seen)) { order[++n] = key; seen[key] = 1 }
    if ($5 == "neurite") { ours[key] = $6; flops[key] = $7 }
    else { value[key, $5] = $6; if ($6 > best[key]) best[key] = $6 }
  }
  END {
    printf "%-8s %6s %-5s %12s %12s %12s %12s %8s %8s\n", "net", "batch", "", "neurite", "eager", "compile", "graph", "of best", "of peak"
    for (i = 1; i <= n; i++) {
      key = order[i]; split(key, part, " ")
      printf "%-8s %6s %-5s %12s %12s %12s %12s %8s %8s\n", part[1], part[2], part[3], ours[key], value[key, "eager"], value[key, "compile"], value[key, "graph"], \
        (best[key] ? sprintf("%.2fx", ours[key] / best[key]) : "-"), (peak[part[3]] ? sprintf("%.0f%%", 100 * flops[key] / peak[part[3]]) : "-")
    }
  }' "$out/lines"

echo
echo "== 5. One row through predict, microseconds"
for net in mlp cnn wide; do bench predict $net; done
