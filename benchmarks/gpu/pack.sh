#!/bin/sh
# Packs what run.sh needs on a machine with a GPU but without a JDK, Maven or a registry:
#   benchmarks/gpu/pack.sh          writes benchmarks/target/neurite-gpu.tar.gz
# JAVA_HOME names a JDK 25 of that machine's own kind of processor and operating system. MAVEN_OPTIONS go to Maven (-o, say).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${JAVA_HOME:?set it to a JDK 25}"
jdk=$JAVA_HOME
# Maven finds the JDK that compiles by itself; the one it runs on may be another.
maven() { env -u JAVA_HOME mvn -q ${MAVEN_OPTIONS:-} "$@"; }
cd "$root"
pack=benchmarks/target/neurite-gpu
rm -rf "$pack" "$pack.tar.gz"
mkdir -p "$pack/lib" "$pack/oracle/classes/dev/neurite/processor"
maven -DskipTests -pl examples,benchmarks -am package dependency:copy-dependencies \
  -DincludeScope=runtime -DexcludeTypes=pom -DexcludeGroupIds=dev.neurite,org.openjdk.jmh,net.sf.jopt-simple,org.apache.commons \
  -DoutputDirectory="$root/$pack/lib"
for module in dsl-annotations runtime examples benchmarks dsl-processor; do
  find "$module/target" -maxdepth 1 -name "neurite-$module-*.jar" ! -name '*-sources.jar' ! -name '*-javadoc.jar' \
    -exec cp {} "$pack/lib/" \;
done
# The reference cases: what runs them, their numbers, and their networks as compiled here.
cp -r dsl-processor/target/test-classes/dev/neurite/processor/generated "$pack/oracle/classes/dev/neurite/processor/"
cp -r dsl-processor/target/test-classes/oracle "$pack/oracle/classes/"
"$jdk/bin/java" -cp "$pack/oracle/classes:$pack/lib/*" \
  dev.neurite.processor.generated.OracleOnGpu compile "$pack/oracle/networks"
find "$pack/oracle/networks" -name '*.java' -delete
"$jdk/bin/jlink" --add-modules java.base,java.compiler,java.logging,java.desktop,java.sql,jdk.incubator.vector,jdk.unsupported \
  --strip-debug --no-header-files --no-man-pages --compress zip-6 \
  --add-options=" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED" --output "$pack/java"
cp "$here/run.sh" "$here/torch_cuda.py" "$pack/"
tar czf "$pack.tar.gz" -C benchmarks/target neurite-gpu
ls -l "$pack.tar.gz"
