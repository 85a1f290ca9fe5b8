"""`python -m clinicsim`: the same as the `clinicsim` command."""

from clinicsim.cli import main

if __name__ == "__main__":
    main()
