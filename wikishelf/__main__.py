"""`python -m wikishelf` is the console command."""

from wikishelf import main

if __name__ == "__main__":
    main()
