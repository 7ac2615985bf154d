#!/usr/bin/env bash
# Compiles the kernels to PTX and holds the PTX that is shipped against it.
#   build-ptx.sh OUT          check; OUT receives what is built and ptxas-report.txt
#   build-ptx.sh OUT --write  replace the shipped PTX
# Every shipped file names the checksum of its sources and the compiler, so that a machine without nvcc notices PTX that
# was forgotten, and one with another nvcc knows why its PTX is not the same.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
mode=${2:-check}
shipped=$(cd "$here/../resources" && pwd)/io/stagger/runtime/cuda
regenerate="run runtime-cuda/src/main/cuda/build-ptx.sh runtime-cuda/target/ptx --write (it needs nvcc 13.0) and commit"
mkdir -p "$out"

fail() {
  echo "PTX: $*" >&2
  exit 1
}

# A change of the script may change the PTX as well, so it is a source like the others.
checksum() {
  (cd "$here" && cat "$1.cu" ./*.cuh build-ptx.sh | sha256sum | cut -d' ' -f1)
}

compiler() {
  nvcc --version | sed -n 's/.*release [0-9.]*, V\([0-9.]*\).*/\1/p'
}

# compile NAME FILE: PTX that a CUDA 11 driver takes (nvcc writes its own, newer version into it, without using anything
# newer; ptxas proves that), without the comments that name this machine's build of nvcc.
compile() {
  nvcc -ptx -arch=compute_80 -std=c++17 -O3 --fmad=false -Werror all-warnings -o "$2.raw" "$here/$1.cu"
  {
    echo "// Stagger, runtime-cuda/src/main/cuda/$1.cu; Apache-2.0"
    echo "// sources sha256 $(checksum "$1")"
    echo "// nvcc $(compiler)"
    sed -e '/^\/\//d' -e '/^$/d' -e 's/^\.version .*/.version 7.0/' "$2.raw"
  } >"$2"
  rm "$2.raw"
}

# assemble NAME FILE: for every generation that matters; appends registers, shared memory and spills to the report.
assemble() {
  local arch log
  for arch in sm_80 sm_90 sm_100; do
    log=$(ptxas -v -arch=$arch -o "$out/$1.$arch.cubin" "$2" 2>&1) || fail "ptxas -arch=$arch $1.ptx: $log"
    echo "$log" | awk -v file="$1" -v arch=$arch '
      /Compiling entry function/ { split($0, q, "'"'"'"); kernel = q[2] }
      /bytes stack frame/ { stack = $1; stores = $5; loads = $9 }
      / Used [0-9]+ registers/ {
        shared = 0
        for (i = 2; i <= NF; i++) if ($i ~ /^smem/) shared = $(i - 2)
        for (i = 1; i <= NF; i++) if ($i == "Used") registers = $(i + 1)
        printf "%-9s %-7s %-30s %9d %12d %11d %12d\n", file, arch, kernel, registers, shared, stack, stores + loads
      }' >>"$out/ptxas-report.txt"
  done
}

names=()
for source in "$here"/*.cu; do
  names+=("$(basename "$source" .cu)")
done

for name in "${names[@]}"; do
  if [ "$mode" != --write ]; then
    [ -f "$shipped/$name.ptx" ] || fail "$name.ptx is not there; $regenerate"
    grep -q "^// sources sha256 $(checksum "$name")$" "$shipped/$name.ptx" ||
      fail "$name.ptx was not built from $name.cu as it is now; $regenerate"
  fi
done

if ! command -v nvcc >/dev/null; then
  [ "$mode" = check ] || fail "--write needs nvcc"
  echo "PTX: no nvcc here; using the PTX that is shipped, whose sources are these"
  exit 0
fi

stamp="$(cat "$here"/*.cu "$here"/*.cuh "$here/build-ptx.sh" "$shipped"/*.ptx 2>/dev/null | sha256sum) $(compiler)"
if [ "$mode" = check ] && [ -f "$out/checked" ] && [ "$(cat "$out/checked")" = "$stamp" ]; then
  exit 0
fi

if command -v ptxas >/dev/null; then
  printf '%-9s %-7s %-30s %9s %12s %11s %12s\n' file arch kernel registers shared-bytes stack-bytes spilled-bytes \
    >"$out/ptxas-report.txt"
else
  echo "PTX: no ptxas here; not assembled"
fi
for name in "${names[@]}"; do
  compile "$name" "$out/$name.ptx"
  if command -v ptxas >/dev/null; then
    assemble "$name" "$out/$name.ptx"
  fi
  if [ "$mode" = --write ]; then
    mkdir -p "$shipped"
    cp "$out/$name.ptx" "$shipped/$name.ptx"
  elif cmp -s "$out/$name.ptx" "$shipped/$name.ptx"; then
    :
  elif grep -q "^// nvcc $(compiler)$" "$shipped/$name.ptx"; then
    fail "$name.ptx differs from what $name.cu gives; $regenerate"
  else
    echo "PTX: $name.ptx was built by another nvcc than $(compiler); only its sources' checksum was compared"
  fi
done
if [ -f "$out/ptxas-report.txt" ] && awk 'NR > 1 && $7 > 0' "$out/ptxas-report.txt" | grep .; then
  fail "registers are spilled to memory by the kernels above"
fi
if [ "$mode" = check ]; then
  echo "$stamp" >"$out/checked"
fi
