// What the phone's face and the time machine share, and what stands before the script of either: codes made by
// WebCrypto, a clock that runs on by itself, and how times and codes are written.

const HASHES = { SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512" };
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The bytes that a Base32 text stands for (RFC 4648). */
export function fromBase32(text) {
  const bytes = [];
  let bits = 0;
  let value = 0;
  for (const letter of text.replace(/=+$/, "").toUpperCase()) {
    value = (value << 5) | ALPHABET.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 0xff);
    }
    value &= 0xff;
  }
  return new Uint8Array(bytes);
}

/** The code of one time step: HMAC, dynamic truncation, decimal digits (RFC 4226 section 5.3). */
export async function codeOf({ secret, digits, algorithm }, step) {
  const message = new DataView(new ArrayBuffer(8));
  message.setBigUint64(0, BigInt(step));
  const hash = { name: "HMAC", hash: HASHES[algorithm] };
  const key = await crypto.subtle.importKey("raw", fromBase32(secret), hash, false, ["sign"]);
  const digest = new DataView(await crypto.subtle.sign("HMAC", key, message));
  const offset = digest.getUint8(digest.byteLength - 1) & 0x0f;
  return String((digest.getUint32(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, "0");
}

/** A code as it is best read: `123 456`. */
export const grouped = (code) => {
  const half = Math.ceil(code.length / 2);
  return `${code.slice(0, half)} ${code.slice(half)}`;
};

/** A clock that said `seconds` just now, and runs on at `speed` seconds for each of the page's. */
export const runningFrom = (seconds, speed) => {
  const heard = performance.now();
  return () => seconds + (speed * (performance.now() - heard)) / 1000;
};

/** The time of day in UTC. */
export const clockFace = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);
/** `+12 s`, with a real minus sign. */
export const signed = (seconds) => `${seconds < 0 ? "−" : "+"}${Math.abs(seconds)} s`;
