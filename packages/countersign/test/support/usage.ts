/** What the caller of an API is told: how tests ask for it. */
import { UsageError } from 'countersign';

/** The code and the problems of the UsageError that this throws, as one line; `accepted` when it throws nothing. */
export function usageProblem(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof UsageError) return `${error.code}: ${error.problems.join('; ')}`;
    throw error;
  }
  return 'accepted';
}
