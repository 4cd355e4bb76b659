"""What the errors of S3 servers mean, in words."""

from __future__ import annotations

import re

_KEY = "Check the access key and the secret (EARMARK_S3_ACCESS_KEY, EARMARK_S3_SECRET_KEY)"
_REASONS = (
    (r"NoSuchBucket", "there is no bucket of that name. Create it, or correct the name"),
    (r"InvalidAccessKeyId|SignatureDoesNotMatch", f"the server does not take the access key or its secret. {_KEY}"),
    (
        r"RequestTimeTooSkewed",
        "the clocks of this machine and of the server differ by minutes. Set this machine's clock",
    ),
    (
        r"PermanentRedirect|AuthorizationHeaderMalformed|configured region",
        "the bucket is in another region. Correct it",
    ),
    (r"AccessDenied|status code: 40[13]", f"access is refused. {_KEY}, and what that key may do there"),
    (r"http://169\.254\.", f"no credentials are found on this machine. {_KEY}"),
    (
        r"InvalidPath|invalid path",
        "an object there has a name that is no path, such as a//b. Rename it, or list elsewhere",
    ),
    (r"NotPartial|NoContentRange", "the server does not give parts of files as S3 does. Use another server"),
    (r"InvalidListResponse|invalid list", "what answers does not speak S3. Check the endpoint"),
    (
        r"EntityTooLarge|Quota|StorageFull|status code: 507",
        "there is no room for the file. Make room, or raise the quota",
    ),
    (r"TimedOut|kind: Timeout", "the server does not answer in time. Check that it runs and is not overloaded"),
    (
        r"kind: Connect|error sending request",
        "the server cannot be reached. Check the endpoint and that the server runs",
    ),
    (r"status code: 5\d\d|SlowDown", "the server has a problem of its own. Look into its log, or try again later"),
)
"""What the text of an obstore error holds, and what that means; the first that fits counts."""


def reason(text: str) -> str:
    """Say what an error of obstore means and what to do; nothing of its text is repeated but a status or code."""
    known = next((meaning for pattern, meaning in _REASONS if re.search(pattern, text)), None)
    code = re.search(r"<Code>(\w+)</Code>", text) or re.search(r"status code: (\d{3})", text)
    answer = f"the server answers {code[1]}" if code else "the server gives no usable answer"
    return known or f"{answer}. Look into its log"
