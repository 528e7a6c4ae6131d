/**
 * The function, with its latest answer at hand for who asks the same again: for what nearly all tokens have in common.
 * It must depend on nothing but its argument, and answer with what cannot be changed.
 */
export function rememberLatest<Answer>(compute: (text: string) => Answer): (text: string) => Answer {
  let latest: { readonly text: string; readonly answer: Answer } | undefined;
  return (text) => {
    if (latest?.text !== text) latest = { text, answer: compute(text) };
    return latest.answer;
  };
}
