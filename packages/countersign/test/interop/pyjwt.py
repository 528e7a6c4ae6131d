"""Signs and verifies with plain PyJWT: one JSON request on standard input, one JSON answer on standard output."""
import json
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}


def key_for(algorithm, rsa_key):
    return ec.generate_private_key(CURVES[algorithm]()) if algorithm in CURVES else rsa_key


def sign(algorithm, claims, kid, key):
    public_pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    token = jwt.encode(claims, private_pem, algorithm=algorithm, headers={"kid": kid})
    return {"token": token, "pem": public_pem.decode()}


def verify(algorithm, token, pem, audience):
    try:
        claims = jwt.decode(
            token,
            pem,
            algorithms=[algorithm],
            audience=audience,
            options={"require": ["exp", "iat", "iss", "aud", "jti", "nbf", "sub"]},
        )
        return {"claims": claims, "header": jwt.get_unverified_header(token)}
    except jwt.PyJWTError as error:
        return {"error": type(error).__name__}


def main():
    request = json.load(sys.stdin)
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    answer = {
        "verified": [verify(**item) for item in request["verify"]],
        "signed": [sign(**item, key=key_for(item["algorithm"], rsa_key)) for item in request["sign"]],
    }
    json.dump(answer, sys.stdout)


main()
