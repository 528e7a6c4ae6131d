"""Signs and reads API tokens with plain PyJWT, as api_jwt uses it: one JSON request on standard input, one answer out."""
import datetime
import json
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

READ = {"list": lambda text: text.split(",") if text else [], "number": float, "integer": int, "text": str}


def verify(token, pem, types):
    """Without an audience, as the original; values are read from text only where they are text."""
    try:
        claims = jwt.decode(token, pem, algorithms=["RS256"])
    except jwt.PyJWTError as error:
        return {"error": type(error).__name__}
    extras = {
        name: READ[kind](claims[name]) if isinstance(claims[name], str) else claims[name]
        for name, kind in types.items()
    }
    return {"header": jwt.get_unverified_header(token), "claims": claims, "extras": extras}


def sign(claims, seconds, private_pem):
    expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return jwt.encode({**claims, "exp": expiry}, private_pem, algorithm="RS256")


def main():
    request = json.load(sys.stdin)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public_pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    answer = {
        "verified": [verify(**item) for item in request["verify"]],
        "signed": [sign(**item, private_pem=private_pem) for item in request["sign"]],
        "pem": public_pem.decode(),
        "privatePem": private_pem.decode(),
    }
    json.dump(answer, sys.stdout)


main()
