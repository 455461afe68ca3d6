/** A question with everything it may be called by: element id, name in the data schema, label, short label. */
export type Called = { readonly path: string; readonly label: string; readonly names: readonly string[] }

/**
 * Questions that a rule in words speaks of, in their order: by the id of their data field, or where the words of one of
 * their names stand in the text, whatever their ending ("des Vereins", "Vereine"). Pure; a guess that only orders a list.
 */
export function namedIn(text: string, questions: readonly Called[]): readonly Called[] {
  const spoken = wordsOf(text)
  return questions.filter(({ names }) =>
    names.some((name) => {
      const words = wordsOf(name)
      const found = words.filter((word) => spoken.some((other) => isSameWord(word, other)))
      return words.length > 0 && found.length / words.length >= 0.5
    }),
  )
}

/** Words without weight in questions and rules. */
const LIGHT = new Set(
  (
    'aber alle allen als andere auch auf aus bei beim bitte dass dein deren dessen dies diese diesem diesen dieser dieses ' +
    'doch durch eine einem einen einer eines etwa für geben gibt haben hier ihnen ihre ihrem ihren ihrer ihres jede jeder ' +
    'kann kein keine man mehr mit muss müssen nach nicht nur oder ohne sein sein seine sich sie sind soll sollen sondern ' +
    'und unter von vom vor wann war was welche welchem welchen welcher welches wenn werden wie wir wird wo wollen zum zur ' +
    'möchten sowie über angabe angaben heißen der die das den dem des ein ist'
  ).split(' '),
)

const wordsOf = (text: string): readonly string[] =>
  (text.toLowerCase().match(/[\p{L}\d]{3,}/gu) ?? []).filter((word) => !LIGHT.has(word))

/** The same but for an ending of at most two letters; numbers and ids have none. */
function isSameWord(a: string, b: string): boolean {
  if (/\d/.test(a + b)) {
    return a === b
  }
  const length = Math.max(4, Math.min(a.length, b.length) - 2)
  return a === b || (Math.abs(a.length - b.length) <= 2 && a.slice(0, length) === b.slice(0, length))
}
