"""One past and many futures: `trunk` runs up to a morning, `branch` goes on from it, `choices` tries each option."""
