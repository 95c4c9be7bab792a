"""What a library asks of the C library: check_symbols.py library LIBRARY.so | stub STUB.so REAL.so

library: no version is newer than Debian 12's, every symbol has one, and nothing is needed but libc and libm.
stub: every symbol of the stub is in the real library, and is there the default version.
"""
import re
import subprocess
import sys

NEWEST = (2, 36)


def symbols(path):
    """(name, version, is_default, is_defined) of each dynamic symbol."""
    text = subprocess.run(["llvm-readelf", "--dyn-syms", "--wide", path], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 8 and words[0].rstrip(":").isdigit() and words[4] in ("GLOBAL", "WEAK"):
            name, at, version = words[7].partition("@")
            yield name, version.lstrip("@"), at and version.startswith("@"), words[6] != "UND"


def check_library(path):
    needed = re.findall(r"NEEDED.*\[(.*)\]", subprocess.run(
        ["llvm-readelf", "--dynamic", path], check=True, capture_output=True, text=True).stdout)
    assert needed and set(needed) <= {"libc.so.6", "libm.so.6"}, needed
    exported = sorted(name for name, _, _, defined in symbols(path) if defined)
    print("exports:", " ".join(exported))
    for name, version, _, defined in symbols(path):
        if not defined:
            assert version.startswith("GLIBC_"), "%s has no version" % name
            assert tuple(int(part) for part in version[6:].split(".")) <= NEWEST, (name, version)


def check_stub(stub, real):
    # A later C library may give a function a newer default: then its headers differ from ours, its old one does not.
    known = {(name, version) for name, version, _, defined in symbols(real) if defined}
    defaults = {name: version for name, version, default, defined in symbols(real) if defined and default}
    for name, version, _, defined in symbols(stub):
        assert defined and (name, version) in known, (name, version)
        newer = tuple(int(part) for part in defaults[name][6:].split(".")) > NEWEST
        assert defaults[name] == version or newer, (name, version, defaults[name])


{"library": check_library, "stub": check_stub}[sys.argv[1]](*sys.argv[2:])
