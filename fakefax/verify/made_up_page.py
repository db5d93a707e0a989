"""The one page that a run uploads, and sends if it may."""

PAGE = b"fakefax verify: one made-up page.\n"
BOUNDARY = "fakefax-verify-3f1c"
UPLOAD_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
UPLOAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="verify.txt"\r\n'
    f"Content-Type: text/plain\r\n\r\n{PAGE.decode()}\r\n--{BOUNDARY}--\r\n"
).encode()
