#!/bin/sh
# Installs Lianglin @VERSION@ (@PROCESSOR@, Python @PYTHON@) beside what is there, without a network or a compiler:
#   sh install.sh /opt/lianglin
# Each version has a folder of its own; “current” leads to the newest. Going back is: ln -sfn OLDER /opt/lianglin/current
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-/opt/lianglin}
python=${PYTHON:-python@PYTHON@}

fail() { echo "install.sh: $*" >&2; exit 1; }

test "$(uname -m)" = "@PROCESSOR@" || fail "this bundle is for @PROCESSOR@, this machine is $(uname -m). Take the other one."
command -v "$python" >/dev/null 2>&1 || python=python3
command -v "$python" >/dev/null 2>&1 || fail "Python @PYTHON@ is not installed (Debian: apt-get install python3 python3-venv)."
"$python" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "@PYTHON@")' \
    || fail "$($python -V) is not Python @PYTHON@, for which the wheels are. Name it: PYTHON=/path/to/python@PYTHON@ sh install.sh"
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail "Python's venv module is missing (Debian: apt-get install python3-venv)."
(cd "$here" && sha256sum --check --quiet SHA256SUMS) || fail "files of the bundle are damaged. Copy it again."

folder="$target/@VERSION@"
test ! -e "$folder" || fail "$folder is there already. Remove it first to install it anew."
mkdir -p "$target"
trap 'rm -rf "$folder.part"' EXIT
rm -rf "$folder.part"
"$python" -m venv "$folder.part"
"$folder.part/bin/python" -m pip install --quiet --isolated --no-input --disable-pip-version-check \
    --no-index --find-links "$here/wheels" --no-deps --require-hashes -r "$here/requirements.txt"
# A venv knows its own place by its path: it is moved there, and its programs told so.
mv "$folder.part" "$folder"
for program in "$folder"/bin/*; do
    if test -f "$program" && test ! -L "$program"; then sed -i "s|$folder\.part|$folder|g" "$program"; fi
done
"$folder/bin/lianglin" --version >/dev/null || fail "the installed program does not start."
ln -sfn "@VERSION@" "$target/current"
echo "Installed: $target/current/bin/lianglin ($("$folder/bin/lianglin" --version))"
