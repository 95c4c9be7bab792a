"""Writes damaged IDX and NPY files, and good ones of wrong sizes: bad-arrays.py DIRECTORY"""
import gzip
import os
import struct
import sys

import numpy


def write(name, data):
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.write(data)


def idx(code, *sizes, data=b""):
    return struct.pack(">BBBB%dI" % len(sizes), 0, 0, code, len(sizes), *sizes) + data


def npy(header, data=b"", version=1):
    return b"\x93NUMPY" + struct.pack("<BBH", version, 0, len(header)) + header.encode() + data


def dictionary(descr="'<f4'", order="False", shape="(2, 4)"):
    return "{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n" % (descr, order, shape)


good = idx(0x0D, 2, 4, data=bytes(32))
write("good.idx", good)
write("labels.idx", idx(0x08, 2, data=b"\0\1"))
write("empty", b"")
write("header.idx", good[:6])
write("short.idx", good[:-1])
write("long.idx", good + b"\0")
write("cut.idx.gz", gzip.compress(numpy.random.default_rng(1).bytes(100) + good)[:60])
write("cut-at-end.idx.gz", gzip.compress(good)[:-4])
flipped = bytearray(gzip.compress(good))
flipped[-6] ^= 1
write("flipped.idx.gz", bytes(flipped))
write("none.idx", idx(0x0D, 0, 4))
write("huge.idx", idx(0x08, 2**31, 2**31))
write("huger.idx", idx(0x08, 2**32 - 1, 2**32 - 1, 2**32 - 1))
write("bomb.idx.gz", gzip.compress(idx(0x08, 2**31, 2**31)))
write("scalar.idx", idx(0x0D, data=bytes(4)))
write("wrong.idx", idx(0x0D, 2, 5, data=bytes(40)))
write("three.idx", idx(0x0D, 3, 4, data=bytes(48)))
write("nan.idx", idx(0x0D, 2, 4, data=bytes(20) + struct.pack(">f", float("nan")) + bytes(8)))
write("binary", bytes(range(256)))
write("label3.idx", idx(0x08, 2, data=b"\1\3"))
write("label-1.idx", idx(0x09, 2, data=b"\1\xff"))
write("label-half.idx", idx(0x0D, 2, data=struct.pack(">ff", 1, 0.5)))

write("object.npy", npy(dictionary("'|O'"), bytes(64)))
write("record.npy", npy(dictionary("[('a', '<f4'), ('b', '<i4')]"), bytes(64)))
write("complex.npy", npy(dictionary("'<c8'"), bytes(64)))
write("half.npy", npy(dictionary("'<f2'"), bytes(64)))
write("negative.npy", npy(dictionary(shape="(-1, 4)"), bytes(64)))
write("huge.npy", npy(dictionary(shape="(1000000000000000000, 4)"), bytes(64)))
write("huger.npy", npy(dictionary(shape="(10000000000000000000, 4)"), bytes(64)))
write("promise.npy", npy(dictionary(shape="(1000000000, 4)"), bytes(64)))
write("open.npy", npy("{'descr': '<f4'", bytes(64)))
write("other.npy", npy("import os", bytes(64)))
write("cut.npy", npy(dictionary())[:30])
write("version.npy", npy(dictionary(), bytes(32), version=9))
write("long.npy", npy(dictionary(), bytes(33)))
write("u64.npy", npy(dictionary("'<u8'", shape="(2,)"), struct.pack("<QQ", 1, 2**64 - 1)))
write("inf.npy", npy(dictionary("'<f8'"), struct.pack("<8d", *([0] * 7 + [float("inf")]))))
write("large.npy", npy(dictionary("'<f8'"), struct.pack("<8d", *([0] * 7 + [1e39]))))
