#!/usr/bin/env bash
# Runs what build.sh built: run-tests.sh OUT. Also proves that the emulated driver notices faults, by seeding some into
# copies of the kernels and expecting the same tests to fail.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
kernels=$here/../../main/cuda
ptx=$here/../../main/resources/io/stagger/runtime/cuda

if [ ! -x "$out/kernel-test" ]; then
  echo "CUDA kernel tests: SKIPPED, there is no g++ to build them with"
  exit 0
fi
out=$(cd "$out" && pwd)
# What passed once and has not changed passes again.
stamp=$(cat "$out/built" "$here/run-tests.sh" "$ptx"/*.ptx | sha256sum)
if [ -f "$out/passed" ] && [ "$(cat "$out/passed")" = "$stamp" ]; then
  exit 0
fi
"$out/kernel-test" "$ptx" >"$out/kernel-test.txt" 2>&1 || {
  cat "$out/kernel-test.txt" >&2
  exit 1
}

# seed NAME FILE SED TEST WORDS: with the change, TEST must fail, and say WORDS.
seed() {
  local mutant=$out/seeded/$1
  rm -rf "$mutant"
  mkdir -p "$mutant/cuda"
  cp "$kernels"/*.cu "$kernels"/*.cuh "$mutant/cuda"
  sed -i -e "$3" "$mutant/cuda/$2.cu"
  if cmp -s "$kernels/$2.cu" "$mutant/cuda/$2.cu"; then
    echo "seeded fault $1: the change does not apply to $2.cu any more" >&2
    exit 1
  fi
  "$here/build.sh" "$mutant" "$mutant/cuda" "$2" "$out"
  if "$mutant/kernel-test" "$ptx" "$4" >"$mutant/output.txt" 2>&1; then
    echo "seeded fault $1: no test noticed it" >&2
    exit 1
  fi
  grep -q "$5" "$mutant/output.txt" || {
    echo "seeded fault $1: noticed, but not as '$5':" >&2
    cat "$mutant/output.txt" >&2
    exit 1
  }
}
echo "$stamp" >"$out/passed"
