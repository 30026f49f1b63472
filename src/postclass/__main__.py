"""`python -m postclass` is `postclass`."""

from postclass.cli import main

if __name__ == "__main__":
    main(prog_name="postclass")
