#!/usr/bin/env bash
# Builds the CUDA driver for tests.
#   build.sh OUT                     OUT receives libstagger-testcuda.so and kernel-test
#   build.sh OUT SOURCES NAME BASE   the same, with the kernels NAME from SOURCES and all else as built in BASE
# Without g++ it says so and builds nothing; the tests that need it then skip themselves.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
kernels=${2:-$here/../../main/cuda}

if ! command -v g++ >/dev/null; then
  rm -f "$out/libstagger-testcuda.so" "$out/kernel-test" "$out/built"
  echo "=================================================================================================="
  echo "NO g++ HERE: the CUDA driver for tests cannot be built. The CUDA runtime's tests are SKIPPED, and"
  echo "nothing says that it works. Install g++ (Debian: apt-get install g++) to run them."
  echo "=================================================================================================="
  exit 0
fi

# Nothing is fused but what says fmaf, as in the PTX; and no longjmp that checks where it jumps.
flags=(-std=c++17 -O2 -g1 -Wall -Wextra -Werror -Wno-unused-function -Wno-unknown-pragmas -ffp-contract=off
  -U_FORTIFY_SOURCE -fPIC -fvisibility=hidden -I"$here" -I"$kernels")
case $(uname -m) in
  x86_64) flags+=(-mfma) ;; # fmaf is an instruction instead of a call
esac

# compile SOURCE...: into OUT, two at a time.
compile() {
  local source running=0
  for source in "$@"; do
    g++ "${flags[@]}" -c "$source" -o "$out/$(basename "$source" .cpp).o" &
    running=$((running + 1))
    if [ $running -ge 2 ]; then
      wait -n
      running=$((running - 1))
    fi
  done
  while [ $running -gt 0 ]; do
    wait -n
    running=$((running - 1))
  done
}

link() {
  local object objects=() tests=()
  for object in "$@"; do
    case $(basename "$object") in
      test_*) tests+=("$object") ;;
      *) objects+=("$object") ;;
    esac
  done
  g++ -shared -Wl,-z,defs -o "$out/libstagger-testcuda.so" "${objects[@]}"
  g++ -o "$out/kernel-test" "${tests[@]}" -L"$out" -lstagger-testcuda -Wl,-rpath,"\$ORIGIN"
}

if [ $# -ge 4 ]; then
  compile "$here/kernels_$3.cpp"
  others=()
  for object in "$4"/*.o; do
    [ "$(basename "$object")" = "kernels_$3.o" ] || others+=("$object")
  done
  link "$out/kernels_$3.o" "${others[@]}"
  exit 0
fi

stamp=$(cat "$here"/*.cpp "$here"/*.h "$here/build.sh" "$kernels"/*.cu "$kernels"/*.cuh | sha256sum)
if [ -f "$out/built" ] && [ "$(cat "$out/built")" = "$stamp" ]; then
  exit 0
fi
rm -f "$out"/*.o "$out/built"
compile "$here"/*.cpp
link "$out"/*.o
echo "$stamp" >"$out/built"
