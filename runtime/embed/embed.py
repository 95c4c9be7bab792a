#!/usr/bin/env python3
"""Writes files as C++ byte arrays: embed.py OUT.cpp TRIPLE=PATH...

The counterpart of runtime/Blobs.h. The bytes stand in string literals, which compilers read much faster than lists
of numbers.
"""
import os
import sys


def literal(data):
    lines = []
    for begin in range(0, len(data), 24):
        lines.append('  "%s"' % "".join("\\%03o" % byte for byte in data[begin : begin + 24]))
    return "\n".join(lines) or '  ""'


def main():
    out_path, *pairs = sys.argv[1:]
    blobs = [pair.split("=", 1) for pair in pairs]
    with open(out_path, "w", encoding="ascii") as out:
        out.write("// Written by embed.py: the runtime of compiled models.\n")
        out.write('#include "runtime/embed/Blobs.h"\n\n')
        for index, (_, path) in enumerate(blobs):
            with open(path, "rb") as blob:
                out.write("alignas(16) static const char blob%d[] =\n%s;\n" % (index, literal(blob.read())))
        out.write("\nconst nnc::RuntimeBlob nnc::detail::blobs[] = {\n")
        for index, (triple, path) in enumerate(blobs):
            out.write('  {"%s", "%s", {blob%d, sizeof blob%d - 1}},\n' % (triple, os.path.basename(path), index, index))
        out.write("};\nconst std::size_t nnc::detail::blobCount = %d;\n" % len(blobs))


main()
