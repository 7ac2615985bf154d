#!/usr/bin/env bash
# Holds the functions that the Java sources bind against the toolkit's cuda.h: check-bindings.sh OUT. Nothing else can: a
# binding of another width, or of a name without its _v2, is found by dlsym and goes wrong unseen.
set -euo pipefail
export LC_ALL=C
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
java=$here/../../main/java/io/stagger/runtime/cuda
out=$1

if ! command -v nvcc >/dev/null || ! command -v g++ >/dev/null; then
  echo "CUDA bindings: not held against cuda.h, there is no CUDA toolkit or no g++"
  exit 0
fi

sources=$(cat "$java"/*.java | tr '\n' ' ')
bindings=$(echo "$sources" | grep -oE 'library\.bind\( *"cu[A-Za-z0-9_]+"(, *(WORD|INT|BYTE))*\)')
if [ "$(echo "$bindings" | wc -l)" -ne "$(echo "$sources" | grep -o 'library\.bind(' | wc -l)" ]; then
  echo "CUDA bindings: check-bindings.sh does not understand how a function is bound" >&2
  exit 1
fi

{
  cat <<'HEAD'
#include <cuda.h>

#include <cstddef>
#include <string_view>
#include <type_traits>

template <std::size_t... Bytes>
struct Widths {};
template <typename... P>
Widths<sizeof(P)...> widths_of(CUresult (*)(P...));
constexpr std::size_t WORD = 8, INT = 4, BYTE = 1;

// cuda.h defines the plain name of a function that has versions as the version that it means.
#define TEXT(name) #name
#define EXPORTED(name) std::string_view(TEXT(name))
HEAD
  echo "$bindings" | sed -E 's/.*"(cu[A-Za-z0-9_]+)"(, *)?(.*)\)/\1 \3/' | while read -r name widths; do
    echo "static_assert(EXPORTED($name) == \"$name\", \"$name is not the name that the library exports it by\");"
    echo "static_assert(std::is_same_v<decltype(widths_of(&$name)), Widths<$widths>>, \"$name has other parameters\");"
  done
} >"$out/bindings.new.cpp"
# What compiled once and has not changed compiles again.
if ! cmp -s "$out/bindings.new.cpp" "$out/bindings.cpp"; then
  nvcc -std=c++17 -c -o "$out/bindings.o" "$out/bindings.new.cpp"
  mv "$out/bindings.new.cpp" "$out/bindings.cpp"
fi
