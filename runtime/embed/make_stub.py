#!/usr/bin/env python3
"""Writes the sources of a stub of a C library: make_stub.py LIST OLDEST STUB.c STUB.map

A model is linked where no C library for its target need be installed, and must ask for the right versions of the
symbols it uses: without versions the loader binds to the oldest ones, with the ABI of twenty years ago. So nnc links
against a stub that defines every function of LIST, each at the version the real library gives it by default. OLDEST is
the first version there is for the target's architecture: symbols that are older on x86-64 have that one.
"""
import sys


def version_key(version):
    return [int(part) for part in version.removeprefix("GLIBC_").split(".")]


def main():
    list_path, oldest, source_path, map_path = sys.argv[1:]
    nodes = {}
    for line in open(list_path, encoding="utf-8"):
        words = line.split("#")[0].split()
        if words:
            name, version = words
            nodes.setdefault(max(version, oldest, key=version_key), []).append(name)
    with open(source_path, "w", encoding="utf-8") as source:
        for names in nodes.values():
            for name in names:
                source.write("void %s(void) {}\n" % name)
    with open(map_path, "w", encoding="utf-8") as version_map:
        for version in sorted(nodes, key=version_key):
            version_map.write("%s { global: %s; };\n" % (version, "; ".join(sorted(nodes[version]))))


main()
