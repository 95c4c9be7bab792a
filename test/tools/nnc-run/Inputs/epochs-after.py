"""Prints one epoch more than the checkpoint of an interrupted training has finished: epochs-after.py MESSAGE"""
import re
import sys

print(int(re.search(r"after (\d+) epochs", open(sys.argv[1]).read()).group(1)) + 2)
