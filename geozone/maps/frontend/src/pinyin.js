// Whether a name sounds as typed: whole syllables, initials, or both mixed, the last syllable as far as it is typed.

const SHORT = 3; // letters: fewer are looked for at the beginning of a name only, or they would be everywhere
const CHINESE = /\p{Script=Han}/u;

/** @param {Pick<App, 'syllables'> & { data: Pick<Payload, 'readings'> }} app @param {string} name @param {string} typed @returns {boolean} */
export function sounds(app, name, typed) {
  const wanted = typed.replace(/[\s']/g, '');
  if (!/^[a-z0-9]+$/.test(wanted) || !CHINESE.test(name)) return false;
  const syllables = Array.from(name, (character) => (app.syllables[character] ??= readingsOf(app, character)));
  const starts = wanted.length > SHORT ? syllables.keys() : [0];
  for (const start of starts) if (spells(syllables, start, wanted)) return true;
  return false;
}

// a letter or digit is its own syllable
/** @param {{ data: Pick<Payload, 'readings'> }} app @param {string} character @returns {string[]} */
function readingsOf(app, character) {
  const plain = character.toLowerCase();
  return /[a-z0-9]/.test(plain) ? [plain] : (app.data.readings[character] ?? '').split(' ').filter(Boolean);
}

/** @param {string[][]} syllables @param {number} at @param {string} wanted @returns {boolean} */
function spells(syllables, at, wanted) {
  if (!wanted) return true;
  return (syllables[at] ?? []).some(
    (syllable) =>
      syllable.startsWith(wanted) ||
      (wanted.startsWith(syllable) && spells(syllables, at + 1, wanted.slice(syllable.length))) ||
      (wanted[0] === syllable[0] && spells(syllables, at + 1, wanted.slice(1))),
  );
}
