"""Writes tables that nnc-run must refuse: bad-tables.py DIRECTORY"""
import gzip
import os
import sys

HEADER = "width,height,petals,scent,species\n"
ROW = "1,2,3,4,rose\n"


def write(name, data):
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


write("good.csv", HEADER + ROW)
write("text.csv", HEADER + ROW + "1,two,3,4,rose\n")
write("nan.csv", HEADER + ROW + ROW + "1,2,3,nan,rose\n")
write("huge.csv", HEADER + "1,2,1e400,4,rose\n")
write("comma.csv", HEADER + '1,"1,5",3,4,rose\n')
write("hex.csv", HEADER + "1,0x10,3,4,rose\n")
write("unit.csv", HEADER + "1,2cm,3,4,rose\n")
write("gap.csv", HEADER + "1,,3,4,rose\n")
write("short.csv", HEADER + ROW + "1,2,3,4\n")
write("long.csv", HEADER + ROW + "1,2,3,4,rose,5\n")
write("header.csv", HEADER)
write("blank.csv", "\n\n  \n")
write("quote.csv", HEADER + ROW + '1,2,"3,4,rose\n' + ROW)
write("after.csv", HEADER + '1,"2"x,3,4,rose\n')
write("zero.csv", HEADER + "1,2,\0,4,rose\n")
write("later.csv", HEADER + ROW * 2000 + "1,2,3,4,\0\n")
write("utf16.csv", (HEADER + ROW).encode("utf-16"))
write("words.csv", HEADER + "".join("1,2,3,4,%s\n" % word for word in ["rose", "tulip", "iris", "violet"]))
write("mixed.csv", HEADER + ROW + "1,2,3,4,2\n")
write("mixed2.csv", HEADER + "1,2,3,4,2\n" + ROW)
write("label.csv", HEADER + "1,2,3,4,2\n1,2,3,4,3\n")
write("half.csv", HEADER + "1,2,3,4,2\n1,2,3,4,0.5\n")
write("big.csv", HEADER + "1,2,3,4,9223372036854775808\n")
write("line.csv", HEADER + '1,2,3,4,"a\nb"\n1,2,x,4,rose\n')
write("escape.csv", HEADER + "1,2,\x1b[31mred,4,rose\n")
write("names.csv", "a,b,c,d,e\n" + ROW)
write("twice.csv", "width,height,species,scent,species\n1,2,3,4,5\n")
write("five.csv", "width,height,petals,scent,more,species\n1,2,3,4,5,rose\n")
write("cut.csv.gz", gzip.compress((HEADER + ROW * 1000).encode())[:-20])
