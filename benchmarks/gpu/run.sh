#!/bin/sh
# What docs/gpu.md says of agreement, memory and speed, measured here: run.sh [fast]
# fast tries the script itself, in minutes on the emulated GPU of gpu-emulator: few steps, small batches, no figures worth keeping.
# In a folder that pack.sh packed it uses the Java and the networks beside it, else JAVA_HOME or the path, and what Maven built.
# -D options for Java go into NEURITE_OPTIONS. Lines of the form "name words" are what the tables at the end are made from.
set -u
here=$(cd "$(dirname "$0")" && pwd)
mode=${1:-full}
options=${NEURITE_OPTIONS:-}
if [ -x "$here/java/bin/java" ]; then
  java="$here/java/bin/java $options"
  classes="$here/lib/*"
  oracle_classes="$here/oracle/classes:$here/lib/*"
  networks="$here/oracle/networks"
else
  java="${JAVA_HOME:+$JAVA_HOME/bin/}java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED $options"
  root=$(cd "$here/../.." && pwd)
  built="$root/examples/target/classes:$root/runtime/target/classes:$root/dsl-annotations/target/classes"
  classes="$root/benchmarks/target/classes:$built:$root/benchmarks/target/neurite-gpu/lib/*"
  oracle_classes="$root/dsl-processor/target/test-classes:$root/dsl-processor/target/classes:$built"
  networks="$root/benchmarks/target/neurite-gpu/oracle/networks"
fi
if [ "$mode" = fast ]; then
  cases="mlp:100:fp32 cnn:8:fp32 mlp:100:tf32"
  train_words="4 2"
  predictions=51
  nets="mlp cnn wide512"
  agreeing="mlp cnn"
  steps=50
  step_rows=4
  cycles=5
  digits="--epochs 1 --limit 320 --batch 16 --shift 0"
else
  cases="mlp:100:fp32 mlp:8192:fp32 cnn:64:fp32 cnn:1024:fp32 wide:8192:fp32 mlp:100:tf32 mlp:8192:tf32 cnn:64:tf32 cnn:1024:tf32 wide:8192:tf32"
  train_words=""
  predictions=1001
  nets="mlp cnn wide512 wide1024 wide2048 wide"
  agreeing="mlp cnn wide"
  steps=1000
  step_rows=64
  cycles=100
  digits="--epochs 3"
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
: >"$out/lines"

say() { echo; echo "== $*"; }

# Runs a program whose lines go to the screen and to the tables; what it says when it fails is shown.
measured() {
  "$@" >"$out/printed" 2>"$out/error"
  status=$?
  tee -a "$out/lines" <"$out/printed"
  if [ $status -ne 0 ]; then
    echo "failed with $status: $*"
    tail -n 20 "$out/error"
  fi
}
bench() { measured $java -cp "$classes" dev.neurite.benchmarks.gpu.GpuBench "$@"; }

skipped() {
  echo "not run: $*"
  echo "skipped $*" >>"$out/lines"
}

say "The machine"
if ! $java -version >"$out/java" 2>&1; then
  cat "$out/java"
  echo "There is no Java to run: set JAVA_HOME to a JDK 25, or use a folder that pack.sh packed."
  exit 1
fi
grep -m 1 version "$out/java"
if ! $java -cp "$classes" dev.neurite.benchmarks.gpu.GpuBench device 2>"$out/error"; then
  grep -v '^\sat ' "$out/error"
  exit 1
fi
if command -v nvidia-smi >/dev/null; then
  nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,power.limit --format=csv,noheader
fi
python=""
why="no python3"
for one in python3 python; do
  if [ -z "$python" ] && command -v $one >/dev/null; then
    if $one -c "import sys, torch; sys.exit(not torch.cuda.is_available())" 2>"$out/error"; then
      python=$one
    else
      why="python3 has no PyTorch that sees a GPU"
    fi
  fi
done
if [ -n "$python" ]; then
  $python -c "import torch; print('PyTorch', torch.__version__, 'CUDA', torch.version.cuda)"
else
  echo "PyTorch: $why"
fi

say "3. The reference cases, against PyTorch's numbers"
if [ -d "$networks" ]; then
  measured $java -cp "$oracle_classes" dev.neurite.processor.generated.OracleOnGpu run "$networks"
else
  skipped "the reference cases: pack.sh has not compiled their networks into $networks"
fi

say "3. Agreement with the processor: loss there and here, and the largest difference of a gradient as a part of the largest gradient (one pass, 33 rows, dropout on)"
for net in $agreeing; do bench agree "$net"; done

say "3. Memory: net, rows, steps, bytes more at the end; times opened and closed, bytes more at the end"
bench steps cnn $step_rows $steps
bench cycles $cycles

sanitizer=$(command -v compute-sanitizer || true)
for folder in "${CUDA_HOME:-/usr/local/cuda}" /usr/local/cuda /usr/local/cuda-*; do
  if [ -z "$sanitizer" ] && [ -x "$folder/bin/compute-sanitizer" ]; then sanitizer="$folder/bin/compute-sanitizer"; fi
done
for tool in memcheck racecheck; do
  say "3. compute-sanitizer $tool, one training step of the CNN"
  if [ -z "$sanitizer" ]; then
    skipped "compute-sanitizer $tool: it is neither on the path nor in CUDA_HOME or /usr/local/cuda"
  else
    # The JVM uses SIGSEGV by itself; without a compiler it is quicker to start under the tool.
    "$sanitizer" --tool $tool --error-exitcode 9 $java -Xint -cp "$classes" \
      dev.neurite.benchmarks.gpu.GpuBench steps cnn 8 1 >"$out/printed" 2>&1
    status=$?
    grep -E "SUMMARY|Error|hazard|Invalid" "$out/printed" | head -n 20
    echo "sanitizer $tool $status" | tee -a "$out/lines"
  fi
done

say "3. The digits CNN: test accuracy"
if $java -cp "$classes" dev.neurite.examples.Main digits --help >"$out/printed" 2>"$out/error"; then
  for device in gpu cpu; do
    $java -cp "$classes" dev.neurite.examples.Main digits $digits --device $device >"$out/printed" 2>"$out/error" \
      || { echo "failed on the $device"; tail -n 20 "$out/error"; }
    grep -E "This runs on|trained .* s|epochs in" "$out/printed" | head -n 2
    sed -n "s/^test accuracy \(.*\)/accuracy $device \1/p" "$out/printed" | tee -a "$out/lines"
  done
else
  skipped "the digits CNN: the examples cannot be started here (pack.sh collects what they need)"
fi

say "4. Training: net, batch, precision, who, samples/s (and operations/s)"
for case in $cases; do
  net=${case%%:*}
  precision=${case##*:}
  batch=${case#*:}
  batch=${batch%:*}
  bench train "$net" "$batch" "$precision" $train_words
  if [ -n "$python" ]; then measured $python "$here/torch_cuda.py" train "$net" "$batch" "$precision"; fi
done
if [ -n "$python" ]; then
  measured $python "$here/torch_cuda.py" peak
else
  skipped "PyTorch's samples/s and the card's matrix peak: $why"
fi

say "5. One row through predict: net, parameters, microseconds on the processor and on the GPU"
for net in $nets; do bench predict "$net" $predictions; done

say "Tables"
awk '
  $1 == "peak" { peak[$2] = $3 }
  $1 == "train" {
    key = $2 " " $3 " " $4
    if (!(key in seen)) { order[++n] = key; seen[key] = 1 }
    if ($5 == "neurite") { ours[key] = $6; flops[key] = $7 }
    else { value[key, $5] = $6; if ($6 + 0 > best[key] + 0) best[key] = $6 }
  }
  $1 == "predict" { rows[++m] = $0 }
  END {
    modes = split("eager compile reduce graph both", mode, " ")
    printf "%-6s %6s %-5s %11s", "net", "batch", "", "neurite"
    for (j = 1; j <= modes; j++) printf " %11s", mode[j]
    printf " %8s %8s\n", "of best", "of peak"
    for (i = 1; i <= n; i++) {
      key = order[i]; split(key, part, " ")
      printf "%-6s %6s %-5s %11s", part[1], part[2], part[3], (key in ours ? ours[key] : "-")
      for (j = 1; j <= modes; j++) printf " %11s", ((key, mode[j]) in value ? value[key, mode[j]] : "-")
      printf " %8s %8s\n", (best[key] ? sprintf("%.2fx", ours[key] / best[key]) : "-"), \
        (peak[part[3]] ? sprintf("%.0f%%", 100 * flops[key] / peak[part[3]]) : "-")
    }
    print ""
    printf "%-9s %12s %12s %12s\n", "net", "parameters", "cpu, us", "gpu, us"
    for (i = 1; i <= m; i++) {
      split(rows[i], part, " ")
      printf "%-9s %12s %12s %12s%s\n", part[2], part[3], part[4], part[5], (part[5] + 0 < part[4] + 0 ? "  the GPU is faster" : "")
    }
  }' "$out/lines"

say "What was asked, and what came"
awk -v mode="$mode" '
  function line(what, good, found) { printf "%-4s %s: %s\n", (found == "" ? "-" : good ? "ok" : "OFF"), what, (found == "" ? "not run" : found) }
  $1 == "oracle" { oracle = $2 " cases, " $3 " off"; oracleGood = $3 == 0 }
  $1 == "agree" { agree = agree (agree == "" ? "" : ", ") $2 " " $5; if ($5 + 0 > 1e-4) agreeOff = 1 }
  $1 == "steps" { steps = $5 " bytes over " $4 " steps"; stepsGood = $5 <= 0 }
  $1 == "cycles" { cycles = $3 " bytes over " $2 " cycles"; cyclesGood = $3 <= 0 }
  $1 == "sanitizer" { tool[$2] = ($3 == 0 ? "clean" : "exit status " $3); toolGood[$2] = $3 == 0 }
  $1 == "accuracy" { accuracy[$2] = $3 }
  $1 == "train" && $5 == "neurite" { ours[$2 " " $3 " " $4] = $6; order[++n] = $2 " " $3 " " $4 }
  $1 == "train" && $5 != "neurite" { key = $2 " " $3 " " $4; if ($6 + 0 > best[key] + 0) best[key] = $6 }
  $1 == "skipped" { skipped[++s] = substr($0, 9) }
  END {
    line("3 reference cases within tolerance", oracleGood, oracle)
    line("3 gradients agree with the processor, 1e-4 of the largest", !agreeOff, agree)
    both = ("gpu" in accuracy) && ("cpu" in accuracy)
    line("3 accuracy of the digits CNN, at most 0.005 below the processor", accuracy["gpu"] > accuracy["cpu"] - 0.005, both ? accuracy["gpu"] " beside " accuracy["cpu"] : "")
    line("3 compute-sanitizer memcheck", toolGood["memcheck"], tool["memcheck"])
    line("3 compute-sanitizer racecheck", toolGood["racecheck"], tool["racecheck"])
    line("3 device memory over steps", stepsGood, steps)
    line("3 device memory over opening and closing", cyclesGood, cycles)
    for (i = 1; i <= n; i++) {
      key = order[i]
      split(key, part, " ")
      wanted = part[2] <= 100 ? 1.5 : 0.95
      line("4 " key ", of the best of PyTorch, at least " wanted, best[key] && ours[key] / best[key] >= wanted, best[key] ? sprintf("%.2f", ours[key] / best[key]) : "")
    }
    for (i = 1; i <= s; i++) print "not run: " skipped[i]
    if (mode == "fast") print "This was run.sh fast: it tries the script, its figures mean nothing."
  }' "$out/lines"
