"""A Noise peer for the cross-check: Debian's python3-dissononce, one JSON object a line on stdin and stdout."""
import json
import sys

from dissononce.cipher.chachapoly import ChaChaPolyCipher
from dissononce.dh.x25519.x25519 import PrivateKey, X25519DH
from dissononce.hash.sha256 import SHA256Hash
from dissononce.processing.handshakepatterns.interactive.IK import IKHandshakePattern
from dissononce.processing.impl.cipherstate import CipherState
from dissononce.processing.impl.handshakestate import HandshakeState
from dissononce.processing.impl.symmetricstate import SymmetricState
from dissononce.processing.modifiers.psk import PSKPatternModifier

dh = X25519DH()
handshake = None
symmetric = None
ciphers = None
initiator = False


def begin(asked):
    global handshake, symmetric, ciphers, initiator
    initiator = asked["initiator"]
    ciphers = None
    symmetric = SymmetricState(CipherState(ChaChaPolyCipher()), SHA256Hash())
    handshake = HandshakeState(symmetric, dh)
    pattern = IKHandshakePattern()
    psks = None
    if asked.get("psk"):
        pattern = PSKPatternModifier(2).modify(pattern)
        psks = [bytes.fromhex(asked["psk"])]
    static = dh.generate_keypair(PrivateKey(bytes.fromhex(asked["secret"])))
    remote = dh.create_public(bytes.fromhex(asked["remote"])) if asked.get("remote") else None
    handshake.initialize(pattern, initiator, bytes.fromhex(asked["prologue"]), s=static, rs=remote, psks=psks)
    return static.public.data


def run(asked):
    global ciphers
    data = bytes.fromhex(asked.get("data", ""))
    if asked["do"] == "begin":
        return begin(asked)
    if asked["do"] in ("write", "read"):
        out = bytearray()
        step = handshake.write_message if asked["do"] == "write" else handshake.read_message
        ciphers = step(data, out) or ciphers
        return bytes(out)
    if asked["do"] == "hash":
        return symmetric.get_handshake_hash()
    if asked["do"] == "seal":
        return ciphers[0 if initiator else 1].encrypt_with_ad(b"", data)
    return ciphers[1 if initiator else 0].decrypt_with_ad(b"", data)


for line in sys.stdin:
    try:
        answer = {"data": bytes(run(json.loads(line))).hex()}
    except Exception as error:  # the test asserts that there was one
        answer = {"error": type(error).__name__}
    print(json.dumps(answer), flush=True)
