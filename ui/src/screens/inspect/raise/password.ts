// A password that nobody has to think up.

/** Letters and digits that cannot be read as another one: it may have to be typed off a note. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
/** OCPP 1.6 takes up to 20 characters; 2.x at least 16. */
const length = 20;
/** The least that any version takes. */
export const least = 16;

/** 20 letters and digits, each as likely as the others. */
export function madePassword(): string {
  // Bytes beyond the last whole multiple would favour the first letters.
  const fair = 256 - (256 % alphabet.length);
  let made = '';
  while (made.length < length) {
    const bytes = [...crypto.getRandomValues(new Uint8Array(length))];
    made += bytes.filter((byte) => byte < fair).map((byte) => alphabet[byte % alphabet.length]).join('');
  }
  return made.slice(0, length);
}
