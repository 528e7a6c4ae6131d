import { SignInError } from 'countersign/sign-in/browser';
import { expect } from 'vitest';

/** What a call rejected with, which has to be a SignInError. */
export async function rejectionOf(call: Promise<unknown>): Promise<SignInError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SignInError);
  return error as SignInError;
}
