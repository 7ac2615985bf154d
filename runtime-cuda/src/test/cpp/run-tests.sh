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
"$here/check-bindings.sh" "$out"
# What passed once and has not changed passes again.
stamp=$(cat "$out/built" "$here/run-tests.sh" "$ptx"/*.ptx | sha256sum)
if [ -f "$out/passed" ] && [ "$(cat "$out/passed")" = "$stamp" ]; then
  exit 0
fi
"$out/kernel-test" "$ptx" >"$out/kernel-test.txt" 2>&1 || {
  cat "$out/kernel-test.txt" >&2
  exit 1
}

# noticed NAME FILE SED TEST WORDS: with the change in FILE.cu, TEST must fail, and say WORDS.
noticed() {
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
  echo "$1: $(grep -m1 "$5" "$mutant/output.txt")" >"$out/seeded/$1.txt"
  rm -r "$mutant"
}

# seed ...: as noticed, two at a time.
running=0
seed() {
  if [ $running -ge 2 ]; then
    wait -n
    running=$((running - 1))
  fi
  noticed "$@" &
  running=$((running + 1))
}

rm -rf "$out/seeded"
mkdir "$out/seeded"
# The n-th barrier of a file is taken away: {n} counts lines of the file that hold one.
barrier() {
  grep -n '__syncthreads();' "$kernels/$1.cu" | sed -n "$2s/:.*/d/p"
}
seed first-barrier-of-gate-up plain "$(barrier plain 1)" plain_layers 'instead\|other bits'
seed second-barrier-of-gate-up plain "$(barrier plain 2)" plain_layers 'instead\|other bits'
seed second-barrier-of-down plain "$(barrier plain 4)" plain_layers 'instead\|other bits'
seed first-barrier-of-tensor tensor "$(barrier tensor 1)" tensor_layers 'instead\|other bits'
seed second-barrier-of-tensor tensor "$(barrier tensor 2)" tensor_layers 'instead\|other bits'
seed no-wait-for-copies tensor '/^ *wait_for_all_but_newest();/d' tensor_layers 'instead\|other bits'
seed half-a-block-at-a-barrier dispatch "$(barrier dispatch 2 | sed 's/d$//')"'s/__sync/if (threadIdx.x < 200) __sync/' lines_are barrier
seed read-one-row-too-far plain 's/row < rows \&\&/row <= rows \&\&/' plain_layers 'behind the end'
seed write-one-column-too-far plain 's/line < tile.lines \&\& column < columns/line < tile.lines \&\& column <= columns/' plain_layers 'behind the end\|instead'
seed mask-without-four-lanes router 's/ALL_LANES = 0xffffffffu/ALL_LANES = 0x0fffffffu/' routes_as 'mask that leaves it out'
seed fragments-swapped tensor 's/a.words\[1\] = word_at(&rows\[row + 8\]\[column\])/a.words[1] = word_at(\&rows[row][column + 8])/' tensor_layers 'instead\|other bits'
seed ties-to-the-highest router 's/a.id < b.id/a.id > b.id/' ties_go 'experts\[k\]'
seed another-signature router 's/const F16\* in, float\* out, long long n/const F16* in, float* out, int n/' sixteen 'other parameters'
while [ $running -gt 0 ]; do
  wait -n
  running=$((running - 1))
done
cat "$out"/seeded/*.txt >"$out/seeded.txt"
echo "$stamp" >"$out/passed"
