#!/bin/sh
# Packs what run.sh needs on a machine with a GPU but without a JDK, Maven or a registry:
#   benchmarks/gpu/pack.sh          writes benchmarks/target/neurite-gpu.tar.gz
# JAVA_HOME names a JDK 25 of the machine's own kind of processor and operating system.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${JAVA_HOME:?set it to a JDK 25}"
cd "$root"
mvn -q -DskipTests -pl examples,benchmarks -am package
pack=benchmarks/target/neurite-gpu
rm -rf "$pack"
mkdir -p "$pack/lib"
mvn -q -pl examples dependency:copy-dependencies -DincludeScope=runtime \
  -DoutputDirectory="$root/$pack/lib" -DexcludeTypes=pom
cp dsl-annotations/target/neurite-dsl-annotations-*-SNAPSHOT.jar runtime/target/neurite-runtime-*-SNAPSHOT.jar \
  examples/target/neurite-examples-*-SNAPSHOT.jar benchmarks/target/neurite-benchmarks-*-SNAPSHOT.jar "$pack/lib/"
"$JAVA_HOME/bin/jlink" --add-modules java.base,java.logging,java.desktop,java.sql,jdk.incubator.vector,jdk.unsupported \
  --strip-debug --no-header-files --no-man-pages --compress zip-6 \
  --add-options=" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED" --output "$pack/java"
cp "$here/run.sh" "$here/torch_cuda.py" "$pack/"
tar czf "$pack.tar.gz" -C benchmarks/target neurite-gpu
ls -l "$pack.tar.gz"
