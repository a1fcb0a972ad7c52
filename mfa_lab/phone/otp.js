// The phone and the time machine share this script, which comes before the script of each: codes by WebCrypto, a clock
// that runs by itself, and the format of times and codes.

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

/** Return a code in two groups of digits, which are easier to read: `123 456`. */
export const grouped = (code) => {
  const half = Math.ceil(code.length / 2);
  return `${code.slice(0, half)} ${code.slice(half)}`;
};

/** Return a clock that says `seconds` now, and runs at `speed` seconds for each second of the page. */
export const runningFrom = (seconds, speed) => {
  const heard = performance.now();
  return () => seconds + (speed * (performance.now() - heard)) / 1000;
};

/** The time of day in UTC. */
export const clockFace = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19);
/** Return a text such as `+12 s`, with a real minus sign. */
export const signed = (seconds) => `${seconds < 0 ? "−" : "+"}${Math.abs(seconds)} s`;
