"""`python -m numberkeep`: the same as `numberkeep`, where its folder of programs is not on PATH."""

from numberkeep.cli.entry import main

if __name__ == "__main__":  # a worker process imports this module too
    main()
