# Shared by script/setup, script/server and script/test: system packages, fonts and the virtual environment.
# Every step looks first whether it is done, so that a second run takes no time.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
PYTHON="$ROOT/.venv/bin/python"
FONTS=/usr/local/share/fonts/jiping
FONT_FILES="FandolFang-Regular FandolKai-Regular FandolHei-Regular FandolSong-Regular FandolSong-Bold"
RUNTIME_PACKAGES="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk"
TEST_PACKAGES="postgresql redis-server chromium poppler-utils qpdf zbar-tools"

say() { printf '==> %s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# The command that stands before a privileged one: nothing for root, sudo for others who have it.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$name"
  done
}

# Install the named Debian packages that are not there yet.
need_packages() {
  command -v dpkg-query >/dev/null || die "This is not Debian or Ubuntu. Install the equivalents of: $*"
  local missing
  missing="$(missing_packages "$@")"
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "Run this as root, then start again:  apt-get update && apt-get install -y --no-install-recommends $missing"
  fi
  say "installing $missing"
  as_root apt-get update -qq
  # Packages only: the servers among them are started by script/test itself, on throw-away data.
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

fonts_there() {
  local name
  for name in $FONT_FILES; do [ -s "$FONTS/$name.otf" ] || return 1; done
}

# The Fandol fonts (GPLv3 with font exception) out of Debian's texlive-lang-chinese, without installing TeX.
need_fonts() {
  fonts_there && return 0
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "The print fonts are missing. Run this as root, then start again:  $ROOT/script/setup --system"
  fi
  say "installing the print fonts into $FONTS"
  local folder name
  folder="$(mktemp -d)"
  chmod 755 "$folder"
  (cd "$folder" && apt-get download -qq texlive-lang-chinese >/dev/null 2>&1) ||
    (as_root apt-get update -qq && cd "$folder" && apt-get download -qq texlive-lang-chinese >/dev/null 2>&1) ||
    die "Could not download the package texlive-lang-chinese, which holds the print fonts."
  dpkg-deb --fsys-tarfile "$folder"/texlive-lang-chinese_*.deb |
    tar -x -C "$folder" --wildcards './usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/*.otf' './usr/share/doc/texlive-doc/fonts/fandol/COPYING*'
  as_root mkdir -p "$FONTS"
  for name in $FONT_FILES; do
    as_root install -m 644 "$folder/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/$name.otf" "$FONTS/"
  done
  as_root install -m 644 "$folder"/usr/share/doc/texlive-doc/fonts/fandol/COPYING* "$FONTS/"
  rm -rf "$folder"
}

# The newest Python from 3.11 on that can make virtual environments.
find_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

# The virtual environment with exactly the pinned packages of one requirements file.
need_venv() {
  local file="$1" stamp="$ROOT/.venv/installed" wanted base
  wanted="$(cd "$ROOT" && cat requirements.txt "$file" | sha256sum | cut -d' ' -f1) $file"
  if [ -f "$stamp" ]; then
    case "$(cat "$stamp")" in
      "$wanted") return 0 ;;
      *requirements-dev.txt) # the developer's set holds the other one
        [ "$file" = requirements.txt ] && [ "$(head -c 64 "$ROOT/.venv/runtime" 2>/dev/null)" = "$(sha256sum <"$ROOT/requirements.txt" | cut -d' ' -f1)" ] && return 0 ;;
    esac
  fi
  if ! base="$(find_python)"; then
    need_packages python3 python3-venv
    base="$(find_python)" || die "Python 3.11 or newer is needed; this machine has $(python3 --version 2>&1)."
  fi
  say "installing Python packages ($file)"
  [ -x "$PYTHON" ] || "$base" -m venv "$ROOT/.venv"
  "$PYTHON" -m pip install --quiet --disable-pip-version-check -r "$ROOT/$file"
  sha256sum <"$ROOT/requirements.txt" | cut -d' ' -f1 >"$ROOT/.venv/runtime"
  printf '%s' "$wanted" >"$stamp"
}
