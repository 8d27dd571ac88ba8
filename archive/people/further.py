"""What somebody who becomes protected asks of the nouns above: whoever was let in did not know of them."""

from collections.abc import Sequence

from archive.kernel.hooks import Hook
from archive.kernel.store import Work


@Hook
def protected(work: Work, file_ids: Sequence[int]) -> None:
    """Let in nobody by what was decided before files came to concern somebody further who is protected."""
    raise NotImplementedError
