# Sourced by run, test and figures: the boards, by name, and an environment that can build for them.
set -euo pipefail
environment=$(./toolchain)
eval "$environment"

boards=(m4 m0 riscv)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$(cd ../.. && pwd)/target/firmware}

# board NAME: sets its package and target.
board() {
  case $1 in
    m4) package=cortex-m-boards target=thumbv7em-none-eabihf ;;
    m0) package=cortex-m-boards target=thumbv6m-none-eabi ;;
    riscv) package=riscv-board target=riscv32imac-unknown-none-elf ;;
    *)
      echo "there is no board $1, only ${boards[*]}" >&2
      exit 2
      ;;
  esac
}

# programs BOARD: the names of its programs.
programs() {
  local file
  board "$1"
  for file in "${package%-board*}"/src/bin/*.rs; do basename "$file" .rs; done
}

# build BOARD [ARGUMENT...]: builds its programs as they would be shipped, all of them where no arguments of cargo's select
# some, and tells where they lie.
build() {
  board "$1"
  shift
  programs_folder=$CARGO_TARGET_DIR/$target/release
  [ $# -gt 0 ] || set -- --bins
  cargo build -q --release --package "$package" --target "$target" "$@"
}
